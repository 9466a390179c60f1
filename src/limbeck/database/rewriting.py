"""SQL that scripts send on the connection themselves, as the dialect has it after its own part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def rewriting(
    connection: sa.Connection | None, rewrite: Callable[[str], str] | None
) -> Iterator[None]:
    """Has each statement on the connection rewritten, for as long as the block runs."""
    if rewrite is None or connection is None:
        yield
        return

    def rewritten(
        connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        return rewrite(sql), parameters

    sa.event.listen(connection, "before_cursor_execute", rewritten, retval=True)
    try:
        yield
    finally:
        sa.event.remove(connection, "before_cursor_execute", rewritten)
