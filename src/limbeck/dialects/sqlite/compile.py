"""SQLite's statements: ALTER TABLE where it has it, else one rebuild of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from limbeck.dialects.sqlite import compile_objects, definition, draft, native, rebuild
from limbeck.dialects.sqlite.draft import Draft
from limbeck.dialects.sqlite.inspect import SQL, TRIGGERS
from limbeck.dialects.sqlite.lookup import is_same
from limbeck.dialects.sqlite.placement import placed
from limbeck.errors import SchemaConflict, UnsupportedOperation
from limbeck.metadata import build, load
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation, Statement
from limbeck.operations.batch import Batch
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.renames import RenameConstraint
from limbeck.operations.tables import CreateTable, SetTableComment
from limbeck.schema.constraints import Constraint, Exclude, ForeignKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Identity, Schema, Table

_CHANGES = (
    AddColumn,
    DropColumn,
    AlterColumn,
    AddConstraint,
    DropConstraint,
    CreateIndex,
    DropIndex,
    SetTableComment,
    AlterTable,
)
"""What one rebuild can carry."""


def change(operation: Operation, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """One change of one table, as a batch of its own."""
    name = operation.table_name
    assert name is not None
    is_plain = isinstance(operation, AddColumn) and not operation.if_not_exists
    if is_plain and not isinstance(before, Schema):
        # such a column needs to know nothing of its table, so a server is not asked
        found = native.statements(operation, compiler, None, before)
        if found is not None:
            return found
    return batch(Batch(name, (operation,)), compiler, before)


def batch(operation: Batch, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """Native statements for all of it, or one rebuild.

    Raises UnsupportedOperation where a rebuild is needed and refused, or the table is not known,
    SchemaConflict where a change does not fit the table.
    """
    for item in operation.operations:
        _refuse(item)
    table = _known(operation, before)
    operation = compile_objects.expanded(operation, table, compiler)
    rearranged = operation.placements or operation.partial_reordering
    added = operation.table_args or operation.table_kwargs
    if operation.recreate != "always" and not rearranged and not added:
        found = _native(operation, compiler, table, before)
        if found is not None:
            return found
    if operation.recreate == "never":
        raise UnsupportedOperation(
            f"SQLite has no ALTER TABLE for this change of '{operation.name}': it takes a rebuild "
            "of the table. Leave out recreate='never'."
        )
    if table is None:
        raise _unknown(operation.name, before)
    return _rebuilt(operation, compiler, table, before)


def _refuse(operation: Operation) -> None:
    """Raises UnsupportedOperation for what no rebuild can give a table."""
    match operation:
        case AlterColumn(identity=Identity()):
            raise UnsupportedOperation(
                f"SQLite has no identity columns: '{operation.table}.{operation.column}' numbers "
                "its rows if it is the INTEGER primary key (never twice the same number with "
                "sqlite_autoincrement=True)."
            )
        case AddConstraint():
            _refuse_constraint(operation.table, operation.constraint)
        case AddColumn():
            for constraint in operation.constraints:
                _refuse_constraint(operation.table, constraint)


def _refuse_constraint(table: Name, constraint: Constraint) -> None:
    match constraint:
        case Unique(deferrable=True) | Unique(initially=str()):
            raise UnsupportedOperation(
                f"Constraint '{constraint.name}' on '{table}': SQLite has DEFERRABLE for foreign "
                "keys alone. Leave out deferrable and initially."
            )
        case ForeignKey(referred=referred) if referred.schema != table.schema:
            raise UnsupportedOperation(
                f"Constraint '{constraint.name}' on '{table}': SQLite has no foreign keys from one "
                f"database file to another ('{referred}'). Keep both tables in one schema."
            )
        case Exclude():
            raise UnsupportedOperation(
                f"Constraint '{constraint.name}' on '{table}': SQLite has no EXCLUDE. Use a unique "
                "constraint, or a trigger."
            )


def _known(operation: Batch, before: Before) -> Table | None:
    """The table before: what the script says it is, with the triggers that the server has."""
    found = before.find(operation.name)
    source = operation.source
    if source is None or found is None:
        return source or found
    triggers = tuple(pair for pair in found.options if pair[0] == TRIGGERS)
    return replace(source, name=found.name, options=(*source.options, *triggers))


def _unknown(name: Name, before: Before) -> UnsupportedOperation | SchemaConflict:
    leftover = Name(f"_alembic_tmp_{name.name}", name.schema)
    if before.find(leftover) is not None:
        return SchemaConflict(
            f"There is no table '{name}', but there is '{leftover}', which an interrupted batch "
            "of Alembic's left. If it holds the rows, rename it; then run this again."
        )
    return UnsupportedOperation(
        f"SQLite needs a rebuild of '{name}' for this, and what the table looks like is not known "
        "here. Run it on a connection, or pass copy_from= to batch_alter_table with the table."
    )


def _made_anew(operation: Batch) -> bool:
    """Whether a column is dropped and added again: a rebuild keeps its indexes and constraints."""
    dropped = {item.column for item in operation.operations if isinstance(item, DropColumn)}
    added = {item.column.name for item in operation.operations if isinstance(item, AddColumn)}
    return not dropped.isdisjoint(added)


def _native(
    operation: Batch, compiler: Compiler, table: Table | None, before: Before
) -> tuple[Statement, ...] | None:
    """Statements without a rebuild; None if one of the changes needs one."""
    if _made_anew(operation):
        return None
    found: list[Statement] = []
    for item in operation.operations:
        statements = native.statements(item, compiler, table, before)
        if statements is None:
            return None
        found += statements
        if table is not None:
            table = _applied(item, table)
    return tuple(found)


def _applied(operation: Operation, table: Table) -> Table:
    """The table after one more operation."""
    schema = operation.apply(Schema().with_table(table))
    return schema.find(table.name) or next(iter(schema), table)


def _rebuilt(
    operation: Batch, compiler: Compiler, table: Table, before: Before
) -> tuple[Statement, ...]:
    """One rebuild for all changes, unless a rename must be done before what follows it."""
    found: list[Statement] = []
    current = draft.start(table)
    always = operation.recreate == "always"
    for item in operation.operations:
        following = draft.apply(current, item, compiler) if isinstance(item, _CHANGES) else None
        if following is None:
            current = draft.completed(current, compiler)
            found += rebuild.statements(current, compiler, before)
            table = draft.after(current, compiler)
            if not isinstance(item, _CHANGES):
                found += compiler.compile(item, Schema().with_table(table))
                table = _applied(item, table)
            following = draft.start(table)
            if isinstance(item, _CHANGES):
                following = draft.apply(following, item, compiler)
                assert following is not None  # no rename is left to wait for
        current = following
    current = _finished(draft.completed(current, compiler), operation, compiler)
    return (*found, *rebuild.statements(current, compiler, before, always=always))


def _finished(current: Draft, operation: Batch, compiler: Compiler) -> Draft:
    """The draft with the order of columns, arguments and options that the batch asks for."""
    table = placed(current, operation)
    for item in operation.table_args:
        table = _with_argument(table, item, compiler)
    if operation.table_kwargs:
        options = {**dict(table.options), **dict(operation.table_kwargs)}
        table = replace(table, options=tuple(sorted(options.items())))
    return replace(current, table=_numbered_as_before(current.before, table, operation))


def _with_argument(table: Table, item: sa.schema.SchemaItem, compiler: Compiler) -> Table:
    """The table with one more constraint; one of the same content is replaced."""
    if not isinstance(item, sa.Constraint):
        return table
    if getattr(item, "parent", None) is not None:
        item = item._copy()  # there is no public way
    parent = build.stub(table.name, *table.columns)
    parent.append_constraint(item)
    build.add_referred(parent)
    added = load.constraint(item, compiler.dialect)
    if added is None:
        return table
    for constraint in table.constraints:
        if is_same(constraint, added, table, compiler, named=True):
            if added.name is None or constraint.name is not None:
                return table
            table = table.without_constraint(constraint)
    return table.with_constraint(added)


def _numbered_as_before(old: Table, new: Table, operation: Batch) -> Table:
    """AUTOINCREMENT belongs to the key that had it, not to another one."""
    if dict(operation.table_kwargs).get("sqlite_autoincrement"):
        return new
    keys = [t.primary_key.columns if t.primary_key is not None else () for t in (old, new)]
    if keys[0] == keys[1]:
        return new
    options = tuple(pair for pair in new.options if pair[0] != "sqlite_autoincrement")
    return replace(new, options=options)


def create_table(
    operation: CreateTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE TABLE; one that was dropped comes back with its own text, indexes and triggers."""
    table = operation.table
    stored = any(dict(c.options).get(SQL) for c in table.columns.values())
    if operation.source is not None or not stored or operation.if_not_exists:
        return operation.statements(compiler, before)
    sql = [definition.create_table(table, table.name, compiler)]
    sql += [definition.create_index(i, table, compiler) for i in table.indexes.values()]
    sql += [definition.in_schema(t, table.name) for t in dict(table.options).get(TRIGGERS, ())]
    return tuple(Statement(text) for text in sql)


OVERRIDES: Mapping[type[Operation], Override] = {
    **compile_objects.OVERRIDES,
    RenameConstraint: change,
    AddColumn: change,
    DropColumn: change,
    AlterColumn: change,
    AlterTable: change,
    AddConstraint: change,
    DropConstraint: change,
    SetTableComment: change,
    Batch: batch,
    CreateTable: create_table,
}
