"""Actions: what a statement does to the objects of a database, one value each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from limbeck.schema.names import Name

Kind: TypeAlias = Literal[
    # tables
    "create table", "drop table", "rename table", "set table schema", "truncate", "table option",
    "rewrite table", "copy partition", "attach partition", "detach partition", "inherit",
    "replica identity", "row security", "trigger state", "owner",
    # columns
    "add column", "drop column", "rename column", "alter type", "modify column", "set not null",
    "drop not null", "set default", "drop default", "set identity", "drop identity",
    "set expression", "drop expression", "column option",
    # constraints and indexes
    "add constraint", "drop constraint", "validate constraint", "rename constraint",
    "alter constraint", "create index", "drop index", "rename index", "reindex",
    # other objects
    "create enum", "create type", "add enum value", "rename enum value", "drop type",
    "create domain", "alter domain", "drop domain", "create schema", "drop schema",
    "rename schema", "drop database", "create extension", "update extension", "drop extension",
    "create sequence", "alter sequence", "drop sequence", "create view", "replace view",
    "drop view", "refresh view", "create trigger", "drop trigger", "create function",
    "drop function", "policy", "grant", "comment", "statistics",
    # rows
    "insert", "update", "delete", "select", "select for update", "copy",
    # sessions and upkeep
    "lock table", "set", "begin", "commit", "vacuum", "analyze", "nothing", "unread",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConstraintText:
    """A constraint as it is written. `kind` is ``primary key``, ``unique``, ``foreign key`` …"""

    kind: str
    name: str = ""
    columns: tuple[str, ...] = ()
    referred: Name | None = None
    expression: str = ""
    not_valid: bool = False
    using_index: str = ""


@dataclass(frozen=True, slots=True)
class ColumnText:
    """A column as it is written; types and expressions in one spelling, in lower case."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    generated: Literal["", "stored", "virtual"] = ""
    identity: bool = False
    constraints: tuple[ConstraintText, ...] = ()
    position: str = ""
    """``first`` or ``after`` on MySQL."""

    @property
    def serial(self) -> bool:
        """Whether its values come from a sequence or counter."""
        return self.identity or self.type.endswith("serial")

    def constraint(self, kind: str) -> ConstraintText | None:
        """The constraint of that kind that stands on the column."""
        return next((c for c in self.constraints if c.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a statement does. Fields that the kind does not use are empty.

    `words` holds what was asked along: ``concurrently``, ``unique``, ``cascade``, ``if exists``.
    """

    kind: Kind
    table: Name | None = None
    name: str = ""
    """The column, constraint, index or other object."""
    new_name: str = ""
    column: ColumnText | None = None
    constraint: ConstraintText | None = None
    columns: tuple[ColumnText, ...] = ()
    constraints: tuple[ConstraintText, ...] = ()
    keys: tuple[str, ...] = ()
    """Columns and expressions of an index; values of an enum."""
    other: Name | None = None
    """A second table: a partition, the parent of one."""
    text: str = ""
    """A type, an expression, an option's name."""
    words: frozenset[str] = frozenset()
