"""``alembic.util.langhelpers``: dispatchers, and small functions that plugins import."""

from __future__ import annotations

import enum
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.util import asbool, immutabledict, memoized_property, to_list, unique_list

__all__ = [
    "EMPTY_DICT",
    "DispatchPriority",
    "Dispatcher",
    "ModuleClsProxy",
    "PriorityDispatchResult",
    "PriorityDispatcher",
    "asbool",
    "dedupe_tuple",
    "immutabledict",
    "memoized_property",
    "not_none",
    "rev_id",
    "to_list",
    "to_tuple",
    "unique_list",
]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

EMPTY_DICT: Mapping[Any, Any] = immutabledict()


class ModuleClsProxy:
    """The base of the classes whose methods are functions of a module (`op`, `context`)."""


class Dispatcher:
    """Functions by class (its bases included) or by key, and by qualifier (a dialect's name)."""

    def __init__(self) -> None:
        self._registry: dict[tuple[Any, str], Callable[..., Any]] = {}

    def dispatch_for(
        self, target: Any, *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[F], F]:
        """Registers a function. Raises ValueError where there is one and `replace` is False."""

        def decorate(function: F) -> F:
            if (target, qualifier) in self._registry and not replace:
                raise ValueError(
                    f"Can not set dispatch function for object {target!r}: key already exists. "
                    "To replace existing function, use replace=True."
                )
            self._registry[(target, qualifier)] = function
            return function

        return decorate

    def dispatch(self, obj: Any, qualifier: str = "default") -> Callable[..., Any]:
        """The function for an object; ValueError if there is none."""
        found = self.find(obj, qualifier)
        if found is None:
            raise ValueError(f"no dispatch function for object: {obj!r}")
        return found

    def find(self, obj: Any, qualifier: str = "default") -> Callable[..., Any] | None:
        """The function for an object, or None."""
        keys: Sequence[Any] = (
            (obj,)
            if isinstance(obj, str)
            else (obj if isinstance(obj, type) else type(obj)).__mro__
        )
        for key in keys:
            for wanted in dict.fromkeys((qualifier, "default")):
                if (key, wanted) in self._registry:
                    return self._registry[(key, wanted)]
        return None

    def branch(self) -> Dispatcher:
        """A copy that can be added to on its own."""
        copied = type(self)()
        copied._registry.update(self._registry)
        return copied


class DispatchPriority(enum.IntEnum):
    """When a function runs among those for the same target."""

    FIRST = 50
    MEDIUM = 25
    LAST = 10


class PriorityDispatchResult(enum.Enum):
    """Whether later functions of the same subgroup run."""

    CONTINUE = enum.auto()
    STOP = enum.auto()


class PriorityDispatcher:
    """All functions for a target, by priority; of one priority, a dialect's own come first."""

    def __init__(self) -> None:
        self._registry: dict[tuple[str, str, DispatchPriority], list[tuple[Any, str | None]]] = (
            defaultdict(list)
        )

    def dispatch_for(
        self,
        target: str,
        *,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        qualifier: str = "default",
        subgroup: str | None = None,
    ) -> Callable[[F], F]:
        """Registers a function."""

        def decorate(function: F) -> F:
            self._registry[(target, qualifier, priority)].append((function, subgroup))
            return function

        return decorate

    def functions(self, target: str, qualifier: str = "default") -> list[tuple[Any, str | None]]:
        """The functions for a target with their subgroups, in the order they run."""
        return [
            entry
            for priority in sorted(DispatchPriority, reverse=True)
            for wanted in dict.fromkeys((qualifier, "default"))
            for entry in self._registry.get((target, wanted, priority), ())
        ]

    def dispatch(self, target: str, *, qualifier: str = "default") -> Callable[..., None]:
        """One function that calls them all; STOP silences the rest of its subgroup."""

        def run(*args: Any, **kw: Any) -> None:
            stopped: set[str | None] = set()
            for function, subgroup in self.functions(target, qualifier):
                if subgroup in stopped:
                    continue
                if function(*args, **kw) is PriorityDispatchResult.STOP:
                    stopped.add(subgroup)

        return run

    def branch(self) -> PriorityDispatcher:
        """A copy that can be added to on its own."""
        copied = type(self)()
        copied.populate_with(self)
        return copied

    def parted(self, priority: DispatchPriority) -> tuple[PriorityDispatcher, PriorityDispatcher]:
        """Two of them: what runs before that priority, and what has it or a later one."""
        before, after = type(self)(), type(self)()
        for key, functions in self._registry.items():
            (before if key[2] > priority else after)._registry[key].extend(functions)
        return before, after

    def populate_with(self, other: PriorityDispatcher) -> None:
        """Adds all functions of another one."""
        for key, functions in other._registry.items():
            self._registry[key].extend(functions)


def rev_id() -> str:
    """A new revision id."""
    return uuid.uuid4().hex[-12:]


def not_none(value: T | None) -> T:
    """The value, which must not be None."""
    assert value is not None
    return value


def to_tuple(x: Any, default: tuple[Any, ...] | None = None) -> tuple[Any, ...] | None:
    """A tuple of one or of several; `default` for None."""
    if x is None:
        return default
    if isinstance(x, str) or not isinstance(x, Iterable):
        return (x,)
    return tuple(x)


def dedupe_tuple(tup: tuple[str, ...]) -> tuple[str, ...]:
    """The same, each once."""
    return tuple(dict.fromkeys(tup))
