"""Which changes of a type keep PostgreSQL's rows as they are, and which defaults are volatile."""

from __future__ import annotations

import re

_ALIASES = {
    "varchar": "character varying",
    "char": "character",
    "bpchar": "character",
    "decimal": "numeric",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "bool": "boolean",
    "float8": "double precision",
    "float4": "real",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
    "varbit": "bit varying",
}

_TYPE = re.compile(r"^([a-z_][a-z0-9_ ]*?)\s*(?:\(([\d, ]+)\))?((?: with| without) time zone)?$")


def canonical(type_: str) -> tuple[str, tuple[int, ...]]:
    """A type's name as the server writes it, and the numbers in its parentheses."""
    found = _TYPE.match(type_.strip().lower())
    if found is None:
        return type_.strip().lower(), ()
    name = f"{found[1].strip()}{found[3] or ''}"
    numbers = tuple(int(n) for n in (found[2] or "").split(",") if n.strip())
    return _ALIASES.get(name, name), numbers


_TEXT = ("text", "character varying")
_GROWING = ("character varying", "bit varying", "numeric")


def keeps_rows(old: str, new: str) -> bool:
    """Whether a change of type leaves the rows as they are: no rewrite, no scan.

    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES: binary
    coercible types, and limits that are only lifted.
    """
    (was, limits), (becomes, new_limits) = canonical(old), canonical(new)
    if was == becomes:
        return _only_lifted(was, limits, new_limits)
    if was in _TEXT and becomes in _TEXT:
        return not new_limits
    return (was, becomes) in (("cidr", "inet"), ("text", "citext"), ("character varying", "citext"))


def _only_lifted(name: str, old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    if old == new:
        return True
    if name.startswith(("timestamp", "time", "interval")):
        return bool(old) and (not new or new >= old)
    if name not in _GROWING:
        return False
    if not new:
        return True
    if not old or len(old) != len(new):
        return False
    return new[0] >= old[0] and new[1:] == old[1:]


_CALL = re.compile(r"(?<![\w.\"])([a-z_][\w.]*)\(")
_LITERALS = re.compile(r"'(?:[^']|'')*'")

_STABLE = """
    now transaction_timestamp statement_timestamp current_timestamp current_date current_time
    localtime localtimestamp timezone date_trunc to_timestamp to_char to_date make_interval
    make_date age coalesce nullif greatest least lower upper md5 concat length replace substring
    trim abs round jsonb_build_object json_build_object jsonb_build_array json_build_array
    to_jsonb to_json array_fill array cast current_setting current_schema current_user numeric
    decimal varchar character char varying bit float timestamp time interval
    """
"""Functions that give one value within a statement, and types that are written like calls."""

_NOT_VOLATILE = frozenset(_STABLE.split())


def is_volatile(default: str) -> bool:
    """Whether a default may differ from row to row, so that adding it writes every row.

    A function that is not known here counts as volatile.
    """
    calls = _CALL.findall(_LITERALS.sub("''", default.lower()))
    return any(call.removeprefix("pg_catalog.") not in _NOT_VOLATILE for call in calls)
