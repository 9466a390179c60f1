"""Somebody's word that an object was called something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from limbeck.schema.names import Name

Renamed: TypeAlias = Literal["table", "column", "index", "constraint", "enum value"]
"""What can be renamed."""


@dataclass(frozen=True, slots=True)
class Hint:
    """That `old` is now `new`, which is what the models call it.

    `owner` is the table of a column, index or constraint, or the enum type of a value, by the name
    that the models have for it; for a table it is the table. `source` says where the hint stands,
    for messages. One that is `asked` for must fit; one in a model may long be carried out.
    """

    kind: Renamed
    owner: Name
    old: str
    new: str
    source: str
    asked: bool = False

    @property
    def subject(self) -> str:
        """The object in words, by its new name."""
        return subject(self.kind, self.owner, self.new)


def subject(kind: Renamed, owner: Name, name: str) -> str:
    """An object in words: ``column 'users.name'``."""
    match kind:
        case "table":
            return f"table '{Name(name, owner.schema)}'"
        case "column":
            return f"column '{owner}.{name}'"
        case "enum value":
            return f"value '{name}' of enum type '{owner}'"
        case "index" | "constraint":
            return f"{kind} '{name}' on '{owner}'"
