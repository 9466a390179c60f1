"""The base of all operations."""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import cached_property
from typing import Any


class MigrateOperation:
    """The base of all operations; subclasses with an implementation are operations of one's own."""

    _mutations: frozenset[Any] = frozenset()

    @cached_property
    def info(self) -> MutableMapping[Any, Any]:
        """Anything that programs keep with it."""
        return {}

    def reverse(self) -> MigrateOperation:
        """The operation that takes it back."""
        raise NotImplementedError

    def to_diff_tuple(self) -> Any:
        """Its form in `compare_metadata`'s result."""
        raise NotImplementedError
