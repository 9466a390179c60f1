"""Constraints of a table. An unnamed one has the name None until the server gives it one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeAlias

from limbeck.schema.names import Name
from limbeck.schema.types import Expression

Options: TypeAlias = tuple[tuple[str, Any], ...]
"""Dialect keyword arguments as sorted pairs (``postgresql_using``), values hashable."""


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """PRIMARY KEY (columns)."""

    columns: tuple[str, ...]
    name: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Unique:
    """UNIQUE (columns)."""

    columns: tuple[str, ...]
    name: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """FOREIGN KEY (columns) REFERENCES referred (referred_columns).

    Actions are upper case; None means NO ACTION.
    """

    columns: tuple[str, ...]
    referred: Name
    referred_columns: tuple[str, ...]
    name: str | None = None
    on_delete: str | None = None
    on_update: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    match: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Check:
    """CHECK (expression). `type_bound` marks one that a Boolean or Enum type brings along."""

    expression: Expression
    name: str | None = None
    type_bound: bool = False
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Exclude:
    """EXCLUDE (PostgreSQL): `definition` is the whole text after the name, payload SQLAlchemy's."""

    definition: Expression
    name: str | None = None
    options: Options = ()


Constraint: TypeAlias = PrimaryKey | Unique | ForeignKey | Check | Exclude

_RANK: dict[type, int] = {PrimaryKey: 0, Unique: 1, ForeignKey: 2, Check: 3, Exclude: 4}


def sort_key(constraint: Constraint) -> tuple[Any, ...]:
    """Orders constraints by kind, name, then content; unnamed ones last of their kind."""
    content = (
        ",".join(constraint.columns)
        if isinstance(constraint, PrimaryKey | Unique | ForeignKey)
        else repr(
            (constraint.expression if isinstance(constraint, Check) else constraint.definition).key
        )
    )
    return (_RANK[type(constraint)], constraint.name is None, constraint.name or "", content)


NOT_VALID = "postgresql_not_valid"
"""The option of a constraint that rows which were there before it may break."""


def is_valid(constraint: Constraint) -> bool:
    """Whether all rows keep it, as far as the server has looked."""
    options = constraint.options
    return not options or all(key != NOT_VALID for key, _ in options)


_DEMANDS: dict[type, Callable[[Any], Any]] = {
    PrimaryKey: attrgetter("columns"),
    Unique: attrgetter("columns", "deferrable", "initially"),
    ForeignKey: attrgetter(
        "columns",
        "referred",
        "referred_columns",
        "on_delete",
        "on_update",
        "deferrable",
        "initially",
        "match",
    ),
    Check: attrgetter("expression"),
    Exclude: attrgetter("definition"),
}


def content(constraint: Constraint) -> Hashable:
    """What the constraint demands: without its name, how it came, and whether rows were checked."""
    options = constraint.options
    if not is_valid(constraint):
        options = tuple(pair for pair in options if pair[0] != NOT_VALID)
    kind = type(constraint)
    return kind, _DEMANDS[kind](constraint), options
