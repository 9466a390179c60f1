"""EXCLUDE constraints: `alembic.ddl.postgresql` has the class, the verbs are there at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops import AddConstraintOp
from limbeck.compat.alembic.operations.schemaobj import SchemaObjects

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import ExcludeConstraint


def _constraint_class() -> type[ExcludeConstraint]:
    """SQLAlchemy's class; its dialect takes long to import, and few migrations need it."""
    from sqlalchemy.dialects.postgresql import ExcludeConstraint

    return ExcludeConstraint


@Operations.register_operation("create_exclude_constraint")
@BatchOperations.register_operation("create_exclude_constraint", "batch_create_exclude_constraint")
@AddConstraintOp.register_add_constraint("exclude_constraint")
class CreateExcludeConstraintOp(AddConstraintOp):
    """ADD EXCLUDE."""

    constraint_type = "exclude"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        elements: Sequence[tuple[Any, str]],
        where: Any = None,
        schema: str | None = None,
        _orig_constraint: ExcludeConstraint | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.elements = elements
        self.where = where
        self.schema = schema
        self._orig_constraint = _orig_constraint
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateExcludeConstraintOp:
        """The operation that adds that constraint."""
        parent = constraint.parent
        given = {
            name: getattr(constraint, name, None)
            for name in ("using", "deferrable", "initially", "ops")
        }
        return cls(
            constraint.name,
            parent.name,
            [
                (name if item is None or isinstance(item, str | sa.Column) else item, op)
                for item, name, op in constraint._render_exprs
            ],
            where=constraint.where,
            schema=parent.schema,
            _orig_constraint=constraint,
            **{key: value for key, value in given.items() if value},
        )

    def to_constraint(self, migration_context: Any = None) -> ExcludeConstraint:
        """The constraint."""
        if self._orig_constraint is not None:
            return self._orig_constraint
        item = _constraint_class()(
            *self.elements, name=self.constraint_name, where=self.where, **self.kw
        )
        columns = [
            sa.Column(element, sa.types.NullType())
            for element, _ in self.elements
            if isinstance(element, str)
        ]
        parent = sa.Table(
            self.table_name,
            SchemaObjects(migration_context).metadata(),
            *columns,
            schema=self.schema,
        )
        parent.append_constraint(item)
        return item

    @classmethod
    def create_exclude_constraint(
        cls, operations: Any, constraint_name: str, table_name: str, *elements: Any, **kw: Any
    ) -> Any:
        """Adds an EXCLUDE constraint."""
        return operations.invoke(cls(constraint_name, table_name, elements, **kw))

    @classmethod
    def batch_create_exclude_constraint(
        cls, operations: Any, constraint_name: str, *elements: Any, **kw: Any
    ) -> Any:
        """Adds an EXCLUDE constraint to the batch's table."""
        kw["schema"] = operations.impl.schema
        return operations.invoke(cls(constraint_name, operations.impl.table_name, elements, **kw))
