"""Scratch databases on a PostgreSQL server."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.dialects.base import Holdings, ScratchServer

_IDLE = """
SELECT d.datname FROM pg_catalog.pg_database d
WHERE pg_catalog.starts_with(CAST(d.datname AS text), :prefix) AND NOT d.datistemplate
  AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
"""

_OWN_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_NOT_OF_EXTENSION = """NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_depend e WHERE e.objid = {oid} AND e.deptype = 'e')"""

_RELATIONS = f"""
SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
         WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       pg_catalog.format('%I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {_OWN_SCHEMA}
  AND {_NOT_OF_EXTENSION.format(oid="c.oid")}
ORDER BY 2
"""

_OTHERS = f"""
SELECT CASE WHEN t.typtype = 'd' THEN 'DOMAIN' ELSE 'TYPE' END,
       pg_catalog.format('%I.%I', n.nspname, t.typname)
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE {_OWN_SCHEMA} AND {_NOT_OF_EXTENSION.format(oid="t.oid")}
  AND (t.typtype IN ('e', 'd') OR (t.typtype = 'c' AND c.relkind = 'c'))
UNION ALL
SELECT 'ROUTINE', p.oid::pg_catalog.regprocedure::text
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {_OWN_SCHEMA} AND p.prokind <> 'a' AND {_NOT_OF_EXTENSION.format(oid="p.oid")}
"""

_FRAME = f"""
SELECT 'SCHEMA', pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_namespace n
WHERE {_OWN_SCHEMA}
UNION ALL SELECT 'EXTENSION', pg_catalog.quote_ident(e.extname) FROM pg_catalog.pg_extension e
"""


def _create(connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"CREATE DATABASE {name}")


def _copy(connection: sa.Connection, name: str, template: str) -> None:
    connection.exec_driver_sql(f'CREATE DATABASE {name} TEMPLATE "{template}"')


def _drop(connection: sa.Connection, name: str) -> None:
    version = connection.dialect.server_version_info or ()
    force = " WITH (FORCE)" if version >= (13,) else ""
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")


def _idle(connection: sa.Connection, prefix: str) -> list[str]:
    return [row[0] for row in connection.execute(sa.text(_IDLE), {"prefix": prefix})]


def _holdings(connection: sa.Connection) -> Holdings:
    relations = [f"{row[1]}" for row in connection.execute(sa.text(_RELATIONS))]
    frame = [f"{row[0]} {row[1]}" for row in connection.execute(sa.text(_FRAME))]
    return Holdings(tuple(relations), frozenset(frame))


def _clear(connection: sa.Connection, before: Holdings) -> None:
    """Drops all that is there and was not: schemas and extensions, then what stands in the rest."""
    for kind, name in connection.execute(sa.text(_FRAME)).all():
        if f"{kind} {name}" not in before.frame:
            connection.exec_driver_sql(f"DROP {kind} IF EXISTS {name} CASCADE")
    for sql in (_RELATIONS, _OTHERS):
        for kind, name in connection.execute(sa.text(sql)).all():
            connection.exec_driver_sql(f"DROP {kind} IF EXISTS {name} CASCADE")


SCRATCH = ScratchServer(
    drivers=("psycopg2", "psycopg", "pg8000"),
    elsewhere="postgres",
    create=_create,
    drop=_drop,
    idle=_idle,
    holdings=_holdings,
    clear=_clear,
    copy=_copy,
)
