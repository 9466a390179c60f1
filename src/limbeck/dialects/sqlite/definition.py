"""The text of a table as a value says it, with each part as it stood where the value still agrees.

An inspected table carries the text of its columns, constraints and indexes (`inspect`). What
nobody changed is written back as it was, with everything that `Table` has no word for; the rest
is written by SQLAlchemy's compiler.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from limbeck.dialects.sqlite import forms, parse
from limbeck.dialects.sqlite.inspect import INLINE, SQL, index_from
from limbeck.dialects.sqlite.texts import Clause, ClauseKind, ColumnText
from limbeck.dialects.sqlite.tokens import canonical, identifier, tokens
from limbeck.dialects.sqlite.types import canonical_type, collation_text
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Table
from limbeck.schema.types import Expression

_KINDS: dict[type, ClauseKind] = {
    PrimaryKey: "primary key",
    Unique: "unique",
    Check: "check",
    ForeignKey: "foreign key",
}


def create_table(table: Table, name: Name, compiler: Compiler) -> str:
    """CREATE TABLE `name` with the columns and constraints of `table`.

    Foreign keys that point to the table itself keep pointing to its own name.
    """
    columns, rest = [], list(table.constraints)
    for column in table.columns.values():
        sql, inline = column_sql(column, table, compiler)
        columns.append(sql)
        for constraint in inline:
            rest.remove(constraint)
    lines = columns + [text for c in rest if (text := constraint_sql(c, table, compiler))]
    body = ", \n\t".join(lines)
    return f"CREATE TABLE {compiler.name(name)} (\n\t{body}\n){_options(table)}"


def _options(table: Table) -> str:
    options = dict(table.options)
    found = []
    if options.get("sqlite_with_rowid") is False:
        found.append("WITHOUT ROWID")
    if options.get("sqlite_strict"):
        found.append("STRICT")
    return f" {', '.join(found)}" if found else ""


def column_sql(
    column: Column, table: Table, compiler: Compiler
) -> tuple[str, tuple[Constraint, ...]]:
    """A column's definition, and those of the table's constraints that it holds."""
    stored = dict(column.options).get(SQL)
    if stored is None:
        return _built_column(column, table, compiler), ()
    text = parse.column(stored)
    inline = _inline(text, column, table)
    sql = _edited(text, column, table, compiler, [clause for clause, _ in inline])
    numbered = next((c for c, _ in inline if c.kind == "primary key"), None)
    if _is_numbered(column, table) and numbered is None:
        return f"{sql} PRIMARY KEY AUTOINCREMENT", (_key(table), *(c for _, c in inline))
    return sql, tuple(c for _, c in inline)


def _key(table: Table) -> Constraint:
    found = table.primary_key
    assert found is not None
    return found


def _is_numbered(column: Column, table: Table) -> bool:
    """Whether the column is the key of a table with AUTOINCREMENT, which must stand in it."""
    key = table.primary_key
    return (
        bool(dict(table.options).get("sqlite_autoincrement"))
        and key is not None
        and key.columns == (column.name,)
    )


def _built_column(column: Column, table: Table, compiler: Compiler) -> str:
    built = _built(table)
    return compiler.plain(
        compiler.ddl_compiler().get_column_specification(built.columns[column.name])
    )


def _built(table: Table) -> Any:
    """SQLAlchemy's table, without the options that older versions of it do not know."""
    numbered = tuple(o for o in table.options if o[0] == "sqlite_autoincrement")
    return build.table(replace(table, options=numbered, indexes=type(table.indexes)()))


def _inline(text: ColumnText, column: Column, table: Table) -> list[tuple[Clause, Constraint]]:
    """The constraints in a column's text that the table still has, each with its value."""
    left = [c for c in table.constraints if dict(c.options).get(INLINE)]
    found: list[tuple[Clause, Constraint]] = []
    for clause in text.clauses:
        for constraint in left:
            if _is_written(clause, constraint, column, table):
                found.append((clause, constraint))
                left.remove(constraint)
                break
    return found


def _is_written(clause: Clause, constraint: Constraint, column: Column, table: Table) -> bool:
    if _KINDS.get(type(constraint)) != clause.kind or dict(constraint.options)[SQL] != clause.sql:
        return False
    match constraint:
        case Check():
            return constraint.expression.text == clause.expression
        case ForeignKey():
            return constraint.columns == (column.name,) and _same_target(clause, constraint)
        case PrimaryKey():
            numbered = bool(dict(table.options).get("sqlite_autoincrement"))
            return constraint.columns == (column.name,) and clause.autoincrement == numbered
        case _:
            return getattr(constraint, "columns", ()) == (column.name,)


def _same_target(clause: Clause, key: ForeignKey) -> bool:
    """Whether a written key points where the value does; without columns, to the primary key."""
    same_table = clause.target.casefold() == key.referred.name.casefold()
    columns = clause.target_columns or key.referred_columns
    return same_table and columns == key.referred_columns


