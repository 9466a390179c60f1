"""Text of the server and of SQLAlchemy in one spelling."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import mysql

from limbeck.dialects.mysql import expressions, lexer, show_create, types


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("int(11)", "int"),
        ("INTEGER", "int"),
        ("INTEGER UNSIGNED", "int unsigned"),
        ("int(5) unsigned zerofill", "int(5) unsigned zerofill"),
        ("int(10) unsigned zerofill", "int unsigned zerofill"),
        ("INTEGER ZEROFILL", "int unsigned zerofill"),
        ("BOOL", "tinyint(1)"),
        ("tinyint(4)", "tinyint"),
        ("NUMERIC", "decimal(10,0)"),
        ("NUMERIC(8)", "decimal(8,0)"),
        ("DEC(8, 2)", "decimal(8,2)"),
        ("FLOAT(24)", "float"),
        ("FLOAT(53)", "double"),
        ("float(7,3)", "float(7,3)"),
        ("DOUBLE PRECISION", "double"),
        ("char", "char(1)"),
        ("NCHAR(3)", "char(3) character set utf8mb3"),
        ("NATIONAL VARCHAR(3)", "varchar(3) character set utf8mb3"),
        ("VARCHAR(9) CHARACTER SET utf8 COLLATE utf8_bin", "varchar(9) collate utf8mb3_bin"),
        ("ENUM('a','B, c','it''s')", "enum('a','B, c','it''s')"),
        ("SET('x')", "set('x')"),
        ("year(4)", "year"),
        ("DATETIME(0)", "datetime"),
        ("datetime(6)", "datetime(6)"),
        ("TEXT(20)", "tinytext"),
        ("TEXT(20000)", "mediumtext"),
        ("BLOB(70000)", "mediumblob"),
        ("bit", "bit(1)"),
        ("point", "point"),
    ],
)
def test_a_type_has_one_spelling(text: str, normal: str) -> None:
    found = types.parse(text)
    assert found.text == normal
    assert types.parse(normal).text == normal
    payload = types.payload(found)
    compiled = mysql.dialect().type_compiler_instance.process(payload)
    assert types.parse(compiled).text == normal


@pytest.mark.parametrize(
    ("sql", "type_", "normal"),
    [
        ("'5'", "int", "5"),
        ("00005", "int(5) unsigned zerofill", "5"),
        ("1.50", "decimal(10,2)", "1.5"),
        ("1e3", "double", "1000"),
        ("-0.0", "float", "0"),
        ("5", "varchar(3)", "'5'"),
        ("_utf8mb4'x'", "varchar(3)", "'x'"),
        ('"x"', "varchar(3)", "'x'"),
        ("'a\\'b\\\\c'", "varchar(9)", "'a''b\\\\c'"),
        ("TRUE", "tinyint(1)", "1"),
        ("b'0101'", "bit(4)", "5"),
        ("NULL", "int", None),
        ("now()", "datetime", "current_timestamp ( )"),
        ("CURRENT_TIMESTAMP", "datetime", "current_timestamp ( )"),
        ("(uuid())", "uuid", "uuid ( )"),
        (
            "CURRENT_TIMESTAMP ON UPDATE now()",
            "datetime",
            "current_timestamp ( ) on update current_timestamp ( )",
        ),
        (
            "NULL ON UPDATE CURRENT_TIMESTAMP(3)",
            "datetime(3)",
            "null on update current_timestamp ( 3 )",
        ),
        ("' on update '", "varchar(20)", "' on update '"),
        ("'nan'", "double", "'nan'"),
        ("'1e999999999'", "double", "'1e999999999'"),
    ],
)
def test_a_default_has_one_spelling(sql: str, type_: str, normal: str | None) -> None:
    assert expressions.default(sql, type_) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 5", "(`a` > 5)"),
        ("a != 'X'", "`A` <> _utf8mb4'X'"),
        ("A  AND\n b", "(a and b)"),
        ("lower(a)", "lcase(`a`)"),
        ("a /* why */ > 1", "a > 1"),
    ],
)
def test_an_expression_has_one_spelling(one: str, other: str) -> None:
    assert expressions.canonical(one) == expressions.canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a = 'x'", "a = 'X'"), ("(a) or (b)", "a) or (b"), ("a > 1", "a >= 1"), ("a", "'a'")],
)
def test_expressions_that_differ_stay_apart(one: str, other: str) -> None:
    assert expressions.canonical(one) != expressions.canonical(other)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("a", ("a", None, False)),
        ("`a b`(10) DESC", ("a b", 10, True)),
        ("a asc", ("a", None, False)),
        ("lower(a)", None),
        ("substr(a, 1)", None),
        ("a + 1", None),
    ],
)
def test_an_index_element_is_a_column_or_an_expression(sql: str, found: object) -> None:
    assert expressions.is_plain_column(sql) == found


@pytest.mark.parametrize("value", ["", "it's", "back\\slash", "new\nline", "50%", 'double "quote"'])
def test_a_string_literal_means_its_value(value: str) -> None:
    assert lexer.unquoted(lexer.quoted(value)) == value


def test_show_create_table_is_read() -> None:
    shown = show_create.parse(
        """CREATE TEMPORARY TABLE `t` (
          `a` int(11) NOT NULL DEFAULT -1 COMMENT 'a, (b) DEFAULT 5',
          `b` varchar(5) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT concat('x',')'),
          `c` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
          `d` int(11) GENERATED ALWAYS AS (`a` + 1) STORED,
          `j` longtext DEFAULT '{}' CHECK (json_valid(`j`)),
          KEY `i0` (`b`(3) DESC,`a`),
          UNIQUE KEY `i1` ((lower(`b`))),
          CONSTRAINT `c0` CHECK (`a` > (1 + 2))
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"""
    )
    assert list(shown.columns) == ["a", "b", "c", "d", "j"]
    assert shown.columns["a"].default == "- 1"
    assert shown.columns["b"].type.text == "varchar(5) collate latin1_bin"
    assert shown.columns["b"].default == "concat ( 'x' , ')' )"
    assert shown.columns["c"].default == "null on update current_timestamp ( )"
    assert shown.columns["d"].computed == "a + 1"
    assert shown.columns["j"].is_json("j")
    assert shown.checks == {"c0": "a > ( 1 + 2 )"}
    assert list(shown.indexes) == ["i0", "i1"]
