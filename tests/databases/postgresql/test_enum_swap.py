"""An enum type loses and reorders values; everything that uses it is there afterwards."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.database.executor import Executor
from limbeck.operations import types
from limbeck.operations.base import Operation, Scope
from limbeck.plan.steps import Step
from limbeck.schema.objects import Schema
from tests.databases.postgresql.conftest import POSTGRESQL

pytestmark = pytest.mark.postgresql

MADE = """
CREATE SCHEMA "other Schema";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s 50%', 'gone');
COMMENT ON TYPE mood IS 'how it is';
REVOKE ALL ON TYPE mood FROM PUBLIC;
GRANT USAGE ON TYPE mood TO pg_monitor;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TABLE t (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  m mood NOT NULL DEFAULT 'ok',
  ms mood[] DEFAULT '{sad,ok}',
  note text DEFAULT ('ok'::mood)::text,
  is_ok boolean GENERATED ALWAYS AS (m = 'ok') STORED,
  shadow mood GENERATED ALWAYS AS (CASE WHEN m = 'sad' THEN 'ok'::mood ELSE m END) STORED NOT NULL,
  size varchar(5) CHECK (size IN ('s', 'm')),
  tail integer,
  CONSTRAINT ck CHECK (m <> 'sad' OR tail > 0),
  CONSTRAINT uq UNIQUE (m, tail),
  CONSTRAINT uq_ok UNIQUE (is_ok, tail),
  CONSTRAINT ex EXCLUDE USING btree (tail WITH =) WHERE (m = 'sad')
);
COMMENT ON CONSTRAINT ck ON t IS 'a check';
COMMENT ON COLUMN t.is_ok IS 'whether';
CREATE INDEX plain ON t (m);
CREATE INDEX part ON t (tail) WHERE m = 'ok';
CREATE INDEX expr ON t ((CASE WHEN m = 'sad' THEN 1 ELSE 0 END), tail DESC) WITH (fillfactor = 70);
CREATE INDEX generated ON t (is_ok);
COMMENT ON INDEX part IS 'a part';
ALTER TABLE t CLUSTER ON expr;
CREATE STATISTICS st ON (m = 'ok'), tail FROM t;
CREATE TRIGGER tr BEFORE UPDATE OF m ON t FOR EACH ROW WHEN (new.m <> 'sad')
  EXECUTE FUNCTION note();
ALTER TABLE t DISABLE TRIGGER tr;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY po ON t AS RESTRICTIVE FOR UPDATE TO pg_monitor, PUBLIC
  USING (m = 'ok') WITH CHECK (m <> 'sad');
CREATE RULE ru AS ON DELETE TO t WHERE old.m = 'sad' DO INSTEAD NOTHING;
CREATE TABLE "other Schema"."T 2" (
  m mood PRIMARY KEY, n numeric, CONSTRAINT ck2 CHECK (m > 'sad') NOT VALID);
CREATE TABLE refers (m mood REFERENCES "other Schema"."T 2" (m) ON DELETE CASCADE);
CREATE TABLE parent (m mood DEFAULT 'sad', CONSTRAINT ck_p CHECK (m <> 'ok'));
CREATE TABLE child (extra integer) INHERITS (parent);
ALTER TABLE child ALTER m SET DEFAULT 'it''s 50%';
CREATE TABLE part_table (m mood, d integer, CHECK (m > 'sad')) PARTITION BY RANGE (d);
CREATE TABLE part_1 PARTITION OF part_table FOR VALUES FROM (0) TO (10);
CREATE INDEX part_index ON part_table (d) WHERE m = 'ok';
CREATE VIEW v AS SELECT id, m, tail FROM t WHERE m <> 'sad';
CREATE VIEW vv WITH (security_barrier = true) AS
  SELECT count(*) AS n, m AS renamed FROM v GROUP BY m;
CREATE MATERIALIZED VIEW mv AS SELECT renamed, n, 'ok'::mood AS always FROM vv;
CREATE VIEW "other Schema".last AS SELECT mv.*, t.note FROM mv JOIN t ON t.m = mv.renamed;
CREATE UNIQUE INDEX mv_index ON mv (renamed);
CREATE MATERIALIZED VIEW empty AS SELECT m FROM "other Schema"."T 2" WITH NO DATA;
COMMENT ON VIEW v IS 'a view';
COMMENT ON COLUMN v.m IS 'its mood';
GRANT SELECT ON v TO pg_monitor WITH GRANT OPTION;
GRANT UPDATE (tail) ON v TO PUBLIC;
ALTER VIEW v ALTER COLUMN m SET DEFAULT 'ok';
CREATE TRIGGER v_tr INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE v_ru AS ON UPDATE TO v DO INSTEAD UPDATE t SET tail = new.tail WHERE t.id = new.id;
ALTER VIEW vv OWNER TO pg_monitor;
GRANT SELECT ON v TO pg_monitor;
INSERT INTO t (m, ms, tail, size) VALUES
  ('sad', '{it''s 50%}', 1, 's'), ('ok', NULL, 2, 'm'), ('it''s 50%', '{}', 3, NULL);
