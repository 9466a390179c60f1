"""A table made anew, by SQLite's own procedure for what ALTER TABLE cannot do.

https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes": create the
new table under another name, copy the rows, drop the old one, rename, create indexes and triggers
again, and check. Foreign keys must not be enforced meanwhile; the transaction around it sees to
that. `legacy_alter_table` is on for the rename alone, so that views and triggers that name the
table are left as they are.
"""

from __future__ import annotations

from dataclasses import replace

from limbeck.dialects.sqlite import definition, forms
from limbeck.dialects.sqlite.draft import Draft
from limbeck.dialects.sqlite.inspect import TRIGGERS, USERS
from limbeck.dialects.sqlite.lookup import is_same
from limbeck.dialects.sqlite.normalize import table as normal_table
from limbeck.dialects.sqlite.tokens import literal, mentions
from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import ForeignKey, PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Table
from limbeck.schema.types import SqlType

PREFIX = "_limbeck_tmp_"
"""What the new table is called until it takes the old one's place."""


def statements(
    change: Draft, compiler: Compiler, before: Before, *, always: bool = False
) -> tuple[Statement, ...]:
    """What carries a draft out: a rebuild if it needs one, then renames and new indexes."""
    found: list[Statement] = []
    if always or needs_rebuild(change):
        found += _rebuild(change, compiler)
    else:
        found += [
            Statement(f"DROP INDEX {compiler.sibling(change.before.name, index)}")
            for index in change.before.indexes
            if index not in change.table.indexes
        ]
    found += renames(change, compiler)
    found += [
        Statement(compiler.create_index(change.table.name, index)) for index in change.indexes
    ]
    return (
        *found,
        *_keys_verified(change, compiler, before),
        *_referring_verified(change, compiler, before),
    )


def needs_rebuild(change: Draft) -> bool:
    """Whether anything but names of columns and indexes differs."""
    old, new = change.before, change.table
    return (
        list(old.columns) != list(new.columns)
        or old.columns != new.columns
        or old.constraints != new.constraints
        or old.options != new.options
    )


def renames(change: Draft, compiler: Compiler) -> list[Statement]:
    """RENAME COLUMN, which changes whatever else names the column."""
    table = compiler.name(change.table.name)
    return [
        Statement(
            f"ALTER TABLE {table} RENAME COLUMN "
            f"{compiler.identifier(old)} TO {compiler.identifier(new)}"
        )
        for old, new in change.renames
    ]


def _rebuild(change: Draft, compiler: Compiler) -> list[Statement]:
    old, new = change.before, change.table
    temporary = Name(f"{PREFIX}{old.name.name}", old.name.schema)
    made, name = compiler.name(temporary), compiler.name(old.name)
    found = [
        Statement(f"DROP TABLE IF EXISTS {made}"),
        Statement(definition.create_table(new, temporary, compiler)),
        *_copied(old, new, temporary, compiler),
        *_counter(old, new, temporary, compiler),
        _rows_verified(old.name, temporary, compiler),
        _enforcement_verified(old.name, compiler),
        Statement(f"DROP TABLE {name}"),
        Statement("PRAGMA legacy_alter_table=ON"),
        Statement(f"ALTER TABLE {made} RENAME TO {compiler.identifier(old.name.name)}"),
        Statement("PRAGMA legacy_alter_table=OFF"),
    ]
    found += [
        Statement(definition.create_index(index, new, compiler)) for index in new.indexes.values()
    ]
    found += [
        Statement(definition.in_schema(sql, new.name))
        for sql in dict(new.options).get(TRIGGERS, ())
    ]
    return found + _users_verified(old, new, compiler)


def _copied(old: Table, new: Table, temporary: Name, compiler: Compiler) -> list[Statement]:
    """INSERT … SELECT of the columns that both have.

    There is no CAST: the new column's affinity converts what it can without loss, and a CAST
    would make 0 of a text that is no number and a year of a date. Generated columns make their
    own values. The rowid goes along where it is not a column.
    """
    columns = [
        compiler.identifier(c.name)
        for c in new.columns.values()
        if c.name in old.columns and c.computed is None
    ]
    if not columns:
        return []
    if _keeps_rowid(old, new, compiler):
        columns.insert(0, "rowid")
    names = ", ".join(columns)
    target, source = compiler.name(temporary), compiler.name(old.name)
    return [Statement(f"INSERT INTO {target} ({names}) SELECT {names} FROM {source}")]


def _keeps_rowid(old: Table, new: Table, compiler: Compiler) -> bool:
    if any(dict(t.options).get("sqlite_with_rowid") is False for t in (old, new)):
        return False
    if any(c.casefold() == "rowid" for t in (old, new) for c in t.columns):
        return False
    return not any(c.autoincrement for c in normal_table(new, compiler).columns.values())


def _counter(old: Table, new: Table, temporary: Name, compiler: Compiler) -> list[Statement]:
    """The counter of AUTOINCREMENT, which remembers rows that are gone."""
    if not all(dict(t.options).get("sqlite_autoincrement") for t in (old, new)):
        return []
    counters = compiler.name(Name("sqlite_sequence", old.name.schema))
    made, name = literal(temporary.name), literal(old.name.name)
    return [
        Statement(f"DELETE FROM {counters} WHERE name = {made}"),
        Statement(
            f"INSERT INTO {counters} (name, seq) "
            f"SELECT {made}, seq FROM {counters} WHERE name = {name}"
        ),
    ]


