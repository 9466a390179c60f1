"""The transactions that the steps of a run are held by, on a connection and in a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from limbeck.database.transactions import Transaction
from limbeck.dialects.opening import ends_transaction
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext


class Held(Protocol):
    """What has something to write before a transaction ends, and to forget if it is lost."""

    def write(self) -> None:
        """Writes what was left to be written."""

    def forget(self) -> None:
        """Drops it: the transaction was rolled back."""


class LiveUnits:
    """Transactions on a connection.

    `external` says that the caller was in one already: it is then the caller's to end. `resumed`
    is called when another transaction follows one that was left in the middle of a run, `outside`
    is entered around what runs without one.
    """

    def __init__(
        self,
        connection: sa.Connection,
        external: bool,
        held: Callable[[], tuple[Held, ...]],
        resumed: Callable[[], None],
        outside: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.connection = connection
        self.external = external
        self._held = held
        self._resumed = resumed
        self._around_outside = outside
        self._transaction: Transaction | None = None
        self._outside = False
        self.rehearses = False
        """Whether nothing is to be committed: all is taken back in the end (a dry run)."""

    @property
    def is_open(self) -> bool:
        """Whether what runs now is held by a transaction of ours."""
        return self._transaction is not None

    @property
    def is_outside(self) -> bool:
        """Whether each statement commits by itself now."""
        return self._outside or _in_autocommit(self.connection)

    def write(self) -> None:
        """Has everything written that was left to be written."""
        for held in self._held():
            held.write()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits when the block is done, rolls back when it fails; nested, it does nothing."""
        if self._transaction is not None:
            yield
            return
        self._transaction = Transaction(self.connection)
        try:
            yield
            self.write()
        except BaseException:
            self.forget()
            if self._transaction is not None:
                self._transaction.rollback()
            raise
        else:
            if self._transaction is not None:
                self._transaction.commit()
        finally:
            self._transaction = None

    @contextmanager
    def autocommit(self, what: str) -> Iterator[None]:
        """Leaves the transaction for what cannot run in one; what ran before is committed.

        Raises CommandError, naming `what`, when the transaction is the caller's own.
        """
        if self.is_outside:
            self.write()
            yield
            return
        self._refuse_external(what)
        if self.rehearses:
            yield
            return
        began = self._transaction is not None
        self.write()
        if self._transaction is not None:
            self._transaction.commit()
            self._transaction = None
        level = self.connection.get_isolation_level()
        self.connection.commit()
        self.connection.execution_options(isolation_level="AUTOCOMMIT")
        self._outside = True
        try:
            with self._around_outside():
                yield
        finally:
            self._outside = False
            self.connection.commit()
            self.connection.execution_options(isolation_level=level)
            if began:
                self._begin_again()

    def _begin_again(self) -> None:
        self._transaction = Transaction(self.connection)
        self._resumed()

    @contextmanager
    def alone(self, what: str) -> Iterator[None]:
        """Commits after the block; where each statement commits by itself, the block does as one.

        What was left to be written is written with it.
        """
        if not self.is_outside:
            yield
            self.commit(what)
            return
        self.connection.exec_driver_sql("BEGIN")
        try:
            yield
            self.write()
        except BaseException:
            self.forget()
            if not self.connection.invalidated:
                self.connection.exec_driver_sql("ROLLBACK")
            raise
        self.connection.exec_driver_sql("COMMIT")

    def commit(self, what: str) -> None:
        """Commits what ran before, and goes on in a new transaction."""
        self._refuse_external(what)
        if self.rehearses:
            return
        self.write()
        if self._transaction is not None:
            self._transaction.commit()
            self._begin_again()
        else:
            self.connection.commit()

    @property
    def current(self) -> Transaction | None:
        """The transaction that is open; another one after each commit."""
        return self._transaction

    def renew(self) -> None:
        """Begins again before anything was done, where it would go on seeing the past."""
        if self._transaction is None:
            if not self.external and self.connection.in_transaction():
                self.connection.commit()  # which a query of the command's began
            return
        if self.connection.dialect.name == "sqlite" or (
            self.connection.get_isolation_level() in ("REPEATABLE READ", "SERIALIZABLE")
        ):
            self._transaction.commit()
            self._transaction = Transaction(self.connection)

    def restart(self) -> None:
        """Rolls back, and begins again."""
        if self._transaction is not None:
            self._transaction.rollback()
            self._transaction = Transaction(self.connection)

    def forget(self) -> None:
        """Has everything dropped that was left to be written."""
        for held in self._held():
            held.forget()

    def _refuse_external(self, what: str) -> None:
        if self.external:
            raise CommandError(
                f"{what} cannot leave a transaction that the caller began: pass a "
                "connection that is not in a transaction."
            )


