"""Where programs built on Alembic are installed, and how they are run with either tool."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

CHECKOUT = Path(__file__).parents[2]
Tool = Literal["alembic", "limbeck"]


class Environment:
    """A virtual environment of its own, with both tools and this interpreter's SQLAlchemy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / "python"
        tools = [f"{name}=={version(name)}" for name in ("sqlalchemy", "alembic", "pytest")]
        self.install(*tools, "--editable", str(CHECKOUT))

    def install(self, *requirements: str) -> None:
        """Installs packages."""
        self._pip("install", *requirements)

    def _pip(self, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", "--disable-pip-version-check", *arguments]
        subprocess.run([*command, "--quiet"], check=True)

    def source(self, package: str) -> Path:
        """The folder of a package's source distribution, unpacked; the package is installed."""
        target = self.folder / package
        self._pip("download", "--no-binary", package, "--no-deps", package, "-d", str(target))
        [archive] = target.glob("*.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(target, filter="data")
        [unpacked] = [path for path in target.iterdir() if path.is_dir()]
        self.install(str(unpacked))
        return unpacked

    def run(
        self, tool: Tool, arguments: Sequence[str], folder: Path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs ``python -m …`` with Alembic, or with its names ours in it and its children."""
        prefix = [] if tool == "alembic" else ["-m", "limbeck.compat.alembic"]
        return subprocess.run(
            [str(self.python), *prefix, "-m", *arguments],
            cwd=folder,
            env=self._variables(variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    def _variables(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV"))}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{kept.get('PATH', '')}", **more}

    def outcomes(self, tool: Tool, folder: Path, *arguments: str) -> dict[str, str]:
        """What came of each test of a suite."""
        report = self.folder / f"{folder.parent.name}-{folder.name}-{tool}.xml"
        done = self.run(
            tool,
            ["pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments],
            folder,
        )
        assert report.exists(), done.stdout + done.stderr
        found = {
            f"{case.get('classname')}::{case.get('name')}": _outcome(case)
            for case in ElementTree.parse(report).iter("testcase")
        }
        assert found, done.stdout + done.stderr
        return found


def _outcome(case: ElementTree.Element) -> str:
    kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
    return kinds[0] if kinds else "passed"
