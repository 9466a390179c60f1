"""A program that runs ``limbeck`` and has it die at one moment of its way.

``python -m tests.databases.interrupted.killer`` reads lines of JSON, ``[moment, argument, …]``:
each time ``limbeck argument …`` is run in a forked process (the first in this one), which kills
itself with -9 at the moment of that number, counted from nought; at none for a null. The exit
status is printed, -9 included. With the same list as an argument it does so once, forking nothing.

A moment is one before a statement is sent, and one when it has been sent and the answer was not
waited for. They are counted beneath SQLAlchemy, in the driver, where nobody is seen to listen. With
LIMBECK_EXAMPLES in the environment, the answer is another moment, and Limbeck's own statements and
the commits have them like the script's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import psycopg2
import psycopg2.extensions
import pymysql.connections

from limbeck.cli.main import run

OWN = re.compile(
    r"\s*(?:SELECT|SHOW|DESCRIBE|SET|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|KILL|DO)\b"
    r"|.*\b(?:limbeck_\w+|alembic_version)\b",
    re.IGNORECASE | re.DOTALL,
)
"""What is not a statement of a script's that changes something."""


class Killer:
    """Kills this process at a moment."""

    def __init__(self, moment: int | None) -> None:
        self._left = moment
        self._everywhere = "LIMBECK_EXAMPLES" in os.environ
        self._sending = False

    def reach(self) -> None:
        """A moment has come."""
        if self._left is None:
            return
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def sent(self) -> None:
        """The statement under way has been sent, unless that was seen before."""
        if self._sending:
            self._sending = False
            self.reach()

    @contextlib.contextmanager
    def statement(self, sql: Any) -> Iterator[None]:
        """The moments of a statement."""
        text = sql.decode(errors="replace") if isinstance(sql, bytes | bytearray) else str(sql)
        if OWN.match(text) and not self._everywhere:
            yield
            return
        self.reach()
        self._sending = True
        yield
        self._sending = False
        if self._everywhere:
            self.reach()

    # -- drivers ------------------------------------------------------------------------------

    def watch(self) -> None:
        """Sees what both drivers send from now on."""
        self._watch_pymysql()
        self._watch_psycopg2()

    def _watch_pymysql(self) -> None:
        killer, driver = self, pymysql.connections.Connection
        query, answer, commit = driver.query, driver._read_query_result, driver.commit

        def watched(connection: Any, sql: Any, unbuffered: bool = False) -> Any:
            with killer.statement(sql):
                return query(connection, sql, unbuffered)

        def answered(connection: Any, unbuffered: bool = False) -> Any:
            killer.sent()
            return answer(connection, unbuffered)

        def committed(connection: Any) -> None:
            with killer.statement("COMMIT"):
                commit(connection)

        driver.query, driver._read_query_result, driver.commit = watched, answered, committed

    def _watch_psycopg2(self) -> None:
        killer, connect = self, psycopg2.connect

        class Cursor(psycopg2.extensions.cursor):
            def execute(self, query: Any, vars: Any = None) -> None:
                with killer.statement(query):
                    super().execute(query, vars)

        class Connection(psycopg2.extensions.connection):
            def commit(self) -> None:
                with killer.statement("COMMIT"):
                    super().commit()

        def waited(connection: Any) -> None:
            """Waits as the driver does by itself; a statement has been sent when it comes here."""
            killer.sent()
            while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
                reads = state == psycopg2.extensions.POLL_READ
                both = [connection], [] if reads else [connection]
                select.select(*both, [])

        def connected(*args: Any, **kw: Any) -> Any:
            return connect(*args, connection_factory=Connection, cursor_factory=Cursor, **kw)

        psycopg2.connect = connected
        psycopg2.extensions.set_wait_callback(waited)


def once(moment: int | None, arguments: list[str]) -> int:
    """Runs ``limbeck`` in this process."""
    if moment is not None:
        Killer(moment).watch()
    return run(["--raiseerr", *arguments])


def serve() -> None:
    """Runs it for each line: the first time here, which imports what the others need."""
    for number, line in enumerate(sys.stdin):
        moment, *arguments = json.loads(line)
        print(apart(moment, arguments) if number else once(moment, arguments), flush=True)


def apart(moment: int | None, arguments: list[str]) -> int:
    """Runs it in a forked process."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = once(moment, arguments)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        moment, *arguments = json.loads(sys.argv[1])
        sys.exit(once(moment, arguments))
    serve()
