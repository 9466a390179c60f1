"""What can be known of a PostgreSQL database without asking it."""

from __future__ import annotations

from limbeck.dialects.postgresql.probes import undecided
from limbeck.operations.base import Operation
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.schema.constraints import PrimaryKey
from limbeck.schema.objects import Schema


def doubt(operation: Operation, before: Schema) -> str | None:
    """Why the server may do more than the operation says: a key makes its columns NOT NULL."""
    match operation:
        case AddConstraint(constraint=PrimaryKey()) | DropConstraint(kind="primary"):
            return "a primary key that comes or goes changes whether its columns may be NULL"
        case _:
            return None


def decides_text(declared: Schema, other: Schema) -> bool:
    """Whether text tells the differences: no default, check, expression or domain differs."""
    there = other.domains
    if any(item != there.get(item.name, item) for item in declared.domains.values()):
        return False
    return not undecided(declared, other)
