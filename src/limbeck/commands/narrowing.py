"""Whether the values of a column may not fit the type that it is to have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck.operations.alter_column import AlterColumn


def narrows(operation: AlterColumn) -> bool:
    """Whether the new type of a column may not hold what the old one holds, as far as types tell.

    Types of two families always count, but for what becomes text without a limit.
    """
    if operation.type is None or operation.existing_type is None:
        return False
    old, new = operation.existing_type.payload, operation.type.payload
    if isinstance(new, sa.Enum):
        return not (isinstance(old, sa.Enum) and set(old.enums) <= set(new.enums))
    if new._type_affinity is not old._type_affinity:
        return not (isinstance(new, sa.String) and _length(new) is None)
    match new:
        case sa.Integer():
            return not _range(old) <= _range(new)
        case sa.String():
            longest = _length(new)
            return longest is not None and longest < (_length(old) or longest + 1)
        case sa.Float():
            return False
        case sa.Numeric():
            return _digits(new) < _digits(old) or (new.scale or 0) < (
                getattr(old, "scale", None) or 0
            )
        case _:
            return False


def _length(payload: object) -> int | None:
    length: int | None = getattr(payload, "length", None)
    return length


@dataclass(frozen=True, slots=True)
class _Range:
    """What an integer type holds."""

    lowest: int
    highest: int

    def __le__(self, other: _Range) -> bool:
        return other.lowest <= self.lowest and self.highest <= other.highest


def _range(payload: sa.types.TypeEngine[Any]) -> _Range:
    bits = _bits(payload)
    if getattr(payload, "unsigned", False):
        return _Range(0, 2**bits - 1)
    return _Range(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _bits(payload: sa.types.TypeEngine[Any]) -> int:
    match payload:
        case sa.BigInteger():
            return 64
        case sa.SmallInteger():
            return 16
        case mysql.MEDIUMINT():
            return 24
        case mysql.TINYINT():
            return 8
        case _:
            return 32


def _digits(payload: sa.types.TypeEngine[Any]) -> int:
    """Digits before the point; a type without a precision holds more than any with one."""
    precision: int | None = getattr(payload, "precision", None)
    if precision is None:
        return 1_000
    return precision - (getattr(payload, "scale", None) or 0)
