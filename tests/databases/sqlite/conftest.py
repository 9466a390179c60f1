"""Databases in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases.sqlite.support import FEATURES, Database, database


@pytest.fixture
def empty() -> Iterator[Database]:
    """A database with nothing in it."""
    with database() as found:
        yield found


@pytest.fixture
def features() -> Iterator[Database]:
    """A database with a table `t` that has one of everything, rows, and others that use it."""
    with database(FEATURES) as found:
        yield found
