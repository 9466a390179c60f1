"""What MySQL and MariaDB need for a statement: they refuse an algorithm that will not do.

Each is asked for in turn, from the one that bothers nobody; the first that the server accepts is
the one that it would choose, and carries the statement out. MariaDB's NOCOPY tells a change in
place from one that writes all rows anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa

from limbeck.dialects.mysql.hazards import Way, way
from limbeck.statements.action import Action
from limbeck.statements.hazards import Hazard, Known
from limbeck.statements.traced import Seen

_DDL = re.compile(r"\s*(ALTER\s+TABLE|CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX|"
                  r"DROP\s+INDEX)\b", re.IGNORECASE)  # fmt: skip

_DROP_INDEX = re.compile(r"\s*DROP\s+INDEX\s+(.+?)\s+ON\s+(\S+)\s*$", re.IGNORECASE | re.DOTALL)

_REFUSED = {1221, 1800, 1845, 1846}
"""ER_WRONG_USAGE, ER_UNKNOWN_ALTER_ALGORITHM, ER_ALTER_OPERATION_NOT_SUPPORTED and its kin."""

_WAYS = (
    ("INSTANT", "DEFAULT"),
    ("NOCOPY", "NONE"),
    ("NOCOPY", "SHARED"),
    ("INPLACE", "NONE"),
    ("INPLACE", "SHARED"),
)


class MySQLTracer:
    """Runs statements on a scratch database, asking for the mildest way first."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        dialect: object = connection.dialect
        self._mariadb = bool(getattr(dialect, "is_mariadb", False))

    def run(self, sql: str, actions: Iterable[Action], *, in_transaction: bool) -> Seen:
        """Runs one statement."""
        if _DDL.match(sql) is None or re.search(r"\bALGORITHM\s*=", sql, re.IGNORECASE):
            self._send(sql)
            return Seen()
        if (dropped := _DROP_INDEX.match(sql)) is not None:  # MariaDB's takes no algorithm
            sql = f"ALTER TABLE {dropped[2]} DROP INDEX {dropped[1]}"
        between = ", " if sql.lstrip().upper().startswith("ALTER") else " "
        for algorithm, lock in _WAYS:
            if algorithm == "NOCOPY" and not self._mariadb:
                continue
            words = [f"ALGORITHM={algorithm}", *([f"LOCK={lock}"] if lock != "DEFAULT" else [])]
            try:
                self._send(f"{sql}{between}{between.join(words)}")
            except sa.exc.DBAPIError as error:
                if _code(error) not in _REFUSED:
                    raise
                continue
            return Seen(way=f"{algorithm}, LOCK={'NONE' if lock == 'DEFAULT' else lock}")
        self._send(sql)
        return Seen(way="COPY, LOCK=SHARED")

    def end(self) -> None:
        """Nothing to do: every statement commits."""

    def close(self) -> None:
        """Nothing to do."""

    def _send(self, sql: str) -> None:
        self._connection.exec_driver_sql(sql, execution_options={"no_parameters": True})

    def differences(
        self, seen: Seen, hazards: Iterable[Hazard], actions: Iterable[Action], known: Known
    ) -> tuple[str, ...]:
        """Compares the algorithm and lock of the statement, which are those of its worst part."""
        ways = [found for action in actions if (found := way(action, known)) is not None]
        if not seen.way or not ways:
            return ()
        worst = max(ways, key=_badness)
        said = self._words(worst)
        if said == seen.way:
            return ()
        return (f"facts say ALGORITHM={said}, the server takes {seen.way}",)

    def _words(self, found: Way) -> str:
        """A way as the server was asked for it."""
        algorithm: str = found.algorithm
        if algorithm == "INPLACE" and self._mariadb and not found.rebuilds:
            algorithm = "NOCOPY"
        return f"{algorithm}, LOCK={found.lock}"


def _badness(found: Way) -> tuple[int, bool, bool]:
    order = ("INSTANT", "INPLACE", "COPY")
    return (order.index(found.algorithm), found.rebuilds, found.lock == "SHARED")


def _code(error: sa.exc.DBAPIError) -> int:
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
