"""The normal form of the parts of a table: types, defaults, expressions, constraints, indexes.

The catalog keeps the text of a statement, so text decides everything: names of types and
keywords in one case, expressions as `tokens.canonical` writes them, what SQLite does not have
(comments, identity) or takes for the default left out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import exc

from limbeck.dialects.sqlite.tokens import (
    canonical,
    canonical_tokens,
    literal,
    tokens,
    without_parentheses,
)
from limbeck.dialects.sqlite.types import affinity, canonical_type
from limbeck.errors import UnsupportedOperation
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.objects import Column, Computed, Index, IndexElement, Table
from limbeck.schema.types import Expression, SqlType


def column(value: Column, owner: Table, compiler: Compiler) -> Column:
    """A column in normal form, but for what its table's primary key decides."""
    type_ = column_type(value, owner, compiler)
    return Column(
        name=value.name,
        type=type_,
        nullable=value.nullable,
        default=default(value.default, type_.text or "", compiler),
        computed=computed(value.computed, compiler),
        autoincrement=value.autoincrement,
        options=_column_options(value, owner),
    )


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def column_type(value: Column, owner: Table, compiler: Compiler) -> SqlType:
    """The type in normal form; UnsupportedOperation where SQLite has no text for it."""
    type_ = value.type
    if type_.origin == "normalized":
        return type_
    if type_.text is not None:
        return type_.normalized(type_.text)
    try:
        return type_.normalized(canonical_type(compiler.type(type_)))
    except exc.CompileError as error:
        raise UnsupportedOperation(
            f"SQLite has no type for column '{owner.name}.{value.name}' ({type_.payload!r}). "
            "Give it a variant for SQLite: `.with_variant(…, 'sqlite')`."
        ) from error


def computed(value: Computed | None, compiler: Compiler) -> Computed | None:
    """A generated column's expression in normal form; without a word on storage it is virtual."""
    if value is None:
        return None
    return Computed(expression(value.expression, compiler), bool(value.persisted))


def expression(value: Expression, compiler: Compiler) -> Expression:
    """An expression in normal form."""
    if value.origin == "normalized":
        return value
    return value.normalized(canonical(expression_text(value, compiler)))


def expression_text(value: Expression, compiler: Compiler) -> str:
    """The expression's own text, or what SQLAlchemy compiles it to."""
    return value.text if value.text is not None else compiler.expression(value)


def default(value: Expression | None, type_text: str, compiler: Compiler) -> Expression | None:
    """A default in normal form, as its column's affinity stores it; None for DEFAULT NULL."""
    if value is None or value.origin == "normalized":
        return value
    text = value.text if value.text is not None else compiler.default(value)
    found = canonical_default(text, type_text)
    return None if found == "NULL" else value.normalized(found)


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")


@lru_cache(maxsize=4096)
def canonical_default(sql: str, type_text: str) -> str:
    """The text of a default in normal form.

    A number in quotes and a bare one are the same where the column's affinity makes them so.
    """
    found = without_parentheses(tokens(sql))
    kind = affinity(type_text)
    if len(found) == 1 and found[0].kind in ("string", "quoted", "word"):
        token = found[0]
        upper = token.text.upper()
        if token.kind == "word" and upper in ("TRUE", "FALSE"):
            return _literal("1" if upper == "TRUE" else "0", kind, quoted=False)
        if token.kind == "word" and upper in _DEFAULT_WORDS:
            return upper
        return _literal(token.value, kind, quoted=True)
    text = canonical_tokens(found)
    return _literal(text, kind, quoted=False) if _NUMBER.match(text) else text


_DEFAULT_WORDS = frozenset(("NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"))


def _literal(value: str, kind: str, *, quoted: bool) -> str:
    if kind in ("INTEGER", "REAL", "NUMERIC") and _NUMBER.match(value):
        return value.removeprefix("+")
    if kind == "TEXT" or quoted:
        return literal(value)
    return value.removeprefix("+")


def constraint(value: Constraint, owner: Table, compiler: Compiler) -> Constraint | None:
    """A constraint in normal form; None for one that SQLAlchemy does not create on SQLite."""
    options = _constraint_options(value, owner)
    match value:
        case PrimaryKey():
            return PrimaryKey(value.columns, value.name, options)
        case Unique():
            return Unique(value.columns, value.name, options=options)
        case ForeignKey():
            return _foreign_key(value, owner)
        case Check():
            return Check(expression(value.expression, compiler), value.name, options=options)
        case _:
            return None


def _foreign_key(value: ForeignKey, owner: Table) -> ForeignKey | None:
    if value.referred.schema != owner.name.schema:
        return None
    initially = "DEFERRED" if _upper(value.initially) == "DEFERRED" else None
    return ForeignKey(
        value.columns,
        value.referred,
        value.referred_columns,
        value.name,
        on_delete=None if value.on_delete == "NO ACTION" else value.on_delete,
        on_update=None if value.on_update == "NO ACTION" else value.on_update,
        deferrable=value.deferrable or None,
        initially=initially,
        match=None if value.match == "SIMPLE" else value.match,
    )


_UNIQUE, _PRIMARY = "sqlite_on_conflict_unique", "sqlite_on_conflict_primary_key"


def _constraint_options(value: Constraint, owner: Table) -> Options:
    """ON CONFLICT; that of a column's unique constraint comes here, that of its key goes there."""
    conflict = dict(value.options).get("sqlite_on_conflict")
    if isinstance(value, PrimaryKey | Unique) and len(value.columns) == 1:
        if isinstance(value, PrimaryKey):
            return ()
        owned = owner.columns.get(value.columns[0])
        conflict = conflict or (dict(owned.options).get(_UNIQUE) if owned is not None else None)
    return _conflict("sqlite_on_conflict", conflict)


def _conflict(key: str, action: str | None) -> Options:
    """The option, unless it is ABORT, the default."""
    return () if action is None or action.upper() == "ABORT" else ((key, action.upper()),)


def _column_options(value: Column, owner: Table) -> Options:
    """ON CONFLICT of NOT NULL and of a primary key of this column, where SQLAlchemy has it."""
    key = owner.primary_key
    if not value.options and (key is None or not key.options):
        return ()
    own = dict(value.options)
    found = _conflict("sqlite_on_conflict_not_null", own.get("sqlite_on_conflict_not_null"))
    if key is None or key.columns != (value.name,):
        return found
    conflict = dict(key.options).get("sqlite_on_conflict") or own.get(_PRIMARY)
    return (*found, *_conflict(_PRIMARY, conflict))


def index(value: Index, owner: Table, compiler: Compiler) -> Index:
    """An index in normal form."""
    where = dict(value.options).get("sqlite_where")
    return Index(
        value.name,
        tuple(index_element(e, owner, compiler) for e in value.elements),
        value.unique,
        () if where is None else (("sqlite_where", expression(_expression(where), compiler)),),
    )


def _expression(value: Any) -> Expression:
    return value if isinstance(value, Expression) else Expression(value)


def index_element(value: IndexElement, owner: Table, compiler: Compiler) -> IndexElement:
    """An element in normal form: an expression that is a column's name is that column."""
    if value.expression is None:
        return IndexElement(value.column, None, value.descending)
    found = expression(value.expression, compiler)
    text, descending = found.text or "", value.descending
    for word, means in ((" ASC", False), (" DESC", True)):
        if text.endswith(word):
            text, descending = text.removesuffix(word), means
    names = {c.casefold(): c for c in owner.columns}
    column_name = names.get(text.strip('"').casefold())
    if column_name is not None:
        return IndexElement(column_name, None, descending)
    return IndexElement(None, replace(found, text=text), descending)
