"""Steps and plans: operations with the SQL they become, and the state they start from."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.operations.base import Operation, Statement
from limbeck.schema.objects import Before


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, the state before it, and the statements that carry it out."""

    operation: Operation
    before: Before
    statements: tuple[Statement, ...]
