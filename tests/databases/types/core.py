"""Entries for the classes of `sqlalchemy.types`, with arguments that every database takes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.databases.types.classes import ABSTRACT, Absent, Chosen, Color, Point, Slug

CORE: dict[str, tuple[Any, ...] | Absent] = {
    "BIGINT": (sa.BIGINT(),),
    "BOOLEAN": (sa.BOOLEAN(), sa.BOOLEAN(create_constraint=True)),
    "BigInteger": (sa.BigInteger(),),
    "Boolean": (
        sa.Boolean(),
        sa.Boolean(create_constraint=True),
        sa.Boolean(create_constraint=True, name="ck_Bool"),
    ),
    "CHAR": (sa.CHAR(), sa.CHAR(3), sa.CHAR(255)),
    "DATE": (sa.DATE(),),
    "DECIMAL": (sa.DECIMAL(), sa.DECIMAL(8), sa.DECIMAL(8, 3), sa.DECIMAL(8, 0)),
    "DOUBLE": (sa.DOUBLE(), sa.DOUBLE(53)),
    "DOUBLE_PRECISION": (sa.DOUBLE_PRECISION(), sa.DOUBLE_PRECISION(53)),
    "Date": (sa.Date(),),
    "DateTime": (sa.DateTime(), sa.DateTime(timezone=True)),
    "Double": (sa.Double(), sa.Double(53), sa.Double(asdecimal=True)),
    "Enum": (
        sa.Enum("a", "b", name="en"),
        sa.Enum(Color),
        sa.Enum(Color, values_callable=lambda e: [x.value for x in e], name="by_value"),
        sa.Enum("a", "b", name="My Enum"),
        sa.Enum("it's", 'q"uote', "50%", "a:b", "back\\slash", "größe", "x, y", name="odd"),
        sa.Enum("a", "bb", native_enum=False),
        sa.Enum("a", "bb", native_enum=False, length=40),
        sa.Enum("a", "it's", "50%", ":b", native_enum=False, create_constraint=True),
        sa.Enum("a", "bb", native_enum=False, create_constraint=True, name="ck_enum"),
        sa.Enum("on", "off", name="inherits"),
        sa.Enum("single", name="single"),
    ),
    "FLOAT": (sa.FLOAT(), sa.FLOAT(10), sa.FLOAT(24), sa.FLOAT(25), sa.FLOAT(53)),
    "Float": (sa.Float(), sa.Float(24), sa.Float(53), sa.Float(10, asdecimal=True)),
    "INT": (sa.INT(),),
    "INTEGER": (sa.INTEGER(),),
    "Integer": (sa.Integer(),),
    "Interval": (
        sa.Interval(),
        sa.Interval(native=False),
        sa.Interval(second_precision=3),
        sa.Interval(second_precision=6, day_precision=4),
    ),
    "JSON": (sa.JSON(), sa.JSON(none_as_null=True)),
    "LargeBinary": (sa.LargeBinary(), sa.LargeBinary(20), sa.LargeBinary(70000)),
    "MatchType": (sa.types.MatchType(),),
    "NCHAR": (sa.NCHAR(), sa.NCHAR(4)),
    "NUMERIC": (sa.NUMERIC(), sa.NUMERIC(10), sa.NUMERIC(10, 2), sa.NUMERIC(10, 0)),
    "NullType": Absent("no type at all: SQLAlchemy itself cannot create it"),
    "Numeric": (
        sa.Numeric(),
        sa.Numeric(10),
        sa.Numeric(10, 2),
        sa.Numeric(38, 10),
        sa.Numeric(10, 2, asdecimal=False),
    ),
    "NumericCommon": ABSTRACT,
    "PickleType": (sa.PickleType(), sa.PickleType(protocol=2), sa.PickleType(impl=sa.LargeBinary)),
    "REAL": (sa.REAL(),),
    "SMALLINT": (sa.SMALLINT(),),
    "SmallInteger": (sa.SmallInteger(),),
    "String": (sa.String(1), sa.String(50), sa.String(255)),
    "TEXT": (sa.TEXT(),),
    "TIME": (sa.TIME(), sa.TIME(timezone=True)),
    "TIMESTAMP": (sa.TIMESTAMP(), sa.TIMESTAMP(timezone=True)),
    "Text": (sa.Text(),),
    "Time": (sa.Time(), sa.Time(timezone=True)),
    "TupleType": Absent("the type of a comparison, not of a column"),
    "TypeDecorator": (Slug(), Chosen()),
    "TypeEngine": ABSTRACT,
    "Unicode": (sa.Unicode(20),),
    "UnicodeText": (sa.UnicodeText(),),
    "UserDefinedType": (Point(),),
    "Uuid": (sa.Uuid(), sa.Uuid(as_uuid=False), sa.Uuid(native_uuid=False)),
    "VARCHAR": (sa.VARCHAR(30),),
    "Variant": (
        sa.String(5).with_variant(sa.Text(), "sqlite", "postgresql", "mysql", "mariadb"),
        sa.Integer().with_variant(sa.BigInteger(), "oracle"),
        sa.Text()
        .with_variant(sa.String(7), "postgresql")
        .with_variant(sa.String(8), "mysql")
        .with_variant(sa.String(9), "mariadb")
        .with_variant(sa.String(10), "sqlite"),
    ),
}
