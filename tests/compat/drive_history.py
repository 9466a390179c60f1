"""Runs a package's migrations up and down with one tool, and prints what came of each step.

``python drive_history.py alembic|limbeck PACKAGE:FOLDER URL [MODULE:METADATA]``

The tables of the metadata, where it is named, are made first: some histories begin with them.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
import warnings
from typing import Any


def schema(url: str, ignored: str) -> dict[str, Any]:
    """Everything that SQLAlchemy reflects, in one order."""
    import sqlalchemy as sa

    engine = sa.create_engine(url)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found = {
            table: {
                "columns": sorted(
                    (c["name"], str(c["type"]), c["nullable"], _default(c["default"]))
                    for c in inspector.get_columns(table)
                ),
                "primary key": inspector.get_pk_constraint(table)["constrained_columns"],
                "foreign keys": sorted(
                    (
                        str(key["name"]),
                        key["constrained_columns"],
                        key["referred_table"],
                        key["referred_columns"],
                        sorted(key["options"].items()),
                    )
                    for key in inspector.get_foreign_keys(table)
                ),
                "unique": sorted(
                    (str(key["name"]), key["column_names"])
                    for key in inspector.get_unique_constraints(table)
                ),
                "checks": sorted(
                    (str(key["name"]), " ".join(key["sqltext"].split()))
                    for key in inspector.get_check_constraints(table)
                ),
                "indexes": sorted(
                    (str(i["name"]), [str(c) for c in i["column_names"]], bool(i["unique"]))
                    for i in inspector.get_indexes(table)
                ),
            }
            for table in sorted(inspector.get_table_names())
            if table != ignored
        }
        rows = [] if not inspector.has_table(ignored) else _rows(connection, ignored)
    engine.dispose()
    return {"rows": rows, "tables": found}


def _default(default: str | None) -> str | None:
    return None if default is None else default.strip("()").strip("'")


def _rows(connection: Any, table: str) -> list[str]:
    return sorted(connection.exec_driver_sql(f"SELECT version_num FROM {table}").scalars())


def _prepare(url: str, first: str) -> None:
    import sqlalchemy as sa

    module, _, attribute = first.partition(":")
    engine = sa.create_engine(url)
    getattr(importlib.import_module(module), attribute).metadata.create_all(engine)
    engine.dispose()


def main(tool: str, location: str, url: str, first: str = "") -> None:
    """Up to head, then down one by one as far as it goes."""
    logging.basicConfig(level=logging.ERROR)
    warnings.simplefilter("ignore")
    if tool == "limbeck":
        from limbeck.compat.alembic import install

        install()
    from alembic import command
    from alembic.config import Config

    version_table = "alembic_version"
    if first:
        _prepare(url, first)
    config = Config()
    config.set_main_option("script_location", location)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    started = time.perf_counter()
    command.upgrade(config, "head")
    took = time.perf_counter() - started
    states = [schema(url, version_table)]
    stopped = "at base"
    while states[-1]["rows"]:
        try:
            command.downgrade(config, "-1")
        except Exception as error:
            stopped = f"{type(error).__name__}: {str(error)[:600]}"
            break
        states.append(schema(url, version_table))
    print(json.dumps({"seconds": took, "states": states, "stopped": stopped}))


if __name__ == "__main__":
    main(*sys.argv[1:])
