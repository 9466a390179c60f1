"""What is known of a database without a server: the revisions before, folded when a step asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from limbeck.errors import SchemaConflict
from limbeck.operations.base import Operation
from limbeck.operations.batch import Batch
from limbeck.operations.data import BulkInsert, Execute
from limbeck.plan.steps import Step
from limbeck.runtime.state import KnownState
from limbeck.schema.constraints import ForeignKey
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table
from limbeck.schema.types import EnumType

_ROWS_ONLY = re.compile(
    r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:INSERT|UPDATE|DELETE|MERGE|SELECT|VALUES|VACUUM|ANALYZE|REFRESH|GRANT|REVOKE|"
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:MATERIALIZED\s+)?VIEW)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in an `OfflineState`'s time: cheap, however much is known."""

    earlier: Callable[[], Schema] | None
    schema: Schema
    waiting: list[Operation]
    count: int


class OfflineState:
    """The state of a run that has no server (``--sql``).

    `earlier` gives what is there before the run: it is called once, when a step asks. Raw SQL
    that may change a table makes it unknown again. `missed` tells whether something was asked for
    that is not known: the interpreter may do better with a server.
    """

    def __init__(
        self,
        earlier: Callable[[], Schema] = Schema,
        normalize: Callable[[Schema], Schema] = lambda s: s,
    ) -> None:
        self._earlier: Callable[[], Schema] | None = earlier
        self._normalize = normalize
        self._state = KnownState(normalize=normalize)
        self._waiting: list[Operation] = []
        self.missed = False

    def mark(self) -> Mark:
        """What is known now, to go back to."""
        return Mark(self._earlier, self._state.schema, self._waiting, len(self._waiting))

    def back(self, mark: Mark) -> None:
        """Forgets what came after that mark."""
        self._earlier = mark.earlier
        self._state = KnownState(mark.schema, self._normalize)
        self._waiting = mark.waiting[: mark.count]

    def begin(self, earlier: Callable[[], Schema]) -> None:
        """Drops what was known: the state is what `earlier` will say."""
        self._earlier, self._waiting = earlier, []

    def advance(self, operation: Operation) -> None:
        """Takes note of an operation; it is folded in when a step asks."""
        self._waiting.append(operation)

    def forget(self) -> None:
        """Nothing to do: raw SQL is looked at in `advance`."""

    @property
    def _known(self) -> KnownState:
        if self._earlier is not None:
            earlier, self._earlier = self._earlier, None
            self._state = KnownState(earlier(), self._normalize)
        waiting, self._waiting = self._waiting, []
        for operation in waiting:
            self._state.advance(operation)
            if isinstance(operation, Execute):
                self._state.schema = without_mentioned(self._state.schema, operation)
        return self._state

    @property
    def schema(self) -> Schema:
        """All that is known."""
        return self._known.schema

    def find(self, name: Name) -> Table | None:
        """The table, None where it is not known."""
        found = self._known.find(name)
        self.missed = self.missed or found is None
        return found

    def table(self, name: Name) -> Table:
        """The table; SchemaConflict where it is not known."""
        found = self.find(name)
        if found is None:
            raise SchemaConflict(f"What the table '{name}' looks like is not known here.")
        return found

    def enum(self, name: Name) -> EnumType | None:
        """The enum type, or None."""
        return self._known.enum(name)

    def enum_users(self, name: Name) -> tuple[tuple[Name, str], ...]:
        """Columns of that enum type."""
        return self._known.enum_users(name)

    def referring(self, name: Name) -> tuple[tuple[Name, ForeignKey], ...]:
        """Foreign keys of other tables that point to that one."""
        return self._known.referring(name)


Doubts = Callable[[Operation, Schema], "str | None"]
"""Why a server may do more than an operation says, given the schema before it."""


class ExactState(KnownState):
    """The schema of a history that is folded from its base, as long as each step is known.

    `doubt` says in words what made it unknown; what comes after that is not folded. `rows` tells
    whether a step put rows into a table: a schema alone is then not all that the history makes.
    """

    def __init__(self, normalize: Callable[[Schema], Schema], doubts: Doubts) -> None:
        super().__init__(normalize=normalize)
        self._doubts = doubts
        self.doubt: str | None = None
        self.rows = False

    def advance(self, operation: Operation) -> None:
        """Folds the operation in."""
        if self.doubt is None:
            self.doubt = self._doubt(operation)
        if self.doubt is not None:
            return
        try:
            self.schema = self._normalized(operation.apply(self.schema))
        except SchemaConflict as conflict:
            self.doubt = str(conflict)

    def _doubt(self, operation: Operation) -> str | None:
        """Why the state after it would not be known, None where it is."""
        for each in parts(operation):
            if not type(each).__module__.startswith("limbeck.operations."):
                return f"{type(each).__name__} is no operation of Limbeck's own"
            if isinstance(each, BulkInsert):
                self.rows = True
            elif isinstance(each, Execute):
                if not _changes_rows_only(each):
                    return "SQL of its own may change tables"
                self.rows = self.rows or _inserts(each)
            elif (reason := self._doubts(each, self.schema)) is not None:
                return reason
        return None


def parts(operation: Operation) -> tuple[Operation, ...]:
    """What an operation consists of: those of a batch, else itself."""
    return operation.operations if isinstance(operation, Batch) else (operation,)


_CHANGES_ROWS = re.compile(
    r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:INSERT|UPDATE|DELETE|MERGE)\b[^;]*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
"""One statement: a SELECT may call a function that changes tables."""


def _changes_rows_only(operation: Execute) -> bool:
    statement = operation.statement
    if isinstance(statement, sa.sql.dml.UpdateBase):
        return True
    return _CHANGES_ROWS.fullmatch(_text(statement)) is not None


def _inserts(operation: Execute) -> bool:
    statement = operation.statement
    if isinstance(statement, sa.sql.dml.UpdateBase):
        return isinstance(statement, sa.Insert)
    return re.search(r"\b(?:INSERT|MERGE)\b", _text(statement), re.IGNORECASE) is not None


def without_mentioned(schema: Schema, operation: Execute) -> Schema:
    """The schema without the tables that raw SQL may have changed: those that it names."""
    text = _text(operation.statement)
    if _ROWS_ONLY.match(text):
        return schema
    words = {word.casefold() for word in re.findall(r"\w+", text)}
    kept = (t for t in schema if not words.issuperset(re.findall(r"\w+", t.name.name.casefold())))
    return replace(schema, tables=Named(kept))


def _text(statement: object) -> str:
    """SQL as text; nothing where it cannot be written without a server's dialect."""
    if isinstance(statement, sa.sql.dml.UpdateBase | sa.sql.selectable.SelectBase):
        return "SELECT"
    try:
        return str(statement)
    except sa.exc.SQLAlchemyError:
        return ""


class Nowhere:
    """A sink that carries nothing out: steps are run for what they do to the state."""

    def run(self, step: Step) -> None:
        """Does nothing."""
