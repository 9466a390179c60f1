"""Watching PostgreSQL: locks from pg_locks through a second connection, rewrites by relfilenode."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.postgresql.hazards import STRENGTH
from limbeck.schema.names import Name
from limbeck.statements.action import Action
from limbeck.statements.hazards import Hazard, Known
from limbeck.statements.traced import Seen, SeenLock

_MODES = {
    "AccessShareLock": "ACCESS SHARE",
    "RowShareLock": "ROW SHARE",
    "RowExclusiveLock": "ROW EXCLUSIVE",
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE",
    "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}

_LOCKS = """
    SELECT relation, mode FROM pg_locks
    WHERE locktype = 'relation' AND pid = {pid}
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

_RELATIONS = """
    SELECT c.oid, c.relfilenode, c.relkind,
           CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END,
           coalesce(t.relname, c.relname), CASE WHEN t.oid IS NULL THEN '' ELSE c.relname END
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_index x ON x.indexrelid = c.oid
    LEFT JOIN pg_class t ON t.oid = x.indrelid
    WHERE c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""

_PATIENCE = 5.0
"""Seconds to wait until a statement that commits by itself shows which lock it asks for."""


@dataclass(frozen=True, slots=True)
class _Relation:
    name: Name
    index: str
    filenode: int


class PostgreSQLTracer:
    """Runs statements on one connection and looks at it from another."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._watcher = sa.create_engine(
            connection.engine.url, poolclass=sa.pool.StaticPool, isolation_level="AUTOCOMMIT"
        )
        self._pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        self._open = False
        self._existing: dict[int, _Relation] = {}

    def run(self, sql: str, actions: Iterable[Action], *, in_transaction: bool) -> Seen:
        """Runs one statement; what cannot run in a transaction is watched while it waits."""
        if not in_transaction:
            self.end()
            return self._alone(sql, tuple(actions))
        if not self._open:
            self._existing = self._relations()
            self._connection.exec_driver_sql("BEGIN")
            self._open = True
        before, held = self._relations(), self._locks()
        self._send(sql)
        raw = self._locks()
        after = self._relations()
        others = {oid: r for oid, r in before.items() if oid in self._existing}
        return Seen(
            _seen(raw - held, others),
            _rewritten(before, after),
            held=frozenset(_seen(held, others)),
            existing=frozenset(r.name for r in others.values()),
        )

    def end(self) -> None:
        """Commits what is open."""
        if self._open:
            self._connection.exec_driver_sql("COMMIT")
            self._open = False

    def take_back(self) -> None:
        """Rolls back what is open."""
        if self._open:
            self._connection.exec_driver_sql("ROLLBACK")
            self._open = False

    def close(self) -> None:
        """Closes the second connection."""
        self.take_back()
        self._watcher.dispose()

    def _send(self, sql: str) -> None:
        self._connection.exec_driver_sql(sql, execution_options={"no_parameters": True})

    def _locks(self) -> frozenset[tuple[int, str]]:
        with self._watcher.connect() as watcher:
            rows = watcher.exec_driver_sql(_LOCKS.format(pid=self._pid))
            return frozenset((oid, mode) for oid, mode in rows)

    def _relations(self) -> dict[int, _Relation]:
        """What the tracing connection itself sees, also what it has not committed."""
        rows = self._connection.exec_driver_sql(_RELATIONS)
        return {
            oid: _Relation(Name(table, schema), index, filenode)
            for oid, filenode, _, schema, table, index in rows
        }

    # -- statements that commit by themselves ---------------------------------------------------

    def _alone(self, sql: str, actions: tuple[Action, ...]) -> Seen:
        """Runs it while another connection holds SHARE UPDATE EXCLUSIVE on its tables.

        That conflicts with every lock that such statements take, so that the one that they ask for
        can be seen while they wait.
        """
        before = self._relations()
        wanted = {a.table for a in actions if a.table is not None and a.table.name}
        named = {a.name for a in actions if a.name}
        tables = {r.name for r in before.values() if r.name in wanted or r.index in named}
        with self._watcher.connect() as other:
            other.exec_driver_sql("BEGIN")
            for table in sorted(tables, key=lambda t: t.sort_key):
                other.exec_driver_sql(f"LOCK TABLE {_quoted(table)} IN SHARE UPDATE EXCLUSIVE MODE")
            locks = self._watched(sql, other)
        after = self._relations()
        return Seen(
            _seen(locks, before),
            _rewritten(before, after),
            watched=bool(locks),
            existing=frozenset(r.name for r in before.values()),
        )

    def _watched(self, sql: str, other: sa.Connection) -> frozenset[tuple[int, str]]:
        failure: list[BaseException] = []

        def send() -> None:
            try:
                self._send(sql)
            except BaseException as error:
                failure.append(error)

        thread = threading.Thread(target=send, name="limbeck-trace")
        thread.start()
        found: frozenset[tuple[int, str]] = frozenset()
        until = time.monotonic() + _PATIENCE
        while thread.is_alive() and time.monotonic() < until:
            rows = other.exec_driver_sql(_LOCKS.format(pid=self._pid) + " AND NOT granted")
            waiting = {(oid, mode) for oid, mode in rows}
            if waiting:
                found = frozenset(waiting)
                break
            thread.join(0.01)
        other.exec_driver_sql("COMMIT")
        thread.join()
        if failure:
            raise failure[0]
        return found

    # -- beside the table of facts --------------------------------------------------------------

    def differences(
        self, seen: Seen, hazards: Iterable[Hazard], actions: Iterable[Action], known: Known
    ) -> tuple[str, ...]:
        """Compares the strongest lock of each table that others can see, and rewrites."""
        facts = tuple(hazards)
        if any(h.kind == "unread" for h in facts) or not seen.watched:
            return ()
        said = _strongest((h.table, h.lock) for h in facts if h.kind == "lock" and h.of == "table")
        own = _strongest((s.table, s.mode) for s in seen.locks if not s.index)
        held = {(s.table, s.mode) for s in seen.held}
        found = []
        for table in sorted(said.keys() | own.keys(), key=lambda t: t.sort_key):
            if table not in seen.existing or (table, said.get(table, "")) in held:
                continue
            mine, theirs = said.get(table, ""), own.get(table, "")
            if mine != theirs and _matters(mine, theirs):
                found.append(f"{table}: facts say {mine or 'no lock'}, {theirs or 'none'} was seen")
        rewrites = {h.table for h in facts if h.kind == "rewrite" and not h.text}
        emptied = {a.table for a in actions if a.kind == "truncate"}
        seen_rewrites = {t for t in seen.rewritten if t in seen.existing} - emptied
        possible = {h.table for h in facts if h.kind == "rewrite"}
        wrong = (rewrites - seen_rewrites) | (seen_rewrites - possible)
        for name in sorted(wrong, key=str):
            did = "was" if name in seen_rewrites else "was not"
            found.append(f"{name} {did} written anew, other than the facts say")
        return tuple(found)


