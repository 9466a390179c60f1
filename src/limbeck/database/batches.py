"""Backfills: the rows of a table changed in batches, from where an earlier run stopped.

The position is written to the journal in the transaction that changes the rows of a batch: a row
is changed once, whatever ends the run, also where the new value builds on the old.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.connect import sleep
from limbeck.database.journal import Line
from limbeck.database.position import Position, read
from limbeck.database.watched import tell
from limbeck.dialects.base import Request, dialect
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.metadata import build
from limbeck.schema.named import Named

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext
    from limbeck.operations.backfill import Backfill

log = logging.getLogger("alembic.runtime.migration")

_TELL_AFTER = 5.0
"""Seconds between two lines about how far it has come."""

_ROW_VALUES = ("postgresql", "sqlite")
"""Databases that find ``(a, b) > (1, 2)`` in an index."""


def whole(connection: sa.Connection, operation: Backfill) -> int:
    """Changes all rows in one statement; how many."""
    target = _table(connection, operation)
    return connection.execute(operation.update(target)).rowcount


class Batches:
    """One backfill of a run, from the position of its line in the journal on."""

    def __init__(self, context: MigrationContext, operation: Backfill, line: Line) -> None:
        assert context.connection is not None
        self._context = context
        self._connection = context.connection
        self._operation = operation
        self._line = line
        self._position = Position()

    def run(self) -> None:
        """Changes batch after batch. What ran before is committed before the first.

        Raises CommandError for a table that is not there or has no primary key.
        """
        live = self._context.live
        with live.alone("op.backfill()"):
            self._begin()
            self._check()
            estimate, level = self._estimate(), self._context.log_level
            progress = _Progress(str(self._operation.table), self._position, estimate, level)
        rows_are_left = True
        while rows_are_left:
            with live.alone("op.backfill()"):
                rows_are_left = self._batch()
            if rows_are_left:
                progress.tell(self._position)
                sleep(self._connection, self._operation.pause)
        progress.end(self._position)

    def _begin(self) -> None:
        """Reads the position again: an earlier run may have been killed while it committed."""
        query = self._context.progress.ledger.position(self._line)
        if query is not None:
            self._line.position = self._send(query).scalar()
            self._position = read(self._line.position)
        self._line.position = str(self._position)

    def _batch(self) -> bool:
        """Changes the rows of the next batch, and notes that; whether it was not the last."""
        position, size = self._position, self._operation.size
        last = self._last(position)
        result = self._send(self._update(position.key, last))
        seen = position.seen + size
        changed = position.changed + max(result.rowcount, 0)
        if last is None:
            seen = changed if self._operation.where is None else position.seen
        self._position = Position(last, seen, changed)
        self._line.position = str(self._position)
        self._line.state = "started" if last is not None else "done"
        self._context.progress.ledger.touch(self._line)
        return last is not None

    def _last(self, position: Position) -> tuple[Any, ...] | None:
        """The key of the last row of the next batch; None where fewer rows are left."""
        query = sa.select(*self._key).order_by(*self._key)
        query = query.offset(self._operation.size - 1).limit(1)
        if position.key is not None:
            query = query.where(self._beyond(position.key))
        found = self._send(query).first()
        return None if found is None else tuple(found)

    def _update(self, first: tuple[Any, ...] | None, last: tuple[Any, ...] | None) -> sa.Update:
        """The UPDATE of rows after one key, up to another."""
        update = self._operation.update(self._table)
        if first is not None:
            update = update.where(self._beyond(first))
        if last is not None:
            update = update.where(sa.not_(self._beyond(last)))
        return update

    def _beyond(self, key: tuple[Any, ...]) -> Any:
        """That a row comes after that key."""
        bound = [sa.bindparam(None, v, c.type) for c, v in zip(self._key, key, strict=True)]
        if len(self._key) == 1:
            return self._key[0] > bound[0]
        if self._connection.dialect.name in _ROW_VALUES:
            return sa.tuple_(*self._key) > sa.tuple_(*bound)
        after: Any = self._key[-1] > bound[-1]
        for column, value in list(zip(self._key, bound, strict=True))[-2::-1]:
            after = sa.and_(column >= value, sa.or_(column > value, after))
        return after

    def _send(self, element: Any) -> sa.CursorResult[Any]:
        send = partial(self._connection.execute, element)
        result: sa.CursorResult[Any] = self._context.patience.statement(send)
        return result

    @cached_property
    def _table(self) -> sa.Table:
        return _table(self._connection, self._operation)

    @cached_property
    def _key(self) -> tuple[sa.Column[Any], ...]:
        return tuple(self._table.primary_key.columns)

    def _check(self) -> None:
        """Raises CommandError where rows cannot be gone through by a key."""
        if not self._key:
            raise UnsupportedOperation(
                f"op.backfill() goes through a table by its primary key, and '{self._table}' has "
                "none. Give it one first, or change its rows with op.execute()."
            )
        for column in self._key:
            if column.nullable:  # SQLite allows it
                missing = sa.select(sa.literal(1)).where(column.is_(None)).limit(1)
                if self._send(missing).first() is not None:
                    raise UnsupportedOperation(
                        f"op.backfill() goes through a table by its primary key, and "
                        f"'{self._table}' has rows with NULL in '{column.name}'."
                    )
        self._operation.update(self._table)

    def _estimate(self) -> int | None:
        """The rows of the table by the server's own estimate."""
        sizes = self._context.limbeck_dialect.sizes
        found = None if sizes is None else sizes(self._connection).get(self._operation.table)
        return None if found is None else found.rows


