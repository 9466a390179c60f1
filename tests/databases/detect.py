"""How a case of the detection is tried: created, compared, migrated, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from limbeck.commands.against import difference_after
from limbeck.commands.autogenerate import Difference, difference
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Request
from limbeck.diff.compare import compare
from limbeck.diff.describe import changes, option_words
from limbeck.metadata import load
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation
from limbeck.operations.constraints import AddConstraint
from limbeck.plan.order import order
from limbeck.revision.graph import Graph
from limbeck.revision.rows import RowChange
from limbeck.runtime.invoke import running
from limbeck.schema.objects import Schema
from limbeck.script.render import RenderOptions, render
from tests import servers
from tests.databases.detect_cases import OTHER, TABLESPACE, Build


@dataclass
class Server:
    """A database that is emptied between cases."""

    dialect: str
    engine: sa.Engine

    def context(self, connection: sa.Connection, models: sa.MetaData) -> MigrationContext:
        return MigrationContext.configure(connection, opts={"target_metadata": models})

    def create(self, models: sa.MetaData) -> None:
        """What `create_all` makes of the models, and the schemas that it takes for granted."""
        schemas = {t.schema for t in models.tables.values()} - {None}
        with self.engine.begin() as connection:
            for name in sorted(str(s) for s in schemas):
                connection.exec_driver_sql(f"CREATE SCHEMA {name}")
            models.create_all(connection)

    def difference(self, models: sa.MetaData) -> Difference:
        with self.engine.connect() as connection:
            return difference(self.context(connection, models))

    def schema(self) -> Schema:
        """All that is there."""
        with self.engine.connect() as connection:
            context = self.context(connection, sa.MetaData())
            return context.read(Request(schemas=(None, *self._others(connection))))

    def _others(self, connection: sa.Connection) -> tuple[str, ...]:
        """The schema of its own, where it is there."""
        if self.dialect == "sqlite":
            return ()
        return tuple(s for s in sa.inspect(connection).get_schema_names() if s == OTHER)

    def run(self, operations: Sequence[Operation]) -> None:
        """The script that says them, as an upgrade runs it."""
        with self.engine.connect() as connection:
            context = self.context(connection, sa.MetaData())
            source = script(operations, connection.dialect)
            begun: AbstractContextManager[Any] = (
                context.begin_transaction() if context.transactional_ddl else nullcontext()
            )
            with begun, running(context.interpreter):
                exec(source, {})
            connection.commit()

    def empty(self) -> None:
        if self.dialect == "sqlite":
            self.engine.dispose()  # the database is gone with its only connection
            return
        with self.engine.begin() as connection:
            match self.dialect:
                case "postgresql":
                    for name in (OTHER, "public"):
                        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")
                    connection.exec_driver_sql("CREATE SCHEMA public")
                case _:
                    _empty_mysql(connection)


def _empty_mysql(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SET foreign_key_checks = 0")
    rows = connection.exec_driver_sql("SHOW FULL TABLES").all()
    for name, kind in rows:
        word = "SEQUENCE" if kind == "SEQUENCE" else "TABLE"
        connection.exec_driver_sql(f"DROP {word} `{name}`")
    connection.exec_driver_sql("SET foreign_key_checks = 1")
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {OTHER}")


Against: TypeAlias = Callable[[Server, sa.MetaData, sa.MetaData], Difference]
"""(server, models of the state before, models) -> what differs."""


def database(server: Server, before: sa.MetaData, after: sa.MetaData) -> Difference:
    """The models compared with what is on the server."""
    return server.difference(after)


def history(server: Server, before: sa.MetaData, after: sa.MetaData) -> Difference:
    """The models compared with a history of one revision, which makes the state before."""
    with server.engine.connect() as connection:
        context = server.context(connection, after)
        dialect = context.limbeck_dialect
        loaded = load.schema(before, connection.dialect)
        declared = dialect.normalize(loaded, connection.dialect)
        adds = dialect.adds_foreign_keys
        made = order(compare(Schema(), declared), Schema(), adds_foreign_keys=adds)
        source = script(made, connection.dialect)
        if server.dialect == "postgresql" and OTHER in source and "create_schema" not in source:
            source = source.replace("\n\n", f'\n\nop.create_schema("{OTHER}")\n', 1)
        step = MigrationStep(
            graph=Graph(()),
            from_revisions=(),
            to_revisions=("a1",),
            is_upgrade=True,
            is_stamp=False,
            name="upgrade",
            doc=None,
            change=lambda rows: RowChange(after=("a1",), inserts=("a1",)),
            migration_fn=lambda: exec(source, {}),
        )
        connection.rollback()
        return difference_after([step], context, lambda found: found)


AGAINST: dict[str, Against] = {"database": database, "history": history}
"""What the models may be compared with."""


def models(build: Build, dialect: str) -> sa.MetaData:
    """One side of a case."""
    metadata = sa.MetaData()
    build(metadata, dialect)
    return metadata


def script(operations: Sequence[Operation], dialect: sa.Dialect) -> str:
    """The operations as a revision file has them."""
    rendered = render(operations, RenderOptions(), dialect)
    imports = "\n".join(("from limbeck import op", "import sqlalchemy as sa", *rendered.imports))
    return f"{imports}\n\n{rendered.text}\n"


def said(operation: Operation) -> str:
    """An operation in short: the verb, what it is about, and what of that it changes."""
    verb = operation.call().verb
    match operation:
        case AlterColumn():
            words = changes(operation, with_type=True)
            return f"{verb} {operation.column}: {words}"
        case AlterTable():
            return f"{verb} {operation.name}: {', '.join(option_words(operation))}"
        case AddConstraint():
            return f"{verb} {operation.constraint.name}"
        case _:
            subject = operation.call().args
            named = subject[1] if verb in ("add_column", "drop_column") else subject[0]
            return f"{verb} {getattr(named, 'name', named)}"


@contextmanager
def server(dialect: str, url: str) -> Iterator[Server]:
    """An empty database of that kind, at the URL of a server."""
    if dialect == "sqlite":
        engine = sa.create_engine("sqlite://", poolclass=StaticPool)
        yield Server(dialect, engine)
        engine.dispose()
        return
    made = servers.create_database(url, "detect")
    engine = sa.create_engine(made)
    if dialect == "postgresql":
        allow = "SET allow_in_place_tablespaces = on"
        servers.execute(made, allow, f"CREATE TABLESPACE {TABLESPACE} LOCATION ''")
    try:
        yield Server(dialect, engine)
    finally:
        engine.dispose()
        servers.drop_database(made)
        if dialect == "postgresql":
            servers.execute(url, f"DROP TABLESPACE {TABLESPACE}")
