"""On PostgreSQL: what is written for tables in use does what the plain operations do, and back.

`LIMBECK_EXAMPLES` says how many pairs of random databases are tried.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.operations.base import Operation
from limbeck.plan.expand import after, expand
from limbeck.revision.graph import Graph
from limbeck.revision.rows import RowChange
from limbeck.runtime.invoke import running
from limbeck.schema.objects import Schema
from tests import servers
from tests.laws.blueprints import Blueprint, metadata
from tests.laws.rows import rows
from tests.laws.server import Server, empty_postgresql, script, server
from tests.laws.strategies import pairs
from tests.laws.test_convergence import agrees, kept

EXAMPLES = int(os.environ.get("LIMBECK_EXAMPLES", "30"))

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str) -> Iterator[Server]:
    url = servers.create_database(postgresql_url, "online")
    with server("postgresql", url, empty_postgresql) as found:
        yield found
    servers.drop_database(url)


def test_online_converges(
    postgresql: Server, record_property: Callable[[str, object], None]
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(pairs("postgresql"), st.booleans(), st.integers(0, 10**6).map(Random))
    def tried(pair: tuple[Blueprint, Blueprint], batch: bool, random: Random) -> None:
        converges(postgresql, pair, batch, random)

    tried()
    record_property("operations", dict(sorted(postgresql.operations.items())))
    assert postgresql.operations["ValidateConstraint"] > EXAMPLES // 10
    assert postgresql.operations["expanded"] > EXAMPLES // 5


def converges(
    found: Server, pair: tuple[Blueprint, Blueprint], batch: bool, random: Random
) -> None:
    """Up makes it what the models say, down makes it what it was."""
    start, end = pair
    found.empty(found.engine)
    metadata(start).create_all(found.engine)
    plain, back = found.changes(metadata(end))
    before = inspected(found)
    operations = expanded(found, plain, before)
    downgrade = expanded(found, back, after(plain, before))
    for one, other, direction in ((start, end, operations), (end, start, downgrade)):
        given = rows(one, other, random)
        found.fill(one, given)
        was = kept(found, one, other)
        run(found, direction, batch)
        agrees(found, other, f"after {len(direction)} operations")
        assert kept(found, one, other) == was


def inspected(found: Server) -> Schema:
    with found.engine.connect() as connection:
        return found.compared(connection, metadata(Blueprint(())))[0]


def expanded(found: Server, plain: Sequence[Operation], before: Schema) -> tuple[Operation, ...]:
    dialect = found.engine.dialect
    made = expand(plain, before, found.dialect, found.dialect.compiler(dialect))
    found.operations.update(type(operation).__name__ for operation in made)
    found.operations["expanded"] += len(made) - len(plain)
    return tuple(operation for operation in made if isinstance(operation, Operation))


def run(found: Server, operations: Sequence[Operation], batch: bool) -> None:
    """The script of the operations, as an upgrade runs it."""
    source = script(operations, found.engine.dialect, batch=batch)
    note(source)
    step = MigrationStep(
        Graph(()), (), ("r1",), True, False, "upgrade", None, lambda rows: RowChange()
    )
    with found.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"lock": "none"})
        with context.begin_transaction(), running(context.interpreter):
            with context.progress.revision(step):
                exec(source, {})
            context.progress.ledger.finish()
