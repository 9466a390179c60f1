"""Types and expressions: SQLAlchemy's own object as payload, compared by normalised text only.

A value that no dialect has normalised yet remembers where it came from, and a declared one never
equals an inspected one: forgetting to normalise shows as a difference of everything, not as
silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from limbeck.schema.names import Name

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import TypeEngine

Origin = Literal["declared", "inspected", "normalized"]


def said(payload: TypeEngine[Any]) -> tuple[Any, ...]:
    """What a type says, to remember what was made of it.

    Types of which this is the same are the same; it cannot be hashed where one of their attributes
    cannot. Each Boolean and Enum has listeners of its own, which say nothing.
    """
    content = vars(payload)
    if "dispatch" in content:
        content = {key: value for key, value in content.items() if key != "dispatch"}
    return (type(payload), *content.items())


@dataclass(frozen=True, slots=True, eq=False)
class SqlType:
    """The type of a column.

    `payload` is SQLAlchemy's type as the user wrote it, or as inspection made it. `text` is the
    type in the dialect's normal form (``character varying(50)``), None before normalisation for
    a declared type. `enum` names the database's enum type that it uses, where that is an object
    of its own.
    """

    payload: TypeEngine[Any]
    text: str | None = None
    origin: Origin = "declared"
    enum: Name | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What equality looks at."""
        return (self.origin, self.text if self.text is not None else repr(self.payload))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SqlType) or self.origin != other.origin:
            return False
        if self.text is not None and other.text is not None:
            return self.text == other.text
        return self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def normalized(self, text: str, enum: Name | None = None) -> SqlType:
        """The same type with its normal form."""
        return SqlType(self.payload, text, "normalized", enum)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A default, a check, a generated column's or an index's expression.

    `payload` is the user's ClauseElement, or a `str`: for a server default that is a literal to
    be quoted (as SQLAlchemy reads it), in every other place SQL text. `text` is SQL in the
    dialect's normal form.
    """

    payload: Any
    text: str | None = None
    origin: Origin = "declared"

    @property
    def key(self) -> tuple[str, str]:
        """What equality looks at."""
        return (self.origin, self.text if self.text is not None else str(self.payload))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression) or self.origin != other.origin:
            return False
        if self.text is not None and other.text is not None:
            return self.text == other.text
        return self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def normalized(self, text: str) -> Expression:
        """The same expression with its normal form."""
        return Expression(self.payload, text, "normalized")


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enum type that is an object of the database (PostgreSQL), its values in order."""

    name: Name
    values: tuple[str, ...]
    payload: Any = field(default=None, compare=False, repr=False)
