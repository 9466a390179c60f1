"""How large the tables are, as InnoDB estimates it: one query."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.schema.names import Name
from limbeck.statements.hazards import Size

_QUERY = """
    SELECT CASE WHEN table_schema = database() THEN NULL ELSE table_schema END,
           table_name, table_rows, data_length + index_length
    FROM information_schema.tables
    WHERE table_type = 'BASE TABLE'
      AND table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')
"""


def sizes(connection: sa.Connection) -> dict[Name, Size]:
    """Rows and bytes by table, indexes included."""
    rows = connection.exec_driver_sql(_QUERY)
    return {
        Name(name, schema): Size(None if count is None else int(count), int(size or 0))
        for schema, name, count, size in rows
    }
