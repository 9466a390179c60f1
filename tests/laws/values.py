"""Values of rows, as SQL literals' text: what each type may hold, and what a change makes of one.

None is NULL. Numbers are compared as numbers, text as a server compares it that knows no case.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from tests.laws.blueprints import TYPES, Blueprint, ColumnSpec, family

_UUIDS = tuple(f"{n:08d}-0000-4000-8000-000000000000" for n in range(1, 6))
_NUMBERS = ("1", "2", "3", "0", "42")

POOLS: dict[str, tuple[str, ...]] = {
    "smallint": (*_NUMBERS, "-3"),
    "integer": (*_NUMBERS, "-4", "70000"),
    "bigint": (*_NUMBERS, "-5", "9000000000"),
    "numeric": ("1", "2.5", "3.25", "0", "-1.5"),
    "numeric_wide": ("1", "2.5", "3.1255", "0", "123456789.5"),
    "float": ("1", "0.5", "2.25", "0", "-3"),
    "double": ("1", "0.5", "2.25", "0", "-3"),
    "string": ("a", "b", "1", "it's", "abc", "aé%:", "", "2024-02-29"),
    "string_long": (
        _UUIDS[0],
        "a",
        "b",
        "2",
        "[]",
        "2024-01-02 03:04:05",
        "it's",
        "abc",
        "x" * 60,
        "a\\b",
    ),
    "text": ("a", "b", "3", "it's", "abc", "y" * 200, "two\nlines"),
    "char": ("a", "b", "1", "abc", "it's"),
    "flag": ("0", "1"),
    "boolean": ("0", "1"),
    "date": ("2024-02-29", "2024-01-02", "1999-12-31"),
    "datetime": ("2024-02-29 00:00:00", "2024-01-02 03:04:05", "1999-12-31 23:59:59"),
    "datetime_tz": ("2024-02-29 00:00:00", "2024-01-02 03:04:05", "1999-12-31 23:59:59"),
    "time": ("03:04:05", "00:00:00", "23:59:59"),
    "binary": ("ab", "x"),
    "json": ("1", '{"a": [1, null]}', "[]"),
    "uuid": _UUIDS,
    "array": ("{1,2}", "{}", "{3}"),
    "array_text": ("{a}", "{}", "{1,2}"),
    "jsonb": ("1", '{"a": [1, null]}', "[]"),
    "inet": ("10.0.0.1", "10.0.0.0/8", "::1"),
    "domain": ("", "x", "Größe", "a:b%c"),
    "interval": ("1 day", "02:00:00"),
    "bits": ("0101", "1111"),
    "range": ("[1,5)", "empty"),
    "search": ("'a' 'b'", ""),
    "unsigned": ("1", "2", "4000000000"),
    "medium": ("a", "b", "1", "z" * 100),
    "tiny": ("1", "2", "0", "-7"),
    "stamp": ("2024-02-29 00:00:00", "2024-01-02 03:04:05"),
    "set": ("a", "a,b", ""),
    "year": ("2024", "1999"),
    "binary_text": ("a", "b", "1", "abc"),
}
"""By the type's name."""

_LIMITS = {"string": 20, "string_long": 80, "domain": 80, "char": 4, "binary_text": 9}
_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
    "unsigned": (0, 2**32 - 1),
    "tiny": (-128, 127),
    "numeric": (-(10**8), 10**8),
    "numeric_wide": (-(10**10), 10**10),
    "float": (-(10**6), 10**6),
    "double": (-(10**10), 10**10),
}
_WHOLE = ("smallint", "integer", "bigint", "unsigned", "tiny")
TEXTS = ("string", "string_long", "text", "char", "medium", "binary_text", "domain")
_DAYS = ("date", "datetime", "datetime_tz", "stamp")


def pool(blueprint: Blueprint, column: ColumnSpec) -> tuple[str, ...]:
    """What a column may be given."""
    if ":" in column.type:
        return dict(blueprint.enums)[column.type.split(":")[1]]
    return POOLS[column.type]


