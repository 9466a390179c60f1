"""Types of columns as a script spells them."""

from __future__ import annotations

import enum
import sys
import types
import warnings
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.types import TypeDecorator, UserDefinedType

from limbeck.script.layout import flat
from limbeck.script.render_context import RenderContext, RenderOptions
from limbeck.script.render_types import type_

POSTGRESQL = postgresql.dialect()


def rendered(
    payload: Any, options: RenderOptions | None = None, dialect: Any = POSTGRESQL
) -> tuple[str, list[str], list[str]]:
    """(text, imports, remarks)."""
    context = RenderContext(options or RenderOptions(), dialect)
    return flat(type_(payload, context)), sorted(context.imports), context.remarks


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


CORE = [
    (sa.String(50), "sa.String(length=50)"),
    (sa.String(), "sa.String()"),
    (sa.VARCHAR(5), "sa.VARCHAR(length=5)"),
    (sa.Numeric(10, 2), "sa.Numeric(precision=10, scale=2)"),
    (sa.DateTime(timezone=True), "sa.DateTime(timezone=True)"),
    (sa.Text(collation="C"), 'sa.Text(collation="C")'),
    (sa.Uuid(as_uuid=False), "sa.Uuid(as_uuid=False)"),
    (sa.JSON(none_as_null=True), "sa.JSON(none_as_null=True)"),
    (sa.types.NullType(), "sa.types.NullType()"),
    (sa.Interval(), "sa.Interval()"),
    (
        sa.Interval(native=False, second_precision=3),
        "sa.Interval(native=False, second_precision=3)",
    ),
    (sa.PickleType(), "sa.PickleType()"),
    (sa.PickleType(impl=sa.Text()), "sa.PickleType(impl=sa.Text())"),
    (sa.Enum("a", "it's", name="mood"), 'sa.Enum("a", "it\'s", name="mood")'),
    (sa.Enum(Color), 'sa.Enum("RED", "BLUE", name="color")'),
    (
        sa.Enum("a", name="m", schema="s", native_enum=False, create_constraint=True, length=9),
        'sa.Enum("a", name="m", schema="s", native_enum=False, create_constraint=True, length=9)',
    ),
    (
        sa.Boolean(create_constraint=True, name="ck"),
        'sa.Boolean(create_constraint=True, name="ck")',
    ),
    (sa.ARRAY(sa.String(20)), "sa.ARRAY(sa.String(length=20))"),
    (sa.TupleType(sa.Integer(), sa.Text()), "sa.TupleType(sa.Integer(), sa.Text())"),
]

DIALECTS = [
    ("postgresql", postgresql.JSONB(), "postgresql.JSONB(astext_type=sa.Text())"),
    ("postgresql", postgresql.HSTORE(), "postgresql.HSTORE(text_type=sa.Text())"),
    (
        "postgresql",
        postgresql.ARRAY(sa.Integer(), dimensions=2),
        "postgresql.ARRAY(sa.Integer(), dimensions=2)",
    ),
    (
        "postgresql",
        postgresql.ARRAY(postgresql.ENUM("a", name="m", create_type=False)),
        'postgresql.ARRAY(postgresql.ENUM("a", name="m", create_type=False))',
    ),
    ("postgresql", postgresql.TIMESTAMP(precision=3), "postgresql.TIMESTAMP(precision=3)"),
    ("postgresql", postgresql.TSVECTOR(), "postgresql.TSVECTOR()"),
    (
        "postgresql",
        postgresql.DOMAIN("d", sa.Integer(), check="VALUE > 0", not_null=True),
        'postgresql.DOMAIN("d", sa.Integer(), not_null=True, check="VALUE > 0")',
    ),
    ("mysql", mysql.ENUM("a", "b", charset="utf8"), 'mysql.ENUM("a", "b", charset="utf8")'),
    ("mysql", mysql.SET("x", "y"), 'mysql.SET("x", "y")'),
    ("mysql", mysql.INTEGER(unsigned=True), "mysql.INTEGER(unsigned=True)"),
    ("sqlite", sqlite.DATETIME(), "sqlite.DATETIME()"),
    ("mssql", mssql.UNIQUEIDENTIFIER(), "mssql.UNIQUEIDENTIFIER()"),
    ("oracle", oracle.NUMBER(5, 2), "oracle.NUMBER(precision=5, scale=2, asdecimal=True)"),
]


