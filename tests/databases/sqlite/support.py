"""A database full of features, and what is in it before and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.base import Request, dialect
from limbeck.errors import DatabaseError
from limbeck.metadata import load
from limbeck.operations.base import Operation, Scope
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema

DIALECT = dialect("sqlite")
SCOPE = Scope(sa.create_engine("sqlite://").dialect)
T = Name("t")

FEATURES = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
CREATE TABLE "t" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key
  name VARCHAR(50) COLLATE NOCASE NOT NULL ON CONFLICT IGNORE
    CONSTRAINT nm CHECK (length(name) > 1),
  [qty] INTEGER DEFAULT (1+1) CHECK (qty >= 0),
  price NUMERIC(10, 2) DEFAULT 9.5,
  twice INTEGER GENERATED ALWAYS AS (qty * 2) STORED,
  virt TEXT AS (name || '!'),
  parent_id INTEGER REFERENCES parent ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  up INTEGER CONSTRAINT fk_up REFERENCES t(id),
  flag BOOLEAN DEFAULT 1 NOT NULL,
  note TEXT UNIQUE ON CONFLICT REPLACE,
  CHECK (flag IN (0,1)),
  CONSTRAINT uq UNIQUE (name COLLATE NOCASE DESC, qty) ON CONFLICT FAIL
);
CREATE INDEX ix_desc ON t (price DESC, name);
CREATE INDEX ix_part ON t (qty) WHERE qty > 1;
CREATE UNIQUE INDEX ix_expr ON t (lower(name), id);
CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER REFERENCES t(id) ON DELETE CASCADE);
CREATE TABLE log (msg);
CREATE TRIGGER tr AFTER INSERT ON t WHEN new.qty > 0
  BEGIN INSERT INTO log VALUES ('t:' || new.name); END;
CREATE TRIGGER tr_child AFTER INSERT ON child
  BEGIN UPDATE t SET price = price + 1 WHERE id = new.t_id; END;
CREATE VIEW v AS SELECT id, name, price FROM t WHERE qty > 0;
INSERT INTO parent VALUES (1, 'a'), (2, 'b');
INSERT INTO t (id, name, qty, parent_id, up, note)
  VALUES (1, 'alpha', 3, 1, NULL, 'x'), (2, 'beta', 0, 2, 1, 'y'), (9, 'gone', 1, 1, 1, NULL);
DELETE FROM t WHERE id = 9;
INSERT INTO child VALUES (1, 1), (2, 2);
DELETE FROM log;
"""


@dataclass(frozen=True)
class Database:
    """A connection of SQLAlchemy's whose driver begins and ends nothing by itself."""

    connection: sa.Connection

    @property
    def driver(self) -> Any:
        return self.connection.connection.driver_connection

    def rows(self, sql: str) -> list[Any]:
        return list(self.driver.execute(sql).fetchall())

    def script(self, sql: str) -> None:
        self.driver.executescript(sql)

    def inspect(self, request: Request | None = None) -> Schema:
        return DIALECT.inspect(self.connection, request or Request())

    def normal(self, request: Request | None = None) -> Schema:
        return DIALECT.normalize(self.inspect(request), self.connection.dialect)

    def declared(self, metadata: sa.MetaData) -> Schema:
        dialect_ = self.connection.dialect
        return DIALECT.normalize(load.schema(metadata, dialect_), dialect_)

    def statements(self, operation: Operation, before: Before | None = None) -> list[str]:
        """The SQL of an operation, what only verifies left out, as in a script."""
        compiler = DIALECT.compiler(self.connection.dialect)
        found = compiler.compile(operation, before if before is not None else self.inspect())
        return [s.sql for s in found if s.verify is None]

    def run(self, *operations: Operation, stop_after: int | None = None) -> None:
        """Runs operations in one transaction; rolls back where one fails, or after some steps."""
        compiler = DIALECT.compiler(self.connection.dialect)
        self.driver.execute("BEGIN")
        try:
            for operation in operations:
                for place, statement in enumerate(compiler.compile(operation, self.inspect())):
                    if place == stop_after:
                        raise InterruptedError
                    found = self.driver.execute(statement.sql)
                    if statement.verify is not None and found.fetchone() is not None:
                        raise DatabaseError(statement.verify)
        except BaseException:
            self.driver.execute("ROLLBACK")
            raise
        self.driver.execute("COMMIT")

    def everything(self) -> dict[str, list[Any]]:
        """All rows of all tables, the catalog and the counters."""
        tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            "catalog": self.rows(
                "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"
            ),
            **{name: self.rows(f'SELECT * FROM "{name}"') for (name,) in tables},
        }


@contextmanager
def database(script: str = "") -> Iterator[Database]:
    """A database in memory, after that script."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        found = Database(connection)
        found.driver.isolation_level = None
        found.script(script)
        yield found
    engine.dispose()
