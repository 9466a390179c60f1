"""What PostgreSQL does for each action: locks, scans and rewrites.

From the pages of its commands (ALTER TABLE, CREATE INDEX …) and "Explicit Locking", 12 to 18;
`tests/databases/postgresql/test_hazards_traced.py` holds them against real servers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from limbeck.dialects.postgresql.rewrites import is_volatile, keeps_rows
from limbeck.schema.constraints import ForeignKey
from limbeck.schema.names import Name
from limbeck.statements.action import Action, ColumnText, ConstraintText, Kind
from limbeck.statements.hazards import Blocks, Hazard, Known, row_locks

BLOCKS: Mapping[str, Blocks] = {
    "ACCESS EXCLUSIVE": "reads and writes",
    "EXCLUSIVE": "writes",
    "SHARE ROW EXCLUSIVE": "writes",
    "SHARE": "writes",
    "SHARE UPDATE EXCLUSIVE": "schema changes",
    "ROW EXCLUSIVE": "nothing",
    "ROW SHARE": "nothing",
    "ACCESS SHARE": "nothing",
}
"""https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES"""

STRENGTH = tuple(reversed(tuple(BLOCKS)))
"""The modes from the weakest to the strongest."""


def lock(mode: str, table: Name | None, *, index: bool = False) -> Hazard:
    """A lock in that mode."""
    return Hazard("lock", table, lock=mode, blocks=BLOCKS[mode], of="index" if index else "table")


def hazards(action: Action, known: Known) -> Iterable[Hazard]:
    """The facts of one action."""
    special = _SPECIAL.get(action.kind)
    if special is not None:
        yield from special(action, known)
        return
    mode = _LOCKS.get(action.kind)
    if mode is not None and action.table is not None:
        yield lock(mode, action.table)
    yield from row_locks(action, "those that it finds")
    if action.kind == "unread":
        yield Hazard("unread", action.table)


_LOCKS: Mapping[Kind, str] = {
    "rename table": "ACCESS EXCLUSIVE",
    "set table schema": "ACCESS EXCLUSIVE",
    "replica identity": "ACCESS EXCLUSIVE",
    "row security": "ACCESS EXCLUSIVE",
    "trigger state": "SHARE ROW EXCLUSIVE",
    "owner": "ACCESS EXCLUSIVE",
    "inherit": "ACCESS EXCLUSIVE",
    "rename column": "ACCESS EXCLUSIVE",
    "drop not null": "ACCESS EXCLUSIVE",
    "set default": "ACCESS EXCLUSIVE",
    "drop default": "ACCESS EXCLUSIVE",
    "set identity": "ACCESS EXCLUSIVE",
    "drop identity": "ACCESS EXCLUSIVE",
    "drop expression": "ACCESS EXCLUSIVE",
    "rename constraint": "ACCESS EXCLUSIVE",
    "alter constraint": "ACCESS EXCLUSIVE",
    "create trigger": "SHARE ROW EXCLUSIVE",
    "drop trigger": "ACCESS EXCLUSIVE",
    "replace view": "ACCESS EXCLUSIVE",
    "drop view": "ACCESS EXCLUSIVE",
    "policy": "ACCESS EXCLUSIVE",
    "comment": "SHARE UPDATE EXCLUSIVE",
    "analyze": "SHARE UPDATE EXCLUSIVE",
    "statistics": "SHARE UPDATE EXCLUSIVE",
    "insert": "ROW EXCLUSIVE",
    "update": "ROW EXCLUSIVE",
    "delete": "ROW EXCLUSIVE",
    "select": "ACCESS SHARE",
    "select for update": "ROW SHARE",
}


def _create_table(action: Action, known: Known) -> Iterable[Hazard]:
    if action.other is not None:
        yield lock("ACCESS EXCLUSIVE", action.other)
    for constraint in action.constraints:
        if constraint.referred is not None and constraint.referred != action.table:
            yield lock("SHARE ROW EXCLUSIVE", constraint.referred)


def _foreign_keys(action: Action, known: Known) -> tuple[ForeignKey, ...]:
    """The foreign keys of the action's table before it."""
    if known.before is None or action.table is None:
        return ()
    found = known.before.find(action.table)
    return () if found is None else found.foreign_keys


