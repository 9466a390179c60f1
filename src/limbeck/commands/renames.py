"""What was renamed: hints of models and options, questions at a terminal, elsewhere warnings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.diff.candidates import Candidate, candidates
from limbeck.diff.rename_options import option, other_hints, table_hints
from limbeck.diff.renames import Renaming, renamed
from limbeck.metadata.hints import hints
from limbeck.operations.base import Operation
from limbeck.schema.hints import Hint, subject
from limbeck.schema.objects import Schema

log = logging.getLogger("alembic.autogenerate.compare")

OPTION_COMMAND = "limbeck revision --autogenerate"
"""The command that takes the options."""

Ask = Callable[[str], bool]
"""Puts a question to the user; True is yes."""


@dataclass(slots=True)
class Renames:
    """What is known of renames in one comparison.

    `options` are those of the command; `ask` is there where somebody can answer.
    """

    options: Sequence[str] = ()
    ask: Ask | None = None
    _agreed: list[Hint] = field(default_factory=list)
    _refused: set[Hint] = field(default_factory=set)

    def carried_out(
        self,
        before: Schema,
        after: Schema,
        metadata: Sequence[sa.MetaData],
        dialect: Dialect,
    ) -> Renaming:
        """The database as it is, with everything renamed that somebody says was."""
        start = Renaming(before, keys_follow=dialect.name in ("mysql", "mariadb"))
        told = (*hints(metadata, dialect), *self._agreed)
        _warn_of_values(told, after, dialect)
        if not told and not self.options:
            return start
        tables = [h for h in told if h.kind == "table"]
        tables += table_hints(self.options, before, after)
        found = renamed(start, after, tables)
        others = [h for h in told if h.kind != "table"]
        others += other_hints(self.options, found, before, after)
        return renamed(found, after, others)

    def settled(
        self, operations: Iterable[Operation], before: Schema, after: Schema
    ) -> tuple[Candidate, ...] | None:
        """What may be a rename and nobody says so; None where an answer has changed what is known.

        Each is asked about once, where somebody is there to answer.
        """
        found = candidates(operations, before, after, self._refused)
        if self.ask is None or not found:
            return found
        first = found[0].hint
        if self.ask(question(first)):
            self._agreed.append(first)
        else:
            self._refused.add(first)
        return None


def _warn_of_values(told: Iterable[Hint], after: Schema, dialect: Dialect) -> None:
    """Says that values are renamed by nobody where the database has no enum types."""
    for hint in told:
        if hint.kind == "enum value" and after.enum(hint.owner) is None:
            log.warning(
                "%s: on %s the values belong to each column. Change its rows with op.execute.",
                hint.source,
                dialect.name,
            )


def question(hint: Hint) -> str:
    """What the user is asked."""
    return f"Was {subject(hint.kind, hint.owner, hint.old)} renamed to '{hint.new}'?"


def doubt(hint: Hint) -> str:
    """What a command says of a drop and an addition that may be a rename."""
    old = subject(hint.kind, hint.owner, hint.old)
    return f"{old} is dropped and '{hint.new}' added. If it was renamed: {option(hint)}"


def warn(found: Iterable[Candidate]) -> None:
    """Says on the log what may be a rename."""
    for candidate in found:
        text = doubt(candidate.hint)
        log.warning("%s", text[0].upper() + text[1:])
