"""SQLAlchemy's events of tables: what users' listeners expect around CREATE and DROP TABLE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.metadata import build
from limbeck.operations.base import Operation
from limbeck.operations.tables import CreateTable, DropTable


class _AllMade(set[Any]):
    """Holds everything."""

    def __contains__(self, item: object) -> bool:
        return True


class _Memo(dict[str, Any]):
    """What SQLAlchemy notes of types that it made in the same run: here, all of them.

    The listeners of PostgreSQL's enum and domain types ask it before they create one. The
    dialect's own statements do that already.
    """

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> Any:
        return _AllMade()


@dataclass(frozen=True, slots=True)
class Runner:
    """What listeners get as `_ddl_runner` in place of SQLAlchemy's own."""

    connection: Any
    dialect: Dialect
    checkfirst: bool = False
    tables: None = None
    memo: dict[str, Any] = field(default_factory=_Memo)


@contextmanager
def table_events(operation: Operation, connection: Any) -> Iterator[None]:
    """Fires before_create and after_create, or before_drop and after_drop, around the block.

    Listeners get the Table that the script made with the verb, and the connection. Any other
    operation fires nothing.
    """
    match operation:
        case CreateTable():
            item = operation.result()
            before, after = item.dispatch.before_create, item.dispatch.after_create
        case DropTable():
            item = _dropped(operation)
            before, after = item.dispatch.before_drop, item.dispatch.after_drop
        case _:
            yield
            return
    arguments = {
        "checkfirst": False,
        "tables": None,
        "_ddl_runner": Runner(connection, connection.dialect),
        "_is_metadata_operation": False,
    }
    before(item, connection, **arguments)
    yield
    after(item, connection, **arguments)


def _dropped(operation: DropTable) -> sa.Table:
    """The table that goes; without columns where a script only names it."""
    if operation.table is not None:
        return build.table(operation.table)
    return sa.Table(operation.name.name, sa.MetaData(), schema=operation.name.schema)