def _table(connection: sa.Connection, operation: Backfill) -> sa.Table:
    """The table as the server has it.

    SQLAlchemy's own reflection warns of types that it does not know, and warnings are switched
    off for the whole process only, where other threads and tasks do the same.
    """
    name = operation.table
    read = dialect(connection.dialect.name).inspect
    found = read(connection, Request(schemas=(name.schema,), tables=(name,))).find(name)
    if found is None:
        raise CommandError(f"op.backfill(): there is no table '{name}'.")
    key = (found.primary_key,) if found.primary_key is not None else ()
    return build.table(replace(found, constraints=key, indexes=Named(), options=()))


class _Progress:
    """Says how far a backfill has come, now and then."""

    def __init__(self, table: str, start: Position, estimate: int | None, level: int) -> None:
        self._table, self._start, self._estimate = table, start, estimate
        self._level = level
        self._what = f"Backfill of {table}"
        self._began = self._told = time.monotonic()
        if start.key is not None:
            log.log(level, "Backfill of %s goes on after %s rows", table, f"{start.seen:,}")

    def tell(self, position: Position) -> None:
        """Says it, if it was said some time ago; a watcher is told each time."""
        known = self._estimate if (self._estimate or 0) > position.seen else None
        tell(self._what, position.seen, known)
        now = time.monotonic()
        if now - self._told < _TELL_AFTER:
            return
        self._told = now
        rate = (position.seen - self._start.seen) / max(now - self._began, 0.001)
        all_, left = "", ""
        if self._estimate is not None and self._estimate > position.seen:
            all_ = f" of about {self._estimate:,}"
            left = f", {(self._estimate - position.seen) / max(rate, 1):,.0f} s left"
        log.log(
            self._level,
            "Backfill of %s: %s%s rows, %s rows/s%s",
            self._table,
            f"{position.seen:,}",
            all_,
            f"{rate:,.0f}",
            left,
        )

    def end(self, position: Position) -> None:
        """Says what was done."""
        tell(self._what, position.seen, position.seen)
        seconds = time.monotonic() - self._began
        log.log(
            self._level,
            "Backfill of %s: %s rows changed%s, in %.1f s",
            self._table,
            f"{position.changed:,}",
            f", {position.changed - self._start.changed:,} of them now" if self._start.key else "",
            seconds,
        )
