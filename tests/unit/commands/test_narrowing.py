"""Changes of type that values may not survive."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck.commands.narrowing import narrows
from limbeck.operations.alter_column import AlterColumn
from limbeck.schema.names import Name
from limbeck.schema.types import SqlType

Type = sa.types.TypeEngine[object]


def change(old: Type, new: Type) -> AlterColumn:
    return AlterColumn(Name("t"), "c", type=SqlType(new), existing_type=SqlType(old))


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (sa.SmallInteger(), sa.Integer()),
        (sa.Integer(), sa.BigInteger()),
        (mysql.TINYINT(unsigned=True), mysql.SMALLINT()),
        (mysql.MEDIUMINT(), sa.Integer()),
        (mysql.INTEGER(unsigned=True), mysql.BIGINT()),
        (sa.String(20), sa.String(30)),
        (sa.String(20), sa.Text()),
        (sa.Integer(), sa.Text()),
        (sa.Numeric(8, 2), sa.Numeric(10, 2)),
        (sa.Numeric(8, 2), sa.Numeric(9, 3)),
        (sa.Enum("a"), sa.Enum("b", "a")),
        (mysql.ENUM("a"), sa.Enum("a", "b")),
        (sa.Enum("a"), sa.Text()),
    ],
    ids=str,
)
def test_what_holds_more_does_not_narrow(narrow: Type, wide: Type) -> None:
    assert not narrows(change(narrow, wide))
    assert narrows(change(wide, narrow))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (mysql.INTEGER(), mysql.INTEGER(unsigned=True)),
        (mysql.INTEGER(unsigned=True), mysql.INTEGER()),
        (sa.Numeric(8, 2), sa.Numeric(8, 3)),
        (sa.Text(), sa.Integer()),
        (sa.Integer(), sa.String(3)),
    ],
    ids=str,
)
def test_what_holds_something_else_narrows(old: Type, new: Type) -> None:
    assert narrows(change(old, new))
