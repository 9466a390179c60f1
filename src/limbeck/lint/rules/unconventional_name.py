"""A name that is not as the project has agreed.

## Problem

Names that follow a rule can be guessed, and scripts and alerts count on them. The rule is the
project's own: `lint_names` in its settings has regular expressions by kind of object.

## Instead of

```python
# with lint_names = { index = "ix_.*" }
op.create_index("person_by_city", "person", ["city_id", "name"])
```

## Use

```python
op.create_index("ix_person_city_id_name", "person", ["city_id", "name"])
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from limbeck.lint.rule import Case, rule
from limbeck.statements.action import Action, ColumnText, ConstraintText

NAMED = (
    "schema",
    "table",
    "column",
    "type",
    "sequence",
    "index",
    "primary_key",
    "unique",
    "foreign_key",
    "check",
)
"""The kinds of objects whose names can be looked at."""

_ONE = {
    "create schema": "schema",
    "create sequence": "sequence",
    "create enum": "type",
    "create type": "type",
    "create domain": "type",
    "create index": "index",
}
_RENAMED = {"rename table": "table", "rename column": "column", "rename index": "index"}


def _names(action: Action) -> Iterator[tuple[str, str]]:
    """The kind and name of each object that an action gives a name."""
    if kind := _ONE.get(action.kind):
        yield kind, action.name.rpartition(".")[2]
    elif kind := _RENAMED.get(action.kind):
        yield kind, action.new_name.rpartition(".")[2]
    elif action.kind == "create table" and action.table is not None:
        yield "table", action.table.name
    columns = action.columns if action.column is None else (action.column,)
    if action.kind in ("create table", "add column"):
        yield from (("column", column.name) for column in columns)
        yield from _of_constraints(_on(columns))
    yield from _of_constraints(action.constraints)
    if action.constraint is not None:
        yield from _of_constraints([action.constraint])


def _on(columns: Iterable[ColumnText]) -> Iterator[ConstraintText]:
    for column in columns:
        yield from column.constraints


def _of_constraints(constraints: Iterable[ConstraintText]) -> Iterator[tuple[str, str]]:
    for constraint in constraints:
        if constraint.name:
            yield constraint.kind.replace(" ", "_"), constraint.name


def find(case: Case) -> str | None:
    wrong = [
        f"the {kind.replace('_', ' ')} '{name}' is not named like {pattern.pattern}"
        for kind, name in _names(case.action)
        if name and (pattern := case.names.get(kind)) and pattern.fullmatch(name) is None
    ]
    return "; ".join(wrong) or None


RULE = rule(
    __name__,
    __doc__,
    "warning",
    [],
    find,
    "Name it as lint_names in the settings says.",
    new_tables=True,
)
