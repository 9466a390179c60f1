"""Programs built on Alembic, run with Alembic and with its names ours. Opt in: LIMBECK_COMPAT=1."""

from __future__ import annotations

import os

import pytest

from tests.compat.clients import Environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A virtual environment with both tools and the programs; making it takes a minute."""
    if os.environ.get("LIMBECK_COMPAT") != "1":
        pytest.skip("set LIMBECK_COMPAT=1 to download the programs and run them")
    return Environment(tmp_path_factory.mktemp("clients"))
