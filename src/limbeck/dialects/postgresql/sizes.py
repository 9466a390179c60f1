"""How large PostgreSQL's tables are, as its catalog estimates it: one query, no lock waited for."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.schema.names import Name
from limbeck.statements.hazards import Size

_QUERY = """
    SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END,
           c.relname,
           c.reltuples::bigint,
           pg_stat_get_live_tuples(c.oid),
           (c.relpages + coalesce(sum(i.relpages), 0))::bigint
               * current_setting('block_size')::bigint
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_index x ON x.indrelid = c.oid
    LEFT JOIN pg_class i ON i.oid = x.indexrelid
    WHERE c.relkind IN ('r', 'm')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    GROUP BY n.nspname, c.oid
"""
"""The pages of the catalog and not `pg_total_relation_size`, which waits for locks."""


def sizes(connection: sa.Connection) -> dict[Name, Size]:
    """Rows and bytes by table, indexes included; a table that was never looked at has none."""
    rows = connection.exec_driver_sql(_QUERY)
    return {
        Name(name, schema): Size(_estimate(analyzed, live), size)
        for schema, name, analyzed, live, size in rows
    }


def _estimate(analyzed: int, live: int) -> int | None:
    """The count of the last ANALYZE, unless the counter of changes says far more.

    The counter sees loads that nobody has analyzed yet; it is zero after a crash, and may count a
    load twice that was analyzed in the same moment.
    """
    if analyzed >= 0 and live <= 2 * analyzed:
        return analyzed
    return live or None
