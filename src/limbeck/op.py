"""The operations that a migration script calls: ``from limbeck import op``.

Each function builds an operation and runs it in the migration that is under way; called outside
of one, it raises NameError.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck.operations import (
    alter_table as table_options,
)
from limbeck.operations import (
    backfill as backfills,
)
from limbeck.operations import (
    columns,
    constraints,
    data,
    domains,
    extensions,
    indexes,
    renames,
    schemas,
    sequences,
    tables,
    types,
)
from limbeck.operations.base import Operation, Scope
from limbeck.runtime.batch import BatchOperations, batch_alter_table
from limbeck.runtime.invoke import current

P = ParamSpec("P")


def _verb(build: Callable[Concatenate[Scope, P], Operation]) -> Callable[P, Any]:
    """The verb that builds an operation with that function and runs it."""

    @wraps(build)
    def verb(*args: P.args, **kw: P.kwargs) -> Any:
        return current(build.__name__).verb(build, *args, **kw)

    return verb


add_column = _verb(columns.add_column)
alter_column = _verb(columns.alter_column)
alter_domain = _verb(domains.alter_domain)
alter_enum = _verb(types.alter_enum)
alter_sequence = _verb(sequences.alter_sequence)
alter_table = _verb(table_options.alter_table)
backfill = _verb(backfills.backfill)
bulk_insert = _verb(data.bulk_insert)
create_check_constraint = _verb(constraints.create_check_constraint)
create_domain = _verb(domains.create_domain)
create_enum = _verb(types.create_enum)
create_exclude_constraint = _verb(constraints.create_exclude_constraint)
create_extension = _verb(extensions.create_extension)
create_foreign_key = _verb(constraints.create_foreign_key)
create_index = _verb(indexes.create_index)
create_primary_key = _verb(constraints.create_primary_key)
create_schema = _verb(schemas.create_schema)
create_sequence = _verb(sequences.create_sequence)
create_table = _verb(tables.create_table)
create_table_comment = _verb(tables.create_table_comment)
create_unique_constraint = _verb(constraints.create_unique_constraint)
drop_column = _verb(columns.drop_column)
drop_constraint = _verb(constraints.drop_constraint)
drop_domain = _verb(domains.drop_domain)
drop_enum = _verb(types.drop_enum)
drop_extension = _verb(extensions.drop_extension)
drop_index = _verb(indexes.drop_index)
drop_schema = _verb(schemas.drop_schema)
drop_sequence = _verb(sequences.drop_sequence)
drop_table = _verb(tables.drop_table)
drop_table_comment = _verb(tables.drop_table_comment)
execute = _verb(data.execute)
rename_constraint = _verb(renames.rename_constraint)
rename_index = _verb(renames.rename_index)
rename_table = _verb(tables.rename_table)
validate_constraint = _verb(renames.validate_constraint)


def invoke(operation: Operation) -> Any:
    """Runs an operation that was built elsewhere."""
    return current("invoke").invoke(operation)


def f(name: str) -> conv:
    """Marks a name as final: no naming convention is applied to it."""
    return conv(name)


def timeouts(
    *, statement: float | str | None = None, lock: float | str | None = None
) -> AbstractContextManager[None]:
    """A ``with`` block whose statements may take, and wait for each lock, so long and no longer.

    Seconds, or text such as ``"500ms"``, ``"10min"``; 0 is without end. What is not given stays as
    it is for the run. Raises CommandError for anything else.
    """
    block: AbstractContextManager[None] = current("timeouts").context.limits.block(statement, lock)
    return block


def inline_literal(value: Any, type_: sa.types.TypeEngine[Any] | None = None) -> Any:
    """A value that is written into the SQL text instead of being bound (for ``--sql``)."""
    return sa.literal_column(_literal_text(value, type_))


def _literal_text(value: Any, type_: sa.types.TypeEngine[Any] | None) -> str:
    dialect = current("inline_literal").scope.dialect
    element = sa.literal(value, type_)
    return str(element.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def get_bind() -> Any:
    """The connection of this migration; None with ``--sql``."""
    interpreter = current("get_bind")
    interpreter.state.forget()
    return interpreter.context.bind


def get_context() -> Any:
    """The migration context of this migration."""
    return current("get_context").context


def run_async(async_function: Callable[..., Awaitable[Any]], *args: Any, **kw: Any) -> Any:
    """Calls an async function with an `AsyncConnection` on this migration's connection.

    Raises NotImplementedError with ``--sql`` and ValueError on a sync driver.
    """
    interpreter = current("run_async")
    if interpreter.context.as_sql:
        raise NotImplementedError("run_async does not work in offline (--sql) mode")
    connection = interpreter.context.connection
    if not connection.dialect.is_async:
        raise ValueError("run_async needs an async driver in the database URL")
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
    from sqlalchemy.util import await_only

    interpreter.state.forget()
    shared = AsyncConnection(AsyncEngine(connection.engine), connection)
    return await_only(async_function(shared, *args, **kw))


__all__ = [
    "BatchOperations",
    "add_column",
    "alter_column",
    "alter_domain",
    "alter_enum",
    "alter_sequence",
    "alter_table",
    "backfill",
    "batch_alter_table",
    "bulk_insert",
    "create_check_constraint",
    "create_domain",
    "create_enum",
    "create_exclude_constraint",
    "create_extension",
    "create_foreign_key",
    "create_index",
    "create_primary_key",
    "create_schema",
    "create_sequence",
    "create_table",
    "create_table_comment",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_domain",
    "drop_enum",
    "drop_extension",
    "drop_index",
    "drop_schema",
    "drop_sequence",
    "drop_table",
    "drop_table_comment",
    "execute",
    "f",
    "get_bind",
    "get_context",
    "inline_literal",
    "invoke",
    "rename_constraint",
    "rename_index",
    "rename_table",
    "run_async",
    "timeouts",
    "validate_constraint",
]
