"""Every type, created by SQLAlchemy and read from the catalog, is what the model declares."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from limbeck.diff.compare import compare
from limbeck.metadata import build
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

pytestmark = pytest.mark.postgresql


class Color(enum.Enum):
    red = 1
    green = 2


class Code(sa.types.TypeDecorator[str]):
    impl = sa.String(7)
    cache_ok = True


class Mood(sa.types.TypeDecorator[str]):
    impl = sa.Enum("sad", "it's ok", name="mood")
    cache_ok = True


class Own(sa.types.UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "XML"


TYPES: dict[str, Any] = {
    "BigInteger": sa.BigInteger(),
    "Boolean": sa.Boolean(),
    "Boolean check": sa.Boolean(create_constraint=True),
    "Date": sa.Date(),
    "DateTime": sa.DateTime(),
    "DateTime tz": sa.DateTime(timezone=True),
    "Double": sa.Double(),
    "Enum": sa.Enum("a", "b", name="en"),
    "Enum class": sa.Enum(Color),
    "Enum capitals": sa.Enum("a", "b", name="My Enum"),
    "Enum varchar": sa.Enum("a", "bb", native_enum=False),
    "Enum varchar check": sa.Enum("a", "bb", native_enum=False, create_constraint=True, name="e"),
    "Enum schema": sa.Enum("a", "b", name="en", schema="public"),
    "Float": sa.Float(),
    "Float 24": sa.Float(24),
    "Float 25": sa.Float(25),
    "Integer": sa.Integer(),
    "Interval": sa.Interval(),
    "Interval precision": sa.Interval(second_precision=3),
    "JSON": sa.JSON(),
    "LargeBinary": sa.LargeBinary(),
    "LargeBinary length": sa.LargeBinary(20),
    "Numeric": sa.Numeric(),
    "Numeric 10": sa.Numeric(10),
    "Numeric 10 2": sa.Numeric(10, 2),
    "PickleType": sa.PickleType(),
    "SmallInteger": sa.SmallInteger(),
    "String": sa.String(),
    "String 50": sa.String(50),
    "String collation": sa.String(50, collation="C"),
    "Text": sa.Text(),
    "Text collation": sa.Text(collation="POSIX"),
    "Time": sa.Time(),
    "Time tz": sa.Time(timezone=True),
    "Unicode": sa.Unicode(20),
    "UnicodeText": sa.UnicodeText(),
    "Uuid": sa.Uuid(),
    "Uuid char": sa.Uuid(native_uuid=False),
    "ARRAY": sa.ARRAY(sa.Integer()),
    "ARRAY 2": sa.ARRAY(sa.String(5), dimensions=2),
    "ARRAY enum": sa.ARRAY(sa.Enum("a", "b", name="en")),
    "CHAR": sa.CHAR(),
    "CHAR 3": sa.CHAR(3),
    "DECIMAL": sa.DECIMAL(8, 3),
    "NCHAR": sa.NCHAR(4),
    "REAL": sa.REAL(),
    "TIMESTAMP": sa.TIMESTAMP(timezone=True),
    "UUID": sa.UUID(),
    "TypeDecorator": Code(),
    "TypeDecorator enum": Mood(),
    "variant": sa.String(5)
    .with_variant(pg.CITEXT(), "mysql")
    .with_variant(pg.INET(), "postgresql"),
    "UserDefinedType": Own(),
    "pg.ARRAY": pg.ARRAY(sa.Numeric(5, 1)),
    "pg.ARRAY timestamps": pg.ARRAY(sa.TIMESTAMP(timezone=True)),
    "pg.ARRAY collation": pg.ARRAY(sa.String(5, collation="C")),
    "pg.BIT": pg.BIT(),
    "pg.BIT 5": pg.BIT(5),
    "pg.BIT varying": pg.BIT(varying=True),
    "pg.BIT varying 5": pg.BIT(5, varying=True),
    "pg.BYTEA": pg.BYTEA(),
    "pg.CIDR": pg.CIDR(),
    "pg.DATEMULTIRANGE": pg.DATEMULTIRANGE(),
    "pg.DATERANGE": pg.DATERANGE(),
    "pg.DOMAIN": pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True),
    "pg.ENUM": pg.ENUM("x", "y", name="axis"),
    "pg.INET": pg.INET(),
    "pg.INT4MULTIRANGE": pg.INT4MULTIRANGE(),
    "pg.INT4RANGE": pg.INT4RANGE(),
    "pg.INT8RANGE": pg.INT8RANGE(),
    "pg.INTERVAL": pg.INTERVAL(),
    "pg.INTERVAL precision": pg.INTERVAL(precision=2),
    "pg.INTERVAL fields": pg.INTERVAL(fields="YEAR TO MONTH"),
    "pg.INTERVAL both": pg.INTERVAL(fields="DAY TO SECOND", precision=3),
    "pg.JSON": pg.JSON(),
    "pg.JSONB": pg.JSONB(),
    "pg.JSONPATH": pg.JSONPATH(),
    "pg.MACADDR": pg.MACADDR(),
    "pg.MACADDR8": pg.MACADDR8(),
    "pg.MONEY": pg.MONEY(),
    "pg.NUMRANGE": pg.NUMRANGE(),
    "pg.OID": pg.OID(),
    "pg.REGCLASS": pg.REGCLASS(),
    "pg.REGCONFIG": pg.REGCONFIG(),
    "pg.TIME": pg.TIME(timezone=True, precision=3),
    "pg.TIMESTAMP": pg.TIMESTAMP(precision=0),
    "pg.TIMESTAMP tz": pg.TIMESTAMP(timezone=True, precision=3),
    "pg.TSQUERY": pg.TSQUERY(),
    "pg.TSRANGE": pg.TSRANGE(),
    "pg.TSTZMULTIRANGE": pg.TSTZMULTIRANGE(),
    "pg.TSTZRANGE": pg.TSTZRANGE(),
    "pg.TSVECTOR": pg.TSVECTOR(),
}


def test_every_type_reads_back_as_it_is_declared(
    connection: sa.Connection, read: Callable[..., Schema], declare: Callable[..., Schema]
) -> None:
    metadata = sa.MetaData()
    for number, type_ in enumerate(TYPES.values()):
        sa.Table(f"t{number:03}", metadata, sa.Column("c", type_))
    # the types that share a name are made once
    metadata.create_all(connection)
    declared, inspected = declare(metadata), read()
    unequal = {
        label: (mine.columns["c"].type.text, theirs.columns["c"].type.text)
        for label, mine, theirs in zip(TYPES, declared, inspected, strict=True)
        if mine.columns != theirs.columns
    }
    assert unequal == {}
    assert compare(inspected, declared) == ()
    assert declared.enums == inspected.enums


def test_what_inspection_made_of_a_type_creates_that_type_again(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    metadata = sa.MetaData()
    for number, (label, type_) in enumerate(TYPES.items()):
        if label != "UserDefinedType":
            sa.Table(f"t{number:03}", metadata, sa.Column("c", type_))
    metadata.create_all(connection)
    first = read()
    copy = build.metadata(first)
    metadata.drop_all(connection)
    assert not read().tables
    copy.create_all(connection)
    assert read() == first


def test_an_unknown_type_keeps_its_text_without_a_type_of_sqlalchemy(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    connection.execute(sa.text("CREATE TYPE pair AS (a int, b int)"))
    connection.execute(sa.text("CREATE TABLE t (c pair)"))
    found = read().table(Name("t")).column("c").type
    assert found.text == "pair"
    assert isinstance(found.payload, sa.types.NullType)
