"""Renames, schemas and sequences on a server, there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.database.executor import Executor
from limbeck.diff.compare import compare
from limbeck.errors import CommandError, DatabaseError, UnsupportedOperation
from limbeck.operations import renames, schemas, sequences, types
from limbeck.operations.base import Operation, Scope
from limbeck.plan.steps import Step
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests import servers
from tests.databases.mysql.support import DIALECT, connected, inspected, run

pytestmark = pytest.mark.mysql

MADE = (
    "CREATE TABLE o (id int PRIMARY KEY, code varchar(10) NOT NULL)",
    """CREATE TABLE t (
      id int AUTO_INCREMENT PRIMARY KEY,
      a int NOT NULL,
      b varchar(20),
      o_id int,
      CONSTRAINT uq UNIQUE (b, a),
      CONSTRAINT ck CHECK (a > 0 AND b <> 'no'),
      CONSTRAINT fk FOREIGN KEY (o_id) REFERENCES o (id) ON DELETE CASCADE,
      INDEX ix (b(5) DESC, a)
    )""",
)

Verb = Callable[[Scope], Operation]


def verb(function: Callable[..., Operation], *args: Any, **kw: Any) -> Verb:
    return lambda scope: function(scope, *args, **kw)


OPERATIONS: dict[str, Verb] = {
    "rename index": verb(renames.rename_index, "ix", "i x", "t"),
    "rename index without its table": verb(renames.rename_index, "ix", "ix2"),
    "rename index of a key": verb(renames.rename_index, "uq", "uq2", "t"),
    "rename unique": verb(renames.rename_constraint, "uq", "uq2", "t", "unique"),
    "rename check": verb(renames.rename_constraint, "ck", "ck2", "t"),
}


@pytest.fixture
def connection(mysql_scratch: str) -> Iterator[sa.Connection]:
    servers.execute(mysql_scratch, *MADE)
    with connected(mysql_scratch) as connection:
        yield connection


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_rename_is_done_and_taken_back(connection: sa.Connection, name: str) -> None:
    before = inspected(connection)
    operation = OPERATIONS[name](Scope(connection.dialect))
    run(connection, operation, before)
    after = inspected(connection)
    assert after != before
    assert compare(after, operation.apply(before)) == ()
    run(connection, operation.reverse(before), after)
    assert inspected(connection) == before


def test_the_index_that_the_server_made_for_a_foreign_key_follows_its_name(
    connection: sa.Connection,
) -> None:
    before = inspected(connection)
    operation = renames.rename_constraint(Scope(connection.dialect), "fk", "fk2", "t")
    run(connection, operation, before)
    after = inspected(connection)
    (key,) = after.table(Name("t")).foreign_keys
    assert key == replace(before.table(Name("t")).foreign_keys[0], name="fk2")
    assert set(after.table(Name("t")).indexes) == {"ix", "fk2"}
    run(connection, operation.reverse(before), after)
    assert inspected(connection) == before


def test_an_index_is_made_anew_where_the_server_cannot_rename_it(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inspected(connection)
    monkeypatch.setattr(connection.dialect, "server_version_info", (10, 4, 0))
    operation = renames.rename_index(Scope(connection.dialect), "ix", "ix2", "t")
    found = DIALECT.compiler(connection.dialect).compile(operation, before)
    assert [s.sql for s in found] == ["ALTER TABLE t DROP INDEX ix, ADD INDEX ix2 (b(5) DESC, a)"]
    run(connection, operation, before)
    monkeypatch.undo()
    assert compare(inspected(connection), operation.apply(before)) == ()
    monkeypatch.setattr(connection.dialect, "server_version_info", (10, 4, 0))
    with pytest.raises(CommandError, match=r"10\.5\.2"):
        DIALECT.compiler(connection.dialect).compile(operation, Schema())


def test_a_schema_comes_and_goes_and_is_kept_while_it_holds_tables(
    connection: sa.Connection,
) -> None:
    name = f"{connection.engine.url.database}_other"
    scope, executor = Scope(connection.dialect), Executor(connection)
    compiler = DIALECT.compiler(connection.dialect)

    def does(operation: Operation) -> None:
        state = Schema()
        executor.run(Step(operation, state, compiler.compile(operation, state)))

    try:
        does(schemas.create_schema(scope, name))
        does(schemas.create_schema(scope, name, if_not_exists=True))
        connection.exec_driver_sql(f"CREATE TABLE {name}.t (a int)")
        with pytest.raises(DatabaseError, match="not empty"):
            does(schemas.drop_schema(scope, name))
        connection.exec_driver_sql(f"DROP TABLE {name}.t")
        does(schemas.drop_schema(scope, name))
        does(schemas.create_schema(scope, name))
        connection.exec_driver_sql(f"CREATE TABLE {name}.t (a int)")
        does(schemas.drop_schema(scope, name, cascade=True))
        does(schemas.drop_schema(scope, name, if_exists=True))
    finally:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


def test_sequences_come_change_and_go_on_mariadb(connection: sa.Connection) -> None:
    if not connection.dialect.is_mariadb:  # type: ignore[attr-defined]  # of this dialect alone
        pytest.skip("MySQL has no sequences")
    scope = Scope(connection.dialect)

    def definition() -> str:
        row = connection.exec_driver_sql("SHOW CREATE SEQUENCE s").one()
        return str(row[1])

    made = sequences.create_sequence(
        scope, "s", start=5, increment=2, minvalue=3, maxvalue=99, cycle=True, cache=7
    )
    before = Schema()
    run(connection, made, before)
    state = made.apply(before)
    first = definition()
    changed = sequences.alter_sequence(
        scope, "s", start=None, increment=None, minvalue=None, maxvalue=None, cycle=False
    )
    run(connection, changed, state)
    assert "start with 1 minvalue 1 maxvalue 9223372036854775806 increment by 1" in definition()
    assert "nocycle" in definition()
    run(connection, changed.reverse(state), changed.apply(state))
    assert definition() == first
    run(connection, sequences.alter_sequence(scope, "s", restart=11), state)
    assert connection.exec_driver_sql("SELECT nextval(s)").scalar_one() == 11
    run(connection, made.reverse(before), state)
    run(connection, sequences.drop_sequence(scope, "s", if_exists=True), before)


REFUSED: dict[str, Verb] = {
    "rename primary key": verb(renames.rename_constraint, "PRIMARY", "pk", "t", "primary"),
    "validate": verb(renames.validate_constraint, "ck", "t"),
    "alter enum": verb(types.alter_enum, "mood", ["a"], existing_values=["b"]),
    "add enum value": verb(types.alter_enum, "mood", add_value="a"),
    "sequence with an owner": verb(sequences.create_sequence, "s", owned_by="t.id"),
    "sequence of a type": verb(sequences.create_sequence, "s", data_type=sa.Integer()),
    "sequence with cascade": verb(sequences.drop_sequence, "s", cascade=True),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_server_cannot_do_is_refused(connection: sa.Connection, name: str) -> None:
    operation = REFUSED[name](Scope(connection.dialect))
    with pytest.raises(UnsupportedOperation):
        DIALECT.compiler(connection.dialect).compile(operation, inspected(connection))
