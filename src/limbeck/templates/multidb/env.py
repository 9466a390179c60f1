import logging
import re
from logging.config import fileConfig
from typing import Any

from sqlalchemy import MetaData, engine_from_config, pool

from limbeck import context

# Whether a run over all databases is committed in two phases (all of them or none).
USE_TWOPHASE = False

# The configuration of this run: alembic.ini, and what a program has set.
config = context.config

# Set up Python's logging from the configuration file, and leave existing loggers alone.
if config.config_file_name is not None:
    fileConfig(
        config.config_file_name,
        disable_existing_loggers=False,
        encoding="utf-8",
    )
logger = logging.getLogger("alembic.env")

# Names of the databases; each has a section of its own in the configuration file.
databases = config.get_main_option("databases", "")
db_names = [name for name in re.split(r",\s*", databases) if name]

# The MetaData of each database's models, for 'revision --autogenerate':
#     from app.models import Engine1Base, Engine2Base
#     target_metadata = {"engine1": Engine1Base.metadata, "engine2": Engine2Base.metadata}
target_metadata: dict[str, MetaData] = {}


def run_migrations_offline() -> None:
    """Write the migrations as SQL, without a connection: one file '<name>.sql' a database."""
    for name in db_names:
        file = f"{name}.sql"
        logger.info("Migrating database %s", name)
        logger.info("Writing output to %s", file)
        with open(file, "w", encoding="utf-8") as buffer:
            context.configure(
                url=config.get_section_option(name, "sqlalchemy.url"),
                output_buffer=buffer,
                target_metadata=target_metadata.get(name),
                literal_binds=True,
                dialect_opts={"paramstyle": "named"},
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_online() -> None:
    """Run the migrations over one connection a database.

    Nothing is committed before all databases have succeeded.
    """
    engines: dict[str, Any] = {}
    for name in db_names:
        engine = engine_from_config(
            config.get_section(name, {}),
            prefix="sqlalchemy.",
            poolclass=pool.NullPool,
        )
        connection = engine.connect()
        begin = connection.begin_twophase if USE_TWOPHASE else connection.begin
        transaction = begin()
        engines[name] = {"connection": connection, "transaction": transaction}

    try:
        for name, engine in engines.items():
            logger.info("Migrating database %s", name)
            context.configure(
                connection=engine["connection"],
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=target_metadata.get(name),
            )
            context.run_migrations(engine_name=name)

        if USE_TWOPHASE:
            for engine in engines.values():
                engine["transaction"].prepare()

        for engine in engines.values():
            engine["transaction"].commit()
    except BaseException:
        for engine in engines.values():
            engine["transaction"].rollback()
        raise
    finally:
        for engine in engines.values():
            engine["connection"].close()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
