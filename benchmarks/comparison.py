"""`python comparison.py SIDE URL` in a project's folder: one comparison, timed from inside.

The models are built and the connection is open; the first comparison, which imports what it needs
and fills caches, is not counted. `catalog` sends the queries of Limbeck's comparison once more and
fetches their rows, and nothing else. Prints seconds and seconds of processor time as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


def main(side: str, url: str) -> None:
    """Time what `side` names: `alembic`, `limbeck` or `catalog`."""
    sys.path.insert(0, "")
    import shop.models  # noqa: F401  # the project's: fills the metadata
    from shop.base import metadata

    with sa.create_engine(url).connect() as connection:
        if side == "catalog":
            work = _catalog(connection, _comparison("limbeck", connection, metadata))
        else:
            work = _comparison(side, connection, metadata)
            work()
        gc.collect()
        wall, processor = time.perf_counter(), time.process_time()
        work()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(json.dumps({"wall": wall, "processor": processor}))


def _comparison(tool: str, connection: sa.Connection, metadata: Any) -> Callable[[], None]:
    if tool == "alembic":
        from alembic.autogenerate import compare_metadata
        from alembic.runtime.migration import MigrationContext
    else:
        from limbeck.compat.alembic.autogenerate import compare_metadata
        from limbeck.compat.alembic.runtime.migration import MigrationContext

    def compare() -> None:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        assert not found, found[:3]

    return compare


def _catalog(connection: sa.Connection, comparison: Callable[[], None]) -> Callable[[], None]:
    """The queries of a comparison, to be sent as they were by the driver's own cursor."""
    sent: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    sa.event.listen(connection, "before_cursor_execute", note)
    comparison()
    sa.event.remove(connection, "before_cursor_execute", note)
    cursor = connection.connection.cursor()

    def send() -> None:
        for sql, parameters in sent:
            cursor.execute(sql, parameters) if parameters else cursor.execute(sql)
            if cursor.description:
                cursor.fetchall()

    return send


if __name__ == "__main__":
    main(*sys.argv[1:])
