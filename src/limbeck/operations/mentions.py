"""Which columns an expression, a constraint or an index names, and what a rename does to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.compiler import RESERVED_WORDS

from limbeck.metadata import build
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Column,
    Index,
    IndexElement,
    Schema,
    Table,
)
from limbeck.schema.types import Expression

_TOKENS = re.compile(
    r"""
    '(?:[^']|'')*'                        # a string literal names nothing
    | "(?P<quoted>(?:[^"]|"")*)"
    | `(?P<ticked>(?:[^`]|``)*)`
    | \[(?P<bracketed>[^\W\d][\w$ ]*)\]
    | (?<![\w$:])(?P<word>[^\W\d][\w$]*)(?![\w$])(?!\s*\()    # nor does a function or a cast
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def _identifiers(text: str) -> frozenset[str]:
    found: set[str] = set()
    for token in _TOKENS.finditer(text):
        quoted, ticked = token["quoted"], token["ticked"]
        if quoted is not None:
            found.add(quoted.replace('""', '"'))
        elif ticked is not None:
            found.add(ticked.replace("``", "`"))
        elif token["bracketed"] is not None:
            found.add(token["bracketed"])
        elif token["word"] is not None and token["word"].lower() not in RESERVED_WORDS:
            found |= {token["word"], token["word"].lower()}
    return frozenset(found)


def names_in(expression: Expression) -> frozenset[str]:
    """What an expression's text names, as far as text can tell: columns, and some words more."""
    return _identifiers(expression.text if expression.text is not None else str(expression.payload))


def mentions(expression: Expression, column: str) -> bool:
    """Whether an expression's text names that column, as far as text can tell."""
    return _is_among(column, names_in(expression))


def _is_among(column: str, names: frozenset[str]) -> bool:
    """MySQL's normal forms are in lower case, as its columns may be written in any."""
    return column in names or column.lower() in names


def used_names(item: Constraint | Index) -> frozenset[str]:
    """The columns of its own table without which a constraint or index cannot be."""
    match item:
        case PrimaryKey() | Unique() | ForeignKey():
            return frozenset(item.columns)
        case Check():
            return names_in(item.expression)
        case Exclude():
            return names_in(item.definition)
        case Index():
            found = set(item.columns)
            for element in item.elements:
                found |= names_in(element.expression) if element.expression else frozenset()
            for key, value in item.options:
                if isinstance(value, Expression):
                    found |= names_in(value)
                elif key.endswith("_include"):
                    found |= frozenset(value)
            return frozenset(found)


def uses(item: Constraint | Index, column: str) -> bool:
    """Whether a constraint or index cannot outlive that column of its own table."""
    return _is_among(column, used_names(item))


def renamed_column(schema: Schema, table: Name, old: str, new: str) -> Schema:
    """The schema where that column has its new name in every key, check and index."""
    return replace(schema, tables=Named(_renamed_in(t, table, old, new) for t in schema))


def _renamed_in(table: Table, owner: Name, old: str, new: str) -> Table:
    own = table.name == owner
    if not own and not any(key.referred == owner for key in table.foreign_keys):
        return table

    def names(columns: Iterable[str], applies: bool = True) -> tuple[str, ...]:
        return tuple(new if applies and c == old else c for c in columns)

    def constraint(item: Constraint) -> Constraint:
        match item:
            case ForeignKey():
                return replace(
                    item,
                    columns=names(item.columns, own),
                    referred_columns=names(item.referred_columns, item.referred == owner),
                )
            case PrimaryKey() | Unique() if own:
                return replace(item, columns=names(item.columns))
            case Check() if own:
                return replace(item, expression=_renamed_text(item.expression, old, new))
            case _:
                return item

    def column(item: Column) -> Column:
        if item.computed is None:
            return item
        expression = _renamed_text(item.computed.expression, old, new)
        return replace(item, computed=replace(item.computed, expression=expression))

    def text(value: Any) -> Any:
        return _renamed_text(value, old, new) if isinstance(value, Expression) else value

    def index(item: Index) -> Index:
        options = tuple(
            (key, names(value) if key.endswith("_include") else text(value))
            for key, value in item.options
        )
        return replace(item, elements=tuple(element(e) for e in item.elements), options=options)

    def element(item: IndexElement) -> IndexElement:
        if item.expression is not None:
            return replace(item, expression=_renamed_text(item.expression, old, new))
        return replace(item, column=new if item.column == old else item.column)

    return replace(
        table,
        columns=Named(column(c) for c in table.columns.values()) if own else table.columns,
        constraints=tuple(constraint(c) for c in table.constraints),
        indexes=Named(index(i) for i in table.indexes.values()) if own else table.indexes,
    )


def renamed_values(schema: Schema, enum: Name, renames: Mapping[str, str]) -> Schema:
    """The schema where columns of that enum type have its new values in type, default and check."""
    return replace(schema, tables=Named(_with_values(t, enum, renames) for t in schema))


def _with_values(table: Table, enum: Name, renames: Mapping[str, str]) -> Table:
    users = [c for c in table.columns.values() if c.type.enum == enum]
    if not users:
        return table

    def text(item: Expression) -> Expression:
        before = item.text if item.text is not None else str(item.payload)
        after = _LITERAL.sub(lambda m: _literal(renames.get(_plain(m[0]), _plain(m[0]))), before)
        return item if after == before else Expression(build.text(after), after, item.origin)

    def used(item: Check | Index) -> bool:
        return any(uses(item, column.name) for column in users)

    def index(item: Index) -> Index:
        options = ((k, text(v) if isinstance(v, Expression) else v) for k, v in item.options)
        elements = (
            replace(e, expression=text(e.expression)) if e.expression is not None else e
            for e in item.elements
        )
        return replace(item, elements=tuple(elements), options=tuple(options))

    for column in users:
        default = None if column.default is None else text(column.default)
        type_ = replace(column.type, payload=_with_labels(column.type.payload, renames))
        table = table.with_column(replace(column, default=default, type=type_))
    return replace(
        table,
        constraints=tuple(
            replace(c, expression=text(c.expression)) if isinstance(c, Check) and used(c) else c
            for c in table.constraints
        ),
        indexes=Named(index(i) if used(i) else i for i in table.indexes.values()),
    )


_LITERAL = re.compile(r"'(?:[^']|'')*'")


def _plain(literal: str) -> str:
    return literal[1:-1].replace("''", "'")


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _with_labels(payload: Any, renames: Mapping[str, str]) -> Any:
    """The enum type with its new values; one within an array or a decorator stays as it is."""
    if not isinstance(payload, sa.Enum):
        return payload
    values = [renames.get(value, value) for value in payload.enums]
    return type(payload)(*values, name=payload.name, schema=payload.schema)


def _renamed_text(expression: Expression, old: str, new: str) -> Expression:
    """The expression with that name replaced, in string literals not."""
    if not mentions(expression, old):
        return expression
    text = expression.text if expression.text is not None else str(expression.payload)
    words = "|".join(re.escape(word) for word in dict.fromkeys((old, old.lower())))
    pattern = rf"('(?:[^']|'')*')|(?<![\w])(?:{words})(?![\w])"

    def changed_word(match: re.Match[str]) -> str:
        return match[1] or (new if match[0] == old else new.lower())

    changed = re.sub(pattern, changed_word, text)
    return Expression(changed, changed, expression.origin)
