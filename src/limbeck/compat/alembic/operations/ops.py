"""``alembic.operations.ops``: operations as objects that hooks read and change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.types import NULLTYPE

from limbeck.compat.alembic.operations import schemaobj
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.util.langhelpers import Dispatcher, to_tuple

C = TypeVar("C", bound=type)


class MigrateOperation:
    """The base of all operations; subclasses with an implementation are operations of one's own."""

    _mutations: frozenset[Any] = frozenset()

    @cached_property
    def info(self) -> MutableMapping[Any, Any]:
        """Anything that programs keep with it."""
        return {}

    def reverse(self) -> MigrateOperation:
        """The operation that takes it back."""
        raise NotImplementedError

    def to_diff_tuple(self) -> Any:
        """Its form in `compare_metadata`'s result."""
        raise NotImplementedError


# -- constraints --------------------------------------------------------------------------------


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


def _options(constraint: Any, *names: str) -> dict[str, Any]:
    given = {name: getattr(constraint, name, None) for name in names}
    return {**{k: v for k, v in given.items() if v is not None}, **constraint.dialect_kwargs}


def _owner(constraint: Any) -> Any:
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
        owner = _owner(constraint)
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


@Operations.register_operation("create_primary_key")
@BatchOperations.register_operation("create_primary_key", "batch_create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
class CreatePrimaryKeyOp(AddConstraintOp):
    """ADD PRIMARY KEY."""

    constraint_type = "primarykey"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreatePrimaryKeyOp:
        """The operation that adds that primary key."""
        owner = _owner(constraint)
        return cls(
            constraint.name,
            owner.name,
            [column.name for column in constraint.columns],
            schema=owner.schema,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> sa.PrimaryKeyConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).primary_key_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )

    @classmethod
    def create_primary_key(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
    ) -> Any:
        """Adds a primary key."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema))

    @classmethod
    def batch_create_primary_key(
        cls, operations: Any, constraint_name: str | None, columns: Sequence[str]
    ) -> Any:
        """Adds a primary key to the batch's table."""
        impl = operations.impl
        return operations.invoke(cls(constraint_name, impl.table_name, columns, schema=impl.schema))


