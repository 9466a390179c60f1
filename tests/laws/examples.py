"""A law tried on random pairs of databases of one server."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.laws.blueprints import Blueprint
from tests.laws.server import Server
from tests.laws.strategies import pairs

WAYS = ("operations", "script", "batch")
"""How changes reach a server."""

Law = Callable[[Server, tuple[Blueprint, Blueprint], str, Random], None]


def holds(
    law: Law, found: Server, record_property: Callable[[str, object], None], examples: int
) -> None:
    """Tries the law on that many pairs, or on `LIMBECK_EXAMPLES`, and says how many those were."""

    @settings(
        max_examples=int(os.environ.get("LIMBECK_EXAMPLES", examples)),
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(pairs(found.name), st.sampled_from(WAYS), st.integers(0, 10**6).map(Random))
    def tried(pair: tuple[Blueprint, Blueprint], way: str, random: Random) -> None:
        law(found, pair, way, random)

    tried()
    record_property("examples", found.examples)
    record_property("rows", f"{found.rows} rows in, {found.kept // 2} of them looked at after")
    record_property("operations", dict(sorted(found.operations.items())))
