"""Operations on objects beside tables, and renames: what they mean, without a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import op
from limbeck.dialects.base import dialect as dialect_of
from limbeck.errors import CommandError, NotReversible, SchemaConflict, UnsupportedOperation
from limbeck.operations import domains, extensions, renames, schemas, sequences, types
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch
from limbeck.operations.constraints import create_check_constraint
from limbeck.operations.tables import create_table
from limbeck.runtime.invoke import Interpreter, running
from limbeck.runtime.sinks import Recorder
from limbeck.runtime.state import KnownState
from limbeck.schema.codec import digest, from_json, to_json
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from limbeck.script.render import render
from limbeck.script.render_context import RenderOptions

DIALECTS = {
    name: sa.create_mock_engine(f"{url}://", lambda *_: None).dialect
    for name, url in (
        ("postgresql", "postgresql+psycopg2"),
        ("mysql", "mysql+pymysql"),
        ("mariadb", "mariadb+pymysql"),
        ("sqlite", "sqlite"),
        ("mssql", "mssql"),
        ("oracle", "oracle"),
    )
}
SCOPE = Scope(DIALECTS["postgresql"])

Verb = Callable[[], Operation]


def verb(function: Callable[..., Operation], *args: Any, **kw: Any) -> Verb:
    return lambda: function(SCOPE, *args, **kw)


def start() -> Schema:
    """The database that each operation starts from."""
    operations = (
        schemas.create_schema(SCOPE, "s"),
        types.create_enum(SCOPE, "mood", ["sad", "ok"]),
        types.create_enum(SCOPE, "lone", ["a"], schema="s"),
        sequences.create_sequence(SCOPE, "seq", start=5, minvalue=3, cycle=True),
        extensions.create_extension(SCOPE, "ext", schema="s", version="1.2"),
        domains.create_domain(
            SCOPE, "d", sa.Integer, check="VALUE > 0", constraint_name="ck", server_default="4"
        ),
        domains.create_domain(SCOPE, "bare", sa.Integer, check="VALUE > 0"),
        create_table(
            SCOPE,
            "t",
            sa.Column("id", sa.Integer),
            sa.Column("m", sa.Enum("sad", "ok", name="mood")),
            sa.PrimaryKeyConstraint("id", name="pk"),
            sa.UniqueConstraint("m", name="uq"),
            sa.CheckConstraint("id > 0", name="ck"),
            sa.Index("ix", "m"),
        ),
        create_check_constraint(SCOPE, "late", "t", "id < 9", postgresql_not_valid=True),
    )
    schema = Schema()
    for operation in operations:
        schema = operation.apply(schema)
    return schema


CASES: dict[str, Verb] = {
    "create schema": verb(schemas.create_schema, "n"),
    "create schema that is there": verb(schemas.create_schema, "s", if_not_exists=True),
    "drop schema that is not there": verb(schemas.drop_schema, "n", if_exists=True),
    "create enum": verb(types.create_enum, "n", ["x", "y"], schema="s"),
    "create enum that is there": verb(types.create_enum, "mood", ["x"], if_not_exists=True),
    "drop enum": verb(types.drop_enum, "lone", schema="s"),
    "drop enum that is not there": verb(types.drop_enum, "n"),
    "alter enum": verb(types.alter_enum, "mood", ["ok", "x"], existing_values=["sad", "ok"]),
    "alter enum by what is known": verb(types.alter_enum, "mood", ["ok"], swap=True),
    "rename value": verb(types.alter_enum, "mood", rename_values={"sad": "blue"}),
    "rename known value": verb(
        types.alter_enum, "mood", existing_values=["sad", "ok"], rename_values={"sad": "blue"}
    ),
    "trade values": verb(types.alter_enum, "mood", rename_values={"sad": "ok", "ok": "sad"}),
    "rename and remove": verb(
        types.alter_enum, "mood", ["blue", "n"], rename_values={"sad": "blue"}
    ),
    "add value": verb(types.alter_enum, "mood", add_value="n"),
    "add value before": verb(types.alter_enum, "mood", add_value="n", before="ok"),
    "add value after": verb(types.alter_enum, "mood", add_value="n", after="sad"),
    "add value that is there": verb(types.alter_enum, "mood", add_value="ok", if_not_exists=True),
    "create sequence": verb(
        sequences.create_sequence,
        "n",
        schema="s",
        start=0,
        increment=2,
        minvalue=-1,
        maxvalue=9,
        cycle=True,
        cache=3,
        data_type=sa.Integer(),
        owned_by="t.id",
    ),
    "create sequence that is there": verb(sequences.create_sequence, "seq", if_not_exists=True),
    "alter sequence": verb(
        sequences.alter_sequence, "seq", start=7, minvalue=None, cycle=False, owned_by="t.id"
    ),
    "restart sequence": verb(sequences.alter_sequence, "seq", restart=5),
    "drop sequence": verb(sequences.drop_sequence, "seq", cascade=True),
    "drop sequence that is not there": verb(sequences.drop_sequence, "n", if_exists=True),
    "create extension": verb(extensions.create_extension, "n", schema="s", version="2"),
    "create extension that is there": verb(
        extensions.create_extension, "ext", if_not_exists=True, cascade=True
    ),
    "drop extension": verb(extensions.drop_extension, "ext"),
    "drop extension that is not there": verb(extensions.drop_extension, "n", if_exists=True),
    "create domain": verb(
        domains.create_domain,
        "n",
        sa.String(5),
        schema="s",
        server_default=sa.text("upper('x')"),
        not_null=True,
        check="VALUE <> ':x'",
    ),
    "create domain with checks": verb(
        domains.create_domain, "n", sa.Integer(), check={"a": "VALUE > 0", "b": "VALUE < 9"}
    ),
    "alter domain": verb(
        domains.alter_domain,
        "d",
        server_default=None,
        not_null=True,
        drop_constraint="ck",
        check="VALUE > 5",
        constraint_name="ck5",
        not_valid=True,
    ),
    "drop unnamed check of a domain": verb(
        domains.alter_domain, "bare", drop_constraint="bare_check"
    ),
    "drop domain": verb(domains.drop_domain, "d"),
    "drop domain that is not there": verb(domains.drop_domain, "n", if_exists=True),
    "rename index": verb(renames.rename_index, "ix", "ix2", "t"),
    "rename index without its table": verb(renames.rename_index, "ix", "ix2"),
    "rename index of a key": verb(renames.rename_index, "uq", "uq2", "t"),
    "rename check": verb(renames.rename_constraint, "ck", "ck2", "t", "check"),
    "rename primary key": verb(renames.rename_constraint, "pk", "pk2", "t"),
    "validate": verb(renames.validate_constraint, "late", "t"),
    "validate what is valid": verb(renames.validate_constraint, "ck", "t"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_reverse_undoes_its_operation(case: str) -> None:
    before, operation = start(), CASES[case]()
    after = operation.apply(before)
    assert operation.reverse(before).apply(after) == before
    unchanged = "there" in case or case in ("restart sequence", "validate what is valid")
    assert (after == before) == unchanged


def run_text(text: str) -> list[Operation]:
    """The operations that the body of a script makes."""
    recorder, state = Recorder(), KnownState(start())
    compiler = dialect_of("postgresql").compiler(SCOPE.dialect)
    with running(Interpreter(SCOPE, compiler, recorder, state)):
        exec(text, {"op": op, "sa": sa})
    return [step.operation for step in recorder.steps]


@pytest.mark.parametrize("case", CASES)
def test_a_script_makes_the_operation_again(case: str) -> None:
    operation = CASES[case]()
    text = render([operation], RenderOptions(), SCOPE.dialect).text
    assert run_text(text) == [operation]


@pytest.mark.parametrize("case", ["rename index", "rename check", "validate"])
def test_a_batch_makes_the_operation_again(case: str) -> None:
    operation = CASES[case]()
    options = RenderOptions(render_as_batch=True)
    text = render([operation], options, SCOPE.dialect).text
    assert "batch_op." in text
    assert run_text(text) == [Batch(Name("t"), (operation,))]


def test_json_keeps_all_objects() -> None:
    schema = start()
    again = from_json(to_json(schema))
    assert again == schema
    assert digest(again) == digest(schema)
    assert digest(schema) != digest(Schema(schema.tables, schema.enums))


CONFLICTS: dict[str, Verb] = {
    "schema": verb(schemas.create_schema, "s"),
    "no schema": verb(schemas.drop_schema, "n"),
    "schema with something in it": verb(schemas.drop_schema, "s"),
    "enum": verb(types.create_enum, "mood", ["a"]),
    "no enum": verb(types.drop_enum, "n", if_exists=False),
    "enum in use": verb(types.drop_enum, "mood"),
    "no enum to alter": verb(types.alter_enum, "n", ["a"], existing_values=["b"]),
    "no value": verb(types.alter_enum, "mood", rename_values={"n": "m"}),
    "value twice": verb(types.alter_enum, "mood", rename_values={"sad": "ok"}),
    "value that is there": verb(types.alter_enum, "mood", add_value="ok"),
    "no neighbour": verb(types.alter_enum, "mood", add_value="n", after="m"),
    "sequence": verb(sequences.create_sequence, "seq"),
    "no sequence": verb(sequences.drop_sequence, "n"),
    "no sequence to alter": verb(sequences.alter_sequence, "n", start=1),
    "extension": verb(extensions.create_extension, "ext"),
    "no extension": verb(extensions.drop_extension, "n"),
    "domain": verb(domains.create_domain, "d", sa.Integer),
    "no domain": verb(domains.drop_domain, "n"),
    "no domain to alter": verb(domains.alter_domain, "n", not_null=True),
    "no check": verb(domains.alter_domain, "d", drop_constraint="n"),
    "check": verb(domains.alter_domain, "d", check="VALUE > 1", constraint_name="ck"),
    "no index": verb(renames.rename_index, "n", "m", "t"),
    "index": verb(renames.rename_index, "ix", "uq", "t"),
    "no constraint": verb(renames.rename_constraint, "n", "m", "t"),
    "no constraint to validate": verb(renames.validate_constraint, "n", "t"),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_what_does_not_fit_the_schema_is_a_conflict(case: str) -> None:
    schema = types_used(start())
    with pytest.raises(SchemaConflict):
        CONFLICTS[case]().apply(schema)


def types_used(schema: Schema) -> Schema:
    """The schema in normal form as to its tables: a column then tells which type it is of."""
    normal = dialect_of("postgresql").normalize(Schema(schema.tables), SCOPE.dialect)
    for table in normal:
        schema = schema.with_table(table)
    return schema


@pytest.mark.parametrize(
    "operation",
    [
        schemas.drop_schema(SCOPE, "s", cascade=True),
        types.drop_enum(SCOPE, "n"),
        sequences.drop_sequence(SCOPE, "n"),
        sequences.alter_sequence(SCOPE, "n", start=1),
        extensions.drop_extension(SCOPE, "n", cascade=True),
        domains.drop_domain(SCOPE, "n"),
        domains.alter_domain(SCOPE, "n", not_null=True),
        types.alter_enum(SCOPE, "n", ["a"]),
        types.alter_enum(SCOPE, "n", add_value="a"),
    ],
)
def test_what_nobody_knows_cannot_be_taken_back(operation: Operation) -> None:
    with pytest.raises(NotReversible):
        operation.reverse(KnownState())


def test_a_cascade_takes_along_what_a_schema_holds() -> None:
    operations = (
        sequences.create_sequence(SCOPE, "q", schema="s"),
        domains.create_domain(SCOPE, "q", sa.Integer, schema="s"),
        create_table(SCOPE, "q", sa.Column("a", sa.Integer), schema="s"),
    )
    schema = start()
    for operation in operations:
        schema = operation.apply(schema)
    after = schemas.drop_schema(SCOPE, "s", cascade=True).apply(schema)
    everything = (*after.tables, *after.enums, *after.sequences, *after.domains)
    assert [name for name in everything if name.schema == "s"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"add_value": "a", "values": ["a"]},
        {"add_value": "a", "before": "b", "after": "c"},
        {"add_value": "a", "rename_values": {"a": "b"}},
    ],
)
def test_alter_enum_takes_one_kind_of_change(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        types.alter_enum(SCOPE, "mood", **arguments)


def test_names_go_through_the_naming_convention_of_checks() -> None:
    scope = Scope(SCOPE.dialect, {"ck": "ck_%(table_name)s_%(constraint_name)s"})
    found = renames.rename_constraint(scope, "old", op.f("new"), "t", "check")
    assert (found.old, found.new) == ("ck_t_old", "new")


STATEMENTS: dict[str, tuple[Verb, dict[str, list[str] | type[Exception]]]] = {
    "rename index": (
        verb(renames.rename_index, "a", "b", "t", schema="s"),
        {
            "postgresql": ["ALTER INDEX s.a RENAME TO b"],
            "mysql": ["ALTER TABLE s.t RENAME INDEX a TO b"],
            "mariadb": ["ALTER TABLE s.t RENAME INDEX a TO b"],
            "sqlite": UnsupportedOperation,
            "mssql": ["EXEC sp_rename N's.t.a', N'b', N'INDEX'"],
            "oracle": ["ALTER INDEX s.a RENAME TO b"],
        },
    ),
    "rename constraint": (
        verb(renames.rename_constraint, "a", "b", "t", schema="s"),
        {
            "postgresql": ["ALTER TABLE s.t RENAME CONSTRAINT a TO b"],
            "mysql": CommandError,
            "mariadb": CommandError,
            "sqlite": UnsupportedOperation,
            "mssql": ["EXEC sp_rename N's.a', N'b', N'OBJECT'"],
            "oracle": ["ALTER TABLE s.t RENAME CONSTRAINT a TO b"],
        },
    ),
    "validate constraint": (
        verb(renames.validate_constraint, "a", "t"),
        {
            "postgresql": ["ALTER TABLE t VALIDATE CONSTRAINT a"],
            "mysql": UnsupportedOperation,
            "mariadb": UnsupportedOperation,
            "sqlite": UnsupportedOperation,
            "mssql": ["ALTER TABLE t WITH CHECK CHECK CONSTRAINT a"],
            "oracle": ["ALTER TABLE t ENABLE VALIDATE CONSTRAINT a"],
        },
    ),
    "create schema": (
        verb(schemas.create_schema, "S", if_not_exists=True),
        {
            "postgresql": ['CREATE SCHEMA IF NOT EXISTS "S"'],
            "mysql": ["CREATE SCHEMA IF NOT EXISTS `S`"],
            "mariadb": ["CREATE SCHEMA IF NOT EXISTS `S`"],
            "sqlite": UnsupportedOperation,
            "mssql": ["IF SCHEMA_ID(N'S') IS NULL EXEC(N'CREATE SCHEMA [S]')"],
            "oracle": UnsupportedOperation,
        },
    ),
    "drop schema with cascade": (
        verb(schemas.drop_schema, "s", cascade=True),
        {
            "postgresql": ["DROP SCHEMA s CASCADE"],
            "mysql": ["DROP SCHEMA s"],
            "mariadb": ["DROP SCHEMA s"],
            "sqlite": UnsupportedOperation,
            "mssql": UnsupportedOperation,
            "oracle": UnsupportedOperation,
        },
    ),
    "create sequence": (
        verb(sequences.create_sequence, "q", increment=2, cycle=True),
        {
            "postgresql": ["CREATE SEQUENCE q INCREMENT BY 2 CYCLE"],
            "mysql": UnsupportedOperation,
            "mariadb": ["CREATE SEQUENCE q INCREMENT BY 2 CYCLE"],
            "sqlite": UnsupportedOperation,
            "mssql": ["CREATE SEQUENCE q INCREMENT BY 2 START WITH 1 CYCLE"],
            "oracle": ["CREATE SEQUENCE q INCREMENT BY 2 CYCLE"],
        },
    ),
    "alter sequence": (
        verb(
            sequences.alter_sequence,
            "q",
            increment=None,
            maxvalue=None,
            cache=None,
            cycle=False,
            restart=4,
        ),
        {
            "postgresql": [
                "ALTER SEQUENCE q INCREMENT BY 1 NO MAXVALUE NO CYCLE CACHE 1 RESTART WITH 4"
            ],
            "mysql": UnsupportedOperation,
            "mariadb": [
                "ALTER SEQUENCE q INCREMENT BY 1 NOMAXVALUE NOCYCLE CACHE 1000 RESTART WITH 4"
            ],
            "sqlite": UnsupportedOperation,
            "mssql": ["ALTER SEQUENCE q INCREMENT BY 1 NO MAXVALUE NO CYCLE CACHE RESTART WITH 4"],
            "oracle": [
                "ALTER SEQUENCE q INCREMENT BY 1 NOMAXVALUE NOCYCLE CACHE 20 RESTART START WITH 4"
            ],
        },
    ),
    "start of a sequence": (
        verb(sequences.alter_sequence, "q", start=None),
        {
            "postgresql": ["ALTER SEQUENCE q START WITH 1"],
            "mariadb": ["ALTER SEQUENCE q START WITH 1"],
            "mssql": UnsupportedOperation,
            "oracle": UnsupportedOperation,
        },
    ),
    "drop sequence": (
        verb(sequences.drop_sequence, "q", if_exists=True),
        {
            "postgresql": ["DROP SEQUENCE IF EXISTS q"],
            "mysql": UnsupportedOperation,
            "mariadb": ["DROP SEQUENCE IF EXISTS q"],
            "sqlite": UnsupportedOperation,
            "mssql": ["DROP SEQUENCE IF EXISTS q"],
            "oracle": ["DROP SEQUENCE IF EXISTS q"],
        },
    ),
    "create enum": (
        verb(types.create_enum, "e", ["a'", "b"]),
        {
            "postgresql": ["CREATE TYPE e AS ENUM ('a''', 'b')"],
            "mysql": [],
            "sqlite": [],
            "mssql": [],
            "oracle": [],
        },
    ),
    "alter enum": (
        verb(types.alter_enum, "e", ["x", "a", "b", "y"], existing_values=["a", "b"]),
        {
            "postgresql": [
                "ALTER TYPE e ADD VALUE 'x' BEFORE 'a'",
                "ALTER TYPE e ADD VALUE 'y' AFTER 'b'",
            ],
            "mysql": UnsupportedOperation,
            "sqlite": UnsupportedOperation,
            "mssql": UnsupportedOperation,
            "oracle": UnsupportedOperation,
        },
    ),
    "create extension": (
        verb(extensions.create_extension, "uuid-ossp", schema="s", if_not_exists=True),
        {
            "postgresql": ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA s'],
            "mysql": UnsupportedOperation,
            "sqlite": UnsupportedOperation,
            "mssql": UnsupportedOperation,
            "oracle": UnsupportedOperation,
        },
    ),
    "create domain": (
        verb(domains.create_domain, "d", sa.Integer, check="VALUE > 0", constraint_name="ck"),
        {
            "postgresql": ["CREATE DOMAIN d AS INTEGER CONSTRAINT ck CHECK (VALUE > 0)"],
            "mysql": UnsupportedOperation,
            "sqlite": UnsupportedOperation,
            "mssql": UnsupportedOperation,
            "oracle": UnsupportedOperation,
        },
    ),
}


@pytest.mark.parametrize(
    ("case", "name"), [(c, n) for c, (_, expected) in STATEMENTS.items() for n in expected]
)
def test_each_dialect_says_it_its_way_or_refuses(case: str, name: str) -> None:
    make, expected = STATEMENTS[case]
    compiler = dialect_of(name).compiler(DIALECTS[name])
    wanted = expected[name]
    if isinstance(wanted, type):
        with pytest.raises(wanted):
            compiler.compile(make(), KnownState())
    else:
        assert [s.sql for s in compiler.compile(make(), KnownState())] == wanted