def _in_autocommit(connection: sa.Connection) -> bool:
    """Whether the driver was told, with the engine, to begin no transactions."""
    driver: Any = connection.connection.dbapi_connection
    ask = getattr(driver, "get_autocommit", None)
    return bool(ask()) if callable(ask) else getattr(driver, "autocommit", False) is True


@dataclass
class _Scripted:
    """Where a script stands: whether in a transaction, and whether its BEGIN is still to come.

    `made` are enum types that the transaction has created, `later` values for after its end.
    """

    open: bool = False
    due: bool = False
    made: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


class ScriptedUnits:
    """Transactions in a script (``--sql``), where the dialect's DDL can be rolled back.

    One that goes on after something that stands outside begins with its first statement.
    """

    def __init__(self, context: MigrationContext, external: bool) -> None:
        self.external = external
        self._context = context
        self._now = _Scripted()

    def mark(self) -> _Scripted:
        """Where the script stands, to go back to with what was written since."""
        return replace(self._now)

    def back(self, mark: _Scripted) -> None:
        """Goes back there."""
        self._now = replace(mark)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Writes BEGIN and COMMIT around the block."""
        context = self._context
        if not context.transactional_ddl:
            yield
            return
        rebuilds = context.limbeck_dialect.rebuilds
        with context.offline.transaction() if rebuilds else nullcontext():
            self.begin()
            yield
            self.commit()

    @contextmanager
    def autocommit(self, what: str) -> Iterator[None]:
        """Writes COMMIT and BEGIN around the block, where it stands in a transaction."""
        began = self._now.open
        if began:
            self.commit()
        yield
        if began:
            self._now = _Scripted(open=True, due=True)

    @contextmanager
    def apart(self, sql: str, alone: bool) -> Iterator[None]:
        """Writes the transaction's end before what is not to run in it, and its start after.

        A value that was added to an enum type can be used after a commit only, unless the type
        is of the same transaction.
        """
        commits = self._context.limbeck_dialect.commits
        if alone or commits.alone(sql):
            with self.autocommit(sql):
                yield
            return
        if self._now.open and any(f"'{value}'" in sql for value in self._now.later):
            self.commit()
            self.begin()
        ends = self._now.open and ends_transaction(sql)
        self.begin_if_due()
        yield
        if ends:
            self._now = _Scripted(open=True, due=True)
        if (made := commits.makes(sql)) is not None:
            self._now.made += (made,)
        added = commits.adds(sql)
        if added is not None and added[0] not in self._now.made:
            self._now.later += (added[1],)

    def begin(self) -> None:
        """Writes the start of a transaction."""
        words = {"mssql": "BEGIN TRANSACTION", "oracle": "SET TRANSACTION READ WRITE"}
        writer = self._context.writer
        self._now.due = False
        writer.text(words.get(self._context.dialect.name, "BEGIN") + writer.end)
        self._now.open = True

    def begin_if_due(self) -> None:
        """Writes the start of a transaction that goes on, before what is first in it."""
        if self._now.due:
            self.begin()

    def commit(self) -> None:
        """Writes the end of a transaction, unless nothing was written since its start was due."""
        writer = self._context.writer
        if not self._now.due:
            writer.text("COMMIT" + writer.end)
        self._now = _Scripted()
