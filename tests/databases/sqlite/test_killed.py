"""A process that is killed in the middle of a rebuild leaves the old table or the new one."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.databases.sqlite.support import FEATURES

ROOT = Path(__file__).parents[3]
ROWS = 400
"""More than a cache of five pages holds: the file is written to before the end."""

Contents = dict[str, list[Any]]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_killed_before_any_statement_the_table_is_the_old_or_the_new_one_with_all_rows(
    tmp_path: Path, journal: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        connection.executescript(FEATURES)
        connection.execute(f"PRAGMA journal_mode={journal}")
        values = [(n, f"name {n}" * 20, n) for n in range(100, 100 + ROWS)]
        connection.executemany("INSERT INTO t (id, name, qty) VALUES (?, ?, ?)", values)
        connection.commit()
    before = contents(tmp_path / "app.db")
    done = subprocess.run(
        [sys.executable, "-m", "tests.databases.sqlite.killed", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    databases = sorted(tmp_path.glob("[0-9]*.db"), key=lambda path: int(path.stem))
    after = contents(databases[-1])
    found = [contents(path) for path in databases]
    versions = ("alembic_version",)
    states = [{k: v for k, v in state.items() if k not in versions} for state in found]
    old, new = ({k: v for k, v in s.items() if k not in versions} for s in (before, after))
    assert len(databases) > 15
    assert old != new
    assert [state for state in states if state not in (old, new)] == []
    assert states.count(old) > 15
    assert after["t"] != before["t"]
    assert len(after["t"]) == len(before["t"]) == ROWS + 2


def contents(path: Path) -> Contents:
    """The rows of all tables and the catalog, as the next process to open the file finds them."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        catalog = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version' "
            "ORDER BY 1, 2"
        ).fetchall()
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        ).fetchall()
        rows = {
            name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
            for (name,) in names
        }
    return {"": catalog, **rows}
