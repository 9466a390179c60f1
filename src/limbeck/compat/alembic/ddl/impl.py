"""``alembic.ddl.impl``: the dialect's side of a migration context, which third parties subclass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TextIO

import sqlalchemy as sa
from sqlalchemy import schema

from limbeck.compat.alembic.ddl import base
from limbeck.compat.alembic.ddl.comparing import Comparing, Params, _compare_identity_options
from limbeck.compat.alembic.util import sqla_compat

__all__ = ["DefaultImpl", "ImplMeta", "Params", "_compare_identity_options"]

_impls: dict[str, type[DefaultImpl]] = {}

ImplMeta = type

_OURS = __name__.rpartition(".")[0]


class DefaultImpl(Comparing):
    """How a database says things, for dialects that Limbeck has no folder for.

    A subclass with `__dialect__` is used for the dialect of that name. The methods write the
    constructs of `alembic.ddl.base`.
    """

    __dialect__ = "default"

    transactional_ddl: bool = False
    command_terminator: str = ";"
    memo: dict[Any, Any]

    _registered: ClassVar[dict[str, type[DefaultImpl]]] = _impls

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "__dialect__" in cls.__dict__:
            _impls[cls.__dialect__] = cls

    def __init__(
        self,
        dialect: Any,
        connection: sa.Connection | None,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: TextIO | None,
        context_opts: Mapping[str, Any],
    ) -> None:
        self.dialect = dialect
        self.connection = connection
        self.as_sql = as_sql
        self.literal_binds = bool(context_opts.get("literal_binds", False))
        self.output_buffer = output_buffer
        self.memo = {}
        self.context_opts = context_opts
        if transactional_ddl is not None:
            self.transactional_ddl = transactional_ddl

    @classmethod
    def get_by_dialect(cls, dialect: Any) -> type[DefaultImpl]:
        """The class for a dialect; KeyError if there is none."""
        return _impls[dialect.name]

    # -- running --------------------------------------------------------------------------------

    @property
    def bind(self) -> sa.Connection | None:
        """The connection."""
        return self.connection

    def static_output(self, text: str) -> None:
        """Writes text to the script."""
        assert self.output_buffer is not None
        self.output_buffer.write(text + "\n\n")
        self.output_buffer.flush()

    def version_table_impl(
        self,
        *,
        version_table: str,
        version_table_schema: str | None,
        version_table_pk: bool,
        **kw: Any,
    ) -> sa.Table:
        """The version table."""
        table = sa.Table(
            version_table,
            sa.MetaData(),
            sa.Column("version_num", sa.String(32), nullable=False),
            schema=version_table_schema,
        )
        if version_table_pk:
            table.append_constraint(
                sa.PrimaryKeyConstraint("version_num", name=f"{version_table}_pkc")
            )
        return table

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] = sa.util.immutabledict(),
    ) -> sa.CursorResult[Any] | None:
        if isinstance(construct, str):
            construct = sa.text(construct)
        if self.as_sql:
            if multiparams or params:
                raise TypeError("SQL parameters not allowed with as_sql")
            options = (
                {"literal_binds": True}
                if self.literal_binds and not isinstance(construct, schema.DDLElement)
                else {}
            )
            compiled = construct.compile(dialect=self.dialect, compile_kwargs=options)
            text = str(compiled).replace("\t", "    ").strip()
            self.static_output(text + self.command_terminator)
            return None
        assert self.connection is not None
        connection = self.connection
        if execution_options:
            connection = connection.execution_options(**execution_options)
        return connection.execute(construct, multiparams or dict(params) or None)

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Runs SQL, or writes it."""
        self._exec(sql, execution_options)

    def start_migrations(self) -> None:
        """Called before the first migration of a run."""

    def emit_begin(self) -> None:
        """Writes the start of a transaction."""
        self.static_output("BEGIN" + self.command_terminator)

    def emit_commit(self) -> None:
        """Writes the end of a transaction."""
        self.static_output("COMMIT" + self.command_terminator)

    # -- columns --------------------------------------------------------------------------------

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        **kw: Any,
    ) -> None:
        """Changes a column: nullability, default, type, comment, then the name."""
        given = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
            "existing_comment": existing_comment,
        }
        if nullable is not None:
            self._exec(base.ColumnNullable(table_name, column_name, nullable, **given))
        if server_default is not False:
            self._exec(self._default(table_name, column_name, server_default, given))
        if type_ is not None:
            self._exec(base.ColumnType(table_name, column_name, type_, **given))
        if comment is not False:
            self._exec(base.ColumnComment(table_name, column_name, comment, **given))
        if name is not None:
            self._exec(base.ColumnName(table_name, column_name, name, **given))

    def _default(
        self, table_name: str, column_name: str, default: Any, given: dict[str, Any]
    ) -> base.AlterColumn:
        both = (default, given["existing_server_default"])
        if sqla_compat._server_default_is_computed(*both):
            return base.ComputedColumnDefault(table_name, column_name, default, **given)
        if sqla_compat._server_default_is_identity(*both):
            return base.IdentityColumnDefault(table_name, column_name, default, self, **given)
        return base.ColumnDefault(table_name, column_name, default, **given)

    def add_column(
        self,
        table_name: str,
        column: sa.Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Adds a column."""
        self._exec(
            base.AddColumn(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
            )
        )

    def drop_column(
        self,
        table_name: str,
        column: sa.Column[Any],
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drops a column."""
        self._exec(base.DropColumn(table_name, column, schema=schema, if_exists=if_exists))

    # -- constraints, tables, indexes -----------------------------------------------------------

    def add_constraint(self, const: Any, **kw: Any) -> None:
        """Adds a constraint, unless it is one that this dialect never creates."""
        rule = getattr(const, "_create_rule", None)
        if rule is None or rule(self.dialect.ddl_compiler(self.dialect, None)):
            self._exec(schema.AddConstraint(const))

    def drop_constraint(self, const: sa.Constraint, **kw: Any) -> None:
        """Drops a constraint."""
        self._exec(schema.DropConstraint(const, **kw))

    def rename_table(
        self, old_table_name: str, new_table_name: str, schema: str | None = None
    ) -> None:
        """Renames a table."""
        self._exec(base.RenameTable(old_table_name, new_table_name, schema=schema))

    def create_table(self, table: sa.Table, **kw: Any) -> None:
        """Creates a table, its indexes and comments."""
        bind: Any = self.connection
        table.dispatch.before_create(table, bind, checkfirst=False, _ddl_runner=self)
        self._exec(schema.CreateTable(table, **kw))
        table.dispatch.after_create(table, bind, checkfirst=False, _ddl_runner=self)
        for index in sorted(table.indexes, key=lambda item: str(item.name or "")):
            self._exec(schema.CreateIndex(index))
        if self.dialect.supports_comments and not self.dialect.inline_comments:
            if table.comment:
                self.create_table_comment(table)
            for column in table.columns:
                if column.comment:
                    self.create_column_comment(column)

    def drop_table(self, table: sa.Table, **kw: Any) -> None:
        """Drops a table."""
        bind: Any = self.connection
        table.dispatch.before_drop(table, bind, checkfirst=False, _ddl_runner=self)
        self._exec(schema.DropTable(table, **kw))
        table.dispatch.after_drop(table, bind, checkfirst=False, _ddl_runner=self)

    def create_index(self, index: sa.Index, **kw: Any) -> None:
        """Creates an index."""
        self._exec(schema.CreateIndex(index, **kw))

    def drop_index(self, index: sa.Index, **kw: Any) -> None:
        """Drops an index."""
        self._exec(schema.DropIndex(index, **kw))

    def create_table_comment(self, table: sa.Table) -> None:
        """Sets the comment of a table."""
        self._exec(schema.SetTableComment(table))

    def drop_table_comment(self, table: sa.Table) -> None:
        """Takes the comment of a table away."""
        self._exec(schema.DropTableComment(table))

    def create_column_comment(self, column: sa.Column[Any]) -> None:
        """Sets the comment of a column."""
        self._exec(schema.SetColumnComment(column))

    def bulk_insert(self, table: Any, rows: list[dict[str, Any]], multiinsert: bool = True) -> None:
        """Inserts rows."""
        if not isinstance(rows, list):
            raise TypeError("List expected")
        if rows and not isinstance(rows[0], dict):
            raise TypeError("List of dictionaries expected")
        if self.as_sql:
            for row in rows:
                values = {
                    key: value
                    if isinstance(value, sa.sql.ClauseElement)
                    else sqla_compat._literal_bindparam(key, value, type_=table.c[key].type)
                    for key, value in row.items()
                }
                self._exec(table.insert().inline().values(**values))
        elif rows:
            if multiinsert:
                self._exec(table.insert().inline(), multiparams=rows)
            else:
                for row in rows:
                    self._exec(table.insert().inline().values(**row))

    # -- rendering ------------------------------------------------------------------------------

    def render_ddl_sql_expr(self, expr: Any, is_server_default: bool = False, **kw: Any) -> str:
        """An expression as SQL text."""
        options = {"literal_binds": True, "include_table": False}
        return str(expr.compile(dialect=self.dialect, compile_kwargs=options))

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        """The type as Python text, False where nothing special is to be said."""
        return False

    # -- batches --------------------------------------------------------------------------------

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        """Whether a batch has to make the table anew."""
        return False

    def prep_table_for_batch(self, batch_impl: Any, table: sa.Table) -> None:
        """For third parties to prepare a rebuild."""

    def cast_for_batch_migrate(
        self, existing: Any, existing_transfer: dict[str, Any], new_type: Any
    ) -> None:
        """Converts the values of a column whose type changes."""
        if existing.type._type_affinity is not new_type._type_affinity:
            existing_transfer["expr"] = sa.cast(existing_transfer["expr"], new_type)


def foreign_impl(name: str) -> type[DefaultImpl] | None:
    """The class that a third party has registered for a dialect, or None."""
    found = _impls.get(name)
    return None if found is None or found.__module__.startswith(_OURS) else found


def overridden(name: str, method: str) -> Callable[..., Any] | None:
    """The method of a third party's class for that dialect, where it is not ours; or None."""
    found = foreign_impl(name)
    if found is None:
        return None
    for cls in found.__mro__:
        if method in cls.__dict__:
            own: Callable[..., Any] = cls.__dict__[method]
            return None if cls.__module__.startswith(_OURS) else own
    return None


def foreign_run(operations: Any, operation: Any) -> Callable[[], Any] | None:
    """How a third party's class runs an operation; None where our dialect does."""
    if foreign_impl(operations.migration_context.dialect.name) is None:
        return None
    from limbeck.compat.alembic.ddl.foreign import method_for

    return method_for(operations, operation)
