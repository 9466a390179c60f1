"""A program that upgrades copies of a database, and is killed before one statement after another.

``python -m tests.databases.sqlite.killed FOLDER`` copies ``app.db`` to ``0.db``, ``1.db`` … and
upgrades each in a process of its own, killed before statement 0, 1 …, until one comes through.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

from limbeck import command
from tests.databases.project_folder import Folder

MIGRATION = """
with op.batch_alter_table("t") as batch:
    batch.alter_column("qty", nullable=False, server_default="1")
    batch.alter_column("name", type_=sa.Text(), new_column_name="title")
    batch.drop_constraint("uq", type_="unique")
    batch.add_column(sa.Column("added", sa.String(5), server_default="new"))
    batch.create_index("ix_title", ["title"])
"""


def project(folder: Path) -> Folder:
    found = Folder(folder / "migrations", f"sqlite:///{folder / 'app.db'}")
    found.revision("a1", MIGRATION)
    return found


def upgrade(migrations: Folder, database: Path, fatal: int) -> None:
    """Upgrades that database, unless it dies before."""
    numbers = itertools.count()

    def count(*_: object) -> None:
        if next(numbers) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)
    sa.event.listen(sa.Engine, "connect", lambda c, _: c.execute("PRAGMA cache_size=5"))
    migrations.config.set_main_option("sqlalchemy.url", f"sqlite:///{database}")
    command.upgrade(migrations.config, "head")


def main(folder: Path) -> None:
    migrations = project(folder)
    for fatal in itertools.count():
        database = folder / f"{fatal}.db"
        shutil.copy(folder / "app.db", database)
        child = os.fork()
        if child == 0:
            try:
                upgrade(migrations, database, fatal)
            finally:
                os._exit(0 if sys.exc_info()[0] is None else 1)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
