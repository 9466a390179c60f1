"""What MySQL and MariaDB do for each action: the algorithm of InnoDB's online DDL, and its lock.

From https://dev.mysql.com/doc/refman/8.0/en/innodb-online-ddl-operations.html and
https://mariadb.com/kb/en/innodb-online-ddl-overview/. Every ALTER also takes the metadata lock for
a moment at its start and end: it waits for open transactions on the table, and all others wait for
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from limbeck.dialects.mysql.ways import column_change
from limbeck.statements.action import Action, Kind
from limbeck.statements.hazards import Hazard, Known, row_locks

Algorithm: TypeAlias = Literal["INSTANT", "INPLACE", "COPY"]


@dataclass(frozen=True, slots=True)
class Way:
    """How the server changes a table: algorithm, lock meanwhile, whether all rows are written."""

    algorithm: Algorithm
    lock: Literal["NONE", "SHARED"] = "NONE"
    rebuilds: bool = False


INSTANT = Way("INSTANT")
INPLACE = Way("INPLACE")
SHARED = Way("INPLACE", "SHARED")
REBUILD = Way("INPLACE", rebuilds=True)
COPY = Way("COPY", "SHARED", rebuilds=True)

_SLOWNESS = (INSTANT, INPLACE, SHARED, REBUILD, COPY)


def way(action: Action, known: Known) -> Way | None:
    """How the server carries out an action on a table; None where it is no change of a table."""
    chosen = _WAYS.get(action.kind)
    return chosen(action, known) if callable(chosen) else chosen


def hazards(action: Action, known: Known) -> Iterable[Hazard]:
    """The facts of one action."""
    found = way(action, known)
    if found is not None:
        yield Hazard(
            "lock",
            action.table,
            f"ALGORITHM={found.algorithm}, LOCK={found.lock}",
            lock="metadata lock",
            blocks="reads and writes",
            brief=True,
        )
        if found.lock == "SHARED":
            yield Hazard("lock", action.table, lock="SHARED", blocks="writes")
        if found.rebuilds:
            yield Hazard("rewrite", action.table)
        elif action.kind in ("create index", "add constraint") and found.algorithm == "INPLACE":
            yield Hazard("scan", action.table, "builds an index")
    # https://dev.mysql.com/doc/refman/8.4/en/innodb-locks-set.html: without an index it is all
    yield from row_locks(action, "all that it reads on its way")
    yield from _about_data(action, known)
    if action.kind == "unread":
        yield Hazard("unread", action.table)


def _about_data(action: Action, known: Known) -> Iterable[Hazard]:
    lost = {
        "drop table": "all rows of the table",
        "truncate": "all rows of the table",
        "drop column": f"the column {action.name}",
        "drop schema": "everything in the schema",
        "drop database": "the whole database",
        "drop sequence": "the value of the sequence",
    }.get(action.kind)
    if lost is not None:
        yield Hazard("loses data", action.table, lost)
        yield Hazard("no way back", action.table)
    constraint = action.constraint
    if constraint is not None and not constraint.not_valid:
        yield Hazard("may fail", action.table, "if a row breaks the constraint")
    if action.kind == "create index" and "unique" in action.words:
        yield Hazard("may fail", action.table, "if values are not unique")
    if action.kind == "modify column" and action.column is not None:
        change = column_change(action, known)
        if change.narrows:
            yield Hazard("may fail", action.table, "if a value does not fit")


def _add_column(action: Action, known: Known) -> Way:
    column, server = action.column, known.server
    assert column is not None
    if column.generated == "stored":
        return COPY
    if column.identity:
        return Way("INPLACE", "SHARED", rebuilds=True)
    if any(c.kind == "check" for c in column.constraints) and server.product != "mariadb":
        return COPY
    if column.default is not None and "(" in column.default and not _constant(column.default):
        return COPY
    if any(c.kind in ("primary key", "unique") for c in column.constraints):
        return REBUILD
    last = (10, 3) if server.product == "mariadb" else (8, 0, 12)
    anywhere = (10, 4) if server.product == "mariadb" else (8, 0, 29)
    return INSTANT if server.at_least(*(anywhere if column.position else last)) else REBUILD


def _constant(default: str) -> bool:
    return default.lower().startswith(("current_timestamp", "now(", "localtime"))


def _drop_column(action: Action, known: Known) -> Way:
    instant = (10, 4) if known.server.product == "mariadb" else (8, 0, 29)
    return INSTANT if known.server.at_least(*instant) else REBUILD


def _rename_column(action: Action, known: Known) -> Way:
    instant = (10, 4) if known.server.product == "mariadb" else (8, 0, 28)
    return INSTANT if known.server.at_least(*instant) else INPLACE


def _rename_index(action: Action, known: Known) -> Way:
    return INSTANT if known.server.product == "mariadb" else INPLACE


def _modify(action: Action, known: Known) -> Way:
    change = column_change(action, known)
    if change.type == "copy":
        return COPY
    ways = [REBUILD if change.type == "rebuild" else INSTANT]
    if change.type == "in place":
        ways.append(INPLACE)
    mariadb = known.server.product == "mariadb"
    if change.to_not_null:
        ways.append(REBUILD)
    if change.to_null:
        ways.append(REBUILD)
    if action.column is not None and action.column.position:
        moved = mariadb and known.server.at_least(10, 4)
        ways.append(INSTANT if moved else REBUILD)
    if action.new_name:
        ways.append(_rename_column(action, known))
    return max(ways, key=_SLOWNESS.index)


def _create_index(action: Action, known: Known) -> Way:
    if "fulltext" in action.words:  # the first one of a table adds a hidden column
        return Way("INPLACE", "SHARED", rebuilds=True)
    return SHARED if "spatial" in action.words else INPLACE


def _add_constraint(action: Action, known: Known) -> Way:
    constraint = action.constraint
    assert constraint is not None
    match constraint.kind:
        case "primary key":
            return REBUILD
        case "unique":
            return INPLACE
        case "check" if constraint.not_valid:
            return INPLACE
        case "foreign key" if known.session.get("foreign_key_checks") in ("0", "off"):
            return INPLACE
        case _:
            return COPY


def _drop_constraint(action: Action, known: Known) -> Way:
    if action.text == "primary key":
        return REBUILD if "replaced" in action.words else COPY
    before = known.before
    table = None if before is None or action.table is None else before.find(action.table)
    is_key = table is not None and any(u.name == action.name for u in table.uniques)
    return INSTANT if known.server.product == "mariadb" and not is_key else INPLACE


def _rewrite(action: Action, known: Known) -> Way:
    return COPY if action.text.startswith(("convert", "order")) else REBUILD


_WAYS: Mapping[Kind, Way | Callable[[Action, Known], Way]] = {
    "drop table": INSTANT,
    "rename table": INSTANT,
    "truncate": INSTANT,
    "rewrite table": _rewrite,
    "add column": _add_column,
    "drop column": _drop_column,
    "rename column": _rename_column,
    "modify column": _modify,
    "set default": INSTANT,
    "drop default": INSTANT,
    "add constraint": _add_constraint,
    "drop constraint": _drop_constraint,
    "rename constraint": INSTANT,
    "create index": _create_index,
    "drop index": INPLACE,
    "rename index": _rename_index,
    "create trigger": INSTANT,
}
