"""What somebody at a terminal sees, and what a pipe gets instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_status import configure, write

screen = pytest.importorskip("tests.cli.screen", reason="pyte is not installed: no terminal")

RISKY = (
    "op.create_index('ix', 't1', ['x']); op.drop_column('t1', 'x');"
    "op.create_table('new', sa.Column('id', sa.Integer)); op.execute('INSERT INTO new SELECT 1')"
)


@pytest.fixture
def shop(limbeck: Run, project: Path, postgresql_database: str) -> Path:
    """A database at the first of two revisions, the other of which is risky."""
    configure(project, postgresql_database)
    write(project, 1, more="op.add_column('t1', sa.Column('x', sa.Text))")
    write(project, 2, "a1", more=RISKY)
    done = limbeck("upgrade", "a1")
    assert done.returncode == 0, done.stderr
    return project


def cells(lines: list[str]) -> str:
    """What stands in the cells of tables, column by column."""
    rows = [line.strip("│").split("│") for line in lines if line.startswith("│")]
    width = max(map(len, rows))
    columns = zip(*(row + [""] * (width - len(row)) for row in rows), strict=True)
    return " | ".join(" ".join(" ".join(column).split()) for column in columns)


def is_framed(lines: list[str]) -> bool:
    """Whether there is a table, and all its lines end with its frame."""
    framed = [line for line in lines if line[:1] in {"╭", "│", "├", "╰"}]
    return bool(framed) and all(line[-1] in "╮│┤╯" for line in framed)


@pytest.mark.postgresql
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_plan_is_a_table(shop: Path, columns: int) -> None:
    seen = screen.on_terminal(shop, columns, "plan")
    assert seen.status == 0
    assert is_framed(seen.lines)
    told = cells(seen.lines)
    assert "CREATE INDEX ix ON t1 (x)" in told
    assert "reads all rows of t1: builds an index" in told
    assert "loses data: the column x" in told
    assert "ACCESS EXCLUSIVE" in told
    assert "8 kB" in told
    if columns == 120:
        assert "Blocks" in told
        assert "nobody: this run made it" in told
        assert "Size" in told
    else:
        assert "blocks reads and writes" in told
        assert "made by this run: nobody waits" in told
    assert "downgrade() brings back the shape, and" in seen.text


@pytest.mark.postgresql
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_findings_are_a_table_where_there_is_room(shop: Path, columns: int) -> None:
    seen = screen.on_terminal(shop, columns, "lint")
    assert seen.status == 1
    assert is_framed(seen.lines) == (columns > 40)
    told = " ".join(seen.text.split()) if columns == 40 else cells(seen.lines)
    for text in ("error", "create-index", "migrations/versions/a2.py:", "CREATE INDEX ix ON t1"):
        assert text in told
    assert "Use postgresql_concurrently=True within" in told
    assert "1 revision for PostgreSQL" in seen.text
    assert ("Severity" in told) == (columns == 120)


@pytest.mark.postgresql
@pytest.mark.parametrize("columns", [40, 80])
def test_status_log_and_history(shop: Path, columns: int) -> None:
    seen = screen.on_terminal(shop, columns, "status")
    assert is_framed(seen.lines)
    told = cells(seen.lines)
    assert "Current" in told
    assert "a1 number 1" in told
    assert "1 revision; 'limbeck upgrade heads' runs them" in told
    log = screen.on_terminal(shop, columns, "log")
    assert is_framed(log.lines) == (columns > 40)
    assert "upgrade" in log.text
    history = screen.on_terminal(shop, columns, "history", "-i")
    assert is_framed(history.lines) == (columns > 40)
    if columns > 40:
        assert "a2 (head) a1 (current)" in cells(history.lines)


def test_a_fleet_is_a_table_of_results(project: Path) -> None:
    databases = "\n".join(
        f'[tool.limbeck.databases.{name}]\nscript_location = "migrations"\nurl = "sqlite:///{path}"'
        for name, path in (("billing", "billing.db"), ("shop", "missing/shop.db"))
    )
    (project / "pyproject.toml").write_text(f"[tool.limbeck]\n{databases}\n")
    write(project, 1)
    seen = screen.on_terminal(project, 80, "upgrade", "--all")
    assert seen.status == 255
    assert is_framed(seen.lines)
    told = cells(seen.lines)
    assert "Database or tenant billing shop" in told
    assert "Outcome upgraded failed" in told
    assert "unable to open database file" in told
    assert "[2/2] shop" in seen.text


@pytest.mark.parametrize(
    "env",
    [{"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}],
    ids=["dumb", "ascii"],
)
def test_a_terminal_that_cannot_draw_gets_what_a_pipe_gets(
    limbeck: Run, project: Path, env: dict[str, str]
) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    for command in ("history", "plan"):
        seen = screen.on_terminal(project, 120, command, env={**env, "NO_COLOR": "1"})
        piped = limbeck(command, env=env)
        sent = seen.sent.decode().replace("\r\n", "\n")
        assert "\x1b" not in sent
        assert sent == piped.stderr + piped.stdout


def test_no_color_leaves_the_table(project: Path) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    colours = b"\x1b[1;32m", b"\x1b[32m", b"\x1b[33m", b"\x1b[36m", b"\x1b[1;36m"
    plain = screen.on_terminal(project, 80, "history", env={"NO_COLOR": "1"})
    assert is_framed(plain.lines)
    assert not any(colour in plain.sent for colour in colours)
    coloured = screen.on_terminal(project, 80, "history")
    assert any(colour in coloured.sent for colour in colours)


def test_columns_says_how_wide_it_is(project: Path) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    seen = screen.on_terminal(project, 120, "plan", env={"COLUMNS": "64"})
    assert {len(line) for line in seen.lines if line[:1] in {"╭", "│", "├", "╰"}} == {64}


# -- progress ------------------------------------------------------------------------------------

SLOW = (
    "time.sleep(0.2);"
    "import sys, logging;"
    "print('said by {n}', file=sys.stderr);"
    "print('printed by {n}');"
    "logging.getLogger('alembic.own').warning('word ' * 40 + 'end of {n}')"
)
STEPS = 8


@pytest.fixture
def slow(project: Path) -> Path:
    """Revisions that take their time, and print and log."""
    (project / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///app.db"\n')
    for n in range(1, STEPS + 1):
        write(project, n, *([f"a{n - 1}"] if n > 1 else []), more=SLOW.format(n=n))
    return project


def expected() -> list[str]:
    """What the revisions print and log, in order."""
    found = []
    for n in range(1, STEPS + 1):
        before = f"a{n - 1}" if n > 1 else ""
        found += [
            f"INFO  [alembic.runtime.migration] Running upgrade {before} -> a{n}, number {n}",
            f"said by {n}",
            f"printed by {n}",
            f"WARNI [alembic.own] {'word ' * 40}end of {n}",
        ]
    return found


@pytest.mark.parametrize("columns", [40, 100])
def test_a_long_run_shows_how_far_it_is_and_tears_no_line(slow: Path, columns: int) -> None:
    seen = screen.on_terminal(slow, columns, "upgrade")
    assert seen.status == 0, seen.text
    last = [lines[-1] for lines in seen.screens if lines]
    told = [line for line in last if f"/{STEPS} " in line]
    assert any(f"6/{STEPS} " in line and "a7 number 7" in line for line in told), last
    assert all("Revisions" in line for line in told)
    assert any("━" in line for line in told) == (columns == 100)
    assert "Revisions" not in seen.text  # it is taken away
    width_filled = "".join(line.ljust(columns) for line in seen.lines)
    position = 0
    for line in expected():
        found = width_filled.find(line, position)
        assert found >= 0, line
        assert found % columns == 0, "each line begins a line of the screen"
        position = found


def test_nothing_is_shown_in_a_pipe_or_on_a_dumb_terminal(limbeck: Run, slow: Path) -> None:
    done = limbeck("upgrade", "a4")
    assert "Revisions" not in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    seen = screen.on_terminal(slow, 100, "upgrade", env={"TERM": "dumb"})
    assert seen.status == 0
    assert b"\x1b" not in seen.sent
    assert b"Revisions" not in seen.sent


def test_a_failure_takes_the_progress_away_first(slow: Path) -> None:
    write(slow, STEPS, f"a{STEPS - 1}", more="raise RuntimeError('no')")
    seen = screen.on_terminal(slow, 100, "upgrade")
    assert seen.status == 1
    assert "FAILED: RuntimeError: no" in seen.lines
    assert "Revisions" not in seen.text


def test_a_backfill_shows_its_rows(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///app.db"\n')
    rows = "', '".join(f"INSERT INTO t1 VALUES ({n}, 0)" for n in range(30))
    write(
        project,
        1,
        more="op.add_column('t1', sa.Column('x', sa.Integer));"
        f"[op.execute(s) for s in ['{rows}']];"
        "op.backfill('t1', {'x': 1}, batch_size=2, pause=0.1)",
    )
    seen = screen.on_terminal(project, 80, "upgrade")
    assert seen.status == 0, seen.text
    assert any("Backfill of t1" in lines[-1] and "20/" in lines[-1] for lines in seen.screens)
    assert "Backfill of t1: 30 rows changed" in seen.text


# -- start-up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("heads",), ("history",), ("upgrade",), ("status",), ("plan",), ("lint",)]
)
def test_rich_is_imported_only_when_something_is_drawn(
    project: Path, arguments: tuple[str, ...]
) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    code = (
        "import sys; from limbeck.cli.main import run; "
        f"status = run({list(arguments)!r}); "
        "print('rich' in sys.modules, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "False"
