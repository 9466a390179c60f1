"""What may be a rename among what goes and what comes: scored, never carried out by itself.

The score of a pair looks at its type, its place, what stands on it and what it refers to. How
alike the names are only decides between pairs of one score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from limbeck.diff.renames import same_but_for_name
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.mentions import uses
from limbeck.operations.renames import RenameIndex
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.operations.types import AlterEnum
from limbeck.schema.constraints import Constraint, ForeignKey
from limbeck.schema.hints import Hint, Renamed
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Schema, Table

LEAST = 0.5
"""The score below which a pair is not worth a question."""

_MOST_PAIRS = 40_000
"""More pairs of tables than this are only looked at where their columns have the same names."""

SOURCE = "the answer"


@dataclass(frozen=True, slots=True)
class Candidate:
    """That something may be a rename; the score is between 0 and 1."""

    hint: Hint
    score: float

    @property
    def sort_key(self) -> tuple[float, float, str, str]:
        """The likeliest first; names decide between equals."""
        alike = SequenceMatcher(None, self.hint.old, self.hint.new).ratio()
        return (-self.score, -alike, self.hint.old, self.hint.new)


def likeliest(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Of each old and each new object the best, best first: no object stands in two of them."""
    taken: set[tuple[str, Name, str, str]] = set()
    found: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: c.sort_key):
        hint = candidate.hint
        owner = Name("", hint.owner.schema) if hint.kind == "table" else hint.owner
        ends = ((hint.kind, owner, "old", hint.old), (hint.kind, owner, "new", hint.new))
        if not taken.intersection(ends):
            taken.update(ends)
            found.append(candidate)
    return tuple(found)


def candidates(
    operations: Iterable[Operation],
    before: Schema,
    after: Schema,
    refused: Collection[Hint] = (),
) -> tuple[Candidate, ...]:
    """What may be a rename in the difference of two schemas: tables first, the likeliest first.

    Only tables are looked at that lose something and gain something. What is in `refused` is not
    a rename, but something else may be in its place.
    """
    gone: dict[str, set[Name]] = defaultdict(set)
    come: dict[str, set[Name]] = defaultdict(set)
    enums: list[Name] = []
    for operation in operations:
        match operation:
            case DropTable() | CreateTable():
                side = gone if isinstance(operation, DropTable) else come
                side["table"].add(operation.table_name)
            case DropColumn() | AddColumn():
                side = gone if isinstance(operation, DropColumn) else come
                side["column"].add(operation.table)
            case DropConstraint() | AddConstraint():
                side = gone if isinstance(operation, DropConstraint) else come
                side["key"].add(operation.table)
            case DropIndex(table=Name() as name):
                gone["key"].add(name)
            case CreateIndex(table=name):
                come["key"].add(name)
            case AlterEnum(name=name):
                enums.append(name)

    def changed(kind: str) -> list[Name]:
        names = gone[kind] & come[kind]
        return [n for n in sorted(names, key=lambda n: n.sort_key) if before.find(n)]

    dropped = [before.table(name) for name in _sorted(gone["table"])]
    created = [after.table(name) for name in _sorted(come["table"])]
    kinds: tuple[Iterable[Candidate], ...] = (
        _tables(dropped, created),
        _enum_values(enums, before, after),
        (c for n in changed("column") for c in _columns_of(before.table(n), after.table(n))),
        (c for n in changed("key") for c in _keys(before.table(n), after.table(n))),
    )
    return tuple(
        candidate
        for found in kinds
        for candidate in likeliest(c for c in found if c.hint not in refused)
    )


def _sorted(names: Iterable[Name]) -> list[Name]:
    return sorted(names, key=lambda name: name.sort_key)


def _tables(gone: Sequence[Table], come: Sequence[Table]) -> tuple[Candidate, ...]:
    """Tables that go and tables that come, in one schema, and have much in common."""
    few = len(gone) * len(come) <= _MOST_PAIRS
    by_columns: dict[frozenset[str], list[Table]] = {}
    for table in come:
        by_columns.setdefault(frozenset(table.columns), []).append(table)
    found = []
    for old in gone:
        for new in come if few else by_columns.get(frozenset(old.columns), ()):
            if old.name.schema == new.name.schema:
                hint = Hint("table", new.name, old.name.name, new.name.name, SOURCE)
                found.append(Candidate(hint, _alike_tables(old, new)))
    return tuple(c for c in found if c.score >= LEAST)


