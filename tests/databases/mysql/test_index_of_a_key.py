"""The index that the server makes for a foreign key, and what becomes of it when keys change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.databases.detect import Server, server

pytestmark = pytest.mark.mysql


@pytest.fixture
def mysql(mysql_url: str) -> Iterator[Server]:
    with server("mysql", mysql_url) as found:
        yield found


def models(key: str | None, *indexes: str) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    child = sa.Table(
        "child",
        metadata,
        sa.Column("a", sa.Integer, sa.ForeignKey("parent.id", name=key)),
        sa.Column("b", sa.Integer),
    )
    for name in indexes:
        sa.Index(name, child.c.b)
    return metadata


def test_the_key_may_take_over_the_name_of_an_index_and_give_it_back(mysql: Server) -> None:
    was, is_ = models(None, "fk_child"), models("fk_child")
    mysql.create(was)
    found = mysql.difference(is_)
    mysql.run(found.upgrade)
    assert mysql.difference(is_).upgrade == ()
    mysql.run(found.downgrade)
    assert mysql.difference(was).upgrade == ()


def tree(name: str, number: type[sa.Integer], **told: Any) -> sa.MetaData:
    """A table whose rows point to others of it."""
    metadata = sa.MetaData()
    key = sa.Column("id", number, primary_key=True)
    sa.Table(name, metadata, key, sa.Column("above", number, sa.ForeignKey(f"{name}.id")), **told)
    return metadata


def test_an_index_that_still_has_the_name_of_a_renamed_table_is_the_keys_own(mysql: Server) -> None:
    was = tree("node", sa.Integer)
    is_ = tree("leaf", sa.SmallInteger, info={"renamed_from": "node"})
    mysql.create(was)
    found = mysql.difference(is_)
    mysql.run(found.upgrade)
    assert mysql.difference(is_).upgrade == ()
    mysql.run(found.downgrade)
    assert mysql.difference(was).upgrade == ()
