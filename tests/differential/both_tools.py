"""Commands typed for either tool in a folder, and what they print and write."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

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
        except Exception as error:
            print(type(error).__name__, error)
            status = 1
    results.append([status, out.getvalue()])
print(json.dumps(results))
"""


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
