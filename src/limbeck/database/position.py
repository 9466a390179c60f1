"""How far a backfill has come, as text that the journal keeps: a key, and what was counted."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from limbeck.errors import UnsupportedOperation


@dataclass(frozen=True, slots=True)
class Position:
    """The key of the last row that is done (None before the first), and the rows so far.

    `seen` counts the rows that were looked at, `changed` those that the condition let through.
    """

    key: tuple[Any, ...] | None = None
    seen: int = 0
    changed: int = 0

    def __str__(self) -> str:
        key = None if self.key is None else [_written(value) for value in self.key]
        return json.dumps({"key": key, "seen": self.seen, "changed": self.changed})


def read(text: str | None) -> Position:
    """The position that was written as that text; the start where there is none."""
    if text is None:
        return Position()
    found = json.loads(text)
    key = found["key"]
    values = None if key is None else tuple(_READERS[kind](value) for kind, value in key)
    return Position(values, found["seen"], found["changed"])


_READERS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "str": str,
    "float": float,
    "Decimal": Decimal,
    "UUID": uuid.UUID,
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "bytes": bytes.fromhex,
}


def _written(value: Any) -> tuple[str, Any]:
    """The kind of a key's value, and the value as JSON has it."""
    match value:
        case bool() | int():
            return "int", int(value)
        case str() | float():
            return type(value).__name__, value
        case bytes() | bytearray() | memoryview():
            return "bytes", bytes(value).hex()
        case datetime.date() | datetime.time():
            return type(value).__name__, value.isoformat()
        case Decimal():
            return "Decimal", str(value)
        case uuid.UUID():
            return "UUID", str(value)
        case _:
            kind = type(value).__name__
            raise UnsupportedOperation(
                f"op.backfill() cannot go through a table by a key of {kind} values; change the "
                "rows with op.execute()."
            )
