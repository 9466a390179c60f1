from logging.config import fileConfig

from sqlalchemy import engine_from_config, pool

from limbeck import context

# The configuration of this run: alembic.ini, and what a program has set.
config = context.config

# Set up Python's logging from the configuration file, and leave existing loggers alone.
if config.config_file_name is not None:
    fileConfig(
        config.config_file_name,
        disable_existing_loggers=False,
        encoding="utf-8",
    )

# The MetaData of your models; 'revision --autogenerate' and 'check' compare it with the database:
#     from app.db.base import Base
#     target_metadata = Base.metadata
# Models have to be imported to be seen. This imports every module below a package:
#     from limbeck import import_models
#     import_models("app.models")
target_metadata = None

# Other values of the configuration file can be read here:
#     my_important_option = config.get_main_option("my_important_option")
# and the URL can be set here; a password may hold any character:
#     config.set_main_option("sqlalchemy.url", settings.get_db_url())


def run_migrations_offline() -> None:
    """Write the migrations as SQL, without a connection.

    Only a URL is needed, and not even a driver: 'limbeck upgrade head --sql' ends up here.
    """
    context.configure(
        url=config.get_main_option("sqlalchemy.url"),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )

    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Run the migrations over a connection."""
    connectable = engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )

    with connectable.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
        )

        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
