"""docs/ci.md: what the recipes for pipelines run passes in a good state, and fails in a bad one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.layouts import lay_out

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
GITHUB, GITLAB, HOOKS = (
    yaml.safe_load(text)
    for text in re.findall(
        r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
)
SETTINGS = """\
[tool.limbeck]
metadata = "models:metadata"
models = ["models"]
url = "models:engine"
"""
FIRST = """\
import sqlalchemy as sa
from limbeck import op
revision, down_revision = "a1", None
def upgrade():
    op.create_table(
        "notes", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("text", sa.Text())
    )
def downgrade():
    op.drop_table("notes")
"""
BRANCH = "${{ github.base_ref }}"

Line = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def line(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A shell in a clone, on a branch beside `main`, of a project that has its first revision."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    names = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")
    environment = {
        **os.environ,
        **dict.fromkeys(names, "ada"),
        "PATH": path,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }
    (project / ".git").rmdir()
    lay_out(project, "script")
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (project / "migrations" / "versions").mkdir(parents=True)
    (project / "migrations" / "versions" / "a1.py").write_text(FIRST, encoding="utf-8")

    def run(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", text],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    origin = tmp_path_factory.mktemp("origin")
    done = run(
        "git init -q -b main . && echo __pycache__ > .gitignore && git add . "
        f"&& git commit -qm first && git init -q --bare {origin} "
        f"&& git remote add origin {origin} && git push -q origin main && git checkout -qb feature"
    )
    assert done.returncode == 0, done.stderr
    return run


def recipes() -> dict[str, None]:
    """Every line that runs Limbeck or prepares it, once and in order."""
    [job] = GITHUB["jobs"].values()
    lines = [step["run"] for step in job["steps"] if "run" in step]
    lines += GITLAB["migrations"]["script"]
    lines += [hook["entry"] for repo in HOOKS["repos"] for hook in repo["hooks"]]
    return dict.fromkeys(line.replace(BRANCH, "main") for line in lines if "pip" not in line)


def test_the_recipes_pass_where_all_is_well(line: Line) -> None:
    assert len(recipes()) == 7
    done = line(" && ".join(recipes()))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 revisions" in done.stdout or "nothing found" in done.stdout


HEAD = """\
from limbeck import op
revision, down_revision = "{}", "a1"
def upgrade():
    op.execute("{}")
def downgrade():
    op.execute("SELECT 1")
"""


def test_the_recipes_fail_where_something_is_wrong(line: Line, project: Path) -> None:
    versions = project / "migrations" / "versions"
    drop = "ALTER TABLE notes DROP COLUMN text"
    (versions / "b2.py").write_text(HEAD.format("b2", drop), encoding="utf-8")
    (versions / "c3.py").write_text(HEAD.format("c3", "SELECT 1"), encoding="utf-8")
    failing = {
        text: line(text)
        for text in recipes()
        if "github" in text or not re.search("fetch|--since", text)
    }
    assert len(failing) == 4
    assert [text for text, done in failing.items() if done.returncode == 0] == []
    [found] = [done.stdout for text, done in failing.items() if "github" in text]
    assert found.startswith("::error title=drop-column,file=migrations/versions/b2.py,line=")
