"""`op.timeouts`: how long statements may wait and take in a part of a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.options import seconds
from limbeck.dialects.locks import Limits
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext


_NOTED = "limbeck_limits"


class AskedLimits:
    """What the blocks ask for that a script is in, the innermost last."""

    def __init__(self, context: MigrationContext) -> None:
        self._context = context
        self.lock: float | None = None
        """Seconds that the innermost block allows to wait for a lock; None where none says so."""
        self.statement: float | None = None

    @contextmanager
    def block(self, statement: Any = None, lock: Any = None) -> Iterator[None]:
        """Those hold inside. Raises CommandError for what is no duration."""
        if statement is None and lock is None:
            raise CommandError("op.timeouts() needs statement=, lock= or both.")
        before = self.lock, self.statement
        new = _checked("lock", lock), _checked("statement", statement)
        with self._written(*new) if self._context.as_sql else self._set(*new):
            self.lock = before[0] if new[0] is None else new[0]
            self.statement = before[1] if new[1] is None else new[1]
            try:
                with self._waited():
                    yield
            except sa.exc.DBAPIError as error:
                error.__dict__.setdefault(_NOTED, (self.lock, self.statement))
                raise
            finally:
                self.lock, self.statement = before

    def of(self, error: BaseException | None) -> tuple[float | None, float | None]:
        """What held for a statement that failed: for its locks, and for itself."""
        noted: tuple[float | None, float | None] = getattr(
            error, _NOTED, (self.lock, self.statement)
        )
        return noted

    @contextmanager
    def _waited(self) -> Iterator[None]:
        """Waits for the statements of the block, so that they have run under its limits."""
        live = self._limits is not None and self._context.connection is not None
        if live:
            self._context.patience.look()
        yield
        if live:
            self._context.ahead.wait()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """They hold as well where the transaction is left, in which they were set."""
        with self._set(self.lock, self.statement):
            yield

    def again(self) -> None:
        """They hold as well in the transaction that follows."""
        limits = self._limits
        connection = self._context.connection
        if limits is not None and connection is not None:
            self._send(connection, limits, self._asked(limits, self.lock, self.statement))

    # -- on a connection ----------------------------------------------------------------------

    @property
    def _limits(self) -> Limits | None:
        locks = self._context.limbeck_dialect.locks
        return None if locks is None or self._context.opts.get("on_scratch") else locks.limits

    def _asked(
        self, limits: Limits, lock: float | None, statement: float | None
    ) -> Mapping[str, str]:
        return limits.asked(self._context.dialect, lock, statement)

    @contextmanager
    def _set(self, lock: float | None, statement: float | None) -> Iterator[None]:
        """Sets them, and afterwards what was there before."""
        limits, connection = self._limits, self._context.connection
        asked = {} if limits is None else self._asked(limits, lock, statement)
        if limits is None or connection is None or not asked:
            yield
            return
        columns = ", ".join(limits.current.format(name) for name in asked)
        with self._context.progress.unwatched():
            row = connection.exec_driver_sql(f"SELECT {columns}").one()
        self._send(connection, limits, asked)
        usual = dict(zip(asked, map(str, row), strict=True))
        try:
            yield
        finally:
            with suppress(sa.exc.DBAPIError):  # a transaction that has failed forgets them
                self._send(connection, limits, usual)

    def _send(self, connection: sa.Connection, limits: Limits, values: Mapping[str, str]) -> None:
        in_transaction = not self._context.live.is_outside
        with self._context.progress.unwatched():
            for name, value in values.items():
                connection.exec_driver_sql(limits.set(name, value, in_transaction))

    # -- in a script --------------------------------------------------------------------------

    @contextmanager
    def _written(self, lock: float | None, statement: float | None) -> Iterator[None]:
        """Writes them, and afterwards those of the block around, or the session's own."""
        limits = self._limits
        if limits is None:
            yield
            return
        asked = self._asked(limits, lock, statement)
        around = self._asked(limits, self.lock, self.statement)
        self._write(limits, asked)
        yield
        self._write(limits, {name: around.get(name, "DEFAULT") for name in asked})

    def _write(self, limits: Limits, values: Mapping[str, str]) -> None:
        writer = self._context.writer
        for name, value in values.items():
            if limits.set(name, "DEFAULT", False):  # what cannot be taken back is not written
                writer.setting(limits.set(name, value, False) + writer.end)


def _checked(name: str, value: Any) -> float | None:
    try:
        return None if value is None else seconds(value)
    except ValueError as wrong:
        raise CommandError(f"op.timeouts(): '{name}' must be {wrong}, not {value!r}.") from None
