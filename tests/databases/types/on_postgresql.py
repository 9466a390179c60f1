"""What PostgreSQL has of its own, and of the classes of `sqlalchemy.types` beyond those of all."""

from __future__ import annotations

from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from tests.databases.types.classes import ABSTRACT, NOT_HERE, Absent, Color
from tests.databases.types.core import CORE

EXTENSIONS = ("citext", "hstore")
"""Extensions with types that SQLAlchemy has a class for."""

ENTRIES: dict[str, tuple[Any, ...] | Absent] = {
    **CORE,
    "ARRAY": (
        sa.ARRAY(sa.Integer()),
        sa.ARRAY(sa.Integer(), as_tuple=True),
        sa.ARRAY(sa.Integer(), dimensions=2),
        sa.ARRAY(sa.String(5), dimensions=3, zero_indexes=True),
        sa.ARRAY(sa.Enum("a", "b", name="en")),
        sa.ARRAY(sa.Enum("a", "b", native_enum=False)),
        sa.ARRAY(sa.String(5, collation="C")),
    ),
    "BINARY": NOT_HERE,
    "BLOB": NOT_HERE,
    "CLOB": NOT_HERE,
    "DATETIME": NOT_HERE,
    "DOUBLE": NOT_HERE,
    "DOUBLE_PRECISION": (sa.DOUBLE_PRECISION(),),
    "Double": (sa.Double(), sa.Double(asdecimal=True)),
    "NVARCHAR": NOT_HERE,
    "String": (
        sa.String(),
        sa.String(1),
        sa.String(50),
        sa.String(collation="C"),
        sa.String(50, collation="POSIX"),
        sa.String(50, collation="ucs_basic"),
    ),
    "Text": (sa.Text(), sa.Text(collation="C")),
    "UUID": (sa.UUID(), sa.UUID(as_uuid=False)),
    "Unicode": (sa.Unicode(), sa.Unicode(20)),
    "VARBINARY": NOT_HERE,
    "VARCHAR": (sa.VARCHAR(), sa.VARCHAR(30), sa.VARCHAR(30, collation="C")),
}

