"""Sinks that need no server: SQL text, and a list of steps."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from functools import cached_property
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.mock import MockConnection

from limbeck.errors import UnsupportedOperation
from limbeck.operations.base import Statement
from limbeck.operations.compiler import single_percents
from limbeck.plan.steps import Step
from limbeck.runtime.events import table_events

DELIMITER = "//limbeck//"
"""What ends a statement with semicolons inside, for MySQL's client; no SQL holds it."""


Apart = Callable[[str, bool], AbstractContextManager[None]]
"""Around the text of a statement, given it and whether it is to stand outside of a transaction."""


class SqlWriter:
    """Writes each statement to a stream, as a script for the database's own client.

    Bound values are written out as literals. `separator` is a line after each statement (``GO``
    for MSSQL, ``/`` for Oracle), None for none. `apart` is entered around the text of each, to
    leave a transaction for those that cannot stand in one, or are not to. `before` is called
    before any text but a comment.
    """

    def __init__(
        self,
        dialect: Dialect,
        stream: TextIO,
        *,
        separator: str | None = None,
        end: str = ";",
        apart: Apart = lambda text, alone: nullcontext(),
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.dialect = dialect
        self.stream = stream
        self.separator = separator
        self.end = end
        self._apart = apart
        self._before = before

    def run(self, step: Step) -> None:
        """Writes the statements of a step, and those of its table's listeners."""
        with table_events(step.operation, MockConnection(self.dialect, self._listened)):
            for statement in step.statements:
                self.statement(statement)

    def _listened(self, element: Any, parameters: Any = None, *_: Any, **__: Any) -> None:
        """Writes what a listener executes."""
        if isinstance(element, str):
            element = sa.text(element)
        rows = [parameters] if isinstance(parameters, dict) else parameters
        self.statement(Statement(element=element, parameters=rows or None))

    def statement(self, statement: Statement) -> None:
        """Writes one statement, one a row where it has rows; one that only verifies is left out."""
        if statement.verify is not None:
            return
        for text in self._texts(statement):
            with self._apart(text, not statement.transactional):
                if statement.backfill is not None:
                    size = statement.backfill.size
                    self.comment(f"In one statement here; a run does it {size} rows a time")
                if self.dialect.name in ("mysql", "mariadb") and _is_compound(text):
                    self.text(f"DELIMITER {DELIMITER}\n{text}\n{DELIMITER}\nDELIMITER ;")
                else:
                    self.text(text + self.end)

    @contextmanager
    def held(self) -> Iterator[Any]:
        """What is written inside is held back; `release` writes it."""
        usual, self.stream = self.stream, io.StringIO()
        try:
            yield self.stream
        finally:
            self.stream = usual

    def release(self, held: Any) -> None:
        """Writes what was held back."""
        self.stream.write(held.getvalue())

    def text(self, text: str) -> None:
        """Writes text and a blank line, and first what is due before any."""
        self._before()
        self.stream.write(_without_tabs(text) + "\n\n")
        if self.separator:
            self.stream.write(self.separator + "\n\n")
        self.stream.flush()

    def setting(self, text: str) -> None:
        """Writes what concerns the session that the script will run in."""
        self.text(text)

    def comment(self, text: str) -> None:
        """Writes a comment line."""
        self.stream.write(f"-- {text}\n\n")
        self.stream.flush()

    def _texts(self, statement: Statement) -> list[str]:
        if statement.element is None:
            return [statement.sql]
        if statement.parameters is None:
            return [self._literal(statement.element)]
        table = getattr(statement.element, "table", None)
        if table is None:
            raise UnsupportedOperation(
                "SQL parameters cannot be written to a script: use literal values with --sql."
            )
        return [
            self._literal(table.insert().values({k: _value(table, k, v) for k, v in row.items()}))
            for row in statement.parameters
        ]

    @cached_property
    def _literals(self) -> Dialect:
        """The dialect, which also writes values whose type nobody named: by what they are."""
        usual: Any = self.dialect.statement_compiler

        class LiteralCompiler(usual):  # type: ignore[misc]  # known when it runs
            def render_literal_value(self, value: Any, type_: Any, **kw: Any) -> str:
                if isinstance(type_, sa.types.NullType):
                    type_ = sa.literal(value).type
                text: str = super().render_literal_value(value, type_, **kw)
                return text

        made = copy(self.dialect)
        made.statement_compiler = LiteralCompiler
        return made

    def _literal(self, element: Any) -> str:
        compiled = element.compile(dialect=self._literals, compile_kwargs={"literal_binds": True})
        text = str(compiled).strip()
        return single_percents(text, self.dialect).removesuffix(";")


_LITERALS = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|`[^`]*`", re.DOTALL)
_COMMENTS = re.compile(r"/\*.*?\*/|(?:--\s|#)[^\n]*", re.DOTALL)


def _is_compound(text: str) -> bool:
    """Whether a statement has a semicolon inside: MySQL's client would end it there."""
    return ";" in text and ";" in _COMMENTS.sub("", _LITERALS.sub("", text))


def _without_tabs(text: str) -> str:
    """Text indented with spaces, as a terminal shows it; string literals stay what they are."""
    return re.sub(r"('(?:[^']|'')*')|\t", lambda found: found[1] or "    ", text)


def _value(table: sa.TableClause, column: str, value: Any) -> Any:
    """A value to be written out: by the column's type, or by its own where that is not known."""
    if value is None or isinstance(value, sa.sql.ClauseElement):
        return sa.null() if value is None else value
    type_ = table.columns[column].type
    return sa.literal(value, None if isinstance(type_, sa.types.NullType) else type_)


class Recorder:
    """Keeps the steps (plan, lint, replay)."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def run(self, step: Step) -> None:
        """Keeps the step."""
        self.steps.append(step)
