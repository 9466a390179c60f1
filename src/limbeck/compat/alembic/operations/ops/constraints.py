"""Constraints: what those of each kind share, and dropping one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.base import MigrateOperation
from limbeck.compat.alembic.util.langhelpers import Dispatcher

C = TypeVar("C", bound=type)


class AddConstraintOp(MigrateOperation):
    """ADD CONSTRAINT."""

    add_constraint_ops: ClassVar[Dispatcher] = Dispatcher()
    constraint_type: str = ""
    constraint_name: Any
    table_name: str
    schema: str | None
    kw: dict[str, Any]

    @classmethod
    def register_add_constraint(cls, type_: str) -> Callable[[C], C]:
        """Makes a class the operation for constraints of that visit name."""

        def register(found: C) -> C:
            cls.add_constraint_ops.dispatch_for(type_)(found.from_constraint)  # type: ignore[attr-defined]  # every such class has it
            return found

        return register

    @classmethod
    def from_constraint(cls, constraint: Any) -> AddConstraintOp:
        """The operation that adds that constraint."""
        make = cls.add_constraint_ops.dispatch(constraint.__visit_name__)
        found: AddConstraintOp = make(constraint)
        return found

    def to_constraint(self, migration_context: Any = None) -> Any:
        """The constraint on a table of its own."""
        raise NotImplementedError

    def reverse(self) -> DropConstraintOp:
        """DROP CONSTRAINT."""
        return DropConstraintOp.from_constraint(self.to_constraint())

    def to_diff_tuple(self) -> Any:
        """``("add_constraint", constraint)``."""
        return ("add_constraint", self.to_constraint())


def options_of(constraint: Any, *names: str) -> dict[str, Any]:
    """Its attributes of those names that are set, and what it says for single dialects."""
    given = {name: getattr(constraint, name, None) for name in names}
    return {**{k: v for k, v in given.items() if v is not None}, **constraint.dialect_kwargs}


def owner_of(constraint: Any) -> Any:
    """The table that it stands on, if any."""
    return getattr(constraint, "parent", None) if constraint is not None else None


@Operations.register_operation("drop_constraint")
@BatchOperations.register_operation("drop_constraint", "batch_drop_constraint")
class DropConstraintOp(MigrateOperation):
    """DROP CONSTRAINT."""

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddConstraintOp | None = None,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.constraint_type = type_
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse

    def reverse(self) -> AddConstraintOp:
        """ADD CONSTRAINT; ValueError where what it was is not known."""
        return AddConstraintOp.from_constraint(self.to_constraint())

    def to_diff_tuple(self) -> Any:
        """``("remove_constraint", constraint)``."""
        kind = "remove_fk" if self.constraint_type == "foreignkey" else "remove_constraint"
        return (kind, self.to_constraint())

    @classmethod
    def from_constraint(cls, constraint: Any) -> DropConstraintOp:
        """The operation that drops that constraint."""
        kinds = {
            "unique_constraint": "unique",
            "foreign_key_constraint": "foreignkey",
            "primary_key_constraint": "primary",
            "check_constraint": "check",
            "column_check_constraint": "check",
            "table_or_column_check_constraint": "check",
        }
        owner = owner_of(constraint)
        return cls(
            constraint.name,
            owner.name,
            schema=owner.schema,
            type_=kinds.get(constraint.__visit_name__),
            _reverse=AddConstraintOp.from_constraint(constraint),
        )

    def to_constraint(self) -> Any:
        """The constraint that it drops."""
        if self._reverse is None:
            raise ValueError("constraint cannot be produced; original constraint is not present")
        constraint = self._reverse.to_constraint()
        constraint.name = self.constraint_name
        return constraint

    @classmethod
    def drop_constraint(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
    ) -> Any:
        """Drops a constraint of a table."""
        op = cls(constraint_name, table_name, type_, schema=schema, if_exists=if_exists)
        return operations.invoke(op)

    @classmethod
    def batch_drop_constraint(
        cls, operations: Any, constraint_name: str | None, type_: str | None = None
    ) -> Any:
        """Drops a constraint of the batch's table."""
        op = cls(constraint_name, operations.impl.table_name, type_, schema=operations.impl.schema)
        return operations.invoke(op)
