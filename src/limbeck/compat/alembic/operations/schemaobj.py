"""``alembic.operations.schemaobj``: SQLAlchemy's objects from names and arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from limbeck.metadata import build
from limbeck.operations.base import Scope
from limbeck.operations.indexes import create_index


class SchemaObjects:
    """Makes objects on tables of their own, under the naming convention of the models."""

    def __init__(self, migration_context: Any = None) -> None:
        self.migration_context = migration_context

    def metadata(self) -> sa.MetaData:
        """A new MetaData with the models' naming convention."""
        convention: Mapping[str, Any] = {}
        if self.migration_context is not None:
            convention = self.migration_context.naming_convention
        return sa.MetaData(naming_convention=convention or None)

    def _on_table(
        self, item: Any, table: str, schema: str | None, columns: Sequence[str] = ()
    ) -> Any:
        stubs = (sa.Column(c, sa.types.NullType()) for c in dict.fromkeys(columns))
        parent = sa.Table(table, self.metadata(), *stubs, schema=schema)
        parent.append_constraint(item)
        build.add_referred(parent)
        return item

    def primary_key_constraint(
        self,
        name: str | None,
        table_name: str,
        cols: Sequence[str],
        schema: str | None = None,
        **dialect_kw: Any,
    ) -> sa.PrimaryKeyConstraint:
        """A primary key."""
        item = sa.PrimaryKeyConstraint(*cols, name=name, **dialect_kw)
        found: sa.PrimaryKeyConstraint = self._on_table(item, table_name, schema, cols)
        return found

    def foreign_key_constraint(
        self,
        name: str | None,
        source: str,
        referent: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> sa.ForeignKeyConstraint:
        """A foreign key."""
        target = referent if referent_schema is None else f"{referent_schema}.{referent}"
        item = sa.ForeignKeyConstraint(
            list(local_cols),
            [f"{target}.{column}" for column in remote_cols],
            name=name,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        found: sa.ForeignKeyConstraint = self._on_table(item, source, source_schema, local_cols)
        return found

    def unique_constraint(
        self,
        name: str | None,
        source: str,
        local_cols: Sequence[str],
        schema: str | None = None,
        **kw: Any,
    ) -> sa.UniqueConstraint:
        """A unique constraint."""
        item = sa.UniqueConstraint(*local_cols, name=name, **kw)
        found: sa.UniqueConstraint = self._on_table(item, source, schema, local_cols)
        return found

    def check_constraint(
        self,
        name: str | None,
        source: str,
        condition: Any,
        schema: str | None = None,
        **kw: Any,
    ) -> sa.CheckConstraint:
        """A check."""
        item = sa.CheckConstraint(condition, name=name, **kw)
        found: sa.CheckConstraint = self._on_table(item, source, schema)
        return found

    def generic_constraint(
        self,
        name: str | None,
        table_name: str,
        type_: str | None,
        schema: str | None = None,
        **kw: Any,
    ) -> sa.Constraint:
        """A constraint of which only name and kind are known, to be dropped."""
        kinds: dict[str | None, Any] = {
            "foreignkey": lambda: sa.ForeignKeyConstraint([], [], name=name),
            "primary": lambda: sa.PrimaryKeyConstraint(name=name),
            "unique": lambda: sa.UniqueConstraint(name=name),
            "check": lambda: sa.CheckConstraint("", name=name),
            None: lambda: sa.Constraint(name=name),
        }
        if type_ not in kinds:
            known = ", ".join(sorted(str(kind) for kind in kinds if kind))
            raise TypeError(f"'type' can be one of {known}; got {type_!r}")
        found: sa.Constraint = self._on_table(kinds[type_](), table_name, schema)
        return found

    def table(self, name: str, *columns: Any, **kw: Any) -> sa.Table:
        """A table; columns and constraints of another are copied."""
        from limbeck.operations.tables import create_table

        options = dict(kw)
        items = table_items(columns, options.pop("_constraints_included", False))
        made = create_table(self._scope(), name, *items, **options)
        assert made.source is not None
        return made.source

    def _scope(self) -> Scope:
        if self.migration_context is None:
            from sqlalchemy.engine.default import DefaultDialect

            return Scope(DefaultDialect())
        scope: Scope = self.migration_context.interpreter.scope
        return scope

    def column(self, name: str, type_: Any, **kw: Any) -> sa.Column[Any]:
        """A column."""
        return sa.Column(name, type_, **kw)

    def index(
        self,
        name: str | None,
        tablename: str,
        columns: Sequence[Any],
        schema: str | None = None,
        **kw: Any,
    ) -> sa.Index:
        """An index on a table of its own."""
        kw.pop("if_not_exists", None)
        made = create_index(self._scope(), name, tablename, loose(columns), schema=schema, **kw)
        known = [sa.Column(c.name, c.type) for c in columns if isinstance(c, sa.Column)]
        parent = sa.Table(tablename, self.metadata(), *known, schema=schema)
        return build.index(made.index, parent)


def table_items(columns: Sequence[Any], constraints_included: bool) -> list[Any]:
    """The columns and constraints of a table that is to be made.

    Where the constraints of a whole table are among them, a column's own `unique` and `index`
    would make each twice.
    """
    if not constraints_included:
        return list(columns)
    return [_apart(item) for item in columns]


def _apart(item: Any) -> Any:
    match item:
        case sa.Column():
            copied: Any = item._copy()
            copied.unique = copied.index = None
            copied.primary_key = False
            return copied
        case sa.PrimaryKeyConstraint():
            # its own copy would hold the columns of the other table
            names = [column.name for column in item.columns]
            name: Any = item.name
            return sa.PrimaryKeyConstraint(*names, name=name, **item.dialect_kwargs)
        case _:
            return item


def loose(elements: Sequence[Any]) -> list[Any]:
    """The elements of an index, not bound to the table that they were taken from."""
    return [_loose(element) for element in elements]


def _loose(element: Any) -> Any:
    if isinstance(element, sa.Column):
        return element.name
    if not isinstance(element, sa.sql.ClauseElement):
        return element

    def replaced(item: Any, **_: Any) -> Any:
        return sa.column(item.name, item.type) if isinstance(item, sa.Column) else None

    return visitors.replacement_traverse(element, {}, replaced)  # type: ignore[call-overload]  # the annotation wants one kind of element
