"""`%` in configuration values: forgiving where Python's own rules would refuse.

The rule, for values in files and for values that are set by a program:

* A value that is valid interpolation is interpolated: `%%` becomes `%`, `%(here)s` becomes the
  value of `here`.
* A value that is not valid (`p%40ss`, `100%`, `%(unknown)s`) is taken as it is, `%%` included,
  except that the keys that are known (`%(here)s`) are still replaced.

So a URL rendered by SQLAlchemy, whose password holds `%40` or `%25`, needs no doubling, and a
file whose author doubled every `%` goes on meaning what it meant.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

_TOKEN = re.compile(r"%%|%\(([^)]+)\)s|%")
_MAX_DEPTH = 10

Lookup = Callable[[str], "str | None"]


def interpolate(value: str, lookup: Lookup, _depth: int = 0) -> str:
    """`value` with its known keys replaced; never raises for a `%` that means nothing.

    `lookup` gives the raw value of a key, or None where there is none.
    """
    if "%" not in value or _depth > _MAX_DEPTH:
        return value
    valid = True
    for match in _TOKEN.finditer(value):
        if match[0] != "%%" and (match[1] is None or lookup(match[1]) is None):
            valid = False
            break

    def replace(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%" if valid else "%%"
        found = lookup(match[1]) if match[1] is not None else None
        return match[0] if found is None else interpolate(found, lookup, _depth + 1)

    return _TOKEN.sub(replace, value)


def interpolate_tree(value: Any, variables: Mapping[str, str]) -> Any:
    """`interpolate` over strings, lists and tables of a TOML value; other types pass through."""
    match value:
        case str():
            return interpolate(value, variables.get)
        case list():
            return [interpolate_tree(item, variables) for item in value]
        case dict():
            return {key: interpolate_tree(item, variables) for key, item in value.items()}
        case _:
            return value


class TolerantInterpolation(configparser.BasicInterpolation):
    """`interpolate` as the interpolation of a ConfigParser; accepts every value."""

    def before_get(
        self,
        parser: MutableMapping[str, Mapping[str, str]],
        section: str,
        option: str,
        value: str,
        defaults: Mapping[str, str],
    ) -> str:
        return interpolate(value, lambda key: defaults.get(parser.optionxform(key)))  # type: ignore[attr-defined]  # typeshed gives the parser the mapping half of its type

    def before_set(
        self, parser: MutableMapping[str, Mapping[str, str]], section: str, option: str, value: str
    ) -> str:
        return value