class Impossible(Exception):
    """The value cannot be kept by that change, whatever a script says."""


def default_of(column: ColumnSpec) -> str | None:
    """What a row gets that does not name the column."""
    given = column.default
    if given is None:
        return None
    known = {"sql:true": "1", "sql:false": "0", "sql:now": "2024-01-01 00:00:00"}
    return known.get(given, given.removeprefix("sql:"))


class Opaque(str):
    """A text whose form is the server's own affair: a check may or may not take it."""

    __slots__ = ()


def converted(value: str | None, old: ColumnSpec, new: ColumnSpec, after: Blueprint) -> str | None:
    """The value after a change of the column's type. Raises Impossible."""
    if value is None or (old.type == new.type and ":" not in new.type):
        return value
    was, becomes = old.type, new.type
    if ":" in becomes:
        readable = ":" in was or was in TEXTS
        if readable and value in dict(after.enums)[becomes.split(":")[1]]:
            return value
    elif becomes in TEXTS:
        return _as_text(value, was, becomes)
    elif becomes in _RANGES:
        return _as_number(value, was, becomes)
    elif family(new) == "boolean":
        if value in ("0", "1") and was in (*_WHOLE, "flag", "boolean", *TEXTS):
            return value
    elif becomes in _DAYS or becomes == "time":
        return _as_time(value, was, becomes)
    elif _is_kept(value, was, becomes):
        return value
    raise Impossible


def _is_kept(value: str, was: str, becomes: str) -> bool:
    """Whether the other type takes the same text."""
    if was == "array" and becomes == "array_text":
        return True
    if was == "array_text" and becomes == "array":
        return "a" not in value
    if becomes in ("json", "jsonb"):
        return was in ("json", "jsonb") or (was in TEXTS and value in POOLS["json"])
    return was in TEXTS and becomes in ("uuid", "set") and value in POOLS[becomes]


def _as_text(value: str, was: str, becomes: str) -> str:
    limit = _LIMITS.get(becomes, 10**6)
    if was in (*TEXTS, *_WHOLE, "date") or ":" in was:
        if len(value) <= limit:
            return value
    elif limit > 40 or (was in ("flag", "boolean", "numeric") and limit > 12):
        return Opaque(value)
    raise Impossible


def _as_number(value: str, was: str, becomes: str) -> str:
    if was not in (*_RANGES, *TEXTS, "flag", "boolean"):
        raise Impossible
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Impossible from None
    low, high = _RANGES[becomes]
    scale = {"numeric": 2, "numeric_wide": 4}.get(becomes, 0 if becomes in _WHOLE else 9)
    if not low <= number <= high or number != round(number, scale):
        raise Impossible
    return value


def _as_time(value: str, was: str, becomes: str) -> str:
    """The day, the moment, or the time of a day."""
    if was in TEXTS and not re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", value):
        raise Impossible
    if was not in (*TEXTS, *_DAYS) or (becomes == "time" and (was == "date" or " " not in value)):
        raise Impossible
    if becomes in ("date", "time"):
        return value[:10] if becomes == "date" else value[11:]
    return value if " " in value else f"{value} 00:00:00"


def key(value: str | None, column: ColumnSpec) -> object:
    """What makes two values the same to a unique constraint."""
    if value is None:
        return None
    if column.type in _RANGES or column.type in ("flag", "boolean"):
        return Decimal(value)
    if column.type in TEXTS or ":" in column.type:
        return value.casefold().rstrip()
    return value


CHECKED = {
    "positive": lambda v: Decimal(v) > 0,
    "range": lambda v: -5 <= Decimal(v) < 100,
    "either": lambda v: Decimal(v) == 1,
    "sum": lambda v: Decimal(v) + 1 > 2,
    "filled": lambda v: v != "",
    "known": lambda v: v in ("a", "b", "it's"),
    "long": lambda v: len(v) > 2,
    "like": lambda v: v.startswith("a"),
}
"""By the form of the check: whether it takes that value."""

assert set(POOLS) == set(TYPES)
