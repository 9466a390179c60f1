"""Types: the text that the server prints for them, and SQLAlchemy's objects for that text.

The normal form of a type is what `format_type()` prints (``character varying(50)``), with a
collation that is not the type's own behind it (``text COLLATE "C"``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

AnyType: TypeAlias = TypeEngine[Any]

_PARTS = re.compile(r"^(?P<base>[^(]*)(?:\((?P<arguments>[^)]*)\)(?P<rest>.*))?$", re.S)
_COLLATION = re.compile(
    r"^(?P<type>.*?)\s+COLLATE\s+(?P<collation>\S.*?)(?P<array>(?:\[\])*)$", re.S
)
_ARRAY = re.compile(r"(?:\s*\[\d*\])+$|\s+array$")
_OUTSIDE_QUOTES = re.compile(r'("(?:[^"]|"")*")')
_SIMPLE = re.compile(r"^[a-z_][a-z0-9_$]*$")

_ALIASES = {
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "serial": "integer",
    "serial4": "integer",
    "smallserial": "smallint",
    "serial2": "smallint",
    "bigserial": "bigint",
    "serial8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "dec": "numeric",
    "decimal": "numeric",
    "varchar": "character varying",
    "char varying": "character varying",
    "nchar varying": "character varying",
    "national character varying": "character varying",
    "national char varying": "character varying",
    "char": "character",
    "nchar": "character",
    "national character": "character",
    "national char": "character",
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "time": "time without time zone",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
}
"""Spellings that the server accepts, and the one that it prints."""


def quoted(name: str) -> str:
    """An identifier as the server prints it, but for words that are reserved."""
    return name if _SIMPLE.match(name) else '"' + name.replace('"', '""') + '"'


def qualified(name: str, schema: str | None) -> str:
    """The text of a type that has a schema; None is the connection's default."""
    return quoted(name) if schema is None else f"{quoted(schema)}.{quoted(name)}"


def with_collation(text: str, collation: str | None) -> str:
    """That text with a collation behind it."""
    return text if collation is None else f'{text} COLLATE "{collation}"'


def canonical(text: str) -> str:
    """The form in which the server would print a type that is spelled like this."""
    collated = _COLLATION.match(text)
    if collated is None:
        return _canonical(text)
    name = collated["collation"].split(".")[-1].strip('"')
    inner = _canonical(collated["type"] + collated["array"])
    return with_collation(inner, None if name == "default" else name)


def _canonical(text: str) -> str:
    lowered = "".join(
        part if part.startswith('"') else re.sub(r"\s+", " ", part.lower())
        for part in _OUTSIDE_QUOTES.split(text.strip())
    )
    element = _ARRAY.sub("", lowered)
    brackets = "" if element == lowered else "[]"
    match = _PARTS.match(element)
    if match is None:
        return element + brackets
    base, rest = match["base"].strip(), (match["rest"] or "").strip()
    arguments = re.sub(r"\s+", "", match["arguments"] or "")
    return _assembled(base, arguments, rest) + brackets


def _assembled(base: str, arguments: str, rest: str) -> str:
    if base == "float":
        return "real" if arguments and int(arguments) <= 24 else "double precision"
    base = _ALIASES.get(base, base)
    if base in ("character", "bit") and not arguments:
        arguments = "1"
    if base == "numeric" and arguments and "," not in arguments:
        arguments += ",0"
    given = f"({arguments})" if arguments else ""
    word, _, zone = base.partition(" ")
    if word in ("timestamp", "time"):
        return f"{word}{given} {rest or zone}"
    return f"{base}{given} {rest}".strip() if rest else f"{base}{given}"


Maker: TypeAlias = Callable[[list[int], str | None], AnyType]
"""(arguments, collation) -> type."""


def _first(arguments: list[int]) -> int | None:
    return arguments[0] if arguments else None


def _bit(varying: bool) -> Maker:
    return lambda arguments, _: postgresql.BIT(_first(arguments), varying=varying)


def _plain(name: str) -> Maker:
    made: type[AnyType] = getattr(postgresql, name.upper())
    return lambda *_: made()


def _numeric(arguments: list[int], _: str | None) -> AnyType:
    precision, scale = (*arguments, None, None)[:2]
    return sa.NUMERIC(precision, scale)


def _character(made: type[sa.String]) -> Maker:
    return lambda arguments, collation: made(_first(arguments), collation=collation)


def _clock(plain: type[AnyType], precise: Any, timezone: bool) -> Maker:
    def make(arguments: list[int], _: str | None) -> AnyType:
        made: AnyType = (
            precise(timezone=timezone, precision=arguments[0])
            if arguments
            else plain(timezone=timezone)  # type: ignore[call-arg]  # TIMESTAMP and TIME take it
        )
        return made

    return make


_MAKERS: dict[str, Maker] = {
    "integer": lambda *_: sa.INTEGER(),
    "bigint": lambda *_: sa.BIGINT(),
    "smallint": lambda *_: sa.SMALLINT(),
    "boolean": lambda *_: sa.BOOLEAN(),
    "date": lambda *_: sa.DATE(),
    "uuid": lambda *_: sa.UUID(),
    "real": lambda *_: sa.REAL(),
    "double precision": lambda *_: sa.DOUBLE_PRECISION(),
    "numeric": _numeric,
    "text": lambda _, collation: sa.TEXT(collation=collation),
    "character varying": _character(sa.VARCHAR),
    "character": _character(sa.CHAR),
    "bit": _bit(varying=False),
    "bit varying": _bit(varying=True),
    "timestamp without time zone": _clock(sa.TIMESTAMP, postgresql.TIMESTAMP, timezone=False),
    "timestamp with time zone": _clock(sa.TIMESTAMP, postgresql.TIMESTAMP, timezone=True),
    "time without time zone": _clock(sa.TIME, postgresql.TIME, timezone=False),
    "time with time zone": _clock(sa.TIME, postgresql.TIME, timezone=True),
    **{
        name: _plain(name)
        for name in (
            *("bytea", "inet", "cidr", "macaddr", "macaddr8", "money", "oid", "regclass"),
            *("regconfig", "tsquery", "tsvector", "citext", "hstore", "json", "jsonb", "jsonpath"),
            *("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"),
            *("int4multirange", "int8multirange", "nummultirange", "datemultirange"),
            *("tsmultirange", "tstzmultirange"),
        )
    },
}


def payload(text: str, collation: str | None = None) -> AnyType:
    """SQLAlchemy's type for a text of `format_type()`; NullType where it has none."""
    if text.endswith("[]"):
        return postgresql.ARRAY(payload(text[:-2], collation))
    match = _PARTS.match(text)
    if match is None:
        return sa.types.NullType()
    base = f"{match['base'].strip()} {(match['rest'] or '').strip()}".strip()
    if base.split(" ")[0] == "interval":
        return _interval(text)
    maker = _MAKERS.get(base)
    if maker is None:
        return sa.types.NullType()
    arguments = [int(a) for a in (match["arguments"] or "").split(",") if a]
    return maker(arguments, collation)


def _interval(text: str) -> AnyType:
    match = re.match(r"^interval(?P<fields> [a-z ]+)?(?:\((?P<precision>\d+)\))?$", text)
    if match is None:
        return sa.types.NullType()
    fields, precision = match["fields"], match["precision"]
    return postgresql.INTERVAL(
        fields=fields.strip().upper() if fields else None,
        precision=int(precision) if precision else None,
    )
