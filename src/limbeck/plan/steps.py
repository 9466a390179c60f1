"""Steps and plans: operations with the SQL they become, and the state they start from."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.operations.base import Operation, Statement
from limbeck.schema.objects import Before
from limbeck.statements.hazards import Hazard


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, the state before it, and the statements that carry it out."""

    operation: Operation
    before: Before
    statements: tuple[Statement, ...]
    hazards: tuple[Hazard, ...] = ()
    """Facts about the statements, from the dialect (it takes a lock, it loses data)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, and the digest of the schema that they were made for.

    The digest is `schema.codec.digest` of the state before the first step.
    """

    steps: tuple[Step, ...]
    digest: str