def _matters(said: str, seen: str) -> bool:
    """Reading a table in passing is no difference that anybody notices."""
    return {said, seen} - {"", "ACCESS SHARE"} != set()


def _strongest(locks: Iterable[tuple[Any, str]]) -> dict[Name, str]:
    found: dict[Name, str] = {}
    for table, mode in locks:
        if table is not None and _rank(mode) > _rank(found.get(table, "")):
            found[table] = mode
    return found


def _rank(mode: str) -> int:
    return STRENGTH.index(mode) if mode in STRENGTH else -1


def _seen(
    locks: Iterable[tuple[int, str]], relations: dict[int, _Relation]
) -> tuple[SeenLock, ...]:
    found = {
        SeenLock(relations[oid].name, _MODES.get(mode, mode), relations[oid].index)
        for oid, mode in locks
        if oid in relations
    }
    return tuple(sorted(found, key=lambda s: (s.table.sort_key, s.index, _rank(s.mode))))


def _rewritten(before: dict[int, _Relation], after: dict[int, _Relation]) -> tuple[Name, ...]:
    changed = {
        relation.name
        for oid, relation in after.items()
        if not relation.index and oid in before and before[oid].filenode != relation.filenode
    }
    return tuple(sorted(changed, key=lambda name: name.sort_key))


def _quoted(name: Name) -> str:
    parts = [name.name] if name.schema is None else [name.schema, name.name]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
