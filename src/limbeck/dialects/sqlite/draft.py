"""A table as a rebuild will make it: the changes of a batch, gathered under the old names.

Columns keep the names that they have in the database until the new table stands in place; only
then ``RENAME COLUMN`` renames them, because SQLite itself changes every trigger, view, index and
foreign key that names them. What a later change in the same batch calls by a new name is put
under the old one here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from limbeck.dialects.sqlite import forms
from limbeck.dialects.sqlite.lookup import find, is_same
from limbeck.dialects.sqlite.renaming import renamed_index, renamed_table
from limbeck.dialects.sqlite.tokens import mentions, renamed
from limbeck.dialects.sqlite.types import canonical_type, inspected_type
from limbeck.errors import SchemaConflict
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.names import default_name
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.objects import Column, Index, Table
from limbeck.schema.types import Expression, SqlType

C = TypeVar("C", bound=Constraint)


@dataclass(frozen=True, slots=True)
class Draft:
    """`table` is what `before` becomes. `renames` are (old, new), done last; then `indexes`.

    `taken` went with a dropped column: it comes back (`completed`) if the batch adds a column of
    that name, as scripts do that have a generated column made anew.
    """

    before: Table
    table: Table
    renames: tuple[tuple[str, str], ...] = ()
    indexes: tuple[Index, ...] = ()
    taken: tuple[Constraint | Index, ...] = ()

    def old(self, name: str) -> str:
        """The name that a column has until the renames are done."""
        return next((old for old, new in self.renames if new == name), name)

    def new(self, name: str) -> str:
        """The name that a column has in the end."""
        return next((new for old, new in self.renames if old == name), name)


def start(table: Table) -> Draft:
    """A draft without a change."""
    return Draft(table, table)


def apply(draft: Draft, change: Operation, compiler: Compiler) -> Draft | None:
    """The draft after one more change.

    None where the change needs a name that an earlier rename has yet to give away; SchemaConflict
    where it does not fit.
    """
    match change:
        case AddColumn():
            return _add_column(draft, change, compiler)
        case DropColumn():
            return _drop_column(draft, change, compiler)
        case AlterColumn():
            return _alter_column(draft, change, compiler)
        case AddConstraint():
            return _add_constraint(draft, change, compiler)
        case DropConstraint():
            return _drop_constraint(draft, change, compiler)
        case CreateIndex():
            return _create_index(draft, change)
        case DropIndex():
            return _drop_index(draft, change)
        case AlterTable():
            return replace(draft, table=change.changed(draft.table))
        case _:
            return draft


def _add_column(draft: Draft, change: AddColumn, compiler: Compiler) -> Draft | None:
    table, column = draft.table, change.column
    present = {draft.new(name) for name in table.columns}
    if column.name in present:
        if change.if_not_exists:
            return draft
        raise SchemaConflict(f"Table '{table.name}' has a column '{column.name}' already.")
    if column.name in table.columns:
        return None
    if column.computed is not None:
        expression = _under_old_names(column.computed.expression, draft, compiler)
        column = replace(column, computed=replace(column.computed, expression=expression))
    table = table.with_column(replace(column, comment=None, identity=None))
    for constraint in change.constraints:
        table = _with_constraint(table, _old_constraint(constraint, draft, compiler))
    return replace(draft, table=table, indexes=(*draft.indexes, *change.indexes))


def completed(draft: Draft, compiler: Compiler) -> Draft:
    """The draft with what a drop has taken, where a column of the same name came after it."""
    table = draft.table
    gone = [name for name in draft.before.columns if name not in table.columns]
    for item in draft.taken:
        if any(needs(item, name, compiler) for name in gone):
            continue
        match item:
            case Index():
                if not any(i.name == item.name for i in (*table.indexes.values(), *draft.indexes)):
                    table = table.with_index(item)
            case PrimaryKey():
                table = table if table.primary_key is not None else _with_constraint(table, item)
            case _:
                if item.name is None or table.constraint(item.name, type(item)) is None:
                    table = table.with_constraint(item)
    return replace(draft, table=table, taken=())


def _existing(draft: Draft, name: str) -> str:
    """The old name of a column that the script calls `name`; SchemaConflict if there is none."""
    old = draft.old(name)
    if old not in draft.table.columns or (old == name and draft.new(name) != name):
        raise SchemaConflict(f"Table '{draft.table.name}' has no column '{name}'.")
    return old


def _drop_column(draft: Draft, change: DropColumn, compiler: Compiler) -> Draft:
    table = draft.table
    if change.if_exists and draft.old(change.column) not in table.columns:
        return draft
    name = _existing(draft, change.column)
    lost = [i for i in (*table.constraints, *table.indexes.values()) if needs(i, name, compiler)]
    table = replace(
        table,
        columns=table.columns.without(name),
        constraints=tuple(c for c in table.constraints if not needs(c, name, compiler)),
        indexes=Named(i for i in table.indexes.values() if not needs(i, name, compiler)),
    )
    return Draft(
        draft.before,
        table,
        tuple(pair for pair in draft.renames if pair[0] != name),
        tuple(i for i in draft.indexes if not needs(i, change.column, compiler)),
        (*draft.taken, *lost),
    )


def needs(item: Constraint | Index, column: str, compiler: Compiler) -> bool:
    """Whether a constraint or index cannot outlive that column of its own table."""
    match item:
        case PrimaryKey() | Unique() | ForeignKey():
            return column in item.columns
        case Check():
            return mentions(forms.expression_text(item.expression, compiler), column)
        case Exclude():
            return False
        case Index():
            where = dict(item.options).get("sqlite_where")
            expressions = [*(e.expression for e in item.elements), where]
            return column in item.columns or any(
                mentions(forms.expression_text(e, compiler), column)
                for e in expressions
                if e is not None
            )


def _alter_column(draft: Draft, change: AlterColumn, compiler: Compiler) -> Draft | None:
    name = _existing(draft, change.column)
    if change.new_name is not None and change.new_name in draft.table.columns:
        return None if draft.new(change.new_name) != change.new_name else _clash(draft, change)
    table = draft.table
    old = table.column(name)
    new = replace(
        change.changed(old),
        name=name,
        comment=old.comment,
        identity=old.identity,
        autoincrement=old.autoincrement,
    )
    if change.type is not None:
        new = replace(new, type=_collated(change, old, table, compiler))
    if forms.column(old, table, compiler) != forms.column(new, table, compiler):
        table = table.with_column(new)
    if change.type is not None:
        table = _with_type_checks(table, change, draft, compiler)
    draft = replace(draft, table=table)
    if change.new_name is None or change.new_name == name:
        return draft
    others = tuple(pair for pair in draft.renames if pair[0] != name)
    indexes = tuple(
        renamed_index(i, change.column, change.new_name, compiler) for i in draft.indexes
    )
    return replace(draft, renames=(*others, (name, change.new_name)), indexes=indexes)


def _clash(draft: Draft, change: AlterColumn) -> Draft:
    raise SchemaConflict(f"Table '{draft.table.name}' has a column '{change.new_name}' already.")


def _collated(change: AlterColumn, old: Column, table: Table, compiler: Compiler) -> SqlType:
    """The new type, with the collation of the old one.

    A script that knew of the collation (`existing_type`) and names none takes it away.
    """
    assert change.type is not None
    wanted = canonical_type(compiler.type(change.type))
    _, _, collation = (forms.column_type(old, table, compiler).text or "").partition(" COLLATE ")
    known = change.existing_type
    if not collation or " COLLATE " in wanted:
        return change.type
    if known is not None and " COLLATE " in (known.text or canonical_type(compiler.type(known))):
        return change.type
    return inspected_type(wanted, collation.strip('"'))


def _with_type_checks(table: Table, change: AlterColumn, draft: Draft, compiler: Compiler) -> Table:
    for check in change.existing_type_checks:
        found = next((c for c in table.constraints if is_same(c, check, table, compiler)), None)
        if found is not None:
            table = table.without_constraint(found)
    for check in change.type_checks:
        table = _with_constraint(table, _old_constraint(check, draft, compiler))
    return table


def _with_constraint(table: Table, constraint: Constraint) -> Table:
    """The table with that constraint; a primary key replaces the one there is."""
    if isinstance(constraint, PrimaryKey):
        if table.primary_key is not None:
            table = table.without_constraint(table.primary_key)
        for name in constraint.columns:
            table = table.with_column(replace(table.column(name), nullable=False))
    return table.with_constraint(constraint)


def _add_constraint(draft: Draft, change: AddConstraint, compiler: Compiler) -> Draft:
    name, table = change.constraint.name, draft.table
    if name is not None and table.constraint(name, type(change.constraint)) is not None:
        raise SchemaConflict(f"Table '{table.name}' has a constraint '{name}' already.")
    added = _old_constraint(change.constraint, draft, compiler)
    return replace(draft, table=_with_constraint(table, added))


def _drop_constraint(draft: Draft, change: DropConstraint, compiler: Compiler) -> Draft:
    content = change.constraint
    if content is not None:
        change = replace(change, constraint=_old_constraint(content, draft, compiler))
    found = find(change, draft.table, compiler) or _under_new_names(change, draft, compiler)
    taken = tuple(c for c in draft.taken if change.name is None or c.name != change.name)
    if found is None:
        if taken != draft.taken:
            return replace(draft, taken=taken)
        if change.if_exists:
            return draft
        raise SchemaConflict(
            f"Table '{draft.table.name}' has no constraint '{change.name}' to drop. One without a "
            "name is found by the name that a naming convention gives it: pass "
            "naming_convention= to batch_alter_table."
        )
    return replace(draft, table=draft.table.without_constraint(found))


def _under_new_names(change: DropConstraint, draft: Draft, compiler: Compiler) -> Constraint | None:
    """The unnamed constraint that has that name by default when the batch has renamed columns."""
    for constraint in draft.table.constraints if draft.renames else ():
        if constraint.name is None:
            table = replace(draft.table, constraints=(constraint,))
            for old, new in draft.renames:
                table = renamed_table(table, old, new, compiler)
            if default_name(table, table.constraints[0]) == change.name:
                return constraint
    return None


def _create_index(draft: Draft, change: CreateIndex) -> Draft:
    name = change.index.name
    if name in draft.table.indexes or any(i.name == name for i in draft.indexes):
        if change.if_not_exists:
            return draft
        raise SchemaConflict(f"Table '{draft.table.name}' has an index '{name}' already.")
    return replace(draft, indexes=(*draft.indexes, change.index))


def _drop_index(draft: Draft, change: DropIndex) -> Draft:
    left = tuple(i for i in draft.indexes if i.name != change.name)
    taken = tuple(i for i in draft.taken if i.name != change.name)
    if taken != draft.taken:
        return replace(draft, taken=taken)
    if change.name not in draft.table.indexes and left == draft.indexes and not change.if_exists:
        raise SchemaConflict(f"Table '{draft.table.name}' has no index '{change.name}' to drop.")
    return replace(draft, table=draft.table.without_index(change.name), indexes=left)


def _under_old_names(expression: Expression, draft: Draft, compiler: Compiler) -> Expression:
    """The expression with columns under the names that they have until the renames."""
    if not draft.renames:
        return expression
    sql = forms.expression_text(expression, compiler)
    for old, new in draft.renames:
        sql = renamed(sql, new, old)
    return Expression(sql)


def _old_constraint(item: C, draft: Draft, compiler: Compiler) -> C:
    def names(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(draft.old(c) for c in columns)

    match item:
        case PrimaryKey() | Unique():
            return replace(item, columns=names(item.columns))
        case ForeignKey():
            own = item.referred == draft.table.name
            referred = names(item.referred_columns) if own else item.referred_columns
            return replace(item, columns=names(item.columns), referred_columns=referred)
        case Check():
            expression = _under_old_names(item.expression, draft, compiler)
            return replace(item, expression=expression)
        case _:
            return item


def after(draft: Draft, compiler: Compiler) -> Table:
    """The table once the draft is carried out, its renames included."""
    table = draft.table
    for old, new in draft.renames:
        table = renamed_table(table, old, new, compiler)
    return replace(table, indexes=Named((*table.indexes.values(), *draft.indexes)))
