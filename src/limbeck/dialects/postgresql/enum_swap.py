"""One enum type takes the place of another, in everything that uses it.

PostgreSQL cannot take a value from an enum type nor move one. A new type under the old name can:
columns are converted through text, and whatever mentions the type or such a column is dropped
before and made again after, from the server's own definition of it. The server's catalog tells
what that is, in one statement that runs in a script as well as on a connection: defaults,
constraints, foreign keys, indexes, extended statistics, generated columns, triggers, policies,
rules, views and materialized views with their comments, owners and grants. What cannot be made
again (functions that take the type, domains over it) is refused by name, and nothing has changed.

A generated column that depends on the type moves to the end of its table where the server is
older than 17 or the column is NOT NULL: SET EXPRESSION is new there, and cannot pass through NULL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count

from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.names import Name


def swap(name: Name, values: Iterable[str], compiler: Compiler) -> Statement:
    """The statement that gives an enum type those values and no others."""
    labels = ", ".join(compiler.literal(value) for value in values)
    type_ = compiler.literal(compiler.name(name))
    tag = next(tag for n in count() if (tag := f"$limbeck{n or ''}$") not in labels + type_)
    pieces = {"tag": tag, "type": type_, "labels": labels}
    return Statement(re.sub(r"\{(tag|type|labels)\}", lambda m: pieces[m[1]], _SWAP).strip())


_SWAP = r"""
DO {tag}
-- Gives an enum type its new values; all that uses the type is made again as it was.
DECLARE
  old_type CONSTANT oid := {type}::pg_catalog.regtype;
  labels CONSTANT text[] := ARRAY[{labels}]::text[];
  path CONSTANT text := pg_catalog.current_setting('search_path');
  version CONSTANT integer := pg_catalog.current_setting('server_version_num')::integer;
  old_array oid;
  schema_name text;
  type_name text;      -- as it is and stays, with its schema
  old_name text;       -- what the old type is called until it goes
  type_extras text;
  own text[];          -- 'table/number' of each column of the type
  generated text[];    -- the same of generated columns that depend on it
  changed text[];      -- both
  views oid[] := '{}';
  drops text[] := '{}';
  makes text[] := '{}';  -- run from the last to the first
  item record;
