"""Names of objects in a database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a table or type; `schema` is None for the connection's default schema."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"

    @property
    def sort_key(self) -> tuple[str, str]:
        """Orders by schema, the default schema first, then by name."""
        return (self.schema or "", self.name)
