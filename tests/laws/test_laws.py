"""Laws that hold for every schema, without a server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Dialect as SqlAlchemyDialect

from limbeck.dialects.base import dialect as dialect_of
from limbeck.diff.compare import compare
from limbeck.metadata import build, load
from limbeck.operations.base import Operation
from limbeck.plan.order import order, reversed_operations
from limbeck.schema.codec import digest, from_json, to_json
from limbeck.schema.objects import Schema
from tests.laws.blueprints import Blueprint, metadata
from tests.laws.strategies import blueprints, pairs

PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
EXAMPLES = int(os.environ.get("LIMBECK_EXAMPLES", "40"))

DIALECTS: dict[str, SqlAlchemyDialect] = {
    name: sa.create_mock_engine(url, lambda *_: None).dialect
    for name, url in (
        ("postgresql", "postgresql+psycopg2://"),
        ("mysql", "mysql+pymysql://"),
        ("sqlite", "sqlite://"),
    )
}


def declared(blueprint: Blueprint) -> Schema:
    """What the models say, normalised."""
    dialect = DIALECTS[blueprint.dialect]
    loaded = load.schema(metadata(blueprint), dialect)
    return dialect_of(blueprint.dialect).normalize(loaded, dialect)


def ordered(operations: tuple[Operation, ...], before: Schema, name: str) -> tuple[Operation, ...]:
    found = dialect_of(name)
    return order(
        operations,
        before,
        adds_foreign_keys=found.adds_foreign_keys,
        pins_foreign_keys=found.pins_foreign_keys,
    )


def folded(operations: tuple[Operation, ...], schema: Schema) -> Schema:
    for operation in operations:
        schema = operation.apply(schema)
    return schema


def each(law: Callable[[str, st.DataObject], None]) -> Callable[..., None]:
    """Tries a law on random databases of each dialect, and says on how many."""

    @pytest.mark.parametrize("name", sorted(DIALECTS))
    def test(name: str, record_property: Callable[[str, object], None]) -> None:
        count = 0

        @settings(max_examples=EXAMPLES, deadline=None, phases=PHASES)
        @given(data=st.data())
        def tried(data: st.DataObject) -> None:
            nonlocal count
            count += 1
            law(name, data)

        tried()
        record_property("examples", count)

    return test


@each
def test_a_schema_does_not_differ_from_itself(name: str, data: st.DataObject) -> None:
    blueprint = data.draw(blueprints(name))
    assert compare(declared(blueprint), declared(blueprint)) == ()


@each
def test_normalising_twice_is_normalising_once(name: str, data: st.DataObject) -> None:
    schema = declared(data.draw(blueprints(name)))
    assert dialect_of(name).normalize(schema, DIALECTS[name]) == schema


@each
def test_the_ordered_difference_makes_one_schema_into_the_other(
    name: str, data: st.DataObject
) -> None:
    before, after = (declared(b) for b in data.draw(pairs(name)))
    operations = ordered(compare(before, after), before, name)
    assert compare(folded(operations, before), after) == ()


@each
def test_reverses_undo_their_operations(name: str, data: st.DataObject) -> None:
    before, after = (declared(b) for b in data.draw(pairs(name)))
    operations = ordered(compare(before, after), before, name)
    back = reversed_operations(operations, before)
    assert compare(folded(back, folded(operations, before)), before) == ()


@each
def test_order_depends_on_nothing_but_the_operations(name: str, data: st.DataObject) -> None:
    before, after = (declared(b) for b in data.draw(pairs(name)))
    operations = compare(before, after)
    assert ordered(operations, before, name) == ordered(operations, before, name)
    if dialect_of(name).adds_foreign_keys:
        return
    assert len(ordered(operations, before, name)) == len(operations)


@each
def test_what_is_built_loads_as_what_it_was(name: str, data: st.DataObject) -> None:
    loaded = declared(data.draw(blueprints(name)))
    dialect = DIALECTS[name]
    again = dialect_of(name).normalize(load.schema(build.metadata(loaded), dialect), dialect)
    assert compare(again, loaded) == ()


@each
def test_json_keeps_a_schema_and_its_digest(name: str, data: st.DataObject) -> None:
    schema = declared(data.draw(blueprints(name)))
    again = from_json(to_json(schema))
    assert again == schema
    assert digest(again) == digest(schema)


@each
def test_schemas_that_differ_have_different_digests(name: str, data: st.DataObject) -> None:
    before, after = (declared(b) for b in data.draw(pairs(name)))
    assert (digest(before) == digest(after)) == (before == after)


_SCRIPT = """
import sys
from tests.laws.fixed import operations_as_text
sys.stdout.write(operations_as_text())
"""


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_hash_seed_changes_nothing(seed: str) -> None:
    root = Path(__file__).parents[2]

    def output(value: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": value, "PYTHONPATH": str(root)}
        return subprocess.run(
            [sys.executable, "-c", _SCRIPT], env=environment, check=True, capture_output=True
        ).stdout

    expected = output("0")
    assert expected.count(b"\n") > 20
    assert output(seed) == expected