def _rows_verified(old: Name, temporary: Name, compiler: Compiler) -> Statement:
    return Statement(
        f"SELECT 1 WHERE (SELECT count(*) FROM {compiler.name(old)})"
        f" <> (SELECT count(*) FROM {compiler.name(temporary)})",
        verify=(
            f"Rebuilding '{old}' would lose rows: an ON CONFLICT clause of the new definition "
            "takes some away. Remove the rows that conflict first."
        ),
    )


def _enforcement_verified(table: Name, compiler: Compiler) -> Statement:
    """Dropping a table deletes its rows, and cascades, where foreign keys are enforced."""
    catalog = compiler.name(Name("sqlite_master", table.schema))
    schema = literal(table.schema or "main")
    name = literal(table.name)
    return Statement(
        f"SELECT 1 FROM pragma_foreign_keys AS p, {catalog} AS m, "
        f"pragma_foreign_key_list(m.name, {schema}) AS f "
        f"WHERE p.foreign_keys AND m.type = 'table' AND m.name <> {name} COLLATE NOCASE "
        f'AND f."table" = {name} COLLATE NOCASE',
        verify=(
            f"Foreign keys are enforced on this connection, and other tables point to '{table}': "
            "rebuilding it would delete rows there. Run `PRAGMA foreign_keys=OFF` before the "
            "transaction begins."
        ),
    )


def _users_verified(old: Table, new: Table, compiler: Compiler) -> list[Statement]:
    """Where a trigger or view may use a dropped column: a rename that has SQLite read them all."""
    gone = [name for name in old.columns if name not in new.columns]
    options = dict(old.options)
    users = (*options.get(TRIGGERS, ()), *options.get(USERS, ()))
    if not any(mentions(sql, name) for sql in users for name in gone):
        return []
    column = compiler.identifier(next(iter(new.columns)))
    table = compiler.name(new.name)
    return [Statement(f"ALTER TABLE {table} RENAME COLUMN {column} TO {column}")]


def _keys_verified(change: Draft, compiler: Compiler, before: Before) -> list[Statement]:
    """Rows must satisfy foreign keys that are new.

    SQLite cannot check a table while one of its foreign keys names columns that are no key: a
    script may be about to make them one.
    """
    old, table = change.before, change.table
    if not all(_has_target(key, table, before) for key in table.foreign_keys):
        return []
    return [
        _key_verified(table.name, replace(key, columns=tuple(change.new(c) for c in key.columns)))
        for key in table.foreign_keys
        if key.referred.schema == table.name.schema
        and not any(is_same(key, known, old, compiler) for known in old.foreign_keys)
    ]


def _has_target(key: ForeignKey, table: Table, before: Before) -> bool:
    """Whether what a foreign key of that table points to is a key, or no table at all."""
    parent = table if key.referred == table.name else before.find(key.referred)
    if parent is None or not key.referred_columns:
        return True
    wanted = {column.casefold() for column in key.referred_columns}
    return any({column.casefold() for column in own} == wanted for own in _keys(parent))


def _key_verified(table: Name, key: ForeignKey) -> Statement:
    arguments = f"{literal(table.name)}, {literal(table.schema or 'main')}"
    return Statement(
        f"SELECT 1 FROM pragma_foreign_key_check({arguments}) AS c "
        f"JOIN pragma_foreign_key_list({arguments}) AS l ON l.id = c.fkid "
        f'WHERE l."table" = {literal(key.referred.name)} COLLATE NOCASE '
        f'AND l."from" = {literal(key.columns[0])} COLLATE NOCASE',
        verify=(
            f"Rows of '{table}' violate the foreign key ({', '.join(key.columns)}) to "
            f"'{key.referred}': `PRAGMA foreign_key_check` lists them. Correct them first."
        ),
    )


def _referring_verified(change: Draft, compiler: Compiler, before: Before) -> list[Statement]:
    """Foreign keys of other tables to columns whose keys or types change must still hold.

    SQLite can say nothing of one whose key is gone ("foreign key mismatch"), and fails. A script
    that gives the table another key in the place of that one changes the tables that point to it
    next: those are not looked at.
    """
    changed = _changed_keys(change, compiler)
    if not changed:
        return []
    name = change.before.name
    left = {frozenset(key) for key in _keys(change.table)}
    exchanged = not left <= {frozenset(key) for key in _keys(change.before)}
    return [
        _key_verified(other, key)
        for other, key in before.referring(name)
        if changed.intersection(key.referred_columns)
        and not (exchanged and frozenset(key.referred_columns) not in left)
    ]


def _changed_keys(change: Draft, compiler: Compiler) -> set[str]:
    """Columns of keys that are gone or hold another type."""
    old, new = change.before, change.table
    changed: set[str] = set()
    left = _keys(new)
    for key in _keys(old):
        if key not in left or _types(old, key, compiler) != _types(new, key, compiler):
            changed.update(key)
    return changed


def _types(table: Table, names: tuple[str, ...], compiler: Compiler) -> list[SqlType]:
    return [forms.column_type(table.column(n), table, compiler) for n in names]


def _keys(table: Table) -> list[tuple[str, ...]]:
    """The columns of what foreign keys may point to."""
    keys = [c.columns for c in table.constraints if isinstance(c, PrimaryKey | Unique)]
    return keys + [i.columns for i in table.indexes.values() if i.unique]