FIELDS = (
    *("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "YEAR TO MONTH", "DAY TO HOUR"),
    *("DAY TO MINUTE", "HOUR TO MINUTE"),
)
SECONDS = ("SECOND", "DAY TO SECOND", "HOUR TO SECOND", "MINUTE TO SECOND")

OWN: dict[str, tuple[Any, ...] | Absent] = {
    "ARRAY": (pg.ARRAY(sa.Numeric(5, 1)), pg.ARRAY(sa.Text(), as_tuple=True, dimensions=2)),
    "AbstractMultiRange": ABSTRACT,
    "AbstractRange": ABSTRACT,
    "AbstractSingleRange": ABSTRACT,
    "BIGINT": (pg.BIGINT(),),
    "BIT": (pg.BIT(), pg.BIT(1), pg.BIT(5), pg.BIT(varying=True), pg.BIT(5, varying=True)),
    "BOOLEAN": (pg.BOOLEAN(),),
    "BYTEA": (pg.BYTEA(), pg.BYTEA(9)),
    "CHAR": (pg.CHAR(4), pg.CHAR(4, collation="C")),
    "CIDR": (pg.CIDR(),),
    "CITEXT": (pg.CITEXT(), pg.CITEXT(collation="C")),
    "DATE": (pg.DATE(),),
    "DOMAIN": (
        pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True),
        pg.DOMAIN("Odd Domain", sa.String(9), collation="C", default="it's"),
        pg.DOMAIN("checked", sa.Numeric(8, 2), check=sa.text("VALUE > -1"), constraint_name="ck"),
    ),
    "DOUBLE_PRECISION": (pg.DOUBLE_PRECISION(),),
    "ENUM": (
        pg.ENUM("x", "y", name="axis"),
        pg.ENUM(Color, name="pg_color"),
        pg.ENUM("it's", "50%", "a:b", "back\\slash", name="pg odd"),
    ),
    "FLOAT": (pg.FLOAT(), pg.FLOAT(24)),
    "HSTORE": (pg.HSTORE(), pg.HSTORE(text_type=sa.Unicode())),
    "INET": (pg.INET(),),
    "INTEGER": (pg.INTEGER(),),
    "INTERVAL": (
        pg.INTERVAL(),
        pg.INTERVAL(precision=0),
        pg.INTERVAL(precision=3),
        *(pg.INTERVAL(fields=fields) for fields in (*FIELDS, *SECONDS)),
        *(pg.INTERVAL(fields=fields, precision=2) for fields in SECONDS),
        pg.INTERVAL(fields="day to second", precision=6),
    ),
    "JSON": (pg.JSON(), pg.JSON(astext_type=sa.Unicode())),
    "JSONB": (pg.JSONB(), pg.JSONB(none_as_null=True), pg.JSONB(astext_type=sa.String(5))),
    "JSONPATH": (pg.JSONPATH(),),
    "MACADDR": (pg.MACADDR(),),
    "MACADDR8": (pg.MACADDR8(),),
    "MONEY": (pg.MONEY(),),
    "NUMERIC": (pg.NUMERIC(), pg.NUMERIC(5, 2)),
    "NamedType": ABSTRACT,
    "OID": (pg.OID(),),
    "REAL": (pg.REAL(),),
    "REGCLASS": (pg.REGCLASS(),),
    "REGCONFIG": (pg.REGCONFIG(),),
    "SMALLINT": (pg.SMALLINT(),),
    "TEXT": (pg.TEXT(),),
    "TIME": (
        pg.TIME(),
        pg.TIME(precision=0),
        pg.TIME(precision=6),
        pg.TIME(timezone=True, precision=3),
    ),
    "TIMESTAMP": (
        pg.TIMESTAMP(),
        pg.TIMESTAMP(precision=0),
        pg.TIMESTAMP(precision=6),
        pg.TIMESTAMP(timezone=True, precision=3),
    ),
    "TSQUERY": (pg.TSQUERY(),),
    "TSVECTOR": (pg.TSVECTOR(),),
    "UUID": (pg.UUID(), pg.UUID(as_uuid=False)),
    "VARCHAR": (pg.VARCHAR(), pg.VARCHAR(6)),
    **{
        name: (getattr(pg, name)(),)
        for kind in ("RANGE", "MULTIRANGE")
        for name in (f"{base}{kind}" for base in ("INT4", "INT8", "NUM", "DATE", "TS", "TSTZ"))
    },
}


def arrays() -> list[Any]:
    """An array of each type that stands above, but for arrays and what brings a check along."""
    elements = chain.from_iterable(
        entry
        for name, entry in (*ENTRIES.items(), *OWN.items())
        if not isinstance(entry, Absent) and name != "ARRAY"
    )
    return [pg.ARRAY(e) for e in elements if not getattr(e, "create_constraint", False)]


