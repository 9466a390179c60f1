"""The cases of the lint rules are SQL that servers carry out, and do what the facts say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import dialect
from limbeck.plan.recorded import RecordedRevision
from tests import servers
from tests.lint_cases import examples, recorded, write_revisions

FAILS = {
    "duplicate-assignment": "that is what the rule is about",
    "extension-changed": "the extension may not be there",
}
"""Rules whose bad case a server refuses."""

CASES = [*examples("Instead of"), *examples("Use")]


class Server:
    """A server with databases that hold the tables of the cases."""

    def __init__(self, url: str, revision: RecordedRevision) -> None:
        self._url = url
        self._revision = revision
        self._databases: list[str] = []
        self._engines: list[sa.Engine] = []

    def fresh(self) -> Any:
        """A tracer on a new database with the tables."""
        database = servers.create_database(self._url, "lint")
        self._databases.append(database)
        engine = sa.create_engine(
            database, isolation_level="AUTOCOMMIT", poolclass=sa.pool.StaticPool
        )
        self._engines.append(engine)
        connection = engine.connect()
        for statement in self._revision.statements:
            connection.exec_driver_sql(statement.sql)
        make = dialect(connection.dialect.name).tracer
        assert make is not None
        return make(connection)

    def drop(self) -> None:
        """Drops all databases."""
        for engine in self._engines:
            engine.dispose()
        for database in self._databases:
            servers.drop_database(database)


def run(
    tracer: Any, revisions: tuple[RecordedRevision, ...], *, alone: bool
) -> list[tuple[str, tuple[str, ...]]]:
    """Runs recorded revisions; gives where the facts are wrong."""
    found = []
    for revision in revisions:
        for s in revision.statements:
            seen = tracer.run(s.sql, s.actions, in_transaction=s.in_transaction)
            different = tracer.differences(seen, s.all_hazards, s.actions, s.known)
            if different:
                found.append((s.sql, different))
        if alone:
            tracer.end()
    return found


def differences(product: str, url: str, folder: Path) -> dict[str, Any]:
    """What went wrong, by the code of a rule.

    On PostgreSQL what one transaction holds is taken back, and the next case uses the same tables.
    """
    wrong: dict[str, Any] = {}
    server, shared = None, None
    try:
        for number, example in enumerate(e for e in CASES if product in e.products):
            place = folder / str(number)
            write_revisions(place, [*example.before, example.body])
            setup, *revisions = recorded(place, product)
            server = server or Server(url, setup)
            commits = any(
                not s.in_transaction or a.kind == "commit"
                for r in revisions
                for s in r.statements
                for a in s.actions
            )
            alone = product != "postgresql" or commits
            shared = shared or (None if alone else server.fresh())
            tracer = server.fresh() if alone else shared
            try:
                found = run(tracer, tuple(revisions), alone=alone)
            except sa.exc.DBAPIError as error:
                if example.rule.code not in FAILS:
                    wrong[f"{number} {example.rule.code}"] = str(error.orig)
            else:
                if found:
                    wrong[f"{number} {example.rule.code}"] = found
            finally:
                if product == "postgresql":
                    tracer.take_back()
    finally:
        if server is not None:
            if shared is not None:
                shared.close()
            server.drop()
    return wrong


@pytest.mark.postgresql
def test_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    assert differences("postgresql", postgresql_url, tmp_path) == {}


@pytest.mark.mysql
def test_on_mariadb(mysql_url: str, tmp_path: Path) -> None:
    assert differences("mariadb", mysql_url, tmp_path) == {}
