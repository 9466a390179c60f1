"""What the documentation says of names is true of the code."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from limbeck import command, op
from limbeck.cli.own import OWN_COMMANDS
from limbeck.cli.parameters import COMMANDS
from limbeck.project.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def _table_names(page: str) -> set[str]:
    """Every lower-case name in backquotes in the first column of a page's tables."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)[^`]*`", cell)}


def test_every_command_has_its_line() -> None:
    commands = {grammar.name for grammar in COMMANDS}
    own = {grammar.name for grammar in OWN_COMMANDS}
    assert commands | own <= _table_names("commands.md")
    assert all(callable(getattr(command, name)) for name in commands)


def test_every_native_setting_has_its_line() -> None:
    settings = {field.name for field in fields(Settings)} - {"file"}
    assert _table_names("native.md") == settings


def test_every_operation_that_is_described_exists() -> None:
    described = _table_names("operations.md")
    assert "create_table" in described
    assert [name for name in described if not hasattr(op, name)] == []


@pytest.mark.parametrize(
    "page",
    sorted(
        str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    ),
)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [t for t in targets if not (ROOT / page).parent.joinpath(t).exists()] == []


def test_the_site_has_every_page_but_those_of_single_rules() -> None:
    listed = set(re.findall(r"^\s+- (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}
    assert {p for p in pages if not p.startswith("lint/") or p == "lint/index.md"} == listed