def _edited(
    text: ColumnText,
    column: Column,
    table: Table,
    compiler: Compiler,
    constraints: Sequence[Clause],
) -> str:
    """The column's text with what differs from the value written anew, the rest as it was."""
    changed = _changed_clauses(text, column, table, compiler)
    new: list[str] = [sql for sql in changed.values() if sql]
    kept = [
        c.sql
        for c in text.clauses
        if (c.kind not in changed and c.kind not in _KINDS.values()) or c in constraints
    ]
    name = text.name_sql if text.name == column.name else compiler.identifier(column.name)
    type_sql = text.type_sql
    if "collate" in changed:
        type_sql = compiler.column_type(column)
        new = [sql for kind, sql in changed.items() if sql and kind != "collate"]
    return " ".join(part for part in (name, type_sql, *new, *kept) if part)


def _changed_clauses(
    text: ColumnText, column: Column, table: Table, compiler: Compiler
) -> dict[str, str]:
    """Clauses to be written anew, by kind; empty text takes one away. "collate" is the type."""
    changed: dict[str, str] = {}
    value = forms.column(column, table, compiler)
    collation = text.clause("collate")
    stored_type = canonical_type(text.type_sql) + collation_text(
        collation.expression if collation else None
    )
    if value.type.text != stored_type:
        changed["collate"] = ""
    clause = text.clause("default")
    stored = None if clause is None else forms.canonical_default(clause.expression, stored_type)
    wanted = value.default.text if value.default is not None else None
    if wanted != (None if stored == "NULL" else stored) and not _same_default(
        wanted, clause, value.type.text or ""
    ):
        changed["default"] = "" if column.default is None else default_sql(column.default, compiler)
    if (text.clause("not null") is None) != column.nullable:
        changed["not null"] = "" if column.nullable else "NOT NULL"
    computed = text.clause("generated")
    written = None if computed is None else (canonical(computed.expression), computed.stored)
    if written != (
        None
        if value.computed is None
        else (value.computed.expression.text, value.computed.persisted)
    ):
        changed["generated"] = _generated(column, compiler)
    return changed


def _same_default(wanted: str | None, clause: Clause | None, type_text: str) -> bool:
    """Whether a default means the same under the column's new type."""
    if clause is None or wanted is None:
        return False
    return forms.canonical_default(clause.expression, type_text) == wanted


def _generated(column: Column, compiler: Compiler) -> str:
    if column.computed is None:
        return ""
    storage = " STORED" if column.computed.persisted else ""
    expression = compiler.expression(column.computed.expression)
    return f"GENERATED ALWAYS AS ({expression}){storage}"


def default_sql(default: Expression, compiler: Compiler) -> str:
    """DEFAULT …, in parentheses where SQLite asks for them."""
    text = compiler.default(default)
    found = tokens(text)
    bare = len(found) == 1 or (found and found[0].text == "(" and text.endswith(")"))
    return f"DEFAULT {text}" if bare else f"DEFAULT ({text})"


def constraint_sql(constraint: Constraint, table: Table, compiler: Compiler) -> str | None:
    """A table's constraint; None for a key that its column holds or that SQLite cannot have."""
    stored = dict(constraint.options).get(SQL)
    if stored is not None and not dict(constraint.options).get(INLINE):
        clause = parse.clause(stored)
        if clause is not None and _still_says(clause, constraint, table, compiler):
            return str(stored)
    built = _built(replace(table, constraints=()))
    item = build.constraint(constraint)
    built.append_constraint(item)
    build.add_referred(built)
    text = compiler.ddl_compiler().process(item)
    return None if text is None else compiler.plain(text)


def _still_says(clause: Clause, constraint: Constraint, table: Table, compiler: Compiler) -> bool:
    match constraint:
        case Check():
            own = forms.expression(constraint.expression, compiler)
            return canonical(clause.expression) == own.text
        case ForeignKey():
            return clause.columns == constraint.columns and _same_target(clause, constraint)
        case PrimaryKey():
            return _folded(clause.columns) == _folded(constraint.columns) and (
                clause.autoincrement or not dict(table.options).get("sqlite_autoincrement")
            )
        case Unique():
            return _folded(clause.columns) == _folded(constraint.columns)
        case _:
            return False


def _folded(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(n.casefold() for n in names)


def create_index(index: Index, table: Table, compiler: Compiler) -> str:
    """CREATE INDEX: as it stood, where the value still says the same."""
    stored = dict(index.options).get(SQL)
    if stored is None:
        return compiler.create_index(table.name, index)
    spelling = {c.casefold(): c for c in table.columns}
    before = forms.index(index_from(index.name, stored, spelling), table, compiler)
    if before != forms.index(index, table, compiler):
        return compiler.create_index(table.name, index)
    return in_schema(stored, table.name)


def in_schema(sql: str, table: Name) -> str:
    """CREATE INDEX or TRIGGER as the catalog has it, its name in the schema of its table."""
    if table.schema is None:
        return sql
    place = parse.name_start(sql)
    return f"{sql[:place]}{identifier(table.schema)}.{sql[place:]}"
