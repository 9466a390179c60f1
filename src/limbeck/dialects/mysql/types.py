"""Types: the server's COLUMN_TYPE text, SQLAlchemy's types, and the normal form of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.mysql.base import MySQLTypeCompiler
from sqlalchemy.types import TypeEngine

from limbeck.dialects.mysql.lexer import Token, closing, quoted, tokens


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type as MySQL has it. `args` are numbers, or the values of an ENUM or SET."""

    name: str
    args: tuple[str, ...] = ()
    unsigned: bool = False
    zerofill: bool = False
    charset: str | None = None
    collation: str | None = None

    @property
    def text(self) -> str:
        """The normal form."""
        values = [quoted(a) for a in self.args] if self.name in ("enum", "set") else self.args
        words = [f"{self.name}({','.join(values)})" if values else self.name]
        if self.unsigned:
            words.append("unsigned")
        if self.zerofill:
            words.append("zerofill")
        if self.collation is not None:
            words.append(f"collate {self.collation}")
        elif self.charset is not None:
            words.append(f"character set {self.charset}")
        return " ".join(words)

    @property
    def bare(self) -> ColumnType:
        """The type without character set and collation."""
        return replace(self, charset=None, collation=None)


class OtherType(sa.types.UserDefinedType[Any]):
    """A type of the server's that SQLAlchemy has no class for, by its text (``geometry``)."""

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **kw: Any) -> str:
        """The text."""
        return self.text

    def __repr__(self) -> str:
        return f"OtherType({self.text!r})"


CHARACTERS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
"""Types that have a character set, apart from ENUM and SET."""

_INTEGERS = {"tinyint": 3, "smallint": 5, "mediumint": 8, "int": 10, "bigint": 20}
"""Integer types and the display width that ZEROFILL has by default."""

_ALIASES = {
    "integer": "int",
    "bool": "tinyint",
    "boolean": "tinyint",
    "numeric": "decimal",
    "dec": "decimal",
    "fixed": "decimal",
    "real": "double",
    "double precision": "double",
    "nchar": "char",
    "nvarchar": "varchar",
    "national char": "char",
    "national varchar": "varchar",
    "character": "char",
    "character varying": "varchar",
}
_NATIONAL = frozenset({"nchar", "nvarchar", "national char", "national varchar"})
_TEXTS = (("tinytext", 255), ("text", 65535), ("mediumtext", 16777215), ("longtext", 2**32))
_BLOBS = (("tinyblob", 255), ("blob", 65535), ("mediumblob", 16777215), ("longblob", 2**32))
_BYTES = 4
"""Bytes a character of utf8mb4, by which TEXT(n) finds the smallest type that holds n."""


@lru_cache(maxsize=4096)
def parse(text: str) -> ColumnType:
    """A type from SQL text, the server's or SQLAlchemy's, in normal form."""
    found = tokens(text)
    head = next((i for i, t in enumerate(found) if t.is_symbol("(")), None)
    size = _words(found) if head is None else head
    name = " ".join(t.text for t in found[:size])
    args: tuple[str, ...] = ()
    rest = found[size:]
    if head is not None and head == size:
        end = closing(found, head)
        args = tuple(t.text for t in found[head + 1 : end] if not t.is_symbol(","))
        rest = found[end + 1 :]
    return _normal(_attributes(ColumnType(name, args), rest))


def _words(found: list[Token]) -> int:
    """How many of the first words are the type's name."""
    if len(found) > 1 and found[0].is_word("national", "double", "character"):
        return 2 if found[1].is_word("char", "varchar", "precision", "varying") else 1
    return 1


def _attributes(type_: ColumnType, rest: list[Token]) -> ColumnType:
    words = [t.text.lower() for t in rest]
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        match word:
            case "unsigned":
                type_ = replace(type_, unsigned=True)
            case "zerofill":
                type_ = replace(type_, zerofill=True, unsigned=True)
            case "charset":
                type_ = replace(type_, charset=charset(following))
            case "set" if place and words[place - 1] == "character":
                type_ = replace(type_, charset=charset(following))
            case "collate":
                type_ = replace(type_, collation=collation(following))
            case "ascii":
                type_ = replace(type_, charset="latin1")
            case "unicode":
                type_ = replace(type_, charset="ucs2")
    return type_


def charset(name: str) -> str:
    """A character set by the one name that it has; ``utf8`` is utf8mb3."""
    return "utf8mb3" if name.lower() == "utf8" else name.lower()


def collation(name: str) -> str:
    """A collation by the one name that it has."""
    lower = name.lower()
    return "utf8mb3" + lower[4:] if lower.startswith("utf8_") else lower


def charset_of(collation_name: str) -> str:
    """The character set that a collation belongs to."""
    return charset(collation_name.partition("_")[0])


