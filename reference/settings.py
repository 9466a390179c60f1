"""The page of native settings: fields of `Settings`, with the words below each in its source."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from limbeck.project.settings import Settings
from reference.links import SETTINGS
from reference.text import MADE, more, table, words

_HEADING = re.compile(r"^    # -- (.+?) -+$")
_KINDS = {
    "str": "text",
    "str | None": "text",
    "int": "whole number",
    "float": "seconds",
    "float | None": "seconds",
    "bool": "true or false",
    "tuple[str, ...]": "text or list",
    "tuple[str, ...] | None": "text or list",
    "bool | tuple[str, ...]": "true, false or list",
    "Reference | None": "reference",
    "References": "reference or list",
    "Databases": "tables",
    "Against": "text",
    "tuple[Mapping[str, str], ...]": "list",
    "Mapping[str, str] | None": "table",
}
"""What a field's type is in TOML."""

_TOP = """# Settings

The keys of `[tool.limbeck]` in a `pyproject.toml`, of [native mode](../native.md), and the
keywords of [`Migrator`](library.md#migrator). What does not need native mode may stand in
`alembic.ini` or `[tool.alembic]` by the same name. A key that is not listed is an error; `limbeck
config` shows what applies, and where it comes from. A reference is `"module:attribute"`.
"""


def page() -> str:
    """Markdown: a table for each group of settings."""
    types = {field.name: str(field.type) for field in fields(Settings)}
    defaults = {field.name: field.default for field in fields(Settings)}
    parts = [MADE + _TOP]
    for heading, described in groups().items():
        rows = [
            (f"`{name}`", _KINDS[types[name]], _toml(defaults[name]), text + more(SETTINGS, name))
            for name, text in described.items()
        ]
        parts.append(f"## {heading}\n\n{table(('key', 'value', 'default', 'meaning'), rows)}\n")
    return "\n".join(parts)


def groups() -> dict[str, dict[str, str]]:
    """By heading, each setting and what is said of it.

    Raises ValueError for a setting without a word.
    """
    source = inspect.getsource(Settings)
    headings = {
        number: heading[1]
        for number, line in enumerate(source.split("\n"), start=1)
        if (heading := _HEADING.match(line))
    }
    found: dict[str, dict[str, str]] = {heading: {} for heading in headings.values()}
    for line, name, text in _described(source):
        if text is None:
            raise ValueError(f"nothing is said of the setting '{name}' below its field")
        found[headings[max(number for number in headings if number < line)]][name] = words(text)
    return found


def _described(source: str) -> Iterator[tuple[int, str, str | None]]:
    [node] = ast.parse(source).body
    assert isinstance(node, ast.ClassDef)
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        match field:
            case ast.AnnAssign(target=ast.Name(id=name)) if name != "file":
                match after:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        yield field.lineno, name, text
                    case _:
                        yield field.lineno, name, None


def _toml(value: Any) -> str:
    """A default as it would stand in the file."""
    match value:
        case None | ():
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case str():
            return f'`"{value}"`'
        case tuple():
            return "`" + ", ".join(f'"{item}"' for item in value) + "`"
        case _:
            return f"`{value}`"
