"""Changes of a column's type that the server does not make in one step."""

from __future__ import annotations

from limbeck.dialects.mysql.types import parse

_OF_TEXT = frozenset({"uuid", "inet4", "inet6"})
"""MariaDB's types that convert from and to text and bytes alone."""

_TEXT = frozenset(
    {
        *("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json", "enum", "set"),
        *("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"),
    }
)


def between(old: str, new: str) -> str | None:
    """The type through which a column has to go from one type text to the other, if any."""
    names = {parse(old).name, parse(new).name}
    if len(names) == 2 and names & _OF_TEXT and not names & _TEXT:
        return "VARCHAR(64)"
    return None
