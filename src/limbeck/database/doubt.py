"""Whether a statement whose end nobody saw took effect, asked of the server."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from limbeck.database.journal import Line
from limbeck.dialects.base import Request
from limbeck.errors import SchemaConflict
from limbeck.operations.base import Operation

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")

_PAUSE = 0.1
_IDLE = 5.0
"""Seconds that the session of a run which has ended is given to go away."""


def took_effect(context: MigrationContext, line: Line, operation: Operation | None) -> bool | None:
    """Whether the statement of a line took effect; None where the catalog does not say.

    The statement's text is asked for first, then the operation: what it makes of the schema that
    the server has is that schema itself, if it has run.
    """
    assert context.connection is not None
    _wait_for_session(context, line)
    found = context.limbeck_dialect.commits.took_effect(context.connection, line.statement)
    if found is None and operation is not None and line.parts == 1 and not operation.opaque:
        return _by_value(context, operation)
    return found


def _by_value(context: MigrationContext, operation: Operation) -> bool | None:
    name, dialect = operation.table_name, context.limbeck_dialect
    assert context.connection is not None
    if name is None:
        return None
    state = context.read(Request(schemas=(name.schema,), tables=(name,)))
    try:
        after = dialect.normalize(operation.apply(state), context.dialect)
    except SchemaConflict:
        return True
    if after != state and dialect.read_back is not None:
        after = dialect.read_back(context.connection, after, state)
    return after == state


def _wait_for_session(context: MigrationContext, line: Line) -> None:
    """Waits until the session that ran the statement is through with it.

    A server goes on with what it is doing when a client dies.
    """
    commits = context.limbeck_dialect.commits
    query = commits.busy
    if query is None or line.session is None or line.session == session_of(context):
        return
    assert context.connection is not None
    deadline, told = time.monotonic() + _IDLE, False
    while True:
        if commits.refresh is not None:
            context.connection.exec_driver_sql(commits.refresh)
        busy = context.connection.execute(sa.text(query), {"session": line.session}).scalar()
        if busy is None or (not busy and time.monotonic() > deadline):
            return
        if busy and not told:
            log.info("Waiting for session %s of the server, which is still at work", line.session)
            told = True
        time.sleep(_PAUSE)


def session_of(context: MigrationContext) -> str | None:
    """The server's number of the connection."""
    query = context.limbeck_dialect.commits.session
    if query is None or context.connection is None:
        return None
    found = context.connection.exec_driver_sql(query).scalar()
    return None if found is None else str(found)
