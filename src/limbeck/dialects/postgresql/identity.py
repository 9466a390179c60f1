"""Identity columns: only the options that differ from what the server would choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from limbeck.schema.constraints import Options
from limbeck.schema.objects import Identity

BITS = {21: 16, 23: 32, 20: 64}
"""Bits of a sequence by the oid of its type, which the server has fixed."""

BITS_BY_TEXT = {"smallint": 16, "integer": 32, "bigint": 64}


def inspected_identity(kind: str, sequences: Iterable[Any]) -> Identity:
    """The identity of a column that owns the sequences in those rows of the catalog."""
    sequence = next((row for row in sequences if row[2] == "i"), None)
    if sequence is None:
        return Identity(always=kind == "a")
    _, _, _, _, type_oid, start, increment, minimum, maximum, cache, cycle, _ = sequence
    given = {
        "start": start,
        "increment": increment,
        "minvalue": minimum,
        "maxvalue": maximum,
        "cache": cache,
        "cycle": cycle,
    }
    return Identity(kind == "a", _differing(given, BITS.get(type_oid, 64)))


def declared_identity(identity: Identity, type_text: str) -> Identity:
    """A declared identity of a column of that type, in normal form."""
    given = dict(identity.options)
    for drop in ("order", "on_null", "nominvalue", "nomaxvalue"):
        given.pop(drop, None)
    return Identity(identity.always, _differing(given, BITS_BY_TEXT.get(type_text, 64)))


def _differing(given: dict[str, Any], bits: int) -> Options:
    defaults = sequence_defaults(bits, given)
    return tuple((key, given[key]) for key in sorted(given) if given[key] != defaults[key])


def sequence_defaults(bits: int, given: dict[str, Any]) -> dict[str, Any]:
    """What the server takes for the options of a sequence that are not given."""
    increment = given.get("increment", 1)
    low, high = (1, 2 ** (bits - 1) - 1) if increment > 0 else (-(2 ** (bits - 1)), -1)
    minimum, maximum = given.get("minvalue", low), given.get("maxvalue", high)
    return {
        "start": minimum if increment > 0 else maximum,
        "increment": 1,
        "minvalue": low,
        "maxvalue": high,
        "cache": 1,
        "cycle": False,
    }