INSERT INTO "other Schema"."T 2" VALUES ('ok', 1);
INSERT INTO refers VALUES ('ok');
INSERT INTO child VALUES ('sad', 1);
INSERT INTO part_table VALUES ('ok', 5);
REFRESH MATERIALIZED VIEW mv;
"""

DEFINITIONS = """
SELECT 'column', attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod),
       pg_get_expr(adbin, adrelid), attgenerated::text || attnotnull::text || attacl::text,
       col_description(attrelid, attnum)
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid),
       convalidated::text, coninhcount::text, obj_description(oid, 'pg_constraint')
FROM pg_constraint
UNION ALL SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text,
       pg_get_indexdef(indexrelid), indisclustered::text, indisvalid::text,
       obj_description(indexrelid, 'pg_class') FROM pg_index
UNION ALL SELECT 'relation', oid::regclass::text, relkind::text, relacl::text, reloptions::text,
       pg_get_userbyid(relowner), coalesce(obj_description(oid, 'pg_class'), relispopulated::text)
FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')
UNION ALL SELECT 'rule', ev_class::regclass::text, rulename, pg_get_ruledef(oid), NULL, NULL, NULL
FROM pg_rewrite
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid),
       tgenabled::text, NULL, NULL FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'policy', polrelid::regclass::text, polname, pg_get_expr(polqual, polrelid),
       pg_get_expr(polwithcheck, polrelid), polroles::text, polcmd::text || polpermissive
