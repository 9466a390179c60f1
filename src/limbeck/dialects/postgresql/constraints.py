"""Constraints: from rows of the catalog, and in normal form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.sql.elements import conv

from limbeck.dialects.postgresql import expressions
from limbeck.dialects.postgresql.arguments import accepted
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import (
    NOT_VALID,
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.names import Name
from limbeck.schema.types import Expression

_ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_MATCHES = {"f": "FULL", "p": "PARTIAL"}
_COMPARED = ("postgresql_include", "postgresql_nulls_not_distinct", NOT_VALID)


def inspected(
    row: Any, columns: Mapping[int, str], name: Callable[[str | None, str], Name]
) -> Constraint:
    """The constraint of a row of `catalog.CONSTRAINTS`; `columns` are its table's by number."""
    own = conv(row[1])
    unchecked: Options = () if row[17] else ((NOT_VALID, True),)
    keys = tuple(columns[number] for number in row[3] or ())
    match row[2]:
        case "p":
            return PrimaryKey(
                keys, own, accepted(sa.PrimaryKeyConstraint, _key_options(row, columns))
            )
        case "u":
            deferrable, initially = row[4] or None, "DEFERRED" if row[5] else None
            options = accepted(sa.UniqueConstraint, _key_options(row, columns))
            return Unique(keys, own, deferrable, initially, options)
        case "f":
            return ForeignKey(
                keys,
                name(row[6], row[7]),
                tuple(row[8]),
                own,
                on_delete=_on_delete(row[10], row[12]),
                on_update=_ACTIONS[row[9]],
                deferrable=row[4] or None,
                initially="DEFERRED" if row[5] else None,
                match=_MATCHES.get(row[11]),
                options=unchecked,
            )
        case "c":
            return Check(Expression(row[13], row[13], "inspected"), own, options=unchecked)
        case _:
            return Exclude(Expression(_exclude(row[13], row), row[13], "inspected"), own)


def _key_options(row: Any, columns: Mapping[int, str]) -> Options:
    found: list[tuple[str, Any]] = []
    numbers = [int(n) for n in (row[15] or "").split()]
    if row[14] is not None and len(numbers) > row[14]:
        found.append(("postgresql_include", tuple(columns[n] for n in numbers[row[14] :])))
    if row[16]:
        found.append(("postgresql_nulls_not_distinct", True))
    return tuple(found)


def _on_delete(action: str, columns: list[str] | None) -> str | None:
    found = _ACTIONS[action]
    if not columns or found is None:
        return found
    return f"{found} ({', '.join(columns).upper()})"  # the normal form of any action is upper case


_EXCLUDE = re.compile(r"^EXCLUDE USING (?P<using>\S+) \((?P<rest>.*)$", re.S)


def _exclude(definition: str, row: Any) -> ExcludeConstraint:
    """SQLAlchemy's constraint for what `pg_get_constraintdef` printed."""
    match = _EXCLUDE.match(definition)
    assert match is not None  # the server writes this form in every version
    inner, behind = _split_at_closing(match["rest"])
    elements: list[tuple[Any, str]] = []
    for part in _split_at_commas(inner):
        expression, _, operator = part.rpartition(" WITH ")
        elements.append((build.text(expression.strip()), operator.strip()))
    where = re.search(r"WHERE \((?P<where>.*)\)", behind, re.S)
    return ExcludeConstraint(
        *elements,
        using=match["using"],
        where=build.text(where["where"]) if where else None,
        deferrable=row[4] or None,
        initially="DEFERRED" if row[5] else None,
    )


def _depths(text: str) -> list[int]:
    """The depth of parentheses at each character; quoted text is as deep as what is around it."""
    found, depth, quote = [], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        found.append(depth if not quote else depth + 1)
    return found


def _split_at_closing(text: str) -> tuple[str, str]:
    """What stands before the parenthesis that closes more than was opened, and behind it."""
    depths = _depths(text)
    end = depths.index(-1) if -1 in depths else len(text)
    return text[:end], text[end + 1 :]


def _split_at_commas(text: str) -> list[str]:
    depths, found, start = _depths(text), [], 0
    for position, character in enumerate(text):
        if character == "," and depths[position] == 0:
            found.append(text[start:position])
            start = position + 1
    return [*found, text[start:]]


def normalized(item: Constraint, compiler: Compiler) -> Constraint:
    """A constraint in normal form."""
    match item:
        case PrimaryKey():
            return PrimaryKey(item.columns, item.name, _options(item.options))
        case Unique():
            deferrable, initially = timing(item.deferrable, item.initially)
            return replace(
                item,
                deferrable=deferrable,
                initially=initially,
                options=_options(item.options),
            )
        case ForeignKey():
            deferrable, initially = timing(item.deferrable, item.initially)
            return ForeignKey(
                item.columns,
                item.referred,
                item.referred_columns,
                item.name,
                deferrable=deferrable,
                initially=initially,
                on_delete=_action(item.on_delete),
                on_update=_action(item.on_update),
                match=None if item.match in (None, "SIMPLE") else item.match,
                options=_options(item.options),
            )
        case Check():
            return replace(
                item,
                expression=expression(item.expression, compiler),
                options=_options(item.options),
            )
        case Exclude():
            return replace(item, definition=_definition(item, compiler), options=())


def timing(deferrable: bool | None, initially: str | None) -> tuple[bool | None, str | None]:
    """DEFERRABLE and INITIALLY, None where it is what the server does anyway."""
    deferred = "DEFERRED" if initially == "DEFERRED" else None
    return (True if deferrable or deferred else None), deferred


def _action(action: str | None) -> str | None:
    if action is None:
        return None
    return re.sub(r"\s*,\s*", ", ", re.sub(r"\s+", " ", action)).replace("( ", "(") or None


def _options(options: Options) -> Options:
    return tuple((key, value) for key, value in options if key in _COMPARED and value)


def expression(value: Expression, compiler: Compiler) -> Expression:
    """An expression of a check, a generated column or an index in normal form."""
    if value.origin == "normalized":
        return value
    if value.origin == "inspected" and value.text is not None:
        return value.normalized(expressions.canonical(value.text))
    return value.normalized(expressions.canonical(compiler.expression(value)))


def _definition(item: Exclude, compiler: Compiler) -> Expression:
    value = item.definition
    if value.origin == "normalized":
        return value
    text = value.text
    if value.origin == "declared" or text is None:
        text = definition_text(item, compiler)
    return value.normalized(expressions.canonical(text))


def definition_text(item: Exclude, compiler: Compiler) -> str:
    """EXCLUDE as SQL, without the constraint's name."""
    payload: sa.Constraint = item.definition.payload
    built = compiler.plain(compiler.ddl_compiler().process(payload))
    return built[built.index("EXCLUDE") :]
