"""Operations on objects beside tables, and renames: up and down on the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request
from limbeck.errors import CommandError
from limbeck.operations import domains, extensions, renames, schemas, sequences, types
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch
from limbeck.runtime.state import LiveState
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Extension, Schema
from tests.databases.postgresql.conftest import POSTGRESQL

pytestmark = pytest.mark.postgresql

MADE = """
CREATE SCHEMA s;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'spare');
CREATE TYPE s.lone AS ENUM ('a');
CREATE SEQUENCE seq START 5 INCREMENT 2 MINVALUE 3 MAXVALUE 99 CACHE 7 CYCLE;
CREATE DOMAIN d AS integer DEFAULT 4 CONSTRAINT positive CHECK (VALUE > 0);
CREATE TABLE t (
  id integer CONSTRAINT pk PRIMARY KEY,
  m mood DEFAULT 'ok',
  CONSTRAINT ck CHECK (id > 0),
  CONSTRAINT uq UNIQUE (m)
);
CREATE INDEX ix ON t (id) WHERE id > 5;
CREATE TABLE s.o (id integer, CONSTRAINT fk FOREIGN KEY (id) REFERENCES t);
CREATE INDEX "Odd ix" ON s.o (id);
INSERT INTO t VALUES (1, 'sad');
ALTER TABLE t ADD CONSTRAINT late CHECK (id < 100) NOT VALID;
"""

STATE = """
SELECT 'schema', nspname::text, NULL, NULL FROM pg_namespace WHERE nspname !~ '^pg_'
UNION ALL SELECT 'enum', t.oid::regtype::text, e.labels::text, NULL
FROM pg_type t CROSS JOIN LATERAL (
  SELECT array_agg(enumlabel ORDER BY enumsortorder) AS labels
  FROM pg_enum WHERE enumtypid = t.oid) e WHERE typtype = 'e'
UNION ALL SELECT 'sequence', c.oid::regclass::text, format_type(seqtypid, NULL),
  concat_ws(' ', seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
    (SELECT refobjid::regclass::text || refobjsubid FROM pg_depend
     WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'a'))
FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid
UNION ALL SELECT 'extension', extname, extnamespace::regnamespace::text, NULL FROM pg_extension
UNION ALL SELECT 'domain', oid::regtype::text, format_type(typbasetype, typtypmod),
  concat_ws(' ', typdefault, typnotnull) FROM pg_type
WHERE typtype = 'd' AND typnamespace <> 'information_schema'::regnamespace
UNION ALL SELECT 'constraint', conname, contypid::regtype::text || conrelid::regclass::text,
  pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace <> 'information_schema'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), NULL
FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE relnamespace IN ('public'::regnamespace, to_regnamespace('s'))
UNION ALL SELECT 'rows', id::text, m::text, NULL FROM t
ORDER BY 1, 2, 3, 4
"""

Verb = Callable[[Scope], Operation]


def verb(function: Callable[..., Operation], *args: Any, **kw: Any) -> Verb:
    return lambda scope: function(scope, *args, **kw)


def enum(*args: Any, **kw: Any) -> Verb:
    return verb(types.alter_enum, "mood", *args, **kw)


def sequence(**kw: Any) -> Verb:
    return verb(sequences.alter_sequence, "seq", **kw)


def domain(**kw: Any) -> Verb:
    return verb(domains.alter_domain, "d", **kw)


OLD = ["sad", "ok", "spare"]
CASES: dict[str, Verb] = {
    "create schema": verb(schemas.create_schema, "New one"),
    "create schema if it is not there": verb(schemas.create_schema, "new", if_not_exists=True),
    "create enum": verb(types.create_enum, "n", ["x", "it's 50%"], schema="s"),
    "create enum if it is not there": verb(types.create_enum, "n", ["x"], if_not_exists=True),
    "drop enum": verb(types.drop_enum, "lone", schema="s"),
    "add values": enum(["first", "sad", "mid", "ok", "spare", "last"], existing_values=OLD),
    "add values to what the server has": enum(["sad", "ok", "spare", "last"]),
    "add values with a swap": enum(["sad", "new", "ok", "spare"], existing_values=OLD, swap=True),
    "add value": enum(add_value="n"),
    "add value before": enum(add_value="n", before="ok"),
    "add value after": enum(add_value="n", after="sad"),
    "add value if it is not there": enum(add_value="n", if_not_exists=True),
    "remove value": enum(["sad", "ok"]),
    "reorder": enum(["ok", "sad", "spare"]),
    "rename value": enum(rename_values={"sad": "blue"}),
    "rename value that is known": enum(rename_values={"sad": "blue"}, existing_values=OLD),
    "trade values": enum(rename_values={"sad": "ok", "ok": "sad"}),
    "rename, add and move values": enum(
        ["new", "ok", "blue"], existing_values=OLD, rename_values={"sad": "blue"}
    ),
    "create sequence": verb(sequences.create_sequence, "n"),
    "create sequence with all": verb(
        sequences.create_sequence,
        "n",
        schema="s",
        start=0,
        increment=-3,
        minvalue=-50,
        maxvalue=0,
        cycle=True,
        cache=4,
        data_type=sa.Integer,
        owned_by="o.id",
        if_not_exists=True,
    ),
    "alter sequence": sequence(start=9, increment=-1, maxvalue=50, cycle=False),
    "alter sequence to defaults": sequence(
        start=None, increment=None, minvalue=None, maxvalue=None, cycle=False, cache=None
    ),
    "own sequence": sequence(owned_by="t.id", data_type=sa.SmallInteger()),
    "drop sequence": verb(sequences.drop_sequence, "seq"),
    "create extension": verb(extensions.create_extension, "plpgsql", if_not_exists=True),
    "create domain": verb(domains.create_domain, "n", sa.Integer),
    "create domain with all": verb(
        domains.create_domain,
        "n",
        sa.String(20),
        schema="s",
        server_default="it's 50%",
        not_null=True,
        check="VALUE <> '%' AND VALUE::text > ':'",
        constraint_name="ck_n",
    ),
    "create domain with checks": verb(
        domains.create_domain, "n", sa.Integer, check={"a": "VALUE > 0", "b": "VALUE < 5"}
    ),
    "alter domain": domain(
        server_default=sa.text("2 + 3"),
        not_null=True,
        drop_constraint="positive",
        check="VALUE <> 7",
        constraint_name="seven",
    ),
    "alter domain back": domain(server_default=None, check="VALUE <> 7"),
    "drop domain": verb(domains.drop_domain, "d"),
    "rename index": verb(renames.rename_index, "ix", "ix 2", "t"),
    "rename index without its table": verb(renames.rename_index, "Odd ix", "even", schema="s"),
    "rename index of a key": verb(renames.rename_index, "uq", "uq2", "t"),
    "rename check": verb(renames.rename_constraint, "ck", "ck 2", "t", "check"),
    "rename unique": verb(renames.rename_constraint, "uq", "uq2", "t"),
    "rename primary key": verb(renames.rename_constraint, "pk", "t_pkey", "t"),
    "rename foreign key": verb(renames.rename_constraint, "fk", "fk2", "o", schema="s"),
}


def state(connection: sa.Connection) -> Sequence[Any]:
    return [tuple(row) for row in connection.exec_driver_sql(STATE)]


def started() -> Schema:
    """What the database starts with of what inspection does not read."""
    scope = Scope(sa.create_mock_engine("postgresql://", lambda *_: None).dialect)
    operations = (
        schemas.create_schema(scope, "s"),
        sequences.create_sequence(
            scope, "seq", start=5, increment=2, minvalue=3, maxvalue=99, cycle=True, cache=7
        ),
        domains.create_domain(
            scope,
            "d",
            sa.Integer,
            server_default=sa.text("4"),
            check="VALUE > 0",
            constraint_name="positive",
        ),
    )
    schema = Schema()
    for operation in operations:
        schema = operation.apply(schema)
    return schema


def known(connection: sa.Connection) -> Schema:
    """The database as a schema, with what the script knows of the rest."""
    read = POSTGRESQL.inspect(connection, Request(schemas=(None, "s")))
    found, rest = POSTGRESQL.normalize(read, connection.dialect), started()
    return replace(
        found,
        schemas=rest.schemas,
        sequences=rest.sequences,
        domains=rest.domains,
        extensions=Named([Extension("plpgsql")]),
    )


def run(connection: sa.Connection, operation: Operation, before: Any) -> None:
    for statement in POSTGRESQL.compiler(connection.dialect).compile(operation, before):
        connection.exec_driver_sql(statement.sql, execution_options={"no_parameters": True})


@pytest.fixture
def made(connection: sa.Connection) -> sa.Connection:
    connection.exec_driver_sql(MADE)
    connection.commit()
    return connection


@pytest.mark.parametrize("case", CASES)
def test_each_operation_is_done_and_taken_back(made: sa.Connection, case: str) -> None:
    before, schema = state(made), known(made)
    operation = CASES[case](Scope(made.dialect))
    back = operation.reverse(schema)
    run(made, operation, schema)
    made.commit()
    assert (state(made) == before) == (case == "create extension")
    run(made, back, operation.apply(schema))
    assert state(made) == before


def test_a_constraint_is_validated(made: sa.Connection) -> None:
    scope = Scope(made.dialect)
    run(made, renames.validate_constraint(scope, "late", "t"), Schema())
    sql = "SELECT convalidated FROM pg_constraint WHERE conname = 'late'"
    assert made.exec_driver_sql(sql).scalar_one() is True


def test_a_batch_renames_and_validates(made: sa.Connection) -> None:
    scope = Scope(made.dialect)
    operations = (
        renames.rename_index(scope, "ix", "ix2", "t"),
        renames.rename_constraint(scope, "late", "later", "t"),
        renames.validate_constraint(scope, "later", "t"),
    )
    run(made, Batch(Name("t"), operations), live(made))
    sql = "SELECT convalidated FROM pg_constraint WHERE conname = 'later'"
    assert made.exec_driver_sql(sql).scalar_one() is True


def test_a_schema_goes_with_all_that_it_holds(made: sa.Connection) -> None:
    run(made, schemas.drop_schema(Scope(made.dialect), "s", cascade=True), Schema())
    assert ("schema", "s", None, None) not in state(made)


def test_an_extension_comes_and_goes(made: sa.Connection) -> None:
    offered = "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL"
    offered += " ORDER BY name <> 'citext', name LIMIT 1"
    name = made.exec_driver_sql(offered).scalar_one_or_none()
    if name is None:
        pytest.skip("this server offers no extension that is not installed")
    operation = extensions.create_extension(Scope(made.dialect), name, schema="s", cascade=True)
    before = state(made)
    run(made, operation, Schema())
    assert ("extension", name, "s", None) in state(made)
    run(made, operation.reverse(Schema()), Schema())
    assert state(made) == before


def test_a_sequence_restarts(made: sa.Connection) -> None:
    scope = Scope(made.dialect)
    run(made, sequences.alter_sequence(scope, "seq", restart=11), Schema())
    assert made.exec_driver_sql("SELECT nextval('seq')").scalar_one() == 11
    run(made, sequences.alter_sequence(scope, "seq", restart=True), Schema())
    assert made.exec_driver_sql("SELECT nextval('seq')").scalar_one() == 5


def test_a_domain_leaves_old_values_unchecked_on_request(made: sa.Connection) -> None:
    made.exec_driver_sql("CREATE TABLE u (v d)")
    made.exec_driver_sql("INSERT INTO u VALUES (3)")
    scope = Scope(made.dialect)
    run(made, domains.alter_domain(scope, "d", check="VALUE > 5", not_valid=True), Schema())
    assert made.exec_driver_sql("SELECT v FROM u").scalar_one() == 3


def test_rows_hold_new_values_at_once_after_a_swap(made: sa.Connection) -> None:
    scope = Scope(made.dialect)
    new = ["sad", "ok", "new"]
    run(made, types.alter_enum(scope, "mood", new, existing_values=OLD, swap=True), Schema())
    made.exec_driver_sql("UPDATE t SET m = 'new'")
    assert made.exec_driver_sql("SELECT m::text FROM t").scalar_one() == "new"


def test_an_enum_that_went_with_its_last_column_may_be_dropped(made: sa.Connection) -> None:
    run(made, types.drop_enum(Scope(made.dialect), "no_such_type"), Schema())
    with pytest.raises(sa.exc.ProgrammingError):
        run(made, types.drop_enum(Scope(made.dialect), "no_such_type", if_exists=False), Schema())


def test_altering_needs_the_old_values_where_nobody_knows_them(made: sa.Connection) -> None:
    operation = types.alter_enum(Scope(made.dialect), "mood", ["sad"])
    with pytest.raises(CommandError, match="existing_values"):
        run(made, operation, Schema())
    run(made, types.alter_enum(Scope(made.dialect), "mood", ["ok", "sad"]), live(made))
    assert "{ok,sad}" in {row[2] for row in state(made)}


def live(connection: sa.Connection) -> LiveState:
    def read(request: Any) -> Schema:
        return POSTGRESQL.normalize(POSTGRESQL.inspect(connection, request), connection.dialect)

    return LiveState(read)
