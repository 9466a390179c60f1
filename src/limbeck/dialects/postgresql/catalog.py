"""The catalog queries: a fixed number, each for all tables at once.

Values of the catalog's own types ("char", name, int2vector) are cast, because drivers disagree on
what they are in Python. Lists go in as one array literal, the only form that all drivers take.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

_OWNED_BY_EXTENSION = """
    EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
            WHERE e.classid = '{classid}'::pg_catalog.regclass AND e.objid = {oid}
              AND e.deptype = 'e')
"""

TABLES = """
SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence::text,
       c.reloptions, s.spcname::text, d.description,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relkind = 'r' THEN (
           SELECT pg_catalog.array_agg(h.inhparent::pg_catalog.regclass::text ORDER BY h.inhseqno)
           FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid) END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0
     AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  {only}
  AND NOT {owned}
ORDER BY n.nspname, c.relname
"""

_IN_SCHEMAS = "AND n.nspname = ANY (CAST(CAST(:schemas AS text) AS name[]))"

_OF_TYPE = """
  AND c.oid IN (
    SELECT a.attrelid FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    JOIN pg_catalog.pg_attribute a ON a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped
    WHERE tn.nspname = :schema AND t.typname = :name)
"""

NAMED_TYPES = """
SELECT t.oid, t.typarray, n.nspname::text, t.typname::text, t.typtype::text, {owned},
       CASE WHEN t.typtype = 'e' THEN (
           SELECT pg_catalog.array_agg(l.enumlabel::text ORDER BY l.enumsortorder)
           FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid) END,
       CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,
       t.typnotnull, t.typdefault,
       CASE WHEN t.typtype = 'd' THEN (
           SELECT pg_catalog.array_agg(k.conname::text ORDER BY k.conname)
           FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') END,
       CASE WHEN t.typtype = 'd' THEN (
           SELECT pg_catalog.array_agg(pg_catalog.pg_get_expr(k.conbin, 0, true)
                                       ORDER BY k.conname)
           FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') END
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY n.nspname, t.typname
"""

COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname::text, a.atttypid,
       pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_catalog.pg_get_expr(f.adbin, f.adrelid, true), a.attgenerated::text,
       a.attidentity::text,
       CASE WHEN a.attcollation <> t.typcollation THEN o.collname::text END, d.description
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum
     AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND a.attrelid = ANY (CAST(CAST(:oids AS text) AS oid[]))
ORDER BY a.attrelid, a.attnum
"""

SEQUENCES = """
SELECT d.refobjid, d.refobjsubid, d.deptype::text, s.relname::text, q.seqtypid,
       q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle,
       EXISTS (SELECT 1 FROM pg_catalog.pg_index p WHERE p.indrelid = d.refobjid
               AND p.indisprimary AND d.refobjsubid = ANY (p.indkey))
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  AND d.refobjid = ANY (CAST(CAST(:oids AS text) AS oid[]))
"""

OWNED_SEQUENCES = """
SELECT DISTINCT n.nspname::text, s.relname::text
FROM pg_catalog.pg_class s
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     AND d.objid = s.oid AND d.deptype IN ('a', 'i')
WHERE s.relkind = 'S' AND s.relname = ANY (CAST(CAST(:names AS text) AS name[]))
"""

PARTITIONS = """
SELECT n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
  AND c.relname = ANY (CAST(CAST(:names AS text) AS name[]))
"""

EXTENSIONS = """
SELECT e.extname::text FROM pg_catalog.pg_extension e WHERE e.extname <> 'plpgsql'
ORDER BY e.extname
"""

SCHEMAS = """
SELECT n.nspname::text FROM pg_catalog.pg_namespace n
WHERE n.nspname = ANY (CAST(CAST(:schemas AS text) AS name[])) ORDER BY n.nspname
"""

SINGLE_SEQUENCES = """
SELECT n.nspname::text, s.relname::text, q.seqtypid, q.seqstart, q.seqincrement, q.seqmin,
       q.seqmax, q.seqcache, q.seqcycle
FROM pg_catalog.pg_class s
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
WHERE s.relkind = 'S' AND n.nspname = ANY (CAST(CAST(:schemas AS text) AS name[]))
  AND NOT EXISTS (
      SELECT 1 FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid
        AND d.deptype IN ('a', 'i', 'e'))
ORDER BY n.nspname, s.relname
"""

CONSTRAINTS = """
SELECT r.conrelid, r.conname::text, r.contype::text, r.conkey, r.condeferrable, r.condeferred,
       fn.nspname::text, fc.relname::text,
       CASE WHEN r.contype = 'f' THEN (
           SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.n)
           FROM pg_catalog.unnest(r.confkey) WITH ORDINALITY AS k(attnum, n)
           JOIN pg_catalog.pg_attribute a ON a.attrelid = r.confrelid AND a.attnum = k.attnum
       ) END,
       r.confupdtype::text, r.confdeltype::text, r.confmatchtype::text, {set_columns},
       CASE r.contype WHEN 'c' THEN pg_catalog.pg_get_expr(r.conbin, r.conrelid, true)
                      WHEN 'x' THEN pg_catalog.pg_get_constraintdef(r.oid, true) END,
       i.indnkeyatts, i.indkey::text, {nulls_not_distinct}, r.convalidated
FROM pg_catalog.pg_constraint r
LEFT JOIN pg_catalog.pg_class fc ON fc.oid = r.confrelid AND r.contype = 'f'
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.conindid AND r.contype IN ('p', 'u')
WHERE r.contype IN ('p', 'u', 'f', 'c', 'x') AND r.conparentid = 0
  AND r.conrelid = ANY (CAST(CAST(:oids AS text) AS oid[]))
ORDER BY r.conrelid, r.conname
"""

INDEXES = """
SELECT i.indrelid, c.relname::text, i.indisunique, i.indkey::text, i.indnkeyatts,
       i.indoption::text, m.amname::text, c.reloptions, s.spcname::text,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), {nulls_not_distinct},
       e.operator_classes, e.collations, e.expressions
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = c.relam
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_constraint r ON r.conindid = i.indexrelid AND r.conrelid = i.indrelid
     AND r.contype IN ('p', 'u', 'x')
CROSS JOIN LATERAL (
    SELECT pg_catalog.array_agg(
               CASE WHEN NOT o.opcdefault THEN o.opcname::text END ORDER BY k.n),
           pg_catalog.array_agg(
               CASE WHEN l.oid <> a.attcollation THEN l.collname::text END ORDER BY k.n),
           pg_catalog.array_agg(
               CASE WHEN i.indkey[k.n - 1] = 0
                    THEN pg_catalog.pg_get_indexdef(i.indexrelid, k.n, true) END ORDER BY k.n)
    FROM pg_catalog.generate_series(1, i.indnkeyatts::integer) AS k(n)
    LEFT JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.n - 1]
    LEFT JOIN pg_catalog.pg_attribute a
         ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1] AND a.attnum > 0
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = i.indcollation[k.n - 1]
) AS e(operator_classes, collations, expressions)
WHERE r.oid IS NULL AND NOT i.indisprimary
  AND i.indrelid = ANY (CAST(CAST(:oids AS text) AS oid[]))
ORDER BY i.indrelid, c.relname
"""


class Catalog:
    """Runs the queries on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        version = connection.dialect.server_version_info or (15,)
        is_15 = version >= (15,)
        self._versioned = {
            "nulls_not_distinct": "i.indnullsnotdistinct" if is_15 else "false",
            "set_columns": (
                "(SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.n)"
                " FROM pg_catalog.unnest(r.confdelsetcols) WITH ORDINALITY AS k(attnum, n)"
                " JOIN pg_catalog.pg_attribute a"
                " ON a.attrelid = r.conrelid AND a.attnum = k.attnum)"
                if is_15
                else "NULL::text[]"
            ),
        }

    def _rows(self, sql: str, **parameters: str) -> Sequence[Any]:
        for name, piece in self._versioned.items():
            sql = sql.replace("{" + name + "}", piece)
        clause = sa.text(sql.replace("::", "\\:\\:"))
        return self.connection.execute(clause, parameters).all()

    def tables(self, schemas: Iterable[str], only: Iterable[str] | None) -> Sequence[Any]:
        """One row a table or partitioned table, partitions left out."""
        limit, extra = _IN_SCHEMAS, {}
        if only is not None:
            limit += " AND c.relname = ANY (CAST(CAST(:tables AS text) AS name[]))"
            extra = {"tables": array(only)}
        return self._tables(limit, schemas=array(schemas), **extra)

    def tables_of_type(self, schema: str, name: str) -> Sequence[Any]:
        """One row a table that has a column of that type or of an array of it."""
        return self._tables(_OF_TYPE, schema=schema, name=name)

    def _tables(self, limit: str, **parameters: str) -> Sequence[Any]:
        owned = _OWNED_BY_EXTENSION.format(classid="pg_catalog.pg_class", oid="c.oid")
        sql = TABLES.replace("{only}", limit).replace("{owned}", owned)
        return self._rows(sql, **parameters)

    def named_types(self) -> Sequence[Any]:
        """One row an enum or domain type, whatever its schema."""
        owned = _OWNED_BY_EXTENSION.format(classid="pg_catalog.pg_type", oid="t.oid")
        return self._rows(NAMED_TYPES.replace("{owned}", owned))

    def columns(self, oids: Iterable[int]) -> Sequence[Any]:
        """One row a column, in their order."""
        return self._rows(COLUMNS, oids=numbers(oids))

    def sequences(self, oids: Iterable[int]) -> Sequence[Any]:
        """One row a sequence that belongs to a column (SERIAL or identity)."""
        return self._rows(SEQUENCES, oids=numbers(oids))

    def single_sequences(self, schemas: Iterable[str]) -> Sequence[Any]:
        """One row a sequence of those schemas that belongs to no column."""
        return self._rows(SINGLE_SEQUENCES, schemas=array(schemas))

    def owned_sequences(self, names: Iterable[str]) -> Sequence[Any]:
        """(schema, name) of those of the sequences that belong to a column."""
        return self._rows(OWNED_SEQUENCES, names=array(names))

    def partitions(self, names: Iterable[str]) -> Sequence[Any]:
        """(schema, name) of those of the tables that are partitions."""
        return self._rows(PARTITIONS, names=array(names))

    def schemas(self, names: Iterable[str]) -> list[str]:
        """Those of the schemas that are there."""
        return [row[0] for row in self._rows(SCHEMAS, schemas=array(names))]

    def extensions(self) -> list[str]:
        """The names of the extensions, without the one that is always there."""
        return [row[0] for row in self._rows(EXTENSIONS)]

    def constraints(self, oids: Iterable[int]) -> Sequence[Any]:
        """One row a constraint; those of partitions and NOT NULL are left out."""
        return self._rows(CONSTRAINTS, oids=numbers(oids))

    def indexes(self, oids: Iterable[int]) -> Sequence[Any]:
        """One row an index that is not a constraint's own."""
        return self._rows(INDEXES, oids=numbers(oids))


def array(items: Iterable[str]) -> str:
    """An array literal of strings."""
    escaped = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in escaped) + "}"


def numbers(items: Iterable[int]) -> str:
    """An array literal of numbers."""
    return "{" + ",".join(str(item) for item in items) + "}"
