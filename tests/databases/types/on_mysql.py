"""What MySQL and MariaDB have of their own, and of `sqlalchemy.types` beyond those of all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from tests.databases.types.classes import NOT_HERE, Absent
from tests.databases.types.core import CORE

ENTRIES: dict[str, tuple[Any, ...] | Absent] = {
    **CORE,
    "ARRAY": NOT_HERE,
    "BINARY": (sa.BINARY(), sa.BINARY(4)),
    "BLOB": (sa.BLOB(), sa.BLOB(9), sa.BLOB(70000)),
    "CLOB": NOT_HERE,
    "DATETIME": (sa.DATETIME(), sa.DATETIME(timezone=True)),
    "DOUBLE": (sa.DOUBLE(),),
    "DOUBLE_PRECISION": (sa.DOUBLE_PRECISION(),),
    "Double": (sa.Double(), sa.Double(asdecimal=True)),
    "NVARCHAR": (sa.NVARCHAR(4),),
    "String": (
        sa.String(1),
        sa.String(50),
        sa.String(500),
        sa.String(50, collation="utf8mb4_bin"),
        sa.String(50, collation="latin1_german2_ci"),
    ),
    "Text": (
        sa.Text(),
        sa.Text(20),
        sa.Text(300),
        sa.Text(70000),
        sa.Text(17000000),
        sa.Text(collation="utf8mb4_bin"),
    ),
    "UUID": (sa.UUID(),),
    "VARBINARY": (sa.VARBINARY(30),),
}

_NUMBERS = (mysql.TINYINT, mysql.SMALLINT, mysql.MEDIUMINT, mysql.INTEGER, mysql.BIGINT)


def _number(made: Any) -> tuple[Any, ...]:
    return (
        made(),
        made(display_width=4),
        made(unsigned=True),
        made(zerofill=True),
        made(display_width=5, unsigned=True, zerofill=True),
    )


def _real(made: Any) -> tuple[Any, ...]:
    return (made(), made(9, 4), made(9, 4, unsigned=True), made(9, 4, zerofill=True))


def _text(made: Any, *arguments: int) -> tuple[Any, ...]:
    return (
        made(*arguments),
        made(*arguments, charset="latin1"),
        made(*arguments, collation="utf8mb4_unicode_ci"),
        made(*arguments, charset="utf8mb4", collation="utf8mb4_bin"),
        made(*arguments, ascii=True),
        made(*arguments, unicode=True),
        made(*arguments, binary=True),
    )


OWN: dict[str, tuple[Any, ...] | Absent] = {
    **{made.__name__: _number(made) for made in _NUMBERS},
    "TINYINT": (*_number(mysql.TINYINT), mysql.TINYINT(display_width=1)),
    "BINARY": (mysql.BINARY(4),),
    "BIT": (mysql.BIT(), mysql.BIT(1), mysql.BIT(9), mysql.BIT(64)),
    "BLOB": (mysql.BLOB(),),
    "BOOLEAN": (mysql.BOOLEAN(),),
    "CHAR": (mysql.CHAR(), *_text(mysql.CHAR, 5), mysql.CHAR(5, national=True)),
    "DATE": (mysql.DATE(),),
    "DATETIME": (mysql.DATETIME(), mysql.DATETIME(fsp=0), mysql.DATETIME(fsp=6)),
    "DECIMAL": (*_real(mysql.DECIMAL), mysql.DECIMAL(8), mysql.DECIMAL(8, 0)),
    "DOUBLE": _real(mysql.DOUBLE),
    "ENUM": (
        mysql.ENUM("a", "b"),
        mysql.ENUM("b", "a"),
        mysql.ENUM("it's", 'q"uote', "50%", "a:b", "x, y", "größe", "", "back\\slash"),
        mysql.ENUM("a", "b", charset="latin1"),
        mysql.ENUM("a", "b", collation="utf8mb4_bin"),
        mysql.ENUM("a", "b", name="named"),
    ),
    "FLOAT": (*_real(mysql.FLOAT), mysql.FLOAT(10), mysql.FLOAT(30), mysql.FLOAT(unsigned=True)),
    "INET4": NOT_HERE,
    "INET6": NOT_HERE,
    "JSON": (mysql.JSON(),),
    "LONGBLOB": (mysql.LONGBLOB(),),
    "LONGTEXT": _text(mysql.LONGTEXT),
    "MEDIUMBLOB": (mysql.MEDIUMBLOB(),),
    "MEDIUMTEXT": _text(mysql.MEDIUMTEXT),
    "NCHAR": (mysql.NCHAR(4), mysql.NCHAR(4, collation="utf8mb3_bin")),
    "NUMERIC": (*_real(mysql.NUMERIC), mysql.NUMERIC(8)),
    "NVARCHAR": (mysql.NVARCHAR(4), mysql.NVARCHAR(4, collation="utf8mb3_bin")),
    "REAL": _real(mysql.REAL),
    "SET": (
        mysql.SET("a", "b", "c"),
        mysql.SET("it's", 'q"uote', "50%", "a:b", "größe"),
        mysql.SET("a", "b", charset="latin1"),
        mysql.SET("a", "b", collation="utf8mb4_bin"),
        mysql.SET("a", "b", "", retrieve_as_bitwise=True),
    ),
    "TEXT": (*_text(mysql.TEXT), mysql.TEXT(20), mysql.TEXT(70000)),
    "TIME": (mysql.TIME(), mysql.TIME(fsp=0), mysql.TIME(fsp=3)),
    "TIMESTAMP": (mysql.TIMESTAMP(), mysql.TIMESTAMP(fsp=0), mysql.TIMESTAMP(fsp=6)),
    "TINYBLOB": (mysql.TINYBLOB(),),
    "TINYTEXT": _text(mysql.TINYTEXT),
    "VARBINARY": (mysql.VARBINARY(4),),
    "VARCHAR": (*_text(mysql.VARCHAR, 20), mysql.VARCHAR(20, national=True)),
    "YEAR": (mysql.YEAR(), mysql.YEAR(4)),
}

ON_MARIADB: dict[str, tuple[Any, ...] | Absent] = {
    "INET4": (mysql.INET4(),),
    "INET6": (mysql.INET6(),),
}
"""What the dialect mariadb has beside the other's."""

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.String(50), sa.text("5")),
    (sa.Date(), sa.text("(CURRENT_DATE)")),
    (sa.DateTime(), "2020-01-01"),
    (sa.DateTime(), sa.text("localtimestamp()")),
    (sa.DateTime(), sa.text("now() ON UPDATE now()")),
    (sa.Numeric(10, 2), sa.text("-0.50")),
    (mysql.INTEGER(display_width=5, unsigned=True, zerofill=True), "5"),
    (mysql.INTEGER(unsigned=True), sa.text("4000000000")),
    (sa.Boolean(), "1"),
    (sa.Boolean(), sa.text("1")),
    (sa.Text(), "abc"),
    (sa.Text(), "it's 50% : \\"),
    (sa.Text(), sa.text("(concat('a', 'b'))")),
    (mysql.ENUM("a", "it's", "back\\slash"), "it's"),
    (mysql.ENUM("a", "it's", "back\\slash"), "back\\slash"),
    (mysql.SET("a", "b"), "a,b"),
    (mysql.SET("a", "b"), ""),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
    (sa.DateTime(), sa.text("NULL ON UPDATE CURRENT_TIMESTAMP")),
    (sa.DateTime(), sa.func.now() + sa.text("interval 1 day")),
    (sa.DateTime(), sa.func.utc_timestamp()),
    (mysql.DATETIME(fsp=6), sa.func.now(6)),
    (mysql.DATETIME(fsp=6), sa.text("now(6) ON UPDATE now(6)")),
    (mysql.DATETIME(fsp=3), "2024-01-02 03:04:05"),
    (mysql.TIMESTAMP(fsp=3), sa.text("CURRENT_TIMESTAMP(3)")),
    (mysql.TIMESTAMP(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
    (mysql.TIME(fsp=2), "10:00"),
    (mysql.YEAR(), "2020"),
    (mysql.BIT(4), sa.text("b'0101'")),
    (mysql.BIT(4), sa.text("5")),
    (mysql.VARCHAR(20, charset="latin1"), "größe"),
    (sa.JSON(), "[]"),
    (sa.JSON(), '{"a": "b:c %"}'),
    (sa.JSON(), sa.func.json_object("a", 1)),
    (sa.JSON(), sa.text("(json_array(1, 2))")),
    (sa.LargeBinary(), "x"),
    (sa.VARBINARY(4), "a\\0b"),
    (sa.VARBINARY(4), sa.text("0x4142")),
    (sa.VARBINARY(4), sa.text("x'4142'")),
    (sa.Uuid(), sa.func.uuid()),
    (sa.String(20), sa.func.concat("a", "b")),
    (sa.String(40), sa.text("(uuid())")),
    (sa.String(40), sa.text("(concat('a', _utf8mb4'b'))")),
    (sa.Integer(), sa.text("(floor(1.5))")),
    (sa.Numeric(10, 2), sa.text("1.555")),
]