DEFAULTS: list[tuple[Any, Any]] = [
    (sa.Text(), "plain"),
    (sa.Text(), sa.text("'x'::text")),
    (sa.Text(), sa.text("E'back\\\\slash\\n'")),
    (sa.Text(), sa.text("current_user")),
    (sa.Text(), sa.func.concat("a", "b")),
    (sa.Text(), sa.text("('a' || 'b')")),
    (sa.String(9), sa.text("'x'::character varying")),
    (sa.String(9), sa.cast("x", sa.String)),
    (sa.CHAR(4), "ab"),
    (sa.Integer(), sa.text("'5'::integer")),
    (sa.Integer(), sa.text("(-1)::bigint")),
    (sa.Numeric(10, 2), sa.text("'1.5'::numeric")),
    (sa.Double(), sa.text("'NaN'::float8")),
    (sa.Double(), "Infinity"),
    (sa.Boolean(), "t"),
    (sa.Boolean(), "0"),
    (sa.Boolean(), sa.text("(NOT true)")),
    (sa.Boolean(), sa.text("(1 IS NOT NULL AND 2 IN (1, 2))")),
    (sa.Boolean(), sa.text("('a' LIKE 'b' OR 'NOT' = 'x')")),
    (sa.Text(), sa.text("('a' COLLATE \"C\")")),
    (sa.DateTime(), sa.text("now()")),
    (sa.DateTime(), sa.text("timezone('utc', now())")),
    (sa.DateTime(), sa.text("(now() at time zone 'utc')")),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP(3)")),
    (sa.DateTime(), sa.text("LOCALTIMESTAMP")),
    (sa.DateTime(), sa.text("'infinity'")),
    (sa.DateTime(timezone=True), "2024-01-02 03:04:05+00"),
    (sa.DateTime(timezone=True), sa.func.now() + sa.text("interval '1 day'")),
    (sa.Date(), sa.text("'2024-01-02'::date")),
    (sa.Date(), sa.text("(now())::date")),
    (sa.Interval(), "1 day"),
    (sa.Interval(), sa.text("interval '1 day 2 hours'")),
    (sa.Enum("a", "it's", name="defaulted"), sa.text("'a'::defaulted")),
    (sa.ARRAY(sa.Enum("a", "it's", name="defaulted")), "{a}"),
    (sa.ARRAY(sa.Integer()), "{}"),
    (sa.ARRAY(sa.Integer()), "{1,2}"),
    (sa.ARRAY(sa.Integer()), sa.text("array[1, 2]")),
    (sa.ARRAY(sa.Integer()), sa.text("ARRAY[]::integer[]")),
    (sa.ARRAY(sa.Text()), sa.text("'{}'::text[]")),
    (sa.ARRAY(sa.String(5)), pg.array(["a", "b:c"])),
    (sa.ARRAY(sa.String(5)), "{}"),
    (sa.JSON(), "{}"),
    (sa.JSON(), '{"a": [1, "x:y %"]}'),
    (pg.JSONB(), sa.text("'{}'::jsonb")),
    (pg.JSONB(), '{"a" : 1}'),
    (pg.JSONB(), sa.func.jsonb_build_object("a", 1)),
    (sa.Uuid(), sa.func.gen_random_uuid()),
    (sa.Uuid(), sa.text("gen_random_uuid()")),
    (sa.LargeBinary(), sa.text(r"'\x4142'::bytea")),
    (sa.LargeBinary(), "x"),
    (pg.INET(), "10.0.0.1"),
    (pg.CIDR(), "10.0.0.0/8"),
    (pg.MACADDR(), "08:00:2b:01:02:03"),
    (pg.MONEY(), "1.50"),
    (pg.BIT(4), "0101"),
    (pg.BIT(4), sa.text("B'0101'")),
    (pg.BIT(4, varying=True), "01"),
    (pg.OID(), "0"),
    (pg.REGCLASS(), "pg_class"),
    (pg.REGCONFIG(), "english"),
    (pg.TSVECTOR(), ""),
    (pg.TSVECTOR(), sa.text("to_tsvector('simple', 'a b')")),
    (pg.TSQUERY(), "a & b"),
    (pg.JSONPATH(), "$.a"),
    (pg.INT4RANGE(), "[1,5)"),
    (pg.INT4RANGE(), sa.func.int4range(1, 5)),
    (pg.DATERANGE(), "empty"),
    (pg.TSTZRANGE(), sa.text("tstzrange(now(), NULL)")),
    (pg.INT4MULTIRANGE(), "{}"),
    (pg.INT4MULTIRANGE(), "{[1,3), [5,7)}"),
    (pg.HSTORE(), "a=>1"),
    (pg.HSTORE(), sa.text("''::hstore")),
    (pg.CITEXT(), "It's"),
    (pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True), "3"),
    (pg.TIME(precision=3), "10:00"),
    (pg.TIMESTAMP(precision=3), sa.func.now()),
    (sa.Integer(), sa.text("nextval('counted')")),
    (sa.Integer(), sa.Sequence("counted").next_value()),
]
