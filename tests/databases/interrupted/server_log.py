"""What a server has written down of the statements that it ran."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.databases.interrupted.killer import OWN

MARIADB_LINE = re.compile(
    r"^(?:\d{6} +\d+:\d\d:\d\d)?\t*\s+(?P<session>\d+) (?P<kind>\w+)\t(?P<sql>.*)"
)
POSTGRESQL_LINE = re.compile(r"^(?P<session>\d+):(?P<kind>LOG):  statement: (?P<sql>.*)")
_ALONE = re.compile(r"(?:CREATE|ALTER|DROP|RENAME|TRUNCATE)(?! TEMPORARY)\b", re.I)
"""What commits by itself on MariaDB, and with it what ran before."""


class ServerLog:
    """The log of a server; `mark` forgets what stands in it by now."""

    def __init__(self, file: Path, line: re.Pattern[str]) -> None:
        self._file = file
        self._line = line
        self._implicit = line is MARIADB_LINE
        self._offset = 0

    def mark(self) -> None:
        """Only what is written after this counts."""
        self._offset = self._file.stat().st_size

    def committed(self) -> Counter[str]:
        """How often each statement that is not Limbeck's own ran, and was not rolled back."""
        done: Counter[str] = Counter()
        open_: dict[str, list[str]] = {}
        for session, kind, sql in self._entries():
            if kind not in ("Query", "LOG"):
                continue
            held = open_.setdefault(session, [])
            if sql.upper() in ("COMMIT", "COMMIT;"):
                done.update(held)
                held.clear()
            elif sql.upper() == "ROLLBACK":
                held.clear()
            elif self._implicit and _ALONE.match(sql):
                done.update([*held, sql])
                held.clear()
            elif not self._implicit and not held and not sql.upper().startswith("BEGIN"):
                done[sql] += 1
            else:
                held.append(sql)
        return Counter({sql: times for sql, times in done.items() if not OWN.match(sql)})

    def _entries(self) -> Iterator[tuple[str, str, str]]:
        """(session, kind, statement), with the white space of the statement evened out."""
        with self._file.open("rb") as stream:
            stream.seek(self._offset)
            lines = stream.read().decode("utf-8", "replace").splitlines()
        current: list[str] = []
        for text in lines:
            found = self._line.match(text)
            if found:
                if current:
                    yield current[0], current[1], " ".join(current[2].split())
                current = [found["session"], found["kind"], found["sql"]]
            elif current and not re.match(r"^\d+:", text):
                current[2] += "\n" + text
        if current:
            yield current[0], current[1], " ".join(current[2].split())
