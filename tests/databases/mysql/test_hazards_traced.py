"""The table of facts beside what MariaDB needs: it refuses an algorithm that will not do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request, dialect
from limbeck.dialects.mysql.trace import MySQLTracer
from limbeck.plan.reading import Reader
from limbeck.statements.hazards import Server

pytestmark = pytest.mark.mysql

SETUP = [
    "CREATE TABLE parent (id BIGINT PRIMARY KEY, code VARCHAR(20))",
    """CREATE TABLE child (
        id BIGINT PRIMARY KEY, a INT, b VARCHAR(20), c VARCHAR(20) NOT NULL, e ENUM('x', 'y', 'z'),
        n DECIMAL(10, 2), p BIGINT, q BIGINT, t TEXT, UNIQUE KEY child_b (b), KEY child_a (a),
        CONSTRAINT child_p FOREIGN KEY (p) REFERENCES parent (id),
        CONSTRAINT a_positive CHECK (a > 0))""",
]

STATEMENTS = """
ALTER TABLE child ADD COLUMN x INT
ALTER TABLE child ADD COLUMN x INT NOT NULL DEFAULT 5
ALTER TABLE child ADD COLUMN x INT FIRST
ALTER TABLE child ADD COLUMN x INT AFTER a
ALTER TABLE child ADD COLUMN x DATETIME DEFAULT CURRENT_TIMESTAMP
ALTER TABLE child ADD COLUMN x INT AS (a + 1) STORED
ALTER TABLE child ADD COLUMN x INT AS (a + 1) VIRTUAL
ALTER TABLE child ADD COLUMN x INT CHECK (x > 0)
ALTER TABLE child ADD COLUMN x INT, ADD COLUMN y INT
ALTER TABLE child DROP COLUMN t
ALTER TABLE child RENAME COLUMN a TO x
ALTER TABLE child CHANGE t x TEXT
ALTER TABLE child MODIFY a BIGINT
ALTER TABLE child MODIFY b VARCHAR(30)
ALTER TABLE child MODIFY b VARCHAR(300)
ALTER TABLE child MODIFY b VARCHAR(10)
ALTER TABLE child MODIFY n DECIMAL(12, 2)
ALTER TABLE child MODIFY a INT NOT NULL
ALTER TABLE child MODIFY c VARCHAR(20)
ALTER TABLE child MODIFY t TEXT FIRST
ALTER TABLE child MODIFY t TEXT COMMENT 'x'
ALTER TABLE child MODIFY e ENUM('x', 'y', 'z', 'w')
ALTER TABLE child MODIFY e ENUM('x', 'z', 'y')
ALTER TABLE child MODIFY e ENUM('x', 'y')
ALTER TABLE child ALTER COLUMN a SET DEFAULT 5
ALTER TABLE child ALTER COLUMN a DROP DEFAULT
ALTER TABLE child ADD INDEX x (a)
ALTER TABLE child ADD UNIQUE INDEX x (a)
ALTER TABLE child ADD FULLTEXT INDEX x (t)
CREATE INDEX x ON child (a)
CREATE UNIQUE INDEX x ON child (a)
DROP INDEX child_a ON child
ALTER TABLE child ADD CONSTRAINT x UNIQUE (a)
ALTER TABLE child ADD CONSTRAINT x CHECK (a > 1)
ALTER TABLE child ADD CONSTRAINT x FOREIGN KEY (q) REFERENCES parent (id)
ALTER TABLE child DROP CONSTRAINT a_positive
ALTER TABLE child DROP FOREIGN KEY child_p
ALTER TABLE child DROP PRIMARY KEY
ALTER TABLE child DROP PRIMARY KEY, ADD PRIMARY KEY (id, c)
ALTER TABLE child CONVERT TO CHARACTER SET latin1
ALTER TABLE child ROW_FORMAT=COMPACT
ALTER TABLE child ENGINE=InnoDB
ALTER TABLE child FORCE
ALTER TABLE child RENAME TO children
ALTER TABLE child RENAME INDEX child_a TO x
"""

DIFFERENCES: dict[str, str] = {}
"""Statements of which the facts say something else on purpose, and why; docs/production.md too."""


def test_the_facts_hold_on_mariadb(mysql_database: str) -> None:
    engine = sa.create_engine(mysql_database, isolation_level="AUTOCOMMIT")
    ours = dialect("mysql")
    found = {}
    with engine.connect() as connection:
        if not getattr(connection.dialect, "is_mariadb", False):
            pytest.skip("the ways of MySQL are told apart by other words")
        server = Server("mariadb", tuple(connection.dialect.server_version_info or ()))
        for sql in STATEMENTS.strip().splitlines():
            connection.exec_driver_sql("DROP TABLE IF EXISTS children, child, parent")
            for text in SETUP:
                connection.exec_driver_sql(text)
            schema = ours.normalize(ours.inspect(connection, Request()), connection.dialect)
            reader = Reader("mysql", server, ours.hazards)
            actions, hazards, known = reader.read(sql, schema, {})
            tracer = MySQLTracer(connection)
            seen = tracer.run(sql, actions, in_transaction=False)
            facts = [h for group in hazards for h in group]
            if (different := tracer.differences(seen, facts, actions, known)) and (
                sql not in DIFFERENCES
            ):
                found[sql] = different
    engine.dispose()
    assert found == {}
