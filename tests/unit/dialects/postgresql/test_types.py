"""Type texts: every spelling becomes the one that the server prints."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.dialects.postgresql import conversions, types
from limbeck.dialects.postgresql.named_types import TypeTexts
from limbeck.schema.types import SqlType


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("VARCHAR", "character varying"),
        ("varchar( 5 )", "character varying(5)"),
        ("INT4", "integer"),
        ("BIGSERIAL", "bigint"),
        ("CHAR", "character(1)"),
        ('"char"', '"char"'),
        ("DECIMAL(10, 2)", "numeric(10,2)"),
        ("NUMERIC(10)", "numeric(10,0)"),
        ("FLOAT(24)", "real"),
        ("FLOAT(25)", "double precision"),
        ("FLOAT", "double precision"),
        ("DOUBLE  PRECISION", "double precision"),
        ("TIMESTAMPTZ(3)", "timestamp(3) with time zone"),
        ("TIMESTAMP(3) WITHOUT TIME ZONE", "timestamp(3) without time zone"),
        ("TIMESTAMP", "timestamp without time zone"),
        ("TIME WITH TIME ZONE", "time with time zone"),
        ("INTERVAL DAY TO SECOND (3)", "interval day to second(3)"),
        ("BIT", "bit(1)"),
        ("VARBIT(3)", "bit varying(3)"),
        ("INTEGER[][3]", "integer[]"),
        ("integer ARRAY", "integer[]"),
        ('VARCHAR(5)[] COLLATE "C"', 'character varying(5)[] COLLATE "C"'),
        ('TEXT COLLATE pg_catalog."C"', 'text COLLATE "C"'),
        ('TEXT COLLATE "default"', "text"),
        ('s."My Type"', 's."My Type"'),
        ("GEOMETRY(Point, 4326)", "geometry(point,4326)"),
    ],
)
def test_a_spelling_becomes_what_the_server_prints(written: str, printed: str) -> None:
    assert types.canonical(written) == printed
    assert types.canonical(printed) == printed


def test_the_text_of_a_type_makes_a_type_of_that_text() -> None:
    compiler = postgresql.dialect().type_compiler_instance
    for text in (
        "integer",
        "character varying(5)",
        "character(3)",
        "numeric(10,2)",
        "numeric",
        "timestamp(3) with time zone",
        "time without time zone",
        "interval day to second(3)",
        "interval(2)",
        "bit varying(5)",
        "double precision",
        "tsvector",
        "uuid",
        "integer[]",
    ):
        assert types.canonical(compiler.process(types.payload(text))) == text


def test_a_type_is_compiled_once_for_many_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = postgresql.dialect()
    texts = TypeTexts(dialect)
    calls: list[object] = []
    process = type(dialect.type_compiler_instance).process

    def counted(self: object, *args: object, **kw: object) -> str:
        calls.append(args)
        return process(self, *args, **kw)  # type: ignore[arg-type]

    monkeypatch.setattr(type(dialect.type_compiler_instance), "process", counted)
    found = {texts.normalized(SqlType(sa.String(50))).text for _ in range(100)}
    assert found == {"character varying(50)"}
    assert len(calls) == 1


def test_a_variant_counts_for_its_dialect_only() -> None:
    texts = TypeTexts(postgresql.dialect())
    with_variant = sa.String(5).with_variant(sa.Text(), "mysql")
    assert texts.normalized(SqlType(with_variant)).text == "character varying(5)"
    with_variant = sa.String(5).with_variant(sa.Text(), "postgresql")
    assert texts.normalized(SqlType(with_variant)).text == "text"


def test_the_enum_of_an_array_is_the_enum_of_the_column() -> None:
    texts = TypeTexts(postgresql.dialect())
    found = texts.normalized(SqlType(sa.ARRAY(sa.Enum("a", "b", name="mood", schema="s"))))
    assert (found.text, str(found.enum)) == ("s.mood[]", "s.mood")
    assert [e.values for e in texts.enums.values()] == [("a", "b")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("integer", "bigint", None),
        ("integer", "text", None),
        ("mood", "character varying(5)", None),
        ("character varying(5)", "character varying(9)", None),
        ("timestamp without time zone", "timestamp(3) with time zone", None),
        ("json", "jsonb", None),
        ("integer[]", "bigint[]", None),
        ("text", "integer", "c::NEW"),
        ("text", "mood", "c::NEW"),
        ("mood", "other", "c::text::NEW"),
        ("boolean", "integer", "c::NEW"),
        ("boolean", "bigint", "c::integer::NEW"),
        ("numeric(10,2)", "boolean", "c::integer::NEW"),
        ("integer", "integer[]", "c::text::NEW"),
        ("mood[]", "other[]", "c::text::NEW"),
    ],
)
def test_using_is_written_where_the_server_asks_for_it(
    old: str, new: str, expected: str | None
) -> None:
    needed = conversions.needs_using(old, new)
    assert (conversions.using("c", old, new, "NEW") if needed else None) == expected
