"""What a rule is, and what it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from re import Pattern

from limbeck.lint.finding import Severity
from limbeck.plan.recorded import Recorded, RecordedRevision
from limbeck.schema.names import Name
from limbeck.schema.objects import Table
from limbeck.statements.action import Action, ColumnText, ConstraintText, Kind
from limbeck.statements.hazards import Hazard, HazardKind, Server

POSTGRESQL = frozenset({"postgresql"})
MYSQL = frozenset({"mysql", "mariadb"})
BOTH = POSTGRESQL | MYSQL
ALL = BOTH | {"sqlite"}


@dataclass(frozen=True, slots=True)
class Case:
    """One action of one statement, with what is known when it runs."""

    action: Action
    hazards: tuple[Hazard, ...]
    statement: Recorded
    revision: RecordedRevision
    earlier: Sequence[Case]
    """The cases before it in the same revision."""
    created: frozenset[Name]
    """Tables that the same run has created: nothing waits for them, and they are empty."""
    rows: int | None = None
    """The server's estimate for the action's table, where it is known."""
    names: Mapping[str, Pattern[str]] = field(default_factory=dict)
    """What names have to match, by kind of object."""

    @property
    def server(self) -> Server:
        """The server that it is judged for."""
        return self.statement.known.server

    @property
    def table(self) -> str:
        """The table's name for a message."""
        return "an unknown table" if self.action.table is None else str(self.action.table)

    @property
    def before(self) -> Table | None:
        """The table before the statement, if it is known."""
        known = self.statement.known.before
        return None if known is None or self.action.table is None else known.find(self.action.table)

    @property
    def column(self) -> ColumnText:
        """The column that the action writes."""
        assert self.action.column is not None
        return self.action.column

    @property
    def constraint(self) -> ConstraintText:
        """The constraint that the action adds."""
        assert self.action.constraint is not None
        return self.action.constraint

    @property
    def columns(self) -> tuple[ColumnText, ...]:
        """The columns that the action writes: of a new table, added, or changed."""
        return self.action.columns if self.action.column is None else (self.action.column,)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that the action writes: of those columns, or the one that a column gets."""
        return tuple(column.type for column in self.columns) or (self.action.text,)

    def has(self, kind: HazardKind) -> bool:
        """Whether a fact of that kind is known of the action."""
        return any(hazard.kind == kind for hazard in self.hazards)

    def blocks(self, *whom: str) -> bool:
        """Whether a lock, held while rows are read or written, makes these wait."""
        return any(h.kind == "lock" and not h.brief and h.blocks in whom for h in self.hazards)

    def is_new(self, table: Name | None) -> bool:
        """Whether the same run has created that table."""
        return table is not None and table in self.created

    def same_transaction(self) -> list[Case]:
        """The earlier cases of the transaction that this one is in."""
        if not self.statement.in_transaction:
            return []
        unit = self.statement.unit
        earlier = (c for c in self.earlier if c.statement.in_transaction)
        return [case for case in earlier if case.statement.unit == unit]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: `find` gives the message for a case that it objects to.

    It is shown the actions of `kinds`, all where none are named. It does not look at tables that
    the same run creates unless `new_tables`; `sized` makes it silent on small tables.
    """

    code: str
    severity: Severity
    find: Callable[[Case], str | None]
    advice: str
    doc: str
    kinds: frozenset[Kind] = frozenset()
    dialects: frozenset[str] = BOTH
    new_tables: bool = False
    sized: bool = False
    loses_data: bool = False
    """Whether what it finds loses rows or values: `protect` refuses that."""

    def applies(self, case: Case, small: int) -> bool:
        """Whether it wants to see that case; tables of up to `small` rows are small."""
        if self.kinds and case.action.kind not in self.kinds:
            return False
        if case.server.product not in self.dialects:
            return False
        if not self.new_tables and case.is_new(case.action.table):
            return False
        return not (self.sized and case.rows is not None and case.rows <= small)


def about_allowances(module: str, doc: str | None, advice: str) -> Rule:
    """A rule about the comments that allow findings, which the linter itself looks at."""
    return rule(module, doc, "warning", ["nothing"], lambda case: None, advice, dialects=ALL)


def rule(
    module: str,
    doc: str | None,
    severity: Severity,
    kinds: Sequence[Kind],
    find: Callable[[Case], str | None],
    advice: str,
    *,
    dialects: frozenset[str] = BOTH,
    new_tables: bool = False,
    sized: bool = False,
    loses_data: bool = False,
) -> Rule:
    """The rule of a module: its code is the module's name, its page the module's docstring."""
    code = module.rpartition(".")[2].replace("_", "-")
    return Rule(
        code,
        severity,
        find,
        advice,
        doc or "",
        frozenset(kinds),
        dialects,
        new_tables,
        sized,
        loses_data,
    )
