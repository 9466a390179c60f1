"""Generates, runs and takes back migrations with an extension of Alembic's comparison.

``python drive_plugin.py alembic|limbeck EXTENSION URL FOLDER``: the scripts stay in the folder;
what the database holds at the top and in the end is printed.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

ENV = """
from alembic import context
config = context.config
with config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=config.attributes["metadata"])
    with context.begin_transaction():
        context.run_migrations()
"""
TEMPLATE = """
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

def upgrade():
    ${upgrades if upgrades else "pass"}

def downgrade():
    ${downgrades if downgrades else "pass"}
"""


def enums() -> list[Any]:
    """Models whose enum types come, grow, shrink and go."""
    import alembic_postgresql_enum  # noqa: F401
    import sqlalchemy as sa

    def models(values: str, *more: sa.Column[Any]) -> sa.MetaData:
        metadata = sa.MetaData()
        state = sa.Column("state", sa.Enum(*values, name="state"))
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), state, *more)
        return metadata

    return [
        models("ab"),
        models("abc", sa.Column("kind", sa.Enum("x", "y", name="kind"))),
        models("ac"),
    ]


def entities() -> list[Any]:
    """A function and a view beside a table."""
    import sqlalchemy as sa
    from alembic_utils.pg_function import PGFunction
    from alembic_utils.pg_view import PGView
    from alembic_utils.replaceable_entity import register_entities

    body = "returns text as $$ select upper(given) $$ language sql"
    shout = PGFunction(schema="public", signature="shout(given text)", definition=body)
    view = PGView(schema="public", signature="one", definition="select 1 as number")
    register_entities([shout, view])
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return [metadata]


EXTENSIONS = {"alembic-postgresql-enum": enums, "alembic-utils": entities}


def main(tool: str, extension: str, url: str, folder: str) -> None:
    """One revision for each state of the models, `check`, and down to base."""
    if tool == "limbeck":
        from limbeck.compat.alembic import install

        install()
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    versions = Path(folder, "versions")
    versions.mkdir(parents=True)
    Path(folder, "env.py").write_text(ENV)
    Path(folder, "script.py.mako").write_text(TEMPLATE)
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", folder)
    engine = config.attributes["engine"] = sa.create_engine(url, poolclass=sa.pool.NullPool)
    for number, metadata in enumerate(EXTENSIONS[extension]()):
        config.attributes["metadata"] = metadata
        command.revision(config, str(number), autogenerate=True, rev_id=f"rev{number}")
        command.upgrade(config, "head")
    command.check(config)
    top = _content(engine)
    command.downgrade(config, "base")
    print("RESULT", json.dumps([top, _content(engine)]))


def _content(engine: Any) -> Any:
    import sqlalchemy as sa

    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        functions = connection.exec_driver_sql(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        ).scalars()
        return {
            "tables": {
                table: [c["name"] for c in inspector.get_columns(table)]
                for table in sorted(inspector.get_table_names())
            },
            "views": sorted(inspector.get_view_names()),
            "functions": list(functions),
            "enums": sorted((e["name"], e["labels"]) for e in inspector.get_enums()),
        }


if __name__ == "__main__":
    main(*sys.argv[1:])