def _alike_tables(old: Table, new: Table) -> float:
    """Columns of one name count by their type, then keys that point to the same table."""
    common = 0.0
    for column in old.columns.values():
        other = new.columns.get(column.name)
        if other is not None:
            common += 1.0 if other.type == column.type else 0.5
    most = len(old.columns) + len(new.columns)
    targets_old, targets_new = _targets(old), _targets(new)
    common += len(targets_old & targets_new)
    most += len(targets_old) + len(targets_new)
    return 2 * common / most if most else 0.0


def _targets(table: Table) -> set[tuple[tuple[str, ...], Name | None]]:
    own = table.name
    return {(k.columns, None if k.referred == own else k.referred) for k in table.foreign_keys}


def _columns_of(before: Table, after: Table) -> Iterator[Candidate]:
    """Columns that go and columns that come, in one table."""
    gone = [c for c in before.columns.values() if c.name not in after.columns]
    come = [c for c in after.columns.values() if c.name not in before.columns]
    if not gone or not come:
        return
    places_old, places_new = _places(before), _places(after)
    for old in gone:
        for new in come:
            if not _related(old, new):
                continue
            points = 4.0 if old.type == new.type else 1.5
            points += (old.nullable == new.nullable) + (old.default == new.default)
            points += (old.computed == new.computed) + (old.identity == new.identity)
            points += 2 * bool(places_old[old.name] & places_new[new.name])
            points += 3 * (_standing_on(before, old.name) == _standing_on(after, new.name))
            hint = Hint("column", after.name, old.name, new.name, SOURCE)
            if points / 13 >= LEAST:
                yield Candidate(hint, points / 13)


def _related(old: Column, new: Column) -> bool:
    """Whether the values of one could be those of the other."""
    if old.type == new.type:
        return True
    first, second = old.type.payload, new.type.payload
    return first._type_affinity is second._type_affinity  # SQLAlchemy's own notion of a family


def _places(table: Table) -> dict[str, frozenset[tuple[str, str | int]]]:
    """The place of each column: its number, and its neighbours."""
    names = list(table.columns)
    return {
        name: frozenset(
            (("at", number), ("after", names[number - 1] if number else ""))
            + ((("before", names[number + 1]),) if number + 1 < len(names) else ())
        )
        for number, name in enumerate(names)
    }


def _standing_on(table: Table, column: str) -> frozenset[tuple[str, object]]:
    """The kinds of constraints and indexes that use a column, and what foreign keys point to."""

    def shape(item: Constraint | Index) -> tuple[str, object]:
        if isinstance(item, ForeignKey):
            return ("ForeignKey", (item.referred, item.referred_columns, len(item.columns)))
        return (type(item).__name__, len(getattr(item, "columns", ())))

    items = (*table.constraints, *table.indexes.values())
    return frozenset(shape(item) for item in items if uses(item, column))


def _enum_values(names: Iterable[Name], before: Schema, after: Schema) -> Iterator[Candidate]:
    """Values that go and values that come, in one enum type; their place is all that tells."""
    for name in names:
        old_values, new_values = before.enums[name].values, after.enums[name].values
        come = [v for v in new_values if v not in old_values]
        for old in (v for v in old_values if v not in new_values):
            for new in come:
                same_place = old_values.index(old) == new_values.index(new)
                hint = Hint("enum value", name, old, new, SOURCE)
                yield Candidate(hint, 0.9 if same_place else LEAST)


def _keys(before: Table, after: Table) -> Iterator[Candidate]:
    """Constraints and indexes that differ in nothing but their names."""
    for operation in same_but_for_name(before, after):
        kind: Renamed = "index" if isinstance(operation, RenameIndex) else "constraint"
        hint = Hint(kind, after.name, operation.old, operation.new, SOURCE)
        yield Candidate(hint, 1.0)
