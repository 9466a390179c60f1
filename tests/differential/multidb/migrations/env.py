from alembic import context
from models import METADATA
from sqlalchemy import create_engine

config = context.config
for name in config.get_main_option("databases").split(", "):
    url = config.get_section(name)["sqlalchemy.url"]
    options = {
        "target_metadata": METADATA[name],
        "upgrade_token": f"{name}_upgrades",
        "downgrade_token": f"{name}_downgrades",
    }
    if context.is_offline_mode():
        context.configure(url=url, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations(engine_name=name)
    else:
        with create_engine(url).connect() as connection:
            context.configure(connection=connection, **options)
            with context.begin_transaction():
                context.run_migrations(engine_name=name)
