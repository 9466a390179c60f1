"""What a shell offers, asked in a real bash where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_status import write

BASH = shutil.which("bash")

TYPED = """
eval "$(limbeck completion bash)"
COMP_WORDS=({words}) COMP_CWORD={last}
_limbeck_completion limbeck
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def bash(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `limbeck` in it, and a project of two databases."""
    for name in ("billing", "shop"):
        write(project, f"{name}1")
        path = write(project, f"{name}2", f"a{name}1")
        path.write_text(path.read_text() + f"branch_labels = ['{name}']\n")
        (project / "migrations").rename(project / name)
    tables = "\n".join(
        f"[tool.limbeck.databases.{name}]\nurl = 'sqlite://'\nscript_location = '{name}'"
        for name in ("billing", "shop")
    )
    (project / "pyproject.toml").write_text(f"[tool.limbeck]\n{tables}\n")
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "limbeck"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m limbeck "$@"\n')
    script.chmod(0o755)
    return folder


def offered(bash: Path, project: Path, *words: str) -> list[str]:
    assert BASH is not None
    quoted = " ".join(f"'{word}'" for word in ("limbeck", *words))
    done = subprocess.run(
        [BASH, "--norc", "-c", TYPED.format(words=quoted, last=len(words))],
        cwd=project,
        env={**os.environ, "PATH": f"{bash}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("upg",), ["upgrade"]),
        (("history", "--gr"), ["--graph"]),
        (("upgrade", "--database", ""), ["billing", "shop"]),
        (("upgrade", "--database", "shop", "as"), ["ashop1", "ashop2"]),
        (("downgrade", "--database", "billing", "b"), ["base", "billing@head"]),
        (("revision", "--database", "shop", "--head", "ashop1"), ["ashop1"]),
        (("completion", ""), ["bash", "fish", "zsh"]),
    ],
)
def test_bash_completes(
    bash: Path, project: Path, words: tuple[str, ...], answer: list[str]
) -> None:
    assert sorted(offered(bash, project, *words)) == answer


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_what_is_wrong_with_a_project_disturbs_nobody(bash: Path, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.limbeck]\nnonsense = 1\n")
    assert offered(bash, project, "upgrade", "he") == ["head", "heads"]
    (project / "pyproject.toml").write_text("[tool.limb")
    assert offered(bash, project, "upgrade", "he") == ["head", "heads"]


@pytest.mark.parametrize(("shell", "line"), [("zsh", "#compdef limbeck"), ("fish", "complete ")])
def test_other_shells_have_a_script_too(limbeck: Run, shell: str, line: str) -> None:
    done = limbeck("completion", shell)
    assert done.returncode == 0
    assert line in done.stdout


def test_another_shell_is_wrong_usage(limbeck: Run) -> None:
    done = limbeck("completion", "tcsh")
    assert done.returncode == 2
    assert "'bash', 'zsh', 'fish'" in done.stderr
