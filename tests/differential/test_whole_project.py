"""A project that uses all of Alembic at once: every command, typed for both tools on copies."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.differential.both_tools import drive

pytestmark = pytest.mark.differential

PROJECTS = Path(__file__).parent
TOOLS = ("alembic", "limbeck")

EVERYTHING: list[list[str]] = [
    ["heads"],
    ["heads", "-v"],
    ["heads", "--resolve-dependencies"],
    ["branches"],
    ["branches", "-v"],
    ["history"],
    ["history", "-v"],
    ["history", "-i"],
    ["history", "-r", "p1:heads"],
    ["current"],
    ["upgrade", "head"],
    ["upgrade", "+1"],
    ["upgrade", "main@head"],
    ["current"],
    ["current", "-v"],
    ["current", "--check-heads"],
    ["check"],
    ["revision", "--autogenerate", "-m", "too early"],
    ["upgrade", "plugin@+1"],
    ["upgrade", "heads"],
    ["current"],
    ["check"],
    ["revision", "--autogenerate", "-m", "more of it", "--rev-id", "c1", "--head", "main@head"],
    ["check"],
    ["upgrade", "heads"],
    ["check"],
    ["revision", "--autogenerate", "-m", "nothing", "--rev-id", "d1", "--head", "main@head"],
    ["revision", "-m", "x", "--head", "plugin@head", "--depends-on", "c1", "--rev-id", "p3"],
    ["history", "-i"],
    ["merge", "-m", "both", "--rev-id", "m1", "--branch-label", "joined", "c1", "p3"],
    ["upgrade", "head"],
    ["current", "--check-heads"],
    ["show", "m1"],
    ["show", "current"],
    ["edit", "c1"],
    ["downgrade", "-1"],
    ["downgrade", "plugin@p1"],
    ["current"],
    ["downgrade", "base"],
    ["current"],
    ["upgrade", "joined@head"],
    ["history", "-r", "current:"],
    ["stamp", "a1", "p1"],
    ["current"],
    ["stamp", "--purge", "nope"],
    ["stamp", "--purge", "heads"],
    ["current"],
    ["ensure_version"],
    ["upgrade", "a1:b1", "--sql"],
    ["downgrade", "b1:a1", "--sql"],
    ["ensure_version", "--sql"],
    ["stamp", "--sql", "a1:b1"],
    ["downgrade", "nope"],
]

MULTIDB: list[list[str]] = [
    ["upgrade", "head"],
    ["revision", "--autogenerate", "-m", "first", "--rev-id", "f1"],
    ["upgrade", "head"],
    ["current"],
    ["check"],
    ["revision", "-m", "by hand", "--rev-id", "f2"],
    ["upgrade", "head", "--sql"],
    ["upgrade", "+1"],
    ["current", "-v"],
    ["downgrade", "base"],
    ["current"],
]

DIALOGUES = {"everything": EVERYTHING, "multidb": MULTIDB}

# What comes out differently on purpose (docs/coming-from-alembic.md): status and first words.
DELIBERATE = {
    "check": (0, "Nothing to do\nNo new upgrade operations detected."),
    "stamp a1 p1": (0, ""),
    "current": (0, "a1\np1\n"),
    "upgrade a1:b1 --sql": (0, "PRAGMA foreign_keys=OFF;"),
    "downgrade b1:a1 --sql": (0, "PRAGMA foreign_keys=OFF;"),
}


@pytest.fixture(params=DIALOGUES, scope="module")
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, list[list[Any]]]]:
    """For each tool its folder, and status and output of each command."""
    parent = tmp_path_factory.mktemp(request.param)
    results = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDITOR", "true")
        for tool in TOOLS:
            folder = parent / tool
            shutil.copytree(PROJECTS / request.param, folder)
            results[tool] = folder, drive(tool, folder, DIALOGUES[request.param])
    return results


def test_every_command_answers_the_same(
    told: dict[str, tuple[Path, list[list[Any]]]], request: pytest.FixtureRequest
) -> None:
    commands = DIALOGUES[request.node.callspec.params["told"]]
    seen = set()
    for argv, theirs, ours in zip(commands, told["alembic"][1], told["limbeck"][1], strict=True):
        command = " ".join(argv)
        if agree(theirs, ours):
            continue
        assert command in DELIBERATE, (command, theirs, ours)
        status, words = DELIBERATE[command]
        assert ours[0] == status, (command, ours)
        assert ours[1].startswith(words), (command, ours)
        seen.add(command)
    assert seen == (set(DELIBERATE) if commands is EVERYTHING else set())


def agree(theirs: list[Any], ours: list[Any]) -> bool:
    """The same status and text; an error may go on where Alembic's ends."""
    alembic, limbeck = plain(theirs[1]), plain(ours[1])
    if theirs[0] == 255:
        return ours[0] == 255 and (limbeck.startswith(alembic) or detected(limbeck, alembic))
    return ours[0] == theirs[0] and limbeck == alembic


