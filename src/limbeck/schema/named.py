"""`Named[T]`: an immutable, ordered mapping of objects by their own name."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from typing import Any, Generic, Protocol, TypeVar

K_co = TypeVar("K_co", covariant=True)


class HasName(Protocol[K_co]):
    """Anything with a `name` that can be a key."""

    @property
    def name(self) -> K_co: ...


T = TypeVar("T", bound=HasName[Any])


class Named(Generic[T], Mapping[Any, T]):
    """Objects by name, in the order they were given.

    Changing methods return a new mapping. Equality ignores order, as for dictionaries: where a
    column stands in its table is not a difference. A name that is given twice keeps the last.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items: dict[Any, T] = {item.name: item for item in items}

    def __getitem__(self, name: Any) -> T:
        return self._items[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items

    # the views of Mapping look each name up again, which is what a comparison does most

    def values(self) -> ValuesView[T]:
        """The objects, in order."""
        return self._items.values()

    def items(self) -> ItemsView[Any, T]:
        """(name, object) pairs, in order."""
        return self._items.items()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self._items == other._items

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Named({list(self._items.values())!r})"

    @classmethod
    def _of(cls, items: dict[Any, T]) -> Named[T]:
        """A mapping of that dictionary, which nobody else holds: copying one is fast."""
        new: Named[T] = cls.__new__(cls)
        new._items = items
        return new

    def with_(self, item: T) -> Named[T]:
        """A copy that holds `item`, in the place of the one of that name, else at the end."""
        return self._of({**self._items, item.name: item})

    def without(self, name: Any) -> Named[T]:
        """A copy without the object of that name; the same if there is none."""
        items = dict(self._items)
        items.pop(name, None)
        return self._of(items)

    def renamed(self, old: Any, item: T) -> Named[T]:
        """A copy where `item` stands in the place of the object named `old`."""
        return Named(item if n == old else i for n, i in self._items.items())
