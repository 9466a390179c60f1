"""What an operation is known by in the journal: the same each time the script is run."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.dialects.opening import controls_transaction, is_for_session
from limbeck.operations.base import Operation, Statement
from limbeck.operations.compiler import Compiler
from limbeck.runtime.state import KnownState


def signature(operation: Operation, compiler: Compiler) -> tuple[str, bool]:
    """The digest of an operation, and whether the journal has lines for it.

    The digest is that of its SQL where nothing is known of the database: the SQL that is sent may
    depend on what was there before, and that is different when the script is run again.
    """
    try:
        statements = compiler.compile(operation, KnownState())
    except Exception:
        return digest_of_text(f"{operation.call().verb} {operation.table_name}"), True
    dialect = compiler.dialect
    known = not statements or any(has_line(statement, dialect) for statement in statements)
    return digest_of_text("\n".join(text(s, dialect) for s in statements)), known


def digest_of_text(sql: str) -> str:
    """The digest of a statement of the script's own."""
    return hashlib.sha256(sql.encode("utf-8", "surrogatepass")).hexdigest()


def has_line(statement: Statement, dialect: Dialect) -> bool:
    """Whether the journal has a line for it: not where it ends with the session."""
    if statement.verify is not None:
        return False
    sql = opening(statement, dialect)
    return not is_for_session(sql) and not controls_transaction(sql)


def opening(statement: Statement, dialect: Dialect) -> str:
    """A statement as text where its first words may say how it has to be run; else nothing."""
    element: Any = statement.element
    if element is None:
        return statement.sql
    if isinstance(element, sa.TextClause):
        return element.text
    return text(statement, dialect) if isinstance(element, sa.schema.ExecutableDDLElement) else ""


def text(statement: Statement, dialect: Dialect) -> str:
    """A statement as text, without the values of its parameters."""
    element: Any = statement.element
    if element is None:
        return statement.sql
    if isinstance(element, sa.TextClause):
        return element.text
    try:
        return str(element.compile(dialect=dialect))
    except Exception:
        return type(element).__name__
