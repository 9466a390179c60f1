"""Reading statements one after the other: each with what the ones before have made known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema
from limbeck.statements.action import Action
from limbeck.statements.hazards import Facts, Hazard, Known, Server
from limbeck.statements.reader import actions

_NOT_NULL = re.compile(r"\(*\s*\"?(\w+)\"?\s+is not null\s*\)*$", re.IGNORECASE)


class Reader:
    """Reads the statements of one run, in order."""

    def __init__(self, dialect: str, server: Server, facts: Facts | None) -> None:
        self._dialect = dialect
        self._facts = facts
        self._server = server
        self._checks: dict[tuple[Name, str], str] = {}
        """Checks that say ``column IS NOT NULL`` and have not seen all rows, by name."""
        self._not_null: set[tuple[Name, str]] = set()
        self._session: dict[str, str] = {}

    def read(
        self,
        sql: str,
        before: Before,
        hints: Mapping[tuple[Name, str], str],
        table: Name | None = None,
        index_owner: Callable[[str], Name | None] = lambda name: None,
    ) -> tuple[tuple[Action, ...], tuple[tuple[Hazard, ...], ...], Known]:
        """The actions of a statement, the facts of each, and what was known before it.

        `table` is what an operation says of a statement that does not name it (DROP INDEX), and
        `index_owner` finds the table of an index.
        """
        found = tuple(
            replace(a, table=table or index_owner(a.name))
            if a.kind in ("drop index", "reindex") and a.table is None and a.name
            else a
            for a in actions(sql, self._dialect)
        )
        known = Known(
            self._server,
            _tables(before, found),
            frozenset(self._not_null),
            hints,
            dict(self._session),
        )
        known = self._with_checks(known, found)
        facts = []
        for action in found:
            facts.append(tuple(self._facts(action, known)) if self._facts is not None else ())
            self._note(action)
        return found, tuple(facts), known

    def _with_checks(self, known: Known, found: tuple[Action, ...]) -> Known:
        """With the columns that a valid check of the table before says are not null."""
        proven = set(known.not_null)
        for action in found:
            if action.kind != "set not null" or action.table is None or known.before is None:
                continue
            table = known.before.find(action.table)
            for check in () if table is None else table.checks:
                column = _NOT_NULL.match(check.expression.text or str(check.expression.payload))
                not_valid = dict(check.options).get("postgresql_not_valid")
                if column is not None and not not_valid:
                    proven.add((action.table, column[1]))
        return replace(known, not_null=frozenset(proven))

    def _note(self, action: Action) -> None:
        if action.kind == "set":
            self._session[action.name] = action.text
        if action.table is None:
            return
        if action.kind == "validate constraint":
            column = self._checks.pop((action.table, action.name), None)
            if column is not None:
                self._not_null.add((action.table, column))
        constraint = action.constraint
        if action.kind != "add constraint" or constraint is None or constraint.kind != "check":
            return
        said = _NOT_NULL.match(constraint.expression)
        if said is not None and constraint.not_valid:
            self._checks[action.table, constraint.name] = said[1]
        elif said is not None:
            self._not_null.add((action.table, said[1]))


def mentioned(action: Action) -> tuple[Name, ...]:
    """The tables that an action is about."""
    referred = () if action.constraint is None else (action.constraint.referred,)
    inner = () if action.column is None else tuple(c.referred for c in action.column.constraints)
    own = tuple(c.referred for c in action.constraints)
    found = (action.table, action.other, *referred, *inner, *own)
    return tuple(dict.fromkeys(name for name in found if name is not None and name.name))


def _tables(before: Before, found: tuple[Action, ...]) -> Schema:
    """The tables that a statement is about, as they are before it."""
    known = Schema()
    names = dict.fromkeys(n for action in found for n in mentioned(action))
    for action in found:  # whose foreign keys go along
        if "cascade" in action.words and action.kind in ("drop table", "truncate"):
            assert action.table is not None
            names |= dict.fromkeys(owner for owner, _ in before.referring(action.table))
    for name in names:
        table = before.find(name)
        if table is not None:
            known = known.with_table(table)
    return known