BEGIN
  -- Without a search path every definition names the schema of what it mentions.
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);

  SELECT t.typarray, quote_ident(n.nspname), format('%I.%I', n.nspname, t.typname),
         format('limbeck_old_%s', t.oid),
         concat_ws('; ',
           CASE WHEN t.typowner <> (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user)
                THEN format('ALTER TYPE %I.%I OWNER TO %I', n.nspname, t.typname,
                            pg_get_userbyid(t.typowner)) END,
           CASE WHEN t.typacl IS NOT NULL
                THEN format('REVOKE ALL ON TYPE %I.%I FROM PUBLIC', n.nspname, t.typname) END,
           (SELECT string_agg(format('GRANT %s ON TYPE %I.%I TO %s%s', a.privilege_type,
                     n.nspname, t.typname,
                     CASE WHEN a.grantee = 0 THEN 'PUBLIC'
                          ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                     CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '; ')
            FROM aclexplode(t.typacl) a),
           'COMMENT ON TYPE ' || format('%I.%I', n.nspname, t.typname) || ' IS '
             || quote_literal(obj_description(t.oid, 'pg_type')))
  INTO old_array, schema_name, type_name, old_name, type_extras
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = old_type;

  -- What cannot be made again.
  SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ') AS names
  INTO item
  FROM pg_depend d LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (old_type, old_array)
    AND d.deptype = 'n'
    AND (c.relkind = 'c' OR d.classid NOT IN (
           'pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass,
           'pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
           'pg_statistic_ext'::regclass));
  IF item.names IS NOT NULL THEN
    RAISE EXCEPTION 'Values of enum type % cannot be removed or moved while % uses it.',
      type_name, item.names
      USING ERRCODE = 'dependent_objects_still_exist',
            HINT = 'Drop it before, and create it again after.';
  END IF;

  SELECT coalesce(array_agg(format('%s/%s', a.attrelid, a.attnum)), '{}') INTO own
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE a.atttypid IN (old_type, old_array) AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f');

  SELECT coalesce(array_agg(DISTINCT format('%s/%s', a.attrelid, a.attnum)), '{}') INTO generated
  FROM pg_attribute a
  JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
  WHERE a.attgenerated <> ''
    AND (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (old_type, old_array)
         OR d.refclassid = 'pg_class'::regclass
            AND format('%s/%s', d.refobjid, d.refobjsubid) = ANY (own));
  changed := own || generated;

  -- Views, and views of views.
  WITH RECURSIVE found(view) AS (
      SELECT r.ev_class
      FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
      WHERE d.classid = 'pg_rewrite'::regclass AND c.relkind IN ('v', 'm')
        AND (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (old_type, old_array)
             OR d.refclassid = 'pg_class'::regclass
                AND format('%s/%s', d.refobjid, d.refobjsubid) = ANY (changed))
    UNION
      SELECT c.oid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.atttypid IN (old_type, old_array) AND c.relkind IN ('v', 'm')
    UNION
      SELECT r.ev_class
      FROM found f
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = f.view
           AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
      WHERE c.relkind IN ('v', 'm'))
  SELECT coalesce(array_agg(view), '{}') INTO views FROM found;

  -- Everything that is dropped and made again, what depends on others first.
  FOR item IN
    WITH RECURSIVE dependents(class, object) AS (
      SELECT DISTINCT d.classid, d.objid
      FROM pg_depend d
      WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (old_type, old_array)
         OR d.refclassid = 'pg_class'::regclass
            AND (format('%s/%s', d.refobjid, d.refobjsubid) = ANY (changed)
                 OR d.refobjid = ANY (views))
    ), depths(view, depth) AS (
        SELECT v, 0 FROM unnest(views) v
      UNION
        SELECT r.ev_class, p.depth + 1
        FROM depths p
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = p.view
             AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_rewrite r ON r.oid = d.objid
        WHERE r.ev_class <> p.view AND r.ev_class = ANY (views)
    ), enabled(state, words) AS (
      VALUES ('D', 'DISABLE'), ('R', 'ENABLE REPLICA'), ('A', 'ENABLE ALWAYS')
    ), rules AS (
      SELECT r.oid, r.ev_class AS relation, r.rulename AS name, concat_ws('; ',
               rtrim(pg_get_ruledef(r.oid), ';'),
               CASE WHEN e.words <> '' THEN format('ALTER TABLE %s %s RULE %I',
                 r.ev_class::regclass, e.words, r.rulename) END,
               format('COMMENT ON RULE %I ON %s IS ', r.rulename, r.ev_class::regclass)
                 || quote_literal(obj_description(r.oid, 'pg_rewrite'))) AS make
      FROM pg_rewrite r LEFT JOIN enabled e ON e.state = r.ev_enabled
      WHERE r.rulename <> '_RETURN'
    ), triggers AS (
      SELECT t.oid, t.tgrelid AS relation, t.tgname AS name, concat_ws('; ',
               pg_get_triggerdef(t.oid),
               CASE WHEN e.words <> '' THEN format('ALTER TABLE %s %s TRIGGER %I',
                 t.tgrelid::regclass, e.words, t.tgname) END,
               format('COMMENT ON TRIGGER %I ON %s IS ', t.tgname, t.tgrelid::regclass)
                 || quote_literal(obj_description(t.oid, 'pg_trigger'))) AS make
      FROM pg_trigger t LEFT JOIN enabled e ON e.state = t.tgenabled
      WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0'
    ), indexes AS (
      SELECT c.oid, i.indrelid AS relation, c.relname AS name,
             i.indexprs IS NOT NULL OR i.indpred IS NOT NULL AS has_expression, concat_ws('; ',
               replace(pg_get_indexdef(c.oid), format(' ON ONLY %s ', i.indrelid::regclass),
                       format(' ON %s ', i.indrelid::regclass)),
               CASE WHEN c.reltablespace <> 0 THEN format('ALTER INDEX %s SET TABLESPACE %I',
                 c.oid::regclass, (SELECT s.spcname FROM pg_tablespace s
                                   WHERE s.oid = c.reltablespace)) END,
               CASE WHEN i.indisclustered THEN format('ALTER TABLE %s CLUSTER ON %I',
                 i.indrelid::regclass, c.relname) END,
               format('COMMENT ON INDEX %s IS ', c.oid::regclass)
                 || quote_literal(obj_description(c.oid, 'pg_class'))) AS make
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE NOT c.relispartition
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid
                        AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))
    ), grants AS (
      SELECT c.oid AS relation, string_agg(g.make, '; ') AS make
      FROM pg_class c CROSS JOIN LATERAL (
        SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, c.oid::regclass,
                 CASE WHEN a.grantee = 0 THEN 'PUBLIC'
                      ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                 CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS make
        FROM aclexplode(c.relacl) a
      ) g GROUP BY c.oid
    ), parts AS (  -- comments on columns and the rights to them
      SELECT a.attrelid AS relation, a.attnum AS number, concat_ws('; ',
               format('COMMENT ON COLUMN %s.%I IS ', a.attrelid::regclass, a.attname)
                 || quote_literal(col_description(a.attrelid, a.attnum)),
               (SELECT string_agg(format('GRANT %s (%I) ON %s TO %s%s', p.privilege_type,
                         a.attname, a.attrelid::regclass,
                         CASE WHEN p.grantee = 0 THEN 'PUBLIC'
                              ELSE quote_ident(pg_get_userbyid(p.grantee)) END,
                         CASE WHEN p.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '; ')
                FROM aclexplode(a.attacl) p)) AS make
      FROM pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped
    )

    SELECT 1 AS phase, 0 AS place, p.polname::text AS name,
           format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass) AS dropped,
           concat_ws('; ',
             format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname,
               p.polrelid::regclass,
               CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
               CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                             WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
               (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC'
                         ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(p.polroles) r),
               ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
               ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
             format('COMMENT ON POLICY %I ON %s IS ', p.polname, p.polrelid::regclass)
               || quote_literal(obj_description(p.oid, 'pg_policy'))) AS make
    FROM pg_policy p
    WHERE ('pg_policy'::regclass, p.oid) IN (SELECT class, object FROM dependents)

    UNION ALL
    SELECT 2, 0, r.name, format('DROP RULE %I ON %s', r.name, r.relation::regclass), r.make
    FROM rules r
    WHERE ('pg_rewrite'::regclass, r.oid) IN (SELECT class, object FROM dependents)
      AND r.relation <> ALL (views)

    UNION ALL
    SELECT 3, -max(d.depth), c.oid::regclass::text,
           format('DROP %sVIEW %s', k.word, c.oid::regclass),
           concat_ws('; ',
             format('CREATE %sVIEW %s%s%s AS %s%s', k.word, c.oid::regclass,
               ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
               (SELECT format(' TABLESPACE %I', s.spcname) FROM pg_tablespace s
                WHERE s.oid = c.reltablespace),
               rtrim(pg_get_viewdef(c.oid), ';'),
               CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN ' WITH NO DATA' END),
             (SELECT string_agg(format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s',
                       c.oid::regclass, a.attname, pg_get_expr(f.adbin, f.adrelid)), '; ')
              FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid
                   AND a.attnum = f.adnum WHERE f.adrelid = c.oid),
             (SELECT string_agg(r.make, '; ' ORDER BY r.name) FROM rules r
              WHERE r.relation = c.oid),
             (SELECT string_agg(t.make, '; ' ORDER BY t.name) FROM triggers t
              WHERE t.relation = c.oid),
             (SELECT string_agg(i.make, '; ' ORDER BY i.name) FROM indexes i
              WHERE i.relation = c.oid),
             format('COMMENT ON %sVIEW %s IS ', k.word, c.oid::regclass)
               || quote_literal(obj_description(c.oid, 'pg_class')),
             (SELECT string_agg(p.make, '; ' ORDER BY p.number) FROM parts p
              WHERE p.relation = c.oid AND p.make <> ''),
             (SELECT g.make FROM grants g WHERE g.relation = c.oid),
             CASE WHEN pg_get_userbyid(c.relowner) <> current_user
                  THEN format('ALTER TABLE %s OWNER TO %I', c.oid::regclass,
                              pg_get_userbyid(c.relowner)) END)
    FROM depths d JOIN pg_class c ON c.oid = d.view
    CROSS JOIN LATERAL (SELECT CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END AS word) k
    GROUP BY c.oid, c.relkind, c.reloptions, c.reltablespace, c.relispopulated, c.relowner, k.word

    UNION ALL
    SELECT 4, 0, t.name, format('DROP TRIGGER %I ON %s', t.name, t.relation::regclass), t.make
    FROM triggers t
    WHERE ('pg_trigger'::regclass, t.oid) IN (SELECT class, object FROM dependents)
      AND t.relation <> ALL (views)

    UNION ALL
    SELECT CASE k.contype WHEN 'f' THEN 5 ELSE 6 END, k.coninhcount, k.conname,
           format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),
           concat_ws('; ',
             format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid)),
             format('COMMENT ON CONSTRAINT %I ON %s IS ', k.conname, k.conrelid::regclass)
               || quote_literal(obj_description(k.oid, 'pg_constraint')))
    FROM pg_constraint k
    WHERE (('pg_constraint'::regclass, k.oid) IN (SELECT class, object FROM dependents)
           OR k.contype <> 'f'
              AND ('pg_class'::regclass, k.conindid) IN (SELECT class, object FROM dependents))
      AND k.conparentid = 0 AND (k.coninhcount = 0 OR k.conislocal)
      AND (k.contype IN ('c', 'f', 'x') OR k.contype IN ('p', 'u') AND EXISTS (
             SELECT 1 FROM unnest(k.conkey) n
             WHERE format('%s/%s', k.conrelid, n) = ANY (generated)))

    UNION ALL
    SELECT 7, 0, i.name, format('DROP INDEX %s', i.oid::regclass), i.make
    FROM indexes i
    WHERE ('pg_class'::regclass, i.oid) IN (SELECT class, object FROM dependents)
      AND i.relation <> ALL (views)
      AND (i.has_expression OR EXISTS (
             SELECT 1 FROM pg_index x CROSS JOIN LATERAL unnest(x.indkey::int2[]) n
             WHERE x.indexrelid = i.oid AND format('%s/%s', i.relation, n) = ANY (generated)))

    UNION ALL
    SELECT 8, 0, s.stxname, format('DROP STATISTICS %I.%I', n.nspname, s.stxname),
           concat_ws('; ', pg_get_statisticsobjdef(s.oid),
             format('COMMENT ON STATISTICS %I.%I IS ', n.nspname, s.stxname)
               || quote_literal(obj_description(s.oid, 'pg_statistic_ext')))
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
    WHERE ('pg_statistic_ext'::regclass, s.oid) IN (SELECT class, object FROM dependents)

    UNION ALL
    SELECT 9, -a.attnum, a.attname,
           CASE WHEN stays THEN format('ALTER TABLE %s ALTER COLUMN %I SET EXPRESSION AS (NULL)',
                                       a.attrelid::regclass, a.attname)
                ELSE format('ALTER TABLE %s DROP COLUMN %I', a.attrelid::regclass, a.attname) END,
           CASE WHEN stays THEN format('ALTER TABLE %s ALTER COLUMN %I SET EXPRESSION AS (%s)',
                                       a.attrelid::regclass, a.attname, expression)
                ELSE concat_ws('; ',
                  format('ALTER TABLE %s ADD COLUMN %I %s%s GENERATED ALWAYS AS (%s) STORED%s',
                    a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
                    (SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
                     FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                     JOIN pg_type t ON t.oid = a.atttypid
                     WHERE l.oid = a.attcollation AND l.oid <> t.typcollation),
                    expression, CASE WHEN a.attnotnull THEN ' NOT NULL' END),
                  (SELECT nullif(p.make, '') FROM parts p
                   WHERE p.relation = a.attrelid AND p.number = a.attnum)) END
    FROM pg_attribute a
    JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    CROSS JOIN LATERAL (
      SELECT pg_get_expr(f.adbin, f.adrelid) AS expression,
             version >= 170000 AND NOT a.attnotnull
               AND a.atttypid NOT IN (old_type, old_array) AS stays) g
    WHERE format('%s/%s', a.attrelid, a.attnum) = ANY (generated) AND a.attinhcount = 0

    UNION ALL
    SELECT 10, a.attnum, a.attname,
           format('ALTER TABLE ONLY %s ALTER COLUMN %I DROP DEFAULT', a.attrelid::regclass,
                  a.attname),
           format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s', a.attrelid::regclass,
                  a.attname, pg_get_expr(f.adbin, f.adrelid))
    FROM pg_attribute a
    JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE a.attgenerated = '' AND a.attrelid <> ALL (views)
      AND (format('%s/%s', a.attrelid, a.attnum) = ANY (own)
           OR ('pg_attrdef'::regclass, f.oid) IN (SELECT class, object FROM dependents))

    ORDER BY phase, place, name
  LOOP
    drops := drops || item.dropped;
    makes := makes || item.make;
  END LOOP;

  -- From here on the database changes.
  FOR i IN 1 .. cardinality(drops) LOOP
    EXECUTE drops[i];
  END LOOP;
  EXECUTE format('ALTER TYPE %s RENAME TO %I', type_name, old_name);
  EXECUTE format('CREATE TYPE %s AS ENUM (%s)', type_name,
    (SELECT string_agg(quote_literal(v), ', ' ORDER BY n)
     FROM unnest(labels) WITH ORDINALITY AS l(v, n)));

  FOR item IN
    SELECT a.attrelid::regclass AS relation, string_agg(
             format('ALTER COLUMN %I TYPE %s', a.attname, type_name || brackets)
               || CASE WHEN c.relkind = 'f' THEN '' ELSE
                    format(' USING %I::text%s::%s', a.attname, brackets, type_name || brackets) END,
             ', ' ORDER BY a.attnum) AS actions
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    CROSS JOIN LATERAL (
      SELECT CASE WHEN a.atttypid = old_array THEN '[]' ELSE '' END AS brackets) b
    WHERE a.atttypid IN (old_type, old_array) AND NOT a.attisdropped
      AND c.relkind IN ('r', 'p', 'f') AND a.attinhcount = 0
    GROUP BY a.attrelid
  LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s %s', item.relation, item.actions);
    EXCEPTION WHEN invalid_text_representation THEN
      RAISE EXCEPTION 'Rows of % hold a value that enum type % is to lose (%).',
        item.relation, type_name, SQLERRM
        USING ERRCODE = 'invalid_text_representation', HINT = 'Change these rows first.';
    END;
  END LOOP;

  EXECUTE format('DROP TYPE %s.%I', schema_name, old_name);
  IF type_extras <> '' THEN
    EXECUTE type_extras;
  END IF;
  FOR i IN REVERSE cardinality(makes) .. 1 LOOP
    BEGIN
      EXECUTE makes[i];
    EXCEPTION WHEN OTHERS THEN
      RAISE EXCEPTION 'What uses enum type % does not fit its new values: % (%)',
        type_name, SQLERRM, makes[i] USING ERRCODE = SQLSTATE;
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('search_path', path, true);
END
{tag}
"""
