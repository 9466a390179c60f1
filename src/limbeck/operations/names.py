"""What a constraint is called that nobody named: the name that PostgreSQL would choose."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from limbeck.operations.mentions import used_names
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.schema.objects import Table

_LENGTH = 63
"""Bytes of an identifier on PostgreSQL, the least of all servers."""


def default_name(table: Table, constraint: Constraint) -> str:
    """The name by table, columns and kind (``orders_user_id_fkey``), shortened if too long.

    Source: https://www.postgresql.org/docs/current/sql-createtable.html
    """
    columns: Collection[str] = ()
    match constraint:
        case PrimaryKey():
            suffix = "pkey"
        case Unique(columns=columns):
            suffix = "key"
        case ForeignKey(columns=columns):
            suffix = "fkey"
        case Check() | Exclude():
            suffix = "check" if isinstance(constraint, Check) else "excl"
            used = used_names(constraint)
            named = [c for c in table.columns if c in used]
            columns = named if len(named) == 1 or isinstance(constraint, Exclude) else ()
    return shortened(table.name.name, *columns, suffix)


def shortened(*parts: str) -> str:
    """The parts joined; a name that is too long has a digest before its last part."""
    name, suffix = "_".join(parts), parts[-1]
    if len(name.encode()) <= _LENGTH:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    start = name.encode()[: _LENGTH - len(suffix) - 10].decode(errors="ignore")
    return f"{start}_{digest}_{suffix}"


def numbered(name: str) -> Iterator[str]:
    """The name, then the name with 1, 2, … at its end."""
    yield name
    number = 0
    while True:
        number += 1
        yield f"{name}{number}"


def default_names(table: Table) -> Iterator[tuple[Constraint, str]]:
    """The unnamed constraints of a table, each with a name that no other one of it has."""
    taken = {c.name for c in table.constraints}
    for constraint in table.constraints:
        if constraint.name is None:
            free = next(n for n in numbered(default_name(table, constraint)) if n not in taken)
            taken.add(free)
            yield constraint, free


def by_default_name(
    table: Table, name: str, kind: type[Constraint] | None = None
) -> Constraint | None:
    """The unnamed constraint that is called so where it must be called something, or None.

    Databases that keep no name (SQLite) leave constraints unnamed.
    """
    for constraint, default in default_names(table):
        if default == name and (kind is None or isinstance(constraint, kind)):
            return constraint
    return None
