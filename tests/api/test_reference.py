"""The reference pages say what the code says; `LIMBECK_WRITE_REFERENCE=1` writes them."""

from __future__ import annotations

import os
import re
from dataclasses import fields

import pytest

from limbeck import op
from limbeck.cli.own import OWN_COMMANDS
from limbeck.cli.parameters import COMMANDS
from limbeck.project.settings import Settings
from reference import links, pages, settings, text
from reference.__main__ import FOLDER, write

WRITE = "LIMBECK_WRITE_REFERENCE"


def test_the_pages_are_what_the_code_says() -> None:
    if os.environ.get(WRITE):
        write()
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), f"run this test with {WRITE}=1, or: python -m reference"


def test_every_command_setting_and_operation_is_there() -> None:
    made = pages()
    commands = {grammar.name for grammar in (*COMMANDS, *OWN_COMMANDS)}
    assert commands == {*re.findall(r"^## (\w+)$", made["commands.md"], re.MULTILINE)}
    functions = {*re.findall(r"^def (\w+)\(", made["commands.md"], re.MULTILINE)}
    assert functions == {grammar.name for grammar in COMMANDS}
    names = {field.name for field in fields(Settings)} - {"file"}
    assert {*re.findall(r"^\| `(\w+)`", made["settings.md"], re.MULTILINE)} == names
    operations = {*op.__all__} - {"BatchOperations"}
    assert {*re.findall(r"^### (\w+)$", made["operations.md"], re.MULTILINE)} == operations


def test_links_are_about_names_that_there_are() -> None:
    assert {*links.COMMANDS} <= {grammar.name for grammar in (*COMMANDS, *OWN_COMMANDS)}
    assert {*links.SETTINGS} <= {field.name for field in fields(Settings)}
    assert {*links.OPERATIONS} <= {*op.__all__}


def test_a_setting_without_a_word_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "class Settings:\n    # -- All --\n    url: str\n    ignore: str\n    '''Left out.'''\n"
    )
    monkeypatch.setattr("reference.settings.inspect.getsource", lambda _: source)
    with pytest.raises(ValueError, match="'url'"):
        settings.groups()


def test_a_stub_breaks_its_lines_as_a_formatter_does() -> None:
    def short(a: int, *, b: str = "x") -> None: ...
    def long(
        first_argument: int = 1,
        *other_arguments: str,
        last_argument_of_all: bool | None = None,
        **further_arguments_by_their_names: int,
    ) -> None: ...

    assert 'def short(a: int, *, b: str = "x") -> None: ...' in text.stub("short", short)
    assert "\n    last_argument_of_all: bool | None = None,\n" in text.stub("long", long)