def _normal(given: ColumnType) -> ColumnType:
    name = _ALIASES.get(given.name, given.name)
    args = given.args
    if given.name in ("bool", "boolean"):
        args = ("1",)
    if given.name in _NATIONAL:
        given = replace(given, charset="utf8mb3")
    if name in _INTEGERS:
        args = _display_width(name, args, given.zerofill)
    elif name == "decimal":
        args = (*(args or ("10",)), "0")[:2]
    elif name == "float" and len(args) == 1:
        name, args = ("double" if int(args[0]) > 24 else "float"), ()
    elif name in ("char", "binary", "bit") and not args:
        args = ("1",)
    elif name == "year" or args == ("0",):
        args = () if name not in ("char", "varchar", "binary", "varbinary") else args
    elif name == "text" and args:
        name, args = _smallest(_TEXTS, int(args[0]) * _BYTES), ()
    elif name == "blob" and args:
        name, args = _smallest(_BLOBS, int(args[0])), ()
    return replace(given, name=name, args=args)


def _display_width(name: str, args: tuple[str, ...], zerofill: bool) -> tuple[str, ...]:
    """A width means something for ZEROFILL only; ``tinyint(1)`` is how a Boolean is known."""
    if zerofill:
        return () if args == (str(_INTEGERS[name]),) else args
    return args if name == "tinyint" and args == ("1",) else ()


def _smallest(sizes: tuple[tuple[str, int], ...], length: int) -> str:
    return next((name for name, most in sizes if length <= most), sizes[-1][0])


_SIMPLE: dict[str, Callable[[], TypeEngine[Any]]] = {
    "smallint": sa.SMALLINT,
    "int": sa.INTEGER,
    "bigint": sa.BIGINT,
    "double": sa.DOUBLE,
    "float": sa.FLOAT,
    "date": sa.DATE,
    "datetime": sa.DATETIME,
    "timestamp": sa.TIMESTAMP,
    "time": sa.TIME,
    "year": mysql.YEAR,
    "text": sa.TEXT,
    "blob": sa.BLOB,
    "tinyblob": mysql.TINYBLOB,
    "mediumblob": mysql.MEDIUMBLOB,
    "longblob": mysql.LONGBLOB,
    "json": sa.JSON,
    "uuid": sa.UUID,
}
_SIZED: dict[str, Callable[[int], TypeEngine[Any]]] = {
    "char": sa.CHAR,
    "varchar": sa.VARCHAR,
    "binary": sa.BINARY,
    "varbinary": sa.VARBINARY,
    "bit": mysql.BIT,
}
_NUMBERS: dict[str, Callable[..., TypeEngine[Any]]] = {
    "tinyint": mysql.TINYINT,
    "smallint": mysql.SMALLINT,
    "mediumint": mysql.MEDIUMINT,
    "int": mysql.INTEGER,
    "bigint": mysql.BIGINT,
}
_REALS: dict[str, Callable[..., TypeEngine[Any]]] = {
    "decimal": mysql.DECIMAL,
    "float": mysql.FLOAT,
    "double": mysql.DOUBLE,
}
_CHARACTERS: dict[str, Callable[..., TypeEngine[Any]]] = {
    "char": mysql.CHAR,
    "varchar": mysql.VARCHAR,
    "tinytext": mysql.TINYTEXT,
    "text": mysql.TEXT,
    "mediumtext": mysql.MEDIUMTEXT,
    "longtext": mysql.LONGTEXT,
}
_VALUES: dict[str, Callable[..., TypeEngine[Any]]] = {"enum": mysql.ENUM, "set": mysql.SET}
_TIMES: dict[str, Callable[..., TypeEngine[Any]]] = {
    "datetime": mysql.DATETIME,
    "timestamp": mysql.TIMESTAMP,
    "time": mysql.TIME,
}
_ADDRESSES = {"inet4": "INET4", "inet6": "INET6"}
"""Types that SQLAlchemy 2.0 has for the mariadb dialect only, and writes for no other."""


@lru_cache(maxsize=4096)
def payload(type_: ColumnType) -> TypeEngine[Any]:
    """SQLAlchemy's type that compiles to that one: generic where there is nothing special."""
    name, args = type_.name, type_.args
    special = type_.unsigned or type_.zerofill or type_.charset or type_.collation
    if not special and name in _SIMPLE and not args:
        return _SIMPLE[name]()
    if not special and name in _SIZED and len(args) == 1:
        return _SIZED[name](int(args[0]))
    if not special and name == "decimal":
        return sa.DECIMAL(int(args[0]), int(args[1]))
    signs = {k: True for k in ("unsigned", "zerofill") if getattr(type_, k)}
    text = {k: getattr(type_, k) for k in ("charset", "collation") if getattr(type_, k)}
    if name in _NUMBERS:
        return _NUMBERS[name](**({"display_width": int(args[0])} if args else {}), **signs)
    if name in _REALS:
        return _REALS[name](*(int(a) for a in args), **signs)
    if name in _CHARACTERS:
        return _CHARACTERS[name](*(int(a) for a in args), **text)
    if name in _VALUES:
        blank = {"retrieve_as_bitwise": True} if name == "set" and "" in args else {}
        return _VALUES[name](*args, **text, **blank)
    if name in _TIMES and args:
        return _TIMES[name](fsp=int(args[0]))
    if name in _ADDRESSES and hasattr(MySQLTypeCompiler, f"visit_{_ADDRESSES[name]}"):
        address: TypeEngine[Any] = getattr(mysql, _ADDRESSES[name])()
        return address
    return OtherType(type_.text)
