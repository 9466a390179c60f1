"""The text of a declared type, SQLAlchemy's type for it, and its affinity."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from limbeck.dialects.sqlite.tokens import Token, identifier, tokens
from limbeck.schema.types import SqlType


class DeclaredType(sa.types.UserDefinedType[Any]):
    """A type by the very text that the database has for it (``MEDIUMINT UNSIGNED``)."""

    cache_ok = True

    def __init__(self, declaration: str) -> None:
        self.declaration = declaration

    def get_col_spec(self, **kw: Any) -> str:
        """The text."""
        return self.declaration


_KNOWN: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "BIGINT": sa.BIGINT,
    "BINARY": sa.BINARY,
    "BLOB": sa.BLOB,
    "BOOLEAN": sa.BOOLEAN,
    "CHAR": sa.CHAR,
    "CLOB": sa.CLOB,
    "DATE": sa.DATE,
    "DATETIME": sa.DATETIME,
    "DECIMAL": sa.DECIMAL,
    "DOUBLE": sa.DOUBLE,
    "DOUBLE PRECISION": sa.DOUBLE_PRECISION,
    "FLOAT": sa.FLOAT,
    "INTEGER": sa.INTEGER,
    "JSON": sa.JSON,
    "NCHAR": sa.NCHAR,
    "NUMERIC": sa.NUMERIC,
    "NVARCHAR": sa.NVARCHAR,
    "REAL": sa.REAL,
    "SMALLINT": sa.SMALLINT,
    "TEXT": sa.TEXT,
    "TIME": sa.TIME,
    "TIMESTAMP": sa.TIMESTAMP,
    "VARBINARY": sa.VARBINARY,
    "VARCHAR": sa.VARCHAR,
}
_ALIASES = {"INT": "INTEGER", "BOOL": "BOOLEAN", "CHARACTER VARYING": "VARCHAR"}
"""Names that SQLAlchemy's reflection takes for another, and that mean the same to SQLite."""

_DIALECT = sqlite.dialect()


def collation_text(name: str | None) -> str:
    """COLLATE …, empty for BINARY, which is the default."""
    if name is None or name.upper() == "BINARY":
        return ""
    return f" COLLATE {identifier(name.upper())}"


@lru_cache(maxsize=4096)
def canonical_type(sql: str) -> str:
    """A type's text in the normal form: upper case, one blank, ``NUMERIC(10,2)``, one alias."""
    found = tokens(sql)
    collation = next((i for i, t in enumerate(found) if t.text.upper() == "COLLATE"), len(found))
    name = collation_text(found[collation + 1].value) if collation + 1 < len(found) else ""
    opening = next((i for i, t in enumerate(found) if t.text == "("), collation)
    words = " ".join(_type_word(t) for t in found[:opening])
    arguments = "".join(t.text.upper() for t in found[opening:collation])
    return _ALIASES.get(words, words) + arguments + name


def _type_word(token: Token) -> str:
    return token.value.upper()


@lru_cache(maxsize=4096)
def inspected_type(type_sql: str, collation: str | None = None) -> SqlType:
    """A type as inspection gives it: a payload that compiles back to the same text."""
    collated = collation_text(collation)
    text = canonical_type(type_sql) + collated
    for payload in _candidates(canonical_type(type_sql), collation if collated else None):
        compiled = _DIALECT.type_compiler_instance.process(payload)
        if canonical_type(compiled) == text:
            return SqlType(payload, text, "inspected")
    return SqlType(DeclaredType(type_sql + collated), text, "inspected")


_SHAPE = re.compile(r"([A-Z][A-Z ]*)(?:\((\d+)(?:,(\d+))?\))?\Z")


def _candidates(text: str, collation: str | None) -> tuple[sa.types.TypeEngine[Any], ...]:
    """SQLAlchemy's types that may compile to that text."""
    match = _SHAPE.match(text)
    kind = _KNOWN.get(match[1]) if match else None
    if match is None or kind is None:
        return ()
    arguments = [int(a) for a in match.groups()[1:] if a is not None]
    make: Any = kind
    if issubclass(kind, sa.String):
        extra = {} if collation is None else {"collation": collation}
        return (make(length=arguments[0] if arguments else None, **extra),)
    if collation is not None:
        return ()
    if issubclass(kind, sa.Numeric) and arguments:
        return (make(**dict(zip(("precision", "scale"), arguments, strict=False))),)
    if issubclass(kind, sa.LargeBinary | sa.VARBINARY | sa.BINARY) and arguments:
        return (make(arguments[0]),)
    return () if arguments else (make(),)


def affinity(text: str) -> str:
    """The affinity of a declared type, by SQLite's five rules (datatype3.html, 3.1)."""
    upper = text.partition(" COLLATE ")[0].upper()
    if "INT" in upper:
        return "INTEGER"
    if any(part in upper for part in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if "BLOB" in upper or not upper:
        return "BLOB"
    if any(part in upper for part in ("REAL", "FLOA", "DOUB")):
        return "REAL"
    return "NUMERIC"
