"""The version table, as Alembic has it: one row for each tip of what is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from limbeck.database.transactions import after_failure, may_fail
from limbeck.errors import CommandError
from limbeck.operations.compiler import Compiler
from limbeck.revision.rows import RowChange
from limbeck.schema.names import Name


@dataclass(frozen=True, slots=True)
class VersionTable:
    """Name, schema and shape of the table. `primary_key` False leaves the key out."""

    name: str = "alembic_version"
    schema: str | None = None
    primary_key: bool = True

    @property
    def qualified(self) -> Name:
        """The name with the schema."""
        return Name(self.name, self.schema)

    def table(self) -> sa.Table:
        """The table for SQLAlchemy."""
        built = sa.Table(
            self.name,
            sa.MetaData(),
            sa.Column("version_num", sa.String(32), nullable=False),
            schema=self.schema,
        )
        if self.primary_key:
            built.append_constraint(sa.PrimaryKeyConstraint("version_num", name=f"{self.name}_pkc"))
        return built

    def exists(self, connection: sa.Connection) -> bool:
        """Whether the server has the table."""
        return sa.inspect(connection).has_table(self.name, schema=self.schema)

    def rows(self, connection: sa.Connection) -> tuple[str, ...]:
        """The revisions in the table, in order; none where there is no table."""
        return tuple(sorted(self.fetch(connection)))

    def fetch(self, connection: sa.Connection) -> tuple[str, ...]:
        """The revisions as they come, with one query where a failing one does no harm."""
        query = sa.select(self.table().c.version_num)
        if not may_fail(connection):
            if not self.exists(connection):
                return ()
            return tuple(connection.execute(query).scalars())
        try:
            return tuple(connection.execute(query).scalars())
        except sa.exc.DBAPIError:
            after_failure(connection)
            if not self.exists(connection):
                return ()
            # another runner has made it in the meantime, or the query fails for another reason
            return tuple(connection.execute(query).scalars())

    def create_sql(self, compiler: Compiler) -> str:
        """CREATE TABLE."""
        return compiler.create_table(self.table())

    def create(self, connection: sa.Connection) -> None:
        """Creates the table where it is missing."""
        self.table().create(connection, checkfirst=True)

    def change_sql(self, change: RowChange, compiler: Compiler) -> Iterator[tuple[str, str]]:
        """Each statement with what it does in words; deletes and inserts before the update."""
        table, column = compiler.name(self.qualified), compiler.identifier("version_num")
        literal = compiler.literal
        where = f"WHERE {table}.{column} ="
        for gone in change.deletes:
            yield f"DELETE FROM {table} {where} {literal(gone)}", f"deleting '{gone}' in"
        for new in change.inserts:
            yield f"INSERT INTO {table} ({column}) VALUES ({literal(new)})", f"inserting '{new}' in"
        for old, new in change.updates:
            sql = f"UPDATE {table} SET {column}={literal(new)} {where} {literal(old)}"
            yield sql, f"updating '{old}' to '{new}' in"

    def change(
        self,
        connection: sa.Connection,
        change: RowChange,
        compiler: Compiler,
        ahead: Callable[[str, str | None], bool] = lambda sql, otherwise: False,
    ) -> None:
        """Changes the rows; CommandError where a row is not the one row that was expected.

        `ahead` takes a statement that nobody waits for, with what to raise for another number of
        rows than one; or it says that it has to be waited for.
        """
        sane = connection.dialect.supports_sane_rowcount
        for sql, doing in self.change_sql(change, compiler):
            otherwise = None
            if sane and not doing.startswith("inserting"):
                otherwise = (
                    f"Online migration expected to match one row when {doing} '{self.name}'; "
                )
            if ahead(sql, otherwise):
                continue
            result = connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
            if otherwise is not None and result.rowcount != 1:
                raise CommandError(f"{otherwise}{result.rowcount} found")
