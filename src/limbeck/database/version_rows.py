"""The version table's rows while a run changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

import sqlalchemy as sa

from limbeck.database.version_table import VersionTable
from limbeck.operations.compiler import Compiler
from limbeck.revision.rows import RowChange, between


class VersionRows:
    """The rows on a connection.

    Within a transaction that holds the whole run only the run itself could see the rows between
    two steps: they are written when something may look, and when it ends.
    """

    def __init__(
        self,
        connection: sa.Connection,
        version: VersionTable,
        compiler: Callable[[], Compiler],
        unwatched: Callable[[], AbstractContextManager[None]] = nullcontext,
        ahead: Callable[[str, str | None], bool] = lambda sql, otherwise: False,
    ) -> None:
        self.connection = connection
        self.version = version
        self._compiler = compiler
        self._unwatched = unwatched
        self._ahead = ahead
        self._unwritten: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def read(self) -> tuple[str, ...]:
        """The rows, as they are now."""
        self.write()
        with own_transaction(self.connection):
            return self.version.rows(self.connection)

    def ensure_table(self, purge: bool = False) -> None:
        """Creates the table where it is missing; with `purge`, empties it."""
        with own_transaction(self.connection):
            self.version.create(self.connection)
            if purge:
                self.connection.execute(self.version.table().delete())

    def change(self, change: RowChange) -> None:
        """Changes the rows now."""
        with self._unwatched():
            self.version.change(self.connection, change, self._compiler(), self._ahead)

    def change_later(self, change: RowChange, rows: Sequence[str]) -> None:
        """Changes `rows` before anything may look."""
        written = tuple(rows) if self._unwritten is None else self._unwritten[0]
        self._unwritten = (written, change.after)

    def write(self) -> None:
        """Writes what was left to be written."""
        if self._unwritten is not None:
            change = between(*self._unwritten)
            self._unwritten = None
            self.change(change)

    def forget(self) -> None:
        """Drops what was left to be written."""
        self._unwritten = None


@contextmanager
def own_transaction(connection: sa.Connection) -> Iterator[None]:
    """A transaction of its own, or the one that is under way."""
    if connection.in_transaction():
        yield
        return
    with connection.begin():
        yield
