"""Statements that a script sends on the connection itself, past the operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.digests import digest_of_text
from limbeck.database.journal import Line
from limbeck.dialects.opening import controls_transaction, is_for_session, reads

if TYPE_CHECKING:
    from limbeck.database.progress import Progress


@dataclass(slots=True)
class _Sent:
    """A statement on its way: its line, None where it is passed over."""

    cursor: Any
    line: Line | None
    is_alone: bool = False


@contextmanager
def _listeners(*listeners: tuple[Any, str, Callable[..., Any]]) -> Iterator[None]:
    for listener in listeners:
        sa.event.listen(*listener)
    try:
        yield
    finally:
        for listener in listeners:
            sa.event.remove(*listener)


class RawStatements:
    """Sees each statement before and after it is sent, through SQLAlchemy's events.

    One that an earlier run has done already is passed over: nothing is sent for it. Queries are
    never passed over, and what an INSERT gave back is not known when it is.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._sent: _Sent | None = None
        self._listens = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listens to the connection; inside of another such block there is nothing to do."""
        if self._listens:
            yield
            return
        connection = self._progress.connection
        self._listens = True
        with _listeners(
            (connection, "before_cursor_execute", self._before),
            (connection, "after_cursor_execute", self._after),
        ):
            try:
                yield
            finally:
                self._listens = False

    def passing_over(self) -> AbstractContextManager[None]:
        """Lets statements be passed over that an earlier run has done."""
        dialect = self._progress.connection.dialect
        names = ("do_execute", "do_executemany", "do_execute_no_params")
        return _listeners(*((dialect, name, self._instead) for name in names))

    def settle(self, error: BaseException | None = None) -> None:
        """The statement on its way, if there is one, has failed: nothing came after it."""
        sent, self._sent = self._sent, None
        if sent is not None and sent.line is not None and sent.is_alone:
            with self._progress.unwatched():
                self._progress.failed(sent.line, error)

    def _before(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        progress = self._progress
        if not progress.watching or reads(sql) or is_for_session(sql):
            return
        self.settle()
        with progress.unwatched():
            if controls_transaction(sql):
                progress.note_control(sql)
                return
            progress.separate(sql, parameters)
            self._sent = self._send(cursor, sql)

    def _send(self, cursor: Any, sql: str) -> _Sent:
        progress, known_by = self._progress, digest_of_text(sql)
        lines = progress.meet(known_by)
        open_ = None if lines is None else progress.open_lines(lines, None)
        if open_ is not None and not open_:
            return _Sent(cursor, None)
        context = progress.context
        alone = context.live.is_outside or (
            not context.limbeck_dialect.transactional_ddl and progress.is_alone(sql)
        )
        line = open_[0] if open_ else progress.ledger.own_line(known_by, sql, is_alone=alone)
        if alone:
            progress.started(line)
        return _Sent(cursor, line, alone)

    def _instead(self, cursor: Any, *_: Any) -> bool | None:
        """Sends something that does nothing, so that the cursor has a result."""
        if self._sent is None or self._sent.cursor is not cursor or self._sent.line is not None:
            return None
        cursor.execute(self._progress.commits.nothing)
        return True

    def _after(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        sent = self._sent
        if sent is None or sent.cursor is not cursor:
            return
        self._sent = None
        if sent.line is None:
            return
        with self._progress.unwatched():
            if sent.is_alone:
                self._progress.ended(sent.line)
            else:
                self._progress.done(sent.line, sql)