FROM pg_policy
UNION ALL SELECT 'statistics', NULL, stxname, pg_get_statisticsobjdef(oid), NULL, NULL, NULL
FROM pg_statistic_ext
UNION ALL SELECT 'type', NULL, typname, typacl::text, obj_description(oid, 'pg_type'), NULL, NULL
FROM pg_type WHERE typtype = 'e'
ORDER BY 1, 2, 3, 4, 5
"""

ROWS = {
    "t": "SELECT id, m, ms, note, is_ok, shadow, size, tail FROM t ORDER BY id",
    "other": 'SELECT * FROM "other Schema"."T 2"',
    "refers": "SELECT * FROM refers",
    "parent": "SELECT * FROM parent",
    "parts": "SELECT * FROM part_table",
    "mv": "SELECT * FROM mv ORDER BY renamed::text",
    "last": 'SELECT * FROM "other Schema".last ORDER BY renamed::text',
}


@pytest.fixture
def filled(connection: sa.Connection) -> sa.Connection:
    connection.exec_driver_sql(MADE.replace("%", "%%"))
    connection.commit()
    return connection


def definitions(connection: sa.Connection) -> list[Any]:
    named = """SELECT c.oid::regclass::text FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname IN ('public', 'other Schema')"""
    rows = connection.exec_driver_sql(DEFINITIONS).all()
    names = connection.exec_driver_sql(named).scalars()
    own = {*names, None}
    return [tuple(row) for row in rows if row[1] in own]


def contents(connection: sa.Connection) -> dict[str, list[Any]]:
    return {
        name: [tuple(row) for row in connection.exec_driver_sql(sql)] for name, sql in ROWS.items()
    }


def run(connection: sa.Connection, operation: Operation, before: Schema | None = None) -> None:
    compiler = POSTGRESQL.compiler(connection.dialect)
    for statement in compiler.compile(operation, before or Schema()):
        connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})


BEFORE = ("sad", "ok", "it's 50%", "gone")
AFTER = ("it's 50%", "sad", "new", "ok")


def altered(connection: sa.Connection, **kw: Any) -> Operation:
    return types.alter_enum(Scope(connection.dialect), "mood", AFTER, existing_values=BEFORE, **kw)


def labels(connection: sa.Connection) -> tuple[str, ...]:
    return tuple(connection.exec_driver_sql("SELECT enum_range(NULL::mood)::text[]").scalar_one())


def test_a_swap_keeps_every_definition_and_all_rows(filled: sa.Connection) -> None:
    before, rows = definitions(filled), contents(filled)
    operation = altered(filled)
    run(filled, operation)
    assert definitions(filled) == before
    assert contents(filled) == rows
    assert labels(filled) == AFTER
    run(filled, operation.reverse(Schema()))
    assert definitions(filled) == before
    assert contents(filled) == rows
    assert labels(filled) == BEFORE
    filled.exec_driver_sql("INSERT INTO t (m, tail) VALUES ('gone', 9)")


def test_only_generated_columns_change_their_place(filled: sa.Connection) -> None:
    def columns() -> list[str]:
        sql = "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"
        order = " AND NOT attisdropped ORDER BY attnum"
        return list(filled.exec_driver_sql(sql + order).scalars())

    before = columns()
    run(filled, altered(filled))
    moved = {"is_ok", "shadow"}
    assert [c for c in columns() if c not in moved] == [c for c in before if c not in moved]
    if (filled.dialect.server_version_info or ()) >= (17,):
        assert columns().index("is_ok") == before.index("is_ok")


def test_rows_with_a_removed_value_are_named_and_nothing_changes(filled: sa.Connection) -> None:
    filled.exec_driver_sql("UPDATE t SET m = 'gone' WHERE id = 3")
    before = definitions(filled)
    savepoint = filled.begin_nested()
    with pytest.raises(
        sa.exc.DBAPIError, match=r"Rows of public\.t hold a value that .* is to lose"
    ):
        run(filled, altered(filled))
    savepoint.rollback()
    assert definitions(filled) == before


def test_an_error_shows_the_start_of_the_statement_alone(filled: sa.Connection) -> None:
    filled.exec_driver_sql("UPDATE t SET m = 'gone' WHERE id = 3")
    operation, state = altered(filled), Schema()
    statements = POSTGRESQL.compiler(filled.dialect).compile(operation, state)
    with pytest.raises(sa.exc.DBAPIError) as raised:
        Executor(filled).run(Step(operation, state, statements))
    assert str(raised.value).count("\n") < 12


def test_a_default_that_is_removed_is_named(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    connection.exec_driver_sql("CREATE TABLE t (m mood DEFAULT 'sad')")
    scope = Scope(connection.dialect)
    with pytest.raises(sa.exc.DBAPIError, match=r"does not fit its new values.*SET DEFAULT 'sad'"):
        run(connection, types.alter_enum(scope, "mood", ["ok"], existing_values=["sad", "ok"]))


@pytest.mark.parametrize(
    "user",
    [
        "CREATE FUNCTION f(m mood) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE DOMAIN d AS mood",
        "CREATE TYPE pair AS (m mood)",
        "CREATE TYPE r AS RANGE (subtype = mood)",
    ],
)
def test_what_cannot_be_made_again_is_refused_by_name(connection: sa.Connection, user: str) -> None:
    connection.exec_driver_sql("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    connection.exec_driver_sql(user)
    scope = Scope(connection.dialect)
    with pytest.raises(sa.exc.DBAPIError, match=r"cannot be removed or moved while .* uses it"):
        run(connection, types.alter_enum(scope, "mood", ["ok"], existing_values=["sad", "ok"]))


def test_the_search_path_is_left_as_it_was(filled: sa.Connection) -> None:
    filled.exec_driver_sql('SET LOCAL search_path = public, "other Schema"')
    run(filled, altered(filled))
    path = filled.exec_driver_sql("SHOW search_path").scalar_one()
    assert path == 'public, "other Schema"'


def test_a_type_of_another_schema_with_an_odd_name_is_swapped(connection: sa.Connection) -> None:
    connection.exec_driver_sql('CREATE SCHEMA "a.b $limbeck$"')
    connection.exec_driver_sql(
        """CREATE TYPE "a.b $limbeck$"."My 'Mood'" AS ENUM ('$limbeck$', 'b')"""
    )
    connection.exec_driver_sql("""CREATE TABLE t (m "a.b $limbeck$"."My 'Mood'" DEFAULT 'b')""")
    values = ("b", "$limbeck$")
    name = "My 'Mood'"
    scope = Scope(connection.dialect)
    operation = types.alter_enum(
        scope, name, values, existing_values=values[::-1], schema="a.b $limbeck$"
    )
    run(connection, operation)
    sql = "SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum"
    assert tuple(connection.exec_driver_sql(sql).scalar_one()) == values