def detected(ours: str, theirs: str) -> bool:
    """`check`: the same kinds of differences in the same order."""
    kinds = [re.findall(r"\('([a-z_]+)', ", text) for text in (ours, theirs)]
    return bool(kinds[0]) and kinds[0] == kinds[1]


def plain(text: str) -> str:
    """Output without what the documented differences put in: advice, transactions of SQLite."""
    text = re.sub(r"\(\w+(?:, \w+)+\)", lambda n: f"({sorted(n[0][1:-1].split(', '))})", text)
    text = re.sub(r" RETURNING version_num|^(?:BEGIN|COMMIT);\n\n", "", text, flags=re.M)
    lines = text.strip().removesuffix(".").splitlines()
    listed = all(re.fullmatch(r"\w+( \(\w+\))*", line) for line in lines)
    return "\n".join(sorted(lines) if listed else lines)


def test_every_file_means_the_same(told: dict[str, tuple[Path, list[list[Any]]]]) -> None:
    written = {
        tool: {path.relative_to(folder): calls(path) for path in sorted(folder.rglob("*.py"))}
        for tool, (folder, _) in told.items()
    }
    assert written["limbeck"] == written["alembic"]
    marked = [p for p in told["limbeck"][0].rglob("c1_*.py") if "# marked" in p.read_text()]
    assert bool(marked) == (told["limbeck"][0] / "mark.py").exists()


def calls(path: Path) -> list[str]:
    """The functions and assignments of a file, whatever its layout.

    Constraints of a new table stand in an order of their own, and a batch that holds one change
    is as good as one of several.
    """
    return [text for node in ast.parse(path.read_text()).body for text in _meaning(node)]


def _meaning(node: ast.stmt) -> list[str]:
    match node:
        case ast.With(items=[item]):
            table = ast.unparse(item.context_expr)
            inside = [text for line in node.body for text in _meaning(line)]
            return [t[6:] if t.startswith("batch_op.execute") else f"{table} {t}" for t in inside]
        case ast.Expr(value=ast.Call() as call):
            call.args.sort(key=lambda arg: (ast.unparse(arg)[:9] != "sa.Column", ast.unparse(arg)))
            call.keywords = [k for k in call.keywords if ast.unparse(k) != "unique=False"]
            return [ast.unparse(call)]
        case ast.FunctionDef():
            return [f"{node.name}: {text}" for line in node.body for text in _meaning(line)]
        case _:
            return [ast.unparse(node)]


def test_every_database_ends_the_same(told: dict[str, tuple[Path, list[list[Any]]]]) -> None:
    found = {
        tool: {path.name: content(path) for path in sorted(folder.glob("*.db"))}
        for tool, (folder, _) in told.items()
    }
    assert found["alembic"]
    assert found["limbeck"] == found["alembic"]


def content(path: Path) -> Any:
    """Tables with their columns, views, and the rows of the version table."""
    engine = sa.create_engine(f"sqlite:///{path}")
    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version ORDER BY 1")
        versions = [row[0] for row in rows]
    tables = {
        name: [
            (c["name"], str(c["type"]), c["nullable"], c["default"])
            for c in inspector.get_columns(name)
        ]
        for name in sorted(inspector.get_table_names())
    }
    return tables, inspector.get_view_names(), versions
