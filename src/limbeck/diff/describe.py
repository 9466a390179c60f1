"""Operations in words, for log lines: ``added table 'user'``."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import UNSET, Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint, kind_of
from limbeck.operations.domains import AlterDomain, CreateDomain, DropDomain
from limbeck.operations.extensions import CreateExtension
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.renames import RenameConstraint, RenameIndex, ValidateConstraint
from limbeck.operations.schemas import CreateSchema
from limbeck.operations.sequences import AlterSequence, CreateSequence, DropSequence
from limbeck.operations.tables import CreateTable, DropTable, RenameTable, SetTableComment
from limbeck.operations.types import AlterEnum

_LINES = 20

_KINDS = {
    "foreignkey": "foreign key",
    "primary": "primary key",
    "unique": "unique constraint",
    "check": "check constraint",
    "exclude": "exclude constraint",
}


def listed(what: str, items: Sequence[str]) -> str:
    """That, and a line for each item; many are cut."""
    shown = [f"  {item}" for item in items[:_LINES]]
    rest = [f"  and {len(items) - _LINES} more"] if len(items) > _LINES else []
    return "\n".join((what, *shown, *rest))


def describe(operation: Operation) -> str:
    """What an operation of a comparison stands for."""
    match operation:
        case CreateTable(table=table):
            return f"added table '{table.name}'"
        case DropTable(name=name):
            return f"removed table '{name}'"
        case SetTableComment(name=name):
            return f"changed comment of table '{name}'"
        case AddColumn(table=name, column=column):
            return f"added column '{name}.{column.name}'"
        case DropColumn(table=name, column=column_name):
            return f"removed column '{name}.{column_name}'"
        case AlterColumn(table=name, column=column_name, new_name=str() as new):
            return f"renamed column '{name}.{column_name}' to '{new}'"
        case AlterColumn():
            return _changed(operation)
        case RenameTable(old=name, new_name=new):
            return f"renamed table '{name}' to '{new}'"
        case RenameIndex(old=old, new=new, table=table_name):
            return f"renamed index '{old}' to '{new}' on '{table_name}'"
        case RenameConstraint(old=old, new=new, table=name):
            return f"renamed constraint '{old}' to '{new}' on '{name}'"
        case AlterEnum(name=name, values=(), renames=renames):
            words = ", ".join(f"'{old}' to '{new}'" for old, new in renames)
            return f"renamed value {words} of enum type '{name}'"
        case AddConstraint(table=name, constraint=constraint):
            return f"added {_KINDS[kind_of(constraint)]} {_named(constraint.name)}on '{name}'"
        case DropConstraint(table=name, name=constraint_name, kind=kind):
            word = _KINDS.get(kind or "", "constraint")
            return f"removed {word} {_named(constraint_name)}on '{name}'"
        case CreateIndex(table=name, index=index):
            return f"added index '{index.name}' on '{name}'"
        case DropIndex(table=name, name=index_name):
            return f"removed index '{index_name}' on '{name}'"
        case AlterTable(name=name):
            words = ", ".join(option_words(operation))
            return f"changed options of table '{name}': {words}"
        case CreateSchema(name=schema_name):
            return f"added schema '{schema_name}'"
        case CreateExtension(extension=extension):
            return f"added extension '{extension.name}'"
        case CreateDomain(domain=domain):
            return f"added domain '{domain.name}'"
        case AlterDomain(name=name):
            return f"changed domain '{name}'"
        case DropDomain(name=name):
            return f"removed domain '{name}'"
        case ValidateConstraint(table=name, name=constraint_name):
            return f"constraint '{constraint_name}' of '{name}' is not validated"
        case CreateSequence(sequence=sequence):
            return f"added sequence '{sequence.name}'"
        case AlterSequence(name=name, changes=settings):
            words = ", ".join(key for key, _ in settings)
            return f"changed {words} of sequence '{name}'"
        case DropSequence(name=name):
            return f"removed sequence '{name}'"
        case AlterEnum(name=name):
            return f"changed values of enum type '{name}'"
        case _:
            return type(operation).__name__


def option_words(operation: AlterTable) -> list[str]:
    """What of a table changes: the names of its options, and "prefixes"."""
    words = [key for key, _ in operation.options]
    return words if operation.prefixes is None else [*words, "prefixes"]


def _named(name: str | None) -> str:
    return "" if name is None else f"'{name}' "


def _changed(operation: AlterColumn) -> str:
    """A change of type in the words that scripts around the tools look for, then the rest."""
    column = f"'{operation.table}.{operation.column}'"
    parts = []
    old, new = operation.existing_type, operation.type
    if old is not None and new is not None:
        parts.append(f"type change from {old.payload!r} to {new.payload!r} on {column}")
    rest = changes(operation, with_type=not parts)
    if rest:
        parts.append(f"change of {rest} on column {column}")
    return "; ".join(parts)


def changes(operation: AlterColumn, *, with_type: bool) -> str:
    given = {
        "type": operation.type if with_type else None,
        "NULL" if operation.nullable else "NOT NULL": operation.nullable,
        "autoincrement": operation.autoincrement,
    }
    unset = {
        "server default": operation.default,
        "comment": operation.comment,
        "computed": operation.computed,
        "identity": operation.identity,
    }
    words = [word for word, value in given.items() if value is not None]
    words += [word for word, value in unset.items() if value is not UNSET]
    return ", ".join(words)
