"""The same commands, typed for both tools in folders of their own, print and write the same."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.differential

# Runs commands one after the other in one process; each gives [status, output].
_DRIVE = """
import contextlib, io, json, sys, warnings
warnings.simplefilter("ignore")
tool, commands = sys.argv[1], json.loads(sys.argv[2])

def with_limbeck(argv):
    from limbeck.cli.main import run
    return run(argv)

def with_alembic(argv):
    from alembic.config import CommandLine, Config
    line = CommandLine()
    options = line.parser.parse_args(argv)
    line.run_cmd(Config("alembic.ini", cmd_opts=options, stdout=sys.stdout), options)
    return 0

results = []
for argv in commands:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = {"limbeck": with_limbeck, "alembic": with_alembic}[tool](argv)
        except SystemExit as error:
            status = error.code & 0xFF
    results.append([status, out.getvalue()])
print(json.dumps(results))
"""


def revision(rev_id: str, *options: str) -> list[str]:
    return ["revision", "--rev-id", rev_id, "-m", f"message of {rev_id}", *options]


SETUPS: dict[str, list[list[str]]] = {
    "linear": [revision("a1"), revision("b1"), revision("c1")],
    "branches": [
        revision("a1"),
        revision("b1", "--branch-label", "left"),
        revision("b2", "--head", "a1", "--splice", "--branch-label", "right"),
        revision("c1", "--head", "left@head"),
        revision("c2", "--head", "right@head", "--depends-on", "c1"),
    ],
    "merged": [
        revision("a1"),
        revision("b1"),
        revision("b2", "--head", "a1", "--splice"),
        ["merge", "-m", "both", "--rev-id", "m1", "b1", "b2"],
        revision("d1"),
    ],
    "bases": [
        revision("a1", "--branch-label", "one"),
        revision("z1", "--head", "base", "--branch-label", "two", "--depends-on", "one"),
        revision("a2", "--head", "one@head"),
        revision("z2", "--head", "z1"),
        ["merge", "-m", "all", "--rev-id", "m1", "heads"],
    ],
    "quotes": [["revision", "--rev-id", "a1", "-m", 'it\'s "quoted" here'], revision("b1")],
    "nothing": [],
}
LISTINGS = [
    ["heads"],
    ["heads", "-v"],
    ["heads", "--resolve-dependencies"],
    ["history"],
    ["history", "-v"],
    ["history", "-r", "a1:"],
    ["history", "-r", ":b1"],
    ["history", "-r", "b1:c1"],
    ["branches"],
    ["branches", "-v"],
    ["show", "heads"],
    ["show", "a1"],
    ["show", "a"],
    ["show", "base"],
]
REFUSED = [
    ["show", "nope"],
    ["history", "-r", "b1"],
    ["edit", "base"],
    ["revision", "--sql"],
    ["revision", "--sql", "--autogenerate"],
    ["revision", "--rev-id", "a-b"],
    ["revision", "--head", "nope"],
    ["revision", "--head", "a1"],
    ["merge", "nope", "a1"],
]


def drive(tool: str, folder: Path, commands: list[list[str]]) -> list[list[Any]]:
    done = subprocess.run(
        [sys.executable, "-c", _DRIVE, tool, json.dumps(commands)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results: list[list[Any]] = json.loads(done.stdout)
    return [[status, in_order(output.replace(str(folder), "FOLDER"))] for status, output in results]


def in_order(text: str) -> str:
    """Several labels, or branches, stand in the order of a set in Alembic's output."""
    text = re.sub(
        r"(?:^ +-> .*\n)+",
        lambda lines: "".join(sorted(lines[0].splitlines(True))),
        text,
        flags=re.M,
    )
    text = re.sub(
        r"\((\w+, \w+)\)", lambda names: f"({', '.join(sorted(names[1].split(', ')))})", text
    )
    return re.sub(
        r"(Branch names|Branches into): (.*)",
        lambda names: f"{names[1]}: {', '.join(sorted(names[2].split(', ')))}",
        text,
    )


def without_dates(text: str) -> str:
    return re.sub(r"Create Date: .*", "Create Date:", text)


def assignments(path: Path) -> dict[str, Any]:
    """The literal assignments of a file, and its docstring."""
    tree = ast.parse(path.read_text())
    found: dict[str, Any] = {"doc": without_dates(ast.get_docstring(tree) or "")}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = ast.literal_eval(node.value)
    return found


@pytest.fixture(params=SETUPS, scope="module")
def folders(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A folder for each tool, made by Alembic's init, with the setup's revisions in it."""
    made = {}
    parent = tmp_path_factory.mktemp(str(request.param))
    for tool in ("alembic", "limbeck"):
        folder = parent / tool
        folder.mkdir()
        (folder / ".git").mkdir()
        drive("alembic", folder, [["init", "migrations"]])
        for status, output in drive(tool, folder, SETUPS[request.param]):
            assert status == 0, output
        made[tool] = folder
    return made


def test_both_write_the_same_headers(folders: dict[str, Path]) -> None:
    written = {
        tool: {path.name: assignments(path) for path in sorted(folder.rglob("versions/*.py"))}
        for tool, folder in folders.items()
    }
    assert written["limbeck"] == written["alembic"]


def test_both_list_the_same(folders: dict[str, Path]) -> None:
    folder = folders["alembic"]
    known = {path.name.split("_")[0] for path in folder.rglob("versions/*.py")}
    commands = [
        command
        for command in LISTINGS
        if all(word in known for word in re.findall(r"\b[a-z]\d\b", " ".join(command)))
        and (known or "a" not in command)
    ]
    expected = drive("alembic", folder, commands)
    for command, ours, theirs in zip(
        commands, drive("limbeck", folder, commands), expected, strict=True
    ):
        assert ours == theirs, command


def test_both_refuse_the_same(folders: dict[str, Path]) -> None:
    folder = folders["alembic"]
    before = sorted(folder.rglob("*.py"))
    commands = [command for command in REFUSED if "a1" not in command]
    expected = drive("alembic", folder, commands)
    for command, ours, theirs in zip(
        commands, drive("limbeck", folder, commands), expected, strict=True
    ):
        assert ours[0] == theirs[0], (command, ours, theirs)
        reason = theirs[1].strip().removeprefix("FAILED: ")
        assert reason in ours[1], command
    assert sorted(folder.rglob("*.py")) == before


def test_each_reads_what_the_other_wrote(folders: dict[str, Path]) -> None:
    for folder in folders.values():
        ours = drive("limbeck", folder, [["history"], ["heads"]])
        assert ours == drive("alembic", folder, [["history"], ["heads"]])
