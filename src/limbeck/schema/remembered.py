"""What was made of objects, so that it is made once."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by the identity of what they were made of, and by a flag where that matters.

    The objects are kept, so that the id of one stays its own.
    """

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[tuple[int, bool], tuple[Any, T]] = {}

    def get(self, item: Any, flag: bool = False) -> T | None:
        """What was made of it, or None."""
        found = self._made.get((id(item), flag))
        return None if found is None else found[1]

    def keep(self, item: Any, made: T, flag: bool = False) -> T:
        """Keeps what was made of it, and gives that back."""
        self._made[id(item), flag] = item, made
        return made
