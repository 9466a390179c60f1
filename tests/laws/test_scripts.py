"""Whole generated scripts, as `ruff check` and `ruff format` leave them alone."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql, sqlite

import limbeck
from limbeck.commands.remarks import remarked
from limbeck.diff.candidates import candidates
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.plan.order import reversed_operations
from limbeck.schema.objects import Schema
from limbeck.script.render import Item, RenderOptions, render
from limbeck.script.template import import_lines, quoted, render_script, without_unused_import
from tests.laws.strategies import pairs
from tests.laws.test_laws import declared, ordered

EXAMPLES = int(os.environ.get("LIMBECK_EXAMPLES", "40"))
DIALECTS = {
    "postgresql": postgresql.dialect(),
    "mysql": mysql.dialect(),
    "sqlite": sqlite.dialect(),
}
TEMPLATES = Path(limbeck.__file__).parent / "templates"


TYPES = """\
import sqlalchemy as sa


class Money(sa.TypeDecorator):
    impl = sa.Numeric(10, 2)
    cache_ok = True
"""
"""The module of a type of the user's, to be imported."""


def whole(
    up: Sequence[Item], down: Sequence[Item], options: RenderOptions, name: str, template: Path
) -> str:
    """A revision file as the commands make it."""
    upgrades, downgrades = (render(items, options, DIALECTS[name]) for items in (up, down))
    identity = {
        "up_revision": quoted("a1b2c3d4e5f6"),
        "down_revision": quoted("f6e5d4c3b2a1"),
        "branch_labels": None,
        "depends_on": None,
        "create_date": "2026-11-27",
        "comma": str,
    }
    text = render_script(
        str(template),
        "a message",
        {
            **identity,
            "upgrades": upgrades.indented,
            "downgrades": downgrades.indented,
            "imports": "\n".join(import_lines((*upgrades.imports, *downgrades.imports))),
        },
        "utf-8",
    )
    return without_unused_import(text)


def with_money(before: Schema, name: str) -> Schema:
    """One more table, with the user's type."""
    money = importlib.import_module("till.types").Money()
    table = sa.Table("prices", sa.MetaData(), sa.Column("amount", money))
    return before.with_table(load.table(table, DIALECTS[name]))


@pytest.mark.parametrize("template", ["script.py.mako", "generic/script.py.mako"])
def test_a_linter_and_a_formatter_leave_generated_scripts_alone(
    tmp_path: Path, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "types.py").write_text(TYPES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("till", "till.types"):
        monkeypatch.delitem(sys.modules, module, raising=False)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(data_=st.data(), batch=st.booleans(), name=st.sampled_from(sorted(DIALECTS)))
    def collect(data_: Any, batch: bool, name: str) -> None:
        before, after = (declared(b) for b in data_.draw(pairs(name)))
        after = with_money(after, name)
        up = ordered(compare(before, after), before, name)
        if not up:
            return
        options = RenderOptions(render_as_batch=batch, plain_types=data_.draw(st.booleans()))
        found = remarked(up, candidates(up, before, after))
        text = whole(found, reversed_operations(up, before), options, name, TEMPLATES / template)
        number = len(list(tmp_path.iterdir()))
        (tmp_path / f"script_{number}.py").write_text(text, encoding="utf-8")

    collect()
    assert len(list(tmp_path.iterdir())) > EXAMPLES // 2
    for command in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [ruff, *command, "--isolated", "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
