"""A table WITHOUT ROWID has a primary key at any moment, also while that changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.databases.detect import Server, server

KEYS = {"none": (), "id": ("id",), "id and a": ("id", "a"), "a": ("a",)}


@pytest.fixture
def sqlite() -> Iterator[Server]:
    with server("sqlite", "sqlite://") as found:
        yield found


def models(key: str, *, rowid: bool) -> sa.MetaData:
    metadata = sa.MetaData()
    columns = [
        sa.Column(name, sa.Integer, primary_key=name in KEYS[key], nullable=False)
        for name in ("id", "a")
    ]
    options = {} if rowid else {"sqlite_with_rowid": False}
    sa.Table("t", metadata, *columns, **options)
    return metadata


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("id", False), ("none", True)),
        (("none", True), ("id", False)),
        (("id", False), ("id and a", False)),
        (("a", False), ("id", False)),
        (("id", False), ("a", True)),
        (("a", True), ("id and a", False)),
    ],
    ids=str,
)
def test_the_key_changes_and_comes_back(
    sqlite: Server, before: tuple[str, bool], after: tuple[str, bool]
) -> None:
    was, is_ = (models(key, rowid=rowid) for key, rowid in (before, after))
    sqlite.create(was)
    with sqlite.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t (id, a) VALUES (1, 2), (3, 4)"))
    found = sqlite.difference(is_)
    assert found.upgrade
    sqlite.run(found.upgrade)
    assert sqlite.difference(is_).upgrade == ()
    sqlite.run(found.downgrade)
    assert sqlite.difference(was).upgrade == ()
    with sqlite.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id, a FROM t ORDER BY 1")).all() == [
            (1, 2),
            (3, 4),
        ]
