"""``with op.batch_alter_table(…) as batch_op:`` — gathers operations, runs them as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from limbeck.errors import CommandError
from limbeck.metadata import load
from limbeck.operations import columns, constraints, data, indexes, renames, tables
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch, Placement, Recreate
from limbeck.runtime.invoke import Interpreter, current
from limbeck.schema.names import Name


class BatchOperations:
    """The verbs of one table. They are gathered, and run when the block ends without an error."""

    def __init__(
        self,
        interpreter: Interpreter,
        name: Name,
        recreate: Recreate,
        naming_convention: Mapping[str, Any] | None = None,
    ) -> None:
        self._interpreter = interpreter
        self._name = name
        self._recreate = recreate
        convention = naming_convention or interpreter.scope.naming_convention
        self._scope = Scope(interpreter.scope.dialect, convention)
        self.gathered: list[Operation] = []
        self.placements: list[Placement] = []

    def _add(self, build: Callable[..., Operation], *args: Any, **kw: Any) -> None:
        self.invoke(build(self._scope, *args, **kw))

    @property
    def _table(self) -> dict[str, Any]:
        return {"schema": self._name.schema}

    def _place(self, column: str, before: str | None, after: str | None) -> None:
        if before is None and after is None:
            return
        if self._recreate == "never":
            raise CommandError(
                "Can't specify insert_before or insert_after when using ALTER; "
                "please specify recreate='always'"
            )
        self.placements.append(Placement(column, before, after))

    def add_column(
        self,
        column: sa.Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Adds a column."""
        self._add(columns.add_column, self._name.name, column, **self._table, **kw)
        self._place(column.name, insert_before, insert_after)

    def alter_column(
        self,
        column_name: str,
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Changes a column, and its place if one is given."""
        self._add(columns.alter_column, self._name.name, column_name, **self._table, **kw)
        new_name = kw.get("new_column_name") or column_name
        self._place(new_name, insert_before, insert_after)

    def drop_column(self, column_name: str, **kw: Any) -> None:
        """Drops a column."""
        self._add(columns.drop_column, self._name.name, column_name, **self._table, **kw)

    def create_primary_key(
        self, constraint_name: str | None, columns_: Sequence[str], **kw: Any
    ) -> None:
        """Adds a primary key, in place of the one there is."""
        self._add(
            constraints.create_primary_key,
            constraint_name,
            self._name.name,
            columns_,
            **self._table,
            **kw,
        )

    def create_unique_constraint(
        self, constraint_name: str | None, columns: Sequence[str], **kw: Any
    ) -> None:
        """Adds a unique constraint."""
        name = self._name.name
        self._add(
            constraints.create_unique_constraint,
            constraint_name,
            name,
            columns,
            **self._table,
            **kw,
        )

    def create_foreign_key(
        self,
        constraint_name: str | None,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        **kw: Any,
    ) -> None:
        """Adds a foreign key."""
        self._add(
            constraints.create_foreign_key,
            constraint_name,
            self._name.name,
            referent_table,
            local_cols,
            remote_cols,
            source_schema=self._name.schema,
            **kw,
        )

    def create_check_constraint(
        self, constraint_name: str | None, condition: Any, **kw: Any
    ) -> None:
        """Adds a check constraint."""
        name = self._name.name
        self._add(
            constraints.create_check_constraint,
            constraint_name,
            name,
            condition,
            **self._table,
            **kw,
        )

    def create_exclude_constraint(
        self, constraint_name: str | None, *elements: Any, **kw: Any
    ) -> None:
        """Adds an EXCLUDE constraint (PostgreSQL)."""
        self._add(
            constraints.create_exclude_constraint,
            constraint_name,
            self._name.name,
            *elements,
            **self._table,
            **kw,
        )

    def drop_constraint(
        self, constraint_name: str | None, type_: str | None = None, **kw: Any
    ) -> None:
        """Drops a constraint."""
        name = self._name.name
        self._add(constraints.drop_constraint, constraint_name, name, type_, **self._table, **kw)

    def create_index(self, index_name: str | None, columns: Sequence[Any], **kw: Any) -> None:
        """Creates an index."""
        self._add(indexes.create_index, index_name, self._name.name, columns, **self._table, **kw)

    def drop_index(self, index_name: str, **kw: Any) -> None:
        """Drops an index."""
        self._add(indexes.drop_index, index_name, self._name.name, **self._table, **kw)

    def rename_index(self, index_name: str, new_index_name: str) -> None:
        """Renames an index."""
        name = self._name.name
        self._add(renames.rename_index, index_name, new_index_name, name, **self._table)

    def rename_constraint(
        self, constraint_name: str, new_constraint_name: str, type_: str | None = None
    ) -> None:
        """Renames a constraint."""
        names = (constraint_name, new_constraint_name, self._name.name)
        self._add(renames.rename_constraint, *names, type_, **self._table)

    def validate_constraint(self, constraint_name: str) -> None:
        """Checks the rows that a constraint added as NOT VALID has not seen (PostgreSQL)."""
        name = self._name.name
        self._add(renames.validate_constraint, constraint_name, name, **self._table)

    def create_table_comment(self, comment: str | None, **kw: Any) -> None:
        """Sets the comment of the table."""
        self._add(tables.create_table_comment, self._name.name, comment, **self._table, **kw)

    def drop_table_comment(self, **kw: Any) -> None:
        """Takes the comment of the table away."""
        self._add(tables.drop_table_comment, self._name.name, **self._table, **kw)

    def execute(self, sqltext: Any, *, execution_options: Mapping[str, Any] | None = None) -> None:
        """Runs SQL at once: it is not gathered, and so comes before what the block gathers."""
        self._interpreter.verb(data.execute, sqltext, execution_options=execution_options)

    def f(self, name: str) -> sa.sql.elements.conv:
        """Marks a name as final: no naming convention is applied to it."""
        return sa.sql.elements.conv(name)

    def get_bind(self) -> Any:
        """The connection of this migration."""
        return self._interpreter.context.bind

    def get_context(self) -> Any:
        """The migration context of this migration."""
        return self._interpreter.context

    def invoke(self, operation: Operation) -> None:
        """Gathers an operation that was built elsewhere."""
        self.gathered.append(operation)
        if self._interpreter.gathers is not None:
            self._interpreter.gathers(operation)


@contextmanager
def batch_alter_table(
    table_name: str,
    schema: str | None = None,
    recreate: Recreate = "auto",
    partial_reordering: Sequence[Sequence[str]] | None = None,
    copy_from: sa.Table | None = None,
    table_args: Sequence[sa.schema.SchemaItem] = (),
    table_kwargs: Mapping[str, Any] | None = None,
    reflect_args: Sequence[Any] = (),
    reflect_kwargs: Mapping[str, Any] | None = None,
    naming_convention: Mapping[str, Any] | None = None,
) -> Iterator[BatchOperations]:
    """Changes of one table that belong together: one rebuild on SQLite, plain ALTERs elsewhere.

    Nothing runs when the block raises. `reflect_args` and `reflect_kwargs` are accepted and not
    needed: a table's own definition is read whole.
    """
    if recreate not in ("auto", "always", "never"):
        raise ValueError("recreate may be one of 'auto', 'always', or 'never'.")
    interpreter = current("batch_alter_table")
    dialect = interpreter.scope.dialect
    name = load.qualified(table_name, schema, dialect)
    batch = BatchOperations(interpreter, name, recreate, naming_convention)
    yield batch
    if not batch.gathered and recreate != "always":
        return
    interpreter.invoke(
        Batch(
            name,
            tuple(batch.gathered),
            recreate,
            None if copy_from is None else load.table(copy_from, dialect),
            tuple(batch.placements),
            tuple(tuple(group) for group in partial_reordering or ()),
            tuple(table_args),
            tuple(sorted((table_kwargs or {}).items())),
        )
    )