@Operations.register_operation("create_unique_constraint")
@BatchOperations.register_operation("create_unique_constraint", "batch_create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
class CreateUniqueConstraintOp(AddConstraintOp):
    """ADD UNIQUE."""

    constraint_type = "unique"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateUniqueConstraintOp:
        """The operation that adds that constraint."""
        owner = _owner(constraint)
        return cls(
            constraint.name,
            owner.name,
            [column.name for column in constraint.columns],
            schema=owner.schema,
            **_options(constraint, "deferrable", "initially"),
        )

    def to_constraint(self, migration_context: Any = None) -> sa.UniqueConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).unique_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )

    @classmethod
    def create_unique_constraint(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Adds a unique constraint."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_unique_constraint(
        cls, operations: Any, constraint_name: str, columns: Sequence[str], **kw: Any
    ) -> Any:
        """Adds a unique constraint to the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(constraint_name, impl.table_name, columns, **{"schema": impl.schema, **kw})
        )


@Operations.register_operation("create_foreign_key")
@BatchOperations.register_operation("create_foreign_key", "batch_create_foreign_key")
@AddConstraintOp.register_add_constraint("foreign_key_constraint")
class CreateForeignKeyOp(AddConstraintOp):
    """ADD FOREIGN KEY."""

    constraint_type = "foreignkey"

    def __init__(
        self,
        constraint_name: Any,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.source_table = source_table
        self.referent_table = referent_table
        self.local_cols = local_cols
        self.remote_cols = remote_cols
        self.kw = kw

    def to_diff_tuple(self) -> Any:
        """``("add_fk", constraint)``."""
        return ("add_fk", self.to_constraint())

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateForeignKeyOp:
        """The operation that adds that foreign key."""
        owner = _owner(constraint)
        names = [element.target_fullname.split(".") for element in constraint.elements]
        kw = _options(
            constraint, "onupdate", "ondelete", "initially", "deferrable", "use_alter", "match"
        )
        if not kw.get("use_alter"):
            kw.pop("use_alter", None)
        kw["source_schema"] = owner.schema
        kw["referent_schema"] = ".".join(names[0][:-2]) or None
        return cls(
            constraint.name,
            owner.name,
            names[0][-2],
            [element.parent.name for element in constraint.elements],
            [name[-1] for name in names],
            **kw,
        )

    def to_constraint(self, migration_context: Any = None) -> sa.ForeignKeyConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).foreign_key_constraint(
            self.constraint_name,
            self.source_table,
            self.referent_table,
            self.local_cols,
            self.remote_cols,
            **self.kw,
        )

    @classmethod
    def create_foreign_key(
        cls,
        operations: Any,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> Any:
        """Adds a foreign key."""
        op = cls(
            constraint_name,
            source_table,
            referent_table,
            local_cols,
            remote_cols,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            source_schema=source_schema,
            referent_schema=referent_schema,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        return operations.invoke(op)

    @classmethod
    def batch_create_foreign_key(
        cls,
        operations: Any,
        constraint_name: str | None,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        referent_schema: str | None = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> Any:
        """Adds a foreign key to the batch's table."""
        op = cls(
            constraint_name,
            operations.impl.table_name,
            referent_table,
            local_cols,
            remote_cols,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            source_schema=operations.impl.schema,
            referent_schema=referent_schema,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        return operations.invoke(op)


@Operations.register_operation("create_check_constraint")
@BatchOperations.register_operation("create_check_constraint", "batch_create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
class CreateCheckConstraintOp(AddConstraintOp):
    """ADD CHECK."""

    constraint_type = "check"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        condition: Any,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateCheckConstraintOp:
        """The operation that adds that check."""
        owner = _owner(constraint)
        owner = getattr(owner, "table", owner)  # a check may stand on a column
        return cls(
            constraint.name,
            owner.name,
            constraint.sqltext,
            schema=owner.schema,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> sa.CheckConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).check_constraint(
            self.constraint_name, self.table_name, self.condition, schema=self.schema, **self.kw
        )

    @classmethod
    def create_check_constraint(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        condition: Any,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Adds a check."""
        return operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def batch_create_check_constraint(
        cls, operations: Any, constraint_name: str | None, condition: Any, **kw: Any
    ) -> Any:
        """Adds a check to the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(constraint_name, impl.table_name, condition, **{"schema": impl.schema, **kw})
        )


# -- indexes ------------------------------------------------------------------------------------


@Operations.register_operation("create_index")
@BatchOperations.register_operation("create_index", "batch_create_index")
class CreateIndexOp(MigrateOperation):
    """CREATE INDEX."""

    def __init__(
        self,
        index_name: Any,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.unique = unique
        self.if_not_exists = if_not_exists
        self.kw = kw

    def reverse(self) -> DropIndexOp:
        """DROP INDEX."""
        return DropIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> Any:
        """``("add_index", index)``."""
        return ("add_index", self.to_index())

    @classmethod
    def from_index(cls, index: sa.Index) -> CreateIndexOp:
        """The operation that creates that index."""
        assert index.table is not None
        return cls(
            index.name,
            index.table.name,
            list(index.expressions),
            schema=index.table.schema,
            unique=bool(index.unique),
            **index.kwargs,
        )

    def to_index(self, migration_context: Any = None) -> sa.Index:
        """The index."""
        return schemaobj.SchemaObjects(migration_context).index(
            self.index_name,
            self.table_name,
            self.columns,
            schema=self.schema,
            unique=self.unique,
            **self.kw,
        )

    @classmethod
    def create_index(
        cls,
        operations: Any,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Creates an index."""
        op = cls(
            index_name,
            table_name,
            columns,
            schema=schema,
            unique=unique,
            if_not_exists=if_not_exists,
            **kw,
        )
        return operations.invoke(op)

    @classmethod
    def batch_create_index(
        cls, operations: Any, index_name: str, columns: Sequence[Any], **kw: Any
    ) -> Any:
        """Creates an index on the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(index_name, impl.table_name, columns, schema=impl.schema, **kw)
        )


@Operations.register_operation("drop_index")
@BatchOperations.register_operation("drop_index", "batch_drop_index")
class DropIndexOp(MigrateOperation):
    """DROP INDEX."""

    def __init__(
        self,
        index_name: Any,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateIndexOp | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse
        self.kw = kw

    def reverse(self) -> CreateIndexOp:
        """CREATE INDEX."""
        return CreateIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> Any:
        """``("remove_index", index)``."""
        return ("remove_index", self.to_index())

    @classmethod
    def from_index(cls, index: sa.Index) -> DropIndexOp:
        """The operation that drops that index."""
        assert index.table is not None
        return cls(
            index.name,
            table_name=index.table.name,
            schema=index.table.schema,
            _reverse=CreateIndexOp.from_index(index),
            unique=bool(index.unique),
            **index.kwargs,
        )

    def to_index(self, migration_context: Any = None) -> sa.Index:
        """The index that it drops, as far as that is known."""
        if self._reverse is not None:
            found = self._reverse.to_index(migration_context)
            found.name = self.index_name
            return found
        return schemaobj.SchemaObjects(migration_context).index(
            self.index_name, self.table_name or "no_table", ["x"], schema=self.schema, **self.kw
        )

    @classmethod
    def drop_index(
        cls,
        operations: Any,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Drops an index."""
        op = cls(index_name, table_name=table_name, schema=schema, if_exists=if_exists, **kw)
        return operations.invoke(op)

    @classmethod
    def batch_drop_index(cls, operations: Any, index_name: str, **kw: Any) -> Any:
        """Drops an index of the batch's table."""
        impl = operations.impl
        kw.pop("table_name", None)
        op = cls(index_name, table_name=impl.table_name, **{"schema": impl.schema, **kw})
        return operations.invoke(op)


# -- tables -------------------------------------------------------------------------------------


def _unclaimed(kw: dict[str, Any]) -> tuple[Any, Any, Any]:
    return kw.pop("info", {}), kw.pop("comment", None), kw.pop("prefixes", None)


def _stands_apart(constraint: Any) -> bool:
    """Whether a constraint is written of its own: not what a type or a column brings along."""
    if getattr(constraint, "_type_bound", False) or isinstance(constraint.parent, sa.Column):
        return False
    return not isinstance(constraint, sa.PrimaryKeyConstraint) or bool(constraint.columns)


@Operations.register_operation("create_table")
class CreateTableOp(MigrateOperation):
    """CREATE TABLE."""

    def __init__(
        self,
        table_name: str,
        columns: Sequence[sa.schema.SchemaItem],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        _namespace_metadata: sa.MetaData | None = None,
        _constraints_included: bool = False,
        **kw: Any,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.info, self.comment, self.prefixes = _unclaimed(kw)
        self.kw = kw
        self._namespace_metadata = _namespace_metadata
        self._constraints_included = _constraints_included

    def reverse(self) -> DropTableOp:
        """DROP TABLE."""
        return DropTableOp.from_table(self.to_table(), _namespace_metadata=self._namespace_metadata)

    def to_diff_tuple(self) -> Any:
        """``("add_table", table)``."""
        return ("add_table", self.to_table())

    @classmethod
    def from_table(
        cls, table: sa.Table, *, _namespace_metadata: sa.MetaData | None = None
    ) -> CreateTableOp:
        """The operation that creates that table; its indexes are operations of their own."""
        constraints = sorted(table.constraints, key=lambda item: item._creation_order)
        kept = [c for c in constraints if _stands_apart(c)]
        return cls(
            table.name,
            [*table.columns, *kept],
            schema=table.schema,
            _namespace_metadata=_namespace_metadata or table.metadata,
            _constraints_included=True,
            comment=table.comment,
            info=dict(table.info),
            prefixes=list(table._prefixes),
            **table.kwargs,
        )

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table, copied."""
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name,
            *self.columns,
            _constraints_included=self._constraints_included,
            **self._table_kw(),
        )

    def _table_kw(self) -> dict[str, Any]:
        kw: dict[str, Any] = {"schema": self.schema, **self.kw}
        if self.comment is not None:
            kw["comment"] = self.comment
        if self.info:
            kw["info"] = dict(self.info)
        if self.prefixes:
            kw["prefixes"] = list(self.prefixes)
        return kw

    @classmethod
    def create_table(
        cls,
        operations: Any,
        table_name: str,
        *columns: sa.schema.SchemaItem,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Creates a table and returns it."""
        return operations.invoke(cls(table_name, columns, if_not_exists=if_not_exists, **kw))


@Operations.register_operation("drop_table")
class DropTableOp(MigrateOperation):
    """DROP TABLE."""

    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        table_kw: MutableMapping[Any, Any] | None = None,
        _reverse: CreateTableOp | None = None,
    ) -> None:
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.table_kw: dict[str, Any] = dict(table_kw or {})
        self.info, self.comment, self.prefixes = _unclaimed(self.table_kw)
        self._reverse = _reverse

    def to_diff_tuple(self) -> Any:
        """``("remove_table", table)``."""
        return ("remove_table", self.to_table())

    def reverse(self) -> CreateTableOp:
        """CREATE TABLE."""
        namespace = self._reverse._namespace_metadata if self._reverse is not None else None
        return CreateTableOp.from_table(self.to_table(), _namespace_metadata=namespace)

    @classmethod
    def from_table(
        cls, table: sa.Table, *, _namespace_metadata: sa.MetaData | None = None
    ) -> DropTableOp:
        """The operation that drops that table."""
        reverse = CreateTableOp.from_table(table, _namespace_metadata=_namespace_metadata)
        kw = {"comment": table.comment, "info": dict(table.info), "prefixes": reverse.prefixes}
        return cls(
            table.name, schema=table.schema, table_kw={**kw, **table.kwargs}, _reverse=reverse
        )

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table that it drops, as far as that is known."""
        if self._reverse is not None:
            return self._reverse.to_table(migration_context)
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name, schema=self.schema, **self.table_kw
        )

    @classmethod
    def drop_table(
        cls,
        operations: Any,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Drops a table."""
        return operations.invoke(cls(table_name, schema=schema, if_exists=if_exists, table_kw=kw))


class AlterTableOp(MigrateOperation):
    """What changes one table."""

    def __init__(self, table_name: str, *, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


@Operations.register_operation("rename_table")
class RenameTableOp(AlterTableOp):
    """RENAME TABLE."""

    def __init__(
        self, old_table_name: str, new_table_name: str, *, schema: str | None = None
    ) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name

    @classmethod
    def rename_table(
        cls,
        operations: Any,
        old_table_name: str,
        new_table_name: str,
        *,
        schema: str | None = None,
    ) -> Any:
        """Renames a table."""
        return operations.invoke(cls(old_table_name, new_table_name, schema=schema))

    def reverse(self) -> RenameTableOp:
        """The rename back."""
        return RenameTableOp(self.new_table_name, self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> Any:
        """``("rename_table", schema, old name, new name)``."""
        return ("rename_table", self.schema, self.table_name, self.new_table_name)


@Operations.register_operation("create_table_comment")
@BatchOperations.register_operation("create_table_comment", "batch_create_table_comment")
class CreateTableCommentOp(AlterTableOp):
    """COMMENT ON TABLE."""

    def __init__(
        self,
        table_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.comment = comment
        self.existing_comment = existing_comment

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        """The comment that was there."""
        if self.existing_comment is None:
            return DropTableCommentOp(
                self.table_name, existing_comment=self.comment, schema=self.schema
            )
        return CreateTableCommentOp(
            self.table_name,
            self.existing_comment,
            existing_comment=self.comment,
            schema=self.schema,
        )

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table with the comment."""
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name, schema=self.schema, comment=self.comment
        )

    def to_diff_tuple(self) -> Any:
        """``("add_table_comment", table, existing)``."""
        return ("add_table_comment", self.to_table(), self.existing_comment)

    @classmethod
    def create_table_comment(
        cls,
        operations: Any,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> Any:
        """Sets the comment of a table."""
        return operations.invoke(
            cls(table_name, comment, existing_comment=existing_comment, schema=schema)
        )

    @classmethod
    def batch_create_table_comment(
        cls, operations: Any, comment: str | None, *, existing_comment: str | None = None
    ) -> Any:
        """Sets the comment of the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(impl.table_name, comment, existing_comment=existing_comment, schema=impl.schema)
        )


@Operations.register_operation("drop_table_comment")
@BatchOperations.register_operation("drop_table_comment", "batch_drop_table_comment")
class DropTableCommentOp(AlterTableOp):
    """COMMENT ON TABLE … IS NULL."""

    def __init__(
        self, table_name: str, *, schema: str | None = None, existing_comment: str | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.existing_comment = existing_comment

    def reverse(self) -> CreateTableCommentOp:
        """The comment that was there."""
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table."""
        return schemaobj.SchemaObjects(migration_context).table(self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> Any:
        """``("remove_table_comment", table)``."""
        return ("remove_table_comment", self.to_table())

    @classmethod
    def drop_table_comment(
        cls,
        operations: Any,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> Any:
        """Takes the comment of a table away."""
        return operations.invoke(cls(table_name, existing_comment=existing_comment, schema=schema))

    @classmethod
    def batch_drop_table_comment(
        cls, operations: Any, *, existing_comment: str | None = None
    ) -> Any:
        """Takes the comment of the batch's table away."""
        impl = operations.impl
        return operations.invoke(
            cls(impl.table_name, existing_comment=existing_comment, schema=impl.schema)
        )


# -- columns ------------------------------------------------------------------------------------


@Operations.register_operation("alter_column")
@BatchOperations.register_operation("alter_column", "batch_alter_column")
class AlterColumnOp(AlterTableOp):
    """ALTER COLUMN."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: Any = False,
        modify_server_default: Any = False,
        modify_name: str | None = None,
        modify_type: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = modify_comment
        self.modify_server_default = modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.kw = kw

    def to_diff_tuple(self) -> Any:
        """A list with a tuple for each change."""
        existing = {
            "existing_type": self.existing_type,
            "existing_nullable": self.existing_nullable,
            "existing_server_default": self.existing_server_default,
            "existing_comment": self.existing_comment,
        }
        subject = (self.schema, self.table_name, self.column_name)

        def change(kind: str, key: str, new: Any) -> tuple[Any, ...]:
            rest = {name: value for name, value in existing.items() if name != key}
            return (kind, *subject, rest, existing[key], new)

        found: list[tuple[Any, ...]] = []
        if self.modify_name is not None:
            found.append(("rename_column", *subject, self.modify_name))
        if self.modify_type is not None:
            found.append(change("modify_type", "existing_type", self.modify_type))
        if self.modify_nullable is not None:
            found.append(change("modify_nullable", "existing_nullable", self.modify_nullable))
        if self.modify_server_default is not False:
            new = self.modify_server_default
            found.append(change("modify_default", "existing_server_default", new))
        if self.modify_comment is not False:
            found.append(change("modify_comment", "existing_comment", self.modify_comment))
        return found

    def has_changes(self) -> bool:
        """Whether it changes anything."""
        return (
            self.modify_nullable is not None
            or self.modify_type is not None
            or self.modify_name is not None
            or self.modify_server_default is not False
            or self.modify_comment is not False
            or any(re.match(r"^modify_.+", key) for key in self.kw)
        )

    def reverse(self) -> AlterColumnOp:
        """The change back."""
        kw = dict(self.kw)
        name_now = self.modify_name or self.column_name
        if self.modify_name is not None:
            kw["modify_name"] = self.column_name
        kw["existing_type"], kw["modify_type"] = self.existing_type, self.modify_type
        kw["existing_nullable"] = self.existing_nullable
        kw["modify_nullable"] = self.modify_nullable
        kw["existing_server_default"] = self.existing_server_default
        kw["modify_server_default"] = self.modify_server_default
        kw["existing_comment"] = self.existing_comment
        kw["modify_comment"] = self.modify_comment
        for name in [key.removeprefix("modify_") for key in kw if key.startswith("modify_")]:
            was, is_ = kw.get(f"existing_{name}"), kw[f"modify_{name}"]
            changed = is_ is not None if name in ("type", "nullable") else is_ is not False
            if changed and name != "name":
                kw[f"existing_{name}"], kw[f"modify_{name}"] = is_, was
        return type(self)(self.table_name, name_now, schema=self.schema, **kw)

    @classmethod
    def alter_column(
        cls,
        operations: Any,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Changes a column."""
        op = cls(
            table_name,
            column_name,
            schema=schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            modify_name=new_column_name,
            modify_type=type_,
            modify_server_default=server_default,
            modify_nullable=nullable,
            modify_comment=comment,
            **kw,
        )
        return operations.invoke(op)

    @classmethod
    def batch_alter_column(
        cls,
        operations: Any,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> Any:
        """Changes a column of the batch's table."""
        op = cls(
            operations.impl.table_name,
            column_name,
            schema=operations.impl.schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            modify_name=new_column_name,
            modify_type=type_,
            modify_server_default=server_default,
            modify_nullable=nullable,
            modify_comment=comment,
            insert_before=insert_before,
            insert_after=insert_after,
            **kw,
        )
        return operations.invoke(op)


@Operations.register_operation("add_column")
@BatchOperations.register_operation("add_column", "batch_add_column")
class AddColumnOp(AlterTableOp):
    """ADD COLUMN."""

    def __init__(
        self,
        table_name: str,
        column: sa.Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.kw = kw

    def reverse(self) -> DropColumnOp:
        """DROP COLUMN."""
        op = DropColumnOp.from_column_and_tablename(self.schema, self.table_name, self.column)
        op.if_exists = self.if_not_exists
        return op

    def to_diff_tuple(self) -> Any:
        """``("add_column", schema, table name, column)``."""
        return ("add_column", self.schema, self.table_name, self.to_column())

    def to_column(self) -> sa.Column[Any]:
        """The column."""
        return self.column

    @classmethod
    def from_column(cls, col: sa.Column[Any]) -> AddColumnOp:
        """The operation that adds that column to its table."""
        return cls(col.table.name, col, schema=col.table.schema)

    @classmethod
    def from_column_and_tablename(
        cls, schema: str | None, tname: str, col: sa.Column[Any]
    ) -> AddColumnOp:
        """The operation that adds that column."""
        return cls(tname, col, schema=schema)

    @classmethod
    def add_column(
        cls,
        operations: Any,
        table_name: str,
        column: sa.Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> Any:
        """Adds a column."""
        op = cls(
            table_name,
            column,
            schema=schema,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
        )
        return operations.invoke(op)

    @classmethod
    def batch_add_column(
        cls,
        operations: Any,
        column: sa.Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> Any:
        """Adds a column to the batch's table."""
        given = {"insert_before": insert_before, "insert_after": insert_after}
        op = cls(
            operations.impl.table_name,
            column,
            schema=operations.impl.schema,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
            **{key: value for key, value in given.items() if value},
        )
        return operations.invoke(op)


@Operations.register_operation("drop_column")
@BatchOperations.register_operation("drop_column", "batch_drop_column")
class DropColumnOp(AlterTableOp):
    """DROP COLUMN."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddColumnOp | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.kw = kw
        self.if_exists = if_exists
        self._reverse = _reverse

    def to_diff_tuple(self) -> Any:
        """``("remove_column", schema, table name, column)``."""
        return ("remove_column", self.schema, self.table_name, self.to_column())

    def reverse(self) -> AddColumnOp:
        """ADD COLUMN; ValueError where what it was is not known."""
        if self._reverse is None:
            raise ValueError("operation is not reversible; original column is not present")
        op = AddColumnOp.from_column_and_tablename(
            self.schema, self.table_name, self._reverse.column
        )
        op.if_not_exists = self.if_exists
        return op

    @classmethod
    def from_column_and_tablename(
        cls, schema: str | None, tname: str, col: sa.Column[Any]
    ) -> DropColumnOp:
        """The operation that drops that column."""
        reverse = AddColumnOp.from_column_and_tablename(schema, tname, col)
        return cls(tname, col.name, schema=schema, _reverse=reverse)

    def to_column(self, migration_context: Any = None) -> sa.Column[Any]:
        """The column that it drops, as far as that is known."""
        if self._reverse is not None:
            return self._reverse.column
        return sa.Column(self.column_name, NULLTYPE)

    @classmethod
    def drop_column(
        cls,
        operations: Any,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Drops a column."""
        return operations.invoke(cls(table_name, column_name, schema=schema, **kw))

    @classmethod
    def batch_drop_column(cls, operations: Any, column_name: str, **kw: Any) -> Any:
        """Drops a column of the batch's table."""
        impl = operations.impl
        return operations.invoke(cls(impl.table_name, column_name, schema=impl.schema, **kw))


# -- rows and SQL -------------------------------------------------------------------------------


@Operations.register_operation("bulk_insert")
class BulkInsertOp(MigrateOperation):
    """INSERT of many rows."""

    def __init__(self, table: Any, rows: list[dict[str, Any]], *, multiinsert: bool = True) -> None:
        self.table = table
        self.rows = rows
        self.multiinsert = multiinsert

    @classmethod
    def bulk_insert(
        cls,
        operations: Any,
        table: Any,
        rows: list[dict[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> Any:
        """Inserts rows."""
        return operations.invoke(cls(table, rows, multiinsert=multiinsert))


@Operations.register_operation("execute")
@BatchOperations.register_operation("execute", "batch_execute")
class ExecuteSQLOp(MigrateOperation):
    """Raw SQL."""

    def __init__(self, sqltext: Any, *, execution_options: Mapping[str, Any] | None = None) -> None:
        self.sqltext = sqltext
        self.execution_options = execution_options

    def to_diff_tuple(self) -> Any:
        """``("execute", SQL)``."""
        return ("execute", self.sqltext)

    @classmethod
    def execute(
        cls,
        operations: Any,
        sqltext: Any,
        *,
        execution_options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Runs SQL."""
        return operations.invoke(cls(sqltext, execution_options=execution_options))

    @classmethod
    def batch_execute(
        cls,
        operations: Any,
        sqltext: Any,
        *,
        execution_options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Runs SQL, before what the batch gathers."""
        return cls.execute(operations, sqltext, execution_options=execution_options)


# -- containers ---------------------------------------------------------------------------------


class OpContainer(MigrateOperation):
    """Operations in order. They may be made only when somebody looks at them."""

    _make: Callable[[], list[MigrateOperation]] | None = None
    _unseen: tuple[Any, ...] = ()
    """The operations of ours that `_make` makes them from."""

    def __init__(self, ops: Sequence[MigrateOperation] = ()) -> None:
        self._ops = list(ops)

    @property
    def ops(self) -> list[MigrateOperation]:
        """The operations."""
        if self._make is not None:
            self._ops, self._make = self._make(), None
        return self._ops

    @ops.setter
    def ops(self, ops: list[MigrateOperation]) -> None:
        self._ops, self._make = ops, None

    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.ops if self._make is None else self._unseen)

    def as_diffs(self) -> Any:
        """The operations in the form of `compare_metadata`'s result."""
        return list(OpContainer._ops_as_diffs(self))

    @classmethod
    def _ops_as_diffs(cls, migrations: OpContainer) -> Iterator[Any]:
        for op in migrations.ops:
            if isinstance(op, OpContainer):
                yield from cls._ops_as_diffs(op)
            else:
                yield op.to_diff_tuple()

    def _reversed(self) -> list[MigrateOperation]:
        return [op.reverse() for op in reversed(self.ops)]


class ModifyTableOps(OpContainer):
    """The operations on one table."""

    def __init__(
        self, table_name: str, ops: Sequence[MigrateOperation], *, schema: str | None = None
    ) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema

    def reverse(self) -> ModifyTableOps:
        """All of them taken back, last first."""
        return ModifyTableOps(self.table_name, self._reversed(), schema=self.schema)


class UpgradeOps(OpContainer):
    """The operations of ``upgrade()``."""

    def __init__(
        self, ops: Sequence[MigrateOperation] = (), upgrade_token: str = "upgrades"
    ) -> None:
        super().__init__(ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        """Puts the reverses into another container."""
        downgrade_ops.ops[:] = self._reversed()
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        """All of them taken back, last first."""
        return self.reverse_into(DowngradeOps())


class DowngradeOps(OpContainer):
    """The operations of ``downgrade()``."""

    def __init__(
        self, ops: Sequence[MigrateOperation] = (), downgrade_token: str = "downgrades"
    ) -> None:
        super().__init__(ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        """All of them taken back, last first."""
        return UpgradeOps(self._reversed())


class MigrationScript(MigrateOperation):
    """A script that is about to be written."""

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: Any,
        downgrade_ops: Any,
        *,
        message: str | None = None,
        imports: Iterable[str] = (),
        head: Any = None,
        splice: bool | None = None,
        branch_label: Any = None,
        version_path: Any = None,
        depends_on: Any = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports: set[str] = set(imports)
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self.upgrade_ops = upgrade_ops
        self.downgrade_ops = downgrade_ops

    @property
    def upgrade_ops(self) -> UpgradeOps | None:
        """The only ``upgrade()`` operations; ValueError where several databases have some each."""
        found: UpgradeOps | None = self._only(self._upgrade_ops, "upgrade_ops")
        return found

    @upgrade_ops.setter
    def upgrade_ops(self, ops: Any) -> None:
        self._upgrade_ops: list[Any] = _as_list(ops)

    @property
    def downgrade_ops(self) -> DowngradeOps | None:
        """The only ``downgrade()`` operations; ValueError where there are several."""
        found: DowngradeOps | None = self._only(self._downgrade_ops, "downgrade_ops")
        return found

    @downgrade_ops.setter
    def downgrade_ops(self, ops: Any) -> None:
        self._downgrade_ops: list[Any] = _as_list(ops)

    def _only(self, found: list[Any], name: str) -> Any:
        if len(found) > 1:
            raise ValueError(
                f"This MigrationScript instance has a multiple-entry list for {name}; please use "
                f"the {name}_list attribute."
            )
        return found[0] if found else None

    @property
    def upgrade_ops_list(self) -> list[UpgradeOps]:
        """The ``upgrade()`` operations of each database."""
        return self._upgrade_ops

    @property
    def downgrade_ops_list(self) -> list[DowngradeOps]:
        """The ``downgrade()`` operations of each database."""
        return self._downgrade_ops


def _as_list(ops: Any) -> list[Any]:
    return list(to_tuple(ops, ()) or ())
