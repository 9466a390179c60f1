import verbs  # noqa: F401
from alembic import context
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from models import Base
from sqlalchemy import engine_from_config, pool

config = context.config
writer = Rewriter()


@writer.rewrites(ops.AddColumnOp)
def note_the_column(migration_context, revision, operation):
    return [
        operation,
        ops.ExecuteSQLOp(f"UPDATE audit SET last = '{operation.column.name}'"),
    ]


def only_if_there_is_something(migration_context, revision, directives):
    if directives[0].upgrade_ops.is_empty():
        directives[:] = []
        print("Nothing to do")


def include_object(item, name, type_, reflected, compare_to):
    return not (type_ == "table" and name == "audit")


options = {
    "target_metadata": Base.metadata,
    "render_as_batch": True,
    "include_object": include_object,
    "process_revision_directives": writer.chain(only_if_there_is_something),
    "compare_server_default": True,
}

if context.is_offline_mode():
    url = config.get_main_option("sqlalchemy.url")
    context.configure(url=url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = engine_from_config(
        config.get_section(config.config_ini_section), poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
