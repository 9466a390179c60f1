"""`make demo` shows what it says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from examples import demo


def test_the_demo_types_the_guide_and_prints_the_tables(tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    shutil.copytree(demo.EXAMPLES, examples, ignore=shutil.ignore_patterns(".build"))
    done = subprocess.run(
        [sys.executable, str(examples / "demo.py")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    guide, native = done.stdout.split("Native mode")
    for part in (guide, native):
        commands = [line for line in part.splitlines() if line.startswith("$ limbeck")]
        assert commands[-6:] == [
            "$ limbeck revision --autogenerate -m create_user_table",
            "$ limbeck upgrade head",
            "$ limbeck current",
            "$ limbeck check",
            "$ limbeck downgrade base",
            "$ limbeck upgrade head",
        ]
        before, after_downgrade, at_the_end = part.split("Tables of the database:")[1:]
        assert "    users\n" in before
        assert "    users\n" not in after_downgrade
        assert "    alembic_version\n" in after_downgrade
        assert "    users\n" in at_the_end
