"""What MODIFY and CHANGE do to a column: they write it again whole, whatever part changes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from limbeck.statements.action import Action
from limbeck.statements.hazards import Known


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """What differs between a column and its new definition.

    `type` says what the change of type needs; a column that is not known counts as changed.
    """

    type: Literal["same", "instant", "in place", "rebuild", "copy"]
    to_not_null: bool = False
    to_null: bool = False

    @property
    def narrows(self) -> bool:
        """Whether a value that was allowed may be so no more."""
        return self.to_not_null or self.type == "copy"


def column_change(action: Action, known: Known) -> ColumnChange:
    """The change that a ``modify column`` is."""
    new = action.column
    assert new is not None
    before = known.column(action.table, action.name)
    old = known.type(action.table, action.name)
    kind = "copy" if old is None else type_change(old, new.type, known)
    return ColumnChange(
        kind,
        to_not_null=not new.nullable and (before is None or before.nullable),
        to_null=new.nullable and before is not None and not before.nullable,
    )


_TYPE = re.compile(r"^([a-z]+)\s*(\(.*\))?(.*)$")
_CHARSET = re.compile(r"\s*(?:character set|charset|collate)\s+\S+")
_SYNONYMS = {"int": "integer", "dec": "decimal", "numeric": "decimal", "bool": "tinyint"}

Change = Literal["same", "instant", "in place", "rebuild", "copy"]


def type_change(old: str, new: str, known: Known) -> Change:
    """What the server does to turn a column of one type into another."""
    was, becomes = _split(old), _split(new)
    if was == becomes or (was[0] == becomes[0] and _INTEGER.match(was[0]) and was[2] == becomes[2]):
        return "same"
    mariadb = known.server.product == "mariadb" and known.server.at_least(10, 4)
    if was[0] == becomes[0] == "varchar":
        return _longer(int(was[1]), int(becomes[1]), mariadb)
    if was[0] == becomes[0] and was[0] in ("enum", "set"):
        return "instant" if _appended(was[1], becomes[1]) else "copy"
    return "copy"


_INTEGER = re.compile(r"(tiny|small|medium|big)?int(eger)?$")


def _split(type_: str) -> tuple[str, str, str]:
    """(name, what stands in its parentheses, the words after them)."""
    found = _TYPE.match(_CHARSET.sub("", type_.strip().lower()))
    if found is None:
        return type_, "", ""
    name = _SYNONYMS.get(found[1], found[1])
    return name, (found[2] or "")[1:-1].strip(), found[3].strip()


_WIDEST = 4
"""Bytes of a character in utf8mb4."""


def _longer(old: int, new: int, mariadb: bool) -> Change:
    if new < old:
        return "copy"
    crosses = old * _WIDEST < 256 <= new * _WIDEST
    if mariadb:
        return "instant"
    return "copy" if crosses else "in place"


def _appended(old: str, new: str) -> bool:
    """Whether the values of an ENUM or SET are the old ones and more behind them."""
    was, becomes = re.findall(r"'((?:[^']|'')*)'", old), re.findall(r"'((?:[^']|'')*)'", new)
    sizes_alike = (len(was) <= 255) == (len(becomes) <= 255)
    return becomes[: len(was)] == was and sizes_alike
