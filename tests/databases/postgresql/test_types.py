"""Types that are more than the text of a column."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request
from limbeck.runtime.state import LiveState
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

pytestmark = pytest.mark.postgresql


def test_an_unknown_type_keeps_its_text_without_a_type_of_sqlalchemy(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    connection.execute(sa.text("CREATE TYPE pair AS (a int, b int)"))
    connection.execute(sa.text("CREATE TABLE t (c pair)"))
    found = read().table(Name("t")).column("c").type
    assert found.text == "pair"
    assert isinstance(found.payload, sa.types.NullType)


def test_an_enum_type_is_used_by_columns_of_any_schema(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    mood = sa.Enum("sad", "ok", name="mood")
    metadata = sa.MetaData()
    connection.execute(sa.text("CREATE SCHEMA far"))
    sa.Table("near", metadata, sa.Column("c", mood))
    sa.Table("many", metadata, sa.Column("c", sa.ARRAY(mood)), schema="far")
    sa.Table("other", metadata, sa.Column("c", sa.Integer), schema="far")
    metadata.create_all(connection)
    users = LiveState(read_with(read)).enum_users(Name("mood"))
    assert users == ((Name("near"), "c"), (Name("many", "far"), "c"))


def read_with(read: Callable[..., Schema]) -> Callable[[Request], Schema]:
    """What a state reads with."""
    return lambda request: read(schemas=request.schemas, tables=request.tables, enum=request.enum)
