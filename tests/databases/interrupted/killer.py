"""A program that upgrades a database and dies, again and again, at each moment of the way once.

``python -m tests.databases.interrupted.killer FOLDER URL`` upgrades in one process after the
other. Each is killed with -9 at the first moment at which none was killed before: before a
statement is sent, and after the server has run it. With LIMBECK_EXAMPLES in the environment, also
around what is Limbeck's own, and around each commit. It ends when one comes through; the number of
deaths is printed.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from limbeck import command
from limbeck.dialects.base import dialect as limbeck_dialect
from limbeck.project.config import Config

_OF_THE_RUN = re.compile(r"^[0-9a-f]{32}$|^\d+(@[\d.]+)?$")
"""Parameters that are different in each run: its number, and that of the server's session."""

_BETWEEN = re.compile(r"SELECT|SHOW|\s*DESCRIBE|(?:INSERT INTO|UPDATE|DELETE FROM) limbeck_journal")
"""What is sent between the statements that change something of the user's."""


class Killer:
    """Kills this process at the first moment that is not in the file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
        self.last = ""
        self.everywhere = "LIMBECK_EXAMPLES" in os.environ

    def moment(self, phase: str, sql: str, parameters: Any) -> None:
        values = parameters.values() if isinstance(parameters, dict) else parameters or ()
        kept = [str(v) for v in values if not _OF_THE_RUN.match(str(v))]
        self.last = re.sub(r"\s+", " ", f"{sql} {kept}")
        if self.everywhere or not _BETWEEN.match(sql):
            self.reach(f"{phase} {self.last}")

    def reach(self, key: str) -> None:
        if key not in self.known:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(key + "\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        def before(_: Any, __: Any, sql: str, parameters: Any, *___: Any) -> None:
            self.moment("before", sql, parameters)

        def after(_: Any, __: Any, sql: str, parameters: Any, *___: Any) -> None:
            self.moment("after", sql, parameters)

        sa.event.listen(sa.Engine, "before_cursor_execute", before)
        sa.event.listen(sa.Engine, "after_cursor_execute", after)
        if not self.everywhere:
            return
        commit = DefaultDialect.do_commit

        def do_commit(dialect: Any, connection: Any) -> None:
            self.reach(f"before the commit after {self.last}")
            commit(dialect, connection)
            self.reach(f"after the commit after {self.last}")

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def upgrade(folder: Path, url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")


def _import_all(url: str) -> None:
    """What each process would import for itself."""
    dialect = sa.make_url(url).get_dialect()
    dialect.import_dbapi()
    for name in ("commands.upgrade", "project.environment", "op", "operations.data"):
        import_module(f"limbeck.{name}")
    limbeck_dialect(dialect.name)


def main(folder: Path, url: str) -> None:
    _import_all(url)
    deaths = 0
    while True:
        child = os.fork()
        if child == 0:
            try:
                Killer(folder / "moments").watch()
                upgrade(folder, url)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            print(deaths)
            sys.exit(os.WEXITSTATUS(status))
        deaths += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