@pytest.mark.parametrize(("payload", "text"), CORE, ids=[text for _, text in CORE])
def test_types_of_sqlalchemy_need_no_import(payload: Any, text: str) -> None:
    assert rendered(payload) == (text, [], [])


@pytest.mark.parametrize(("package", "payload", "text"), DIALECTS, ids=[t[2] for t in DIALECTS])
@pytest.mark.parametrize("dialect", [POSTGRESQL, sqlite.dialect()], ids=["own", "another"])
def test_types_of_a_dialect_come_with_its_import_whatever_the_dialect_in_hand(
    package: str, payload: Any, text: str, dialect: Any
) -> None:
    expected = (text, [f"from sqlalchemy.dialects import {package}"], [])
    assert rendered(payload, dialect=dialect) == expected


@pytest.mark.parametrize("payload", [c[0] for c in CORE] + [d[1] for d in DIALECTS], ids=repr)
def test_a_rendered_type_evaluates_to_one_of_the_same_repr(payload: Any) -> None:
    text, imports, _ = rendered(payload)
    names: dict[str, Any] = {"sa": sa}
    exec("\n".join(imports), names)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = eval(text, names)
    assert type(made) is type(payload)
    assert repr(made) == repr(payload)


def test_an_enums_metadata_is_left_out_and_its_schema_is_not() -> None:
    payload = sa.Enum("a", name="m", schema="q", metadata=sa.MetaData())
    assert rendered(payload) == ('sa.Enum("a", name="m", schema="q")', [], [])


def test_variants_stand_in_order_of_dialect() -> None:
    payload = sa.String(5).with_variant(postgresql.CITEXT(), "postgresql")
    payload = payload.with_variant(mysql.VARCHAR(9, charset="utf8"), "mysql")
    text, imports, _ = rendered(payload)
    assert text == (
        'sa.String(length=5).with_variant(mysql.VARCHAR(charset="utf8", length=9), "mysql")'
        '.with_variant(postgresql.CITEXT(), "postgresql")'
    )
    assert imports == [
        "from sqlalchemy.dialects import mysql",
        "from sqlalchemy.dialects import postgresql",
    ]


def test_another_prefix_of_sqlalchemy_is_used_throughout() -> None:
    options = RenderOptions(sqlalchemy_prefix="sqlalchemy.")
    text, *_ = rendered(postgresql.ARRAY(sa.String(3)), options)
    assert text == "postgresql.ARRAY(sqlalchemy.String(length=3))"


# --- types of the user's -----------------------------------------------------------------------


class Money(TypeDecorator[Any]):
    impl = sa.Numeric(10, 2)
    cache_ok = True


class Short(TypeDecorator[Any]):
    impl = sa.String
    cache_ok = True


class Choice(TypeDecorator[Any]):
    impl = sa.String(20)
    cache_ok = True

    def __init__(self, choices: Any) -> None:
        super().__init__()
        self.choices = choices


class Point(UserDefinedType[Any]):
    cache_ok = True

    def __init__(self, srid: int = 0) -> None:
        self.srid = srid

    def get_col_spec(self, **_: Any) -> str:
        return f"POINT({self.srid})"


class Name(sa.String):
    """A type of its own that is one of SQLAlchemy's."""


class Odd(UserDefinedType[Any]):
    cache_ok = True

    def __init__(self, thing: Any) -> None:
        self._thing = thing

    def get_col_spec(self, **_: Any) -> str:
        return "ODD"

    def __repr__(self) -> str:
        return "<odd one>"