def _drop_table(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    for key in _foreign_keys(action, known):
        if key.referred != action.table:
            yield lock("ACCESS EXCLUSIVE", key.referred)
    yield from _referring(action, known)
    yield Hazard("loses data", action.table, "all rows of the table")
    yield Hazard("no way back", action.table)


def _referring(action: Action, known: Known) -> Iterable[Hazard]:
    """The locks that CASCADE takes on tables whose foreign keys point to the action's."""
    if "cascade" in action.words and known.before is not None and action.table is not None:
        for owner, _ in known.before.referring(action.table):
            yield lock("ACCESS EXCLUSIVE", owner)


def _truncate(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    yield from _referring(action, known)
    yield Hazard("loses data", action.table, "all rows of the table")
    yield Hazard("no way back", action.table)


def _table_option(action: Action, known: Known) -> Iterable[Hazard]:
    light = action.text.startswith(("set(", "set (", "reset", "cluster on", "set without cluster"))
    if action.table is not None:
        yield lock("SHARE UPDATE EXCLUSIVE" if light else "ACCESS EXCLUSIVE", action.table)


def _rewrite_table(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    yield Hazard("rewrite", action.table)


def _attach(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("SHARE UPDATE EXCLUSIVE", action.table)
    yield lock("ACCESS EXCLUSIVE", action.other)
    yield Hazard("scan", action.other, "unless a check says what the partition holds")


def _detach(action: Action, known: Known) -> Iterable[Hazard]:
    if "concurrently" in action.words:
        yield lock("SHARE UPDATE EXCLUSIVE", action.table)
        yield Hazard("no transaction", action.table)
    else:
        yield lock("ACCESS EXCLUSIVE", action.table)
        yield lock("ACCESS EXCLUSIVE", action.other)


def _add_column(action: Action, known: Known) -> Iterable[Hazard]:
    column = action.column
    assert column is not None
    yield lock("ACCESS EXCLUSIVE", action.table)
    if _column_rewrites(column, known):
        yield Hazard("rewrite", action.table)
    elif column.constraint("check") is not None:
        yield Hazard("scan", action.table)
    for constraint in column.constraints:
        if constraint.kind in ("primary key", "unique"):
            yield Hazard("scan", action.table, "builds an index")
        if constraint.referred is not None and constraint.referred != action.table:
            yield lock("SHARE ROW EXCLUSIVE", constraint.referred)
    if not column.nullable and not _has_value(column):
        yield Hazard("may fail", action.table, "if the table has rows")


def _has_value(column: ColumnText) -> bool:
    filled = column.default not in (None, "null") or column.serial
    return bool(filled or column.generated)


def _column_rewrites(column: ColumnText, known: Known) -> bool:
    if column.generated == "stored" or column.serial:
        return True
    return column.default is not None and is_volatile(column.default)


def _drop_column(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    yield Hazard("loses data", action.table, f"the column {action.name}")
    yield Hazard("no way back", action.table)


def _alter_type(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    old = known.type(action.table, action.name)
    if "using" not in action.words and old is not None and keeps_rows(old, action.text):
        return
    yield Hazard("rewrite", action.table, "" if old is not None else "unless the type is kept")
    yield Hazard("may fail", action.table, "if a value does not fit the new type")


def _set_not_null(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    column = known.column(action.table, action.name)
    if column is not None and not column.nullable:
        return
    if action.table is not None and (action.table, action.name) in known.not_null:
        return
    yield Hazard("scan", action.table)
    yield Hazard("may fail", action.table, "if a row has NULL there")


def _add_constraint(action: Action, known: Known) -> Iterable[Hazard]:
    constraint = action.constraint
    assert constraint is not None
    if constraint.kind == "foreign key":
        yield lock("SHARE ROW EXCLUSIVE", action.table)
        if constraint.referred != action.table:
            yield lock("SHARE ROW EXCLUSIVE", constraint.referred)
    else:
        yield lock("ACCESS EXCLUSIVE", action.table)
    if constraint.using_index:
        if constraint.kind == "primary key":
            yield Hazard("scan", action.table, "where a column of the index may be null")
        return
    if not constraint.not_valid:
        yield from _checked_rows(action, constraint)


def _checked_rows(action: Action, constraint: ConstraintText) -> Iterable[Hazard]:
    builds = constraint.kind in ("primary key", "unique", "exclude")
    yield Hazard("scan", action.table, "builds an index" if builds else "")
    yield Hazard("may fail", action.table, "if a row breaks the constraint")


def _validate(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("SHARE UPDATE EXCLUSIVE", action.table)
    for key in _foreign_keys(action, known):
        if key.name == action.name and key.referred != action.table:
            yield lock("ROW SHARE", key.referred)
    yield Hazard("scan", action.table)
    yield Hazard("may fail", action.table, "if a row breaks the constraint")


def _drop_constraint(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ACCESS EXCLUSIVE", action.table)
    for key in _foreign_keys(action, known):
        if key.name == action.name and key.referred != action.table:
            yield lock("ACCESS EXCLUSIVE", key.referred)


def _create_index(action: Action, known: Known) -> Iterable[Hazard]:
    concurrently = "concurrently" in action.words
    yield lock("SHARE UPDATE EXCLUSIVE" if concurrently else "SHARE", action.table)
    yield Hazard("scan", action.table, "builds an index")
    if concurrently:
        yield Hazard("no transaction", action.table)
    if "unique" in action.words:
        yield Hazard("may fail", action.table, "if values are not unique")


def _drop_index(action: Action, known: Known) -> Iterable[Hazard]:
    concurrently = "concurrently" in action.words
    mode = "SHARE UPDATE EXCLUSIVE" if concurrently else "ACCESS EXCLUSIVE"
    table = action.table if action.table is not None and action.table.name else None
    yield lock(mode, table)
    if concurrently:
        yield Hazard("no transaction", table)


def _rename_index(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("SHARE UPDATE EXCLUSIVE", Name(action.name), index=True)


def _reindex(action: Action, known: Known) -> Iterable[Hazard]:
    concurrently = "concurrently" in action.words
    yield lock("SHARE UPDATE EXCLUSIVE" if concurrently else "SHARE", action.table)
    if not concurrently:
        yield lock("ACCESS EXCLUSIVE", Name(action.name) if action.name else None, index=True)
    else:
        yield Hazard("no transaction", action.table)
    yield Hazard("scan", action.table, "builds an index")


def _refresh(action: Action, known: Known) -> Iterable[Hazard]:
    concurrently = "concurrently" in action.words
    yield lock("EXCLUSIVE" if concurrently else "ACCESS EXCLUSIVE", action.table)
    if not concurrently:
        yield Hazard("rewrite", action.table)


def _copy(action: Action, known: Known) -> Iterable[Hazard]:
    yield lock("ROW EXCLUSIVE" if "from" in action.words else "ACCESS SHARE", action.table)


def _lock_table(action: Action, known: Known) -> Iterable[Hazard]:
    mode = action.text.upper()
    if mode in BLOCKS:
        yield lock(mode, action.table)


def _vacuum(action: Action, known: Known) -> Iterable[Hazard]:
    yield Hazard("no transaction", action.table)
    if "full" in action.words:
        yield from _rewrite_table(action, known)
    else:
        yield lock("SHARE UPDATE EXCLUSIVE", action.table)


def _column_option(action: Action, known: Known) -> Iterable[Hazard]:
    light = action.text.startswith(("set statistics", "set(", "set (", "reset"))
    yield lock("SHARE UPDATE EXCLUSIVE" if light else "ACCESS EXCLUSIVE", action.table)


def _add_enum_value(action: Action, known: Known) -> Iterable[Hazard]:
    yield Hazard("no way back", None, "a value of an enum type cannot be dropped")
    if not known.server.at_least(12):
        yield Hazard("no transaction")


def _loses(text: str) -> Callable[[Action, Known], Iterable[Hazard]]:
    def found(action: Action, known: Known) -> Iterable[Hazard]:
        yield Hazard("loses data", None, text)
        yield Hazard("no way back")

    return found


def _domain(action: Action, known: Known) -> Iterable[Hazard]:
    if "check" in action.words and "not valid" not in action.words:
        yield Hazard("scan", None, "all tables with a column of the domain, under SHARE")
        yield Hazard("may fail", None, "if a value breaks the constraint")


_SPECIAL: Mapping[Kind, Callable[[Action, Known], Iterable[Hazard]]] = {
    "create table": _create_table,
    "drop table": _drop_table,
    "truncate": _truncate,
    "table option": _table_option,
    "rewrite table": _rewrite_table,
    "set expression": _rewrite_table,
    "attach partition": _attach,
    "detach partition": _detach,
    "add column": _add_column,
    "drop column": _drop_column,
    "alter type": _alter_type,
    "set not null": _set_not_null,
    "column option": _column_option,
    "add constraint": _add_constraint,
    "validate constraint": _validate,
    "drop constraint": _drop_constraint,
    "create index": _create_index,
    "drop index": _drop_index,
    "rename index": _rename_index,
    "reindex": _reindex,
    "refresh view": _refresh,
    "copy": _copy,
    "lock table": _lock_table,
    "vacuum": _vacuum,
    "add enum value": _add_enum_value,
    "drop schema": _loses("everything in the schema"),
    "drop database": _loses("the whole database"),
    "drop sequence": _loses("the value of the sequence"),
    "alter domain": _domain,
}
