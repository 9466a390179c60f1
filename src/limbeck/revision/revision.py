"""The header of one revision file."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.errors import RevisionError

_NOT_IN_IDS = frozenset("@-+:")


@dataclass(frozen=True, slots=True)
class Revision:
    """The header of one revision file.

    `depends_on` is as written (ids or branch labels); `labels` are those that this revision
    declares. Raises `RevisionError` for an id that the symbol syntax could not tell apart.
    """

    id: str
    down: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    doc: str = ""
    longdoc: str = ""
    path: str | None = None
    create_date: str | None = None

    def __post_init__(self) -> None:
        if not _NOT_IN_IDS.isdisjoint(self.id):
            illegal = ", ".join(sorted(_NOT_IN_IDS.intersection(self.id)))
            where = f" ({self.path})" if self.path else ""
            raise RevisionError(
                f"Character(s) '{illegal}' not allowed in revision identifier '{self.id}'{where}"
            )

    @property
    def is_base(self) -> bool:
        """Whether nothing comes before it on its branch."""
        return not self.down

    @property
    def is_merge_point(self) -> bool:
        """Whether it joins several branches."""
        return len(self.down) > 1

    def __str__(self) -> str:
        return f"{self.id} ({self.path})" if self.path else self.id