class Outer:
    class Inner(TypeDecorator[Any]):
        impl = sa.Text
        cache_ok = True


@pytest.fixture(autouse=True)
def shop_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """The types above, as members of a module `shop.types`."""
    package, module = types.ModuleType("shop"), types.ModuleType("shop.types")
    package.types = module  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop", package)
    monkeypatch.setitem(sys.modules, "shop.types", module)
    for cls in (Money, Short, Choice, Point, Odd, Outer, Outer.Inner):
        monkeypatch.setattr(cls, "__module__", "shop.types")
        setattr(module, cls.__name__, cls)


USERS = [
    (Money, "shop.types.Money()"),
    (lambda: Short(30), "shop.types.Short(length=30)"),
    (lambda: Point(4326), "shop.types.Point(srid=4326)"),
    (Outer.Inner, "shop.types.Outer.Inner()"),
    (lambda: sa.ARRAY(Point(3)), "sa.ARRAY(shop.types.Point(srid=3))"),
]


@pytest.mark.parametrize(("make", "text"), USERS, ids=[text for _, text in USERS])
def test_a_users_type_comes_with_the_import_of_its_module(make: Any, text: str) -> None:
    assert rendered(make()) == (text, ["import shop.types"], [])


def test_a_project_may_name_its_types_by_a_prefix_of_its_own() -> None:
    options = RenderOptions(user_module_prefix="my.")
    assert rendered(Short(30), options) == ("my.Short(length=30)", [], [])
    assert rendered(sa.ARRAY(Point(3)), options) == ("sa.ARRAY(my.Point(srid=3))", [], [])


def test_what_a_decorator_stores_stands_in_where_its_repr_does_not_make_it_again() -> None:
    text, imports, remarks = rendered(Choice({"a": 1}))
    assert text == "sa.String(length=20)"
    assert imports == []
    assert remarks[0].startswith("shop.types.Choice cannot be made again from its repr, Choice(")
    assert remarks[0].endswith("): what it stores stands here instead.")


def test_a_type_defined_inside_a_function_cannot_be_imported_and_is_replaced() -> None:
    class Local(TypeDecorator[Any]):
        impl = sa.Integer
        cache_ok = True

    text, imports, remarks = rendered(Local())
    assert (text, imports) == ("sa.Integer()", [])
    assert "what it stores stands here instead" in remarks[0]


def test_a_users_own_type_without_a_usable_repr_is_left_to_be_completed() -> None:
    text, imports, remarks = rendered(Odd(object()))
    assert (text, imports) == ("shop.types.Odd()", ["import shop.types"])
    assert remarks == [
        "shop.types.Odd cannot be made again from its repr, <odd one>: complete its arguments."
    ]


def test_the_users_hook_is_asked_first_and_may_add_imports() -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        if kind == "type" and isinstance(item, Money):
            context.imports.add("from shop.types import Money")
            return "Money( )"
        return False

    options = RenderOptions(render_item=render_item)
    assert rendered(sa.ARRAY(Money()), options) == (
        "sa.ARRAY(Money())",
        ["from shop.types import Money"],
        [],
    )


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (Money(), "sa.Numeric(precision=10, scale=2)"),
        (Short(8), "sa.String(length=8)"),
        (Choice(object()), "sa.String(length=20)"),
        (Name(30), "sa.String(length=30)"),
        (sa.ARRAY(Money()), "sa.ARRAY(sa.Numeric(precision=10, scale=2))"),
    ],
)
def test_types_of_the_users_may_be_written_as_what_they_store(payload: Any, text: str) -> None:
    assert rendered(payload, RenderOptions(plain_types=True)) == (text, [], [])


def test_a_type_that_brings_its_own_ddl_is_imported_even_so() -> None:
    text, imports, _ = rendered(Point(4326), RenderOptions(plain_types=True))
    assert text.startswith("shop.types.Point(")
    assert imports == ["import shop.types"]
