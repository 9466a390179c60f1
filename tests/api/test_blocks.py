"""What pages show can be typed, pasted and parsed."""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import markdown
import pytest
import yaml

from limbeck.cli.main import group as made_group
from limbeck.project.settings import load_settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(limbeck [a-z_][^`]*)`")
OPTION = re.compile(r"`(--[a-z][a-z-]+)")
OTHERS = {"--help", "--group"}
"""Options that click gives, and those of other programs."""


def blocks(language: str) -> list[tuple[str, str]]:
    """Each page's blocks of a language, by page and number."""
    found = []
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for number, block in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")), start=1):
            if block[2] == language:
                found.append((f"{name}, block {number}", textwrap.dedent(block[3])))
    return found


def commands() -> Iterator[tuple[str, str]]:
    """What pages type after a prompt, and what they call a command in their prose."""
    for language in ("console", "shell", "bash", "text"):
        for place, text in blocks(language):
            for line in re.findall(r"^\$ (limbeck .*)$", text, re.MULTILINE):
                yield place, line
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for found in INLINE.findall(prose):
            yield page.relative_to(ROOT).as_posix(), " ".join(found.split())
    for place, text in blocks("yaml"):
        for line in re.findall(r"(?:- run: |- |entry: )(limbeck .*)$", text, re.MULTILINE):
            yield place, re.sub(r"\$\{\{.*?\}\}", "main", line)


def parse(line: str) -> None:
    """Reads a command as the command line does, and runs nothing. Raises ClickException."""
    arguments = shlex.split(line, comments=True)[1:]
    for sign in ("|", ">"):
        arguments = arguments[: arguments.index(sign)] if sign in arguments else arguments
    group = made_group()
    context = group.make_context("limbeck", arguments)
    rest = [*(getattr(context, "_protected_args", None) or ()), *context.args]
    name, command, further = group.resolve_command(context, rest)
    assert command is not None
    command.make_context(name, further, parent=context)


def test_each_command_can_be_typed() -> None:
    wrong = []
    seen = 0
    for place, line in commands():
        if "…" in line:
            continue
        seen += 1
        try:
            parse(line)
        except click.exceptions.MissingParameter:
            continue  # a page may speak of `limbeck downgrade` without an argument
        except click.ClickException as error:
            wrong.append(f"{place}: {line}: {error.format_message()}")
    assert wrong == []
    assert seen > 120


def test_each_option_exists() -> None:
    group = made_group()
    parameters = [*group.params, *(p for c in group.commands.values() for p in c.params)]
    known = {name for p in parameters for name in (*p.opts, *p.secondary_opts)} | OTHERS
    wrong = {
        f"{page.relative_to(ROOT).as_posix()}: {option}"
        for page in PAGES
        for option in OPTION.findall(page.read_text(encoding="utf-8"))
        if option not in known
    }
    assert wrong == set()


def read_python(text: str) -> None:
    ast.parse(text)


def read_yaml(text: str) -> None:
    assert isinstance(yaml.safe_load(text), dict)


def read_toml(text: str) -> None:
    """Raises ConfigurationError for settings that there are not."""
    table: dict[str, Any] = tomllib.loads(text).get("tool", {}).get("limbeck", {})
    for settings in (table, *table.get("databases", {}).values()):
        load_settings(ROOT / "pyproject.toml", settings)


@pytest.mark.parametrize(
    ("language", "read", "many"),
    [
        ("python", read_python, 200),
        ("toml", read_toml, 3),
        ("yaml", read_yaml, 3),
        ("json", json.loads, 20),
    ],
)
def test_each_block_is_what_it_says(
    language: str, read: Callable[[str], object], many: int
) -> None:
    wrong = []
    found = blocks(language)
    for place, text in found:
        try:
            read(text)
        except Exception as error:
            wrong.append(f"{place}: {error!r}")
    assert wrong == []
    assert len(found) > many


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_lists_tables_and_blocks_are_seen_as_such(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    html = markdown.markdown(text, extensions=["tables", "fenced_code", "toc"])
    prose = re.sub(r"<pre>.*?</pre>", "", html, flags=re.DOTALL)
    assert re.findall(r"<code>(?:yaml|python|console|text|toml)\n", prose) == []
    paragraphs = re.findall(r"<p>(.*?)</p>", prose, re.DOTALL)
    assert [p for p in paragraphs if re.search(r"\n\s*(- |\d\. |\| )|```", p)] == []
