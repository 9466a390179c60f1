"""Loading a script that is edited between two runs."""

from __future__ import annotations

import os
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from limbeck.script.module import load_module


@pytest.fixture(autouse=True)
def keeping_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_an_edit_in_the_second_of_the_first_run_is_seen(tmp_path: Path) -> None:
    """Also one that leaves the size as it is: such bytecode passes for that of the new text."""
    path = tmp_path / "a1.py"
    path.write_text("value = 1", encoding="utf-8")
    written = path.stat().st_mtime_ns
    assert load_module(str(path)).value == 1
    path.write_text("value = 2", encoding="utf-8")
    os.utime(path, ns=(written, written))
    assert load_module(str(path)).value == 2


def test_bytecode_of_a_file_that_stays_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a1.py"
    path.write_text("value = 1", encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    load_module(str(path))
    assert Path(cache_from_source(str(path))).exists()
