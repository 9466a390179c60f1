"""Renames that somebody has told of, and those that the comparison only suspects."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.dialects.base import dialect
from limbeck.diff.candidates import candidates
from limbeck.diff.compare import compare
from limbeck.diff.describe import describe
from limbeck.diff.rename_options import option, other_hints, table_hints
from limbeck.diff.renames import Renaming, followed, renamed
from limbeck.errors import RenameError
from limbeck.metadata import load
from limbeck.metadata.hints import hints
from limbeck.operations.base import Operation
from limbeck.schema.objects import Schema

POSTGRESQL = postgresql.dialect()
CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata(*tables: tuple[str, list[object], dict[str, object]]) -> sa.MetaData:
    collection = sa.MetaData(naming_convention=CONVENTION)
    for name, items, info in tables:
        key = sa.Column("id", sa.Integer, primary_key=True)
        sa.Table(name, collection, key, *items, info=info)  # type: ignore[arg-type]
    return collection


def table(name: str, *items: object, **info: object) -> tuple[str, list[object], dict[str, object]]:
    return name, list(items), info


def column(name: str, type_: object = sa.String(50), *more: object, **kw: object) -> object:
    options = {key: kw.pop(key) for key in ("renamed_from", "renamed_values") if key in kw}
    return sa.Column(name, type_, *more, info=options or None, **kw)  # type: ignore[arg-type]


def schema(collection: sa.MetaData) -> Schema:
    return dialect("postgresql").normalize(load.schema(collection, POSTGRESQL), POSTGRESQL)


def carried_out(
    before: sa.MetaData, after: sa.MetaData, *options: str
) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """(renames, what is left) with the hints of the models and those options."""
    old, new = schema(before), schema(after)
    told = hints([after], POSTGRESQL)
    tables = [h for h in told if h.kind == "table"] + list(table_hints(options, old, new))
    found = renamed(Renaming(old), new, tables)
    others = [h for h in told if h.kind != "table"]
    found = renamed(found, new, [*others, *other_hints(options, found, old, new)])
    found = followed(found, new)
    return found.operations, compare(found.schema, new)


def words(operations: tuple[Operation, ...]) -> list[str]:
    return [describe(operation) for operation in operations]


def shop() -> sa.MetaData:
    return metadata(
        table("users", column("name", index=True), column("email", unique=True)),
        table("orders", sa.Column("user_id", sa.ForeignKey("users.id"))),
    )


@pytest.mark.parametrize("told", ["by the models", "by options"])
def test_a_rename_of_a_table_and_its_columns_takes_along_whatever_is_named_after_them(
    told: str,
) -> None:
    by_models = told == "by the models"

    def was(old: str) -> dict[str, object]:
        return {"renamed_from": old} if by_models else {}

    after = metadata(
        table(
            "people",
            column("full_name", index=True, **was("name")),
            column("email", unique=True),
            **was("users"),
        ),
        table("orders", sa.Column("user_id", sa.ForeignKey("people.id"))),
    )
    options = () if by_models else ("users.name=full_name", "users=people")
    renames, rest = carried_out(shop(), after, *options)
    assert words(renames) == [
        "renamed table 'users' to 'people'",
        "renamed column 'people.name' to 'full_name'",
        "renamed constraint 'fk_orders_user_id_users' to 'fk_orders_user_id_people' on 'orders'",
        "renamed constraint 'pk_users' to 'pk_people' on 'people'",
        "renamed constraint 'uq_users_email' to 'uq_people_email' on 'people'",
        "renamed index 'ix_users_name' to 'ix_people_full_name' on 'people'",
    ]
    assert rest == ()


def test_what_is_renamed_and_changes_is_renamed_and_then_altered() -> None:
    after = metadata(table("users", column("title", sa.String(80), renamed_from="name")))
    before = metadata(table("users", column("name", sa.String(50))))
    renames, rest = carried_out(before, after)
    assert words(renames) == ["renamed column 'users.name' to 'title'"]
    assert words(rest) == [
        "type change from String(length=50) to String(length=80) on 'users.title'"
    ]


def test_a_hint_that_is_carried_out_or_has_nothing_to_do_may_stay_in_the_models() -> None:
    after = metadata(table("users", column("title", renamed_from="name")))
    assert carried_out(metadata(table("users", column("title"))), after) == ((), ())
    renames, rest = carried_out(metadata(), after)
    assert renames == ()
    assert words(rest) == ["added table 'users'"]
    both = metadata(table("users", column("title"), column("name")))
    renames, rest = carried_out(both, after)
    assert renames == ()
    assert words(rest) == ["removed column 'users.name'"]


def test_names_may_be_passed_on() -> None:
    before = metadata(table("t", column("a"), column("b", sa.Integer)))
    after = metadata(
        table(
            "t",
            column("b", renamed_from="a"),
            column("c", sa.Integer, renamed_from="b"),
        )
    )
    renames, rest = carried_out(before, after)
    assert words(renames) == ["renamed column 't.b' to 'c'", "renamed column 't.a' to 'b'"]
    assert rest == ()


@pytest.mark.parametrize(
    ("after", "options", "message"),
    [
        (
            metadata(table("t", column("x", renamed_from="a"), column("y", renamed_from="a"))),
            (),
            "Both info['renamed_from'] of column 't.x' and info['renamed_from'] of column 't.y' "
            "claim column 't.a'",
        ),
        (
            metadata(table("x", renamed_from="t"), table("y")),
            ("t=y",),
            "Both info['renamed_from'] of table 'x' and --rename t=y claim table 't'",
        ),
        (
            metadata(table("t", column("x", renamed_from="a"), column("a"))),
            (),
            "info['renamed_from'] of column 't.x': the models still have column 't.a'",
        ),
        (
            metadata(table("t", column("x", renamed_from=3))),
            (),
            "info['renamed_from'] of column 't.x' must be a name, not 3.",
        ),
        (
            metadata(table("t", column("x"))),
            ("t.aa=x",),
            "--rename t.aa=x fits nothing: the database has no such name. Did you mean 't.a'?",
        ),
        (
            metadata(table("t", column("total"))),
            ("t.a=totl",),
            "--rename t.a=totl fits nothing: the models have no such name. Did you mean 't.total'?",
        ),
        (metadata(table("t", column("x"))), ("t.a",), "--rename t.a: write --rename old=new"),
    ],
)
def test_a_hint_that_does_not_fit_is_an_error_that_names_it(
    after: sa.MetaData, options: tuple[str, ...], message: str
) -> None:
    with pytest.raises(RenameError) as caught:
        carried_out(metadata(table("t", column("a"))), after, *options)
    assert message in str(caught.value)


def test_an_option_that_fits_two_things_asks_for_the_kind() -> None:
    before = metadata(table("t", column("a"), sa.Index("a", "id")))
    after = metadata(table("t", column("b"), sa.Index("b", "id")))
    with pytest.raises(RenameError, match=r"column:t\.a=b, or --rename index:t\.a=b"):
        carried_out(before, after, "t.a=b")
    renames, _ = carried_out(before, after, "index:t.a=b", "column:t.a=b")
    assert words(renames) == ["renamed column 't.a' to 'b'", "renamed index 'a' to 'b' on 't'"]


def test_indexes_and_constraints_have_hints_of_their_own() -> None:
    before = metadata(table("t", column("a"), sa.Index("old", "a"), sa.UniqueConstraint("a")))
    after = metadata(
        table(
            "t",
            column("a"),
            sa.Index("new", "a", info={"renamed_from": "old"}),
            sa.UniqueConstraint("a", name="only_a", info={"renamed_from": "uq_t_a"}),
        )
    )
    renames, rest = carried_out(before, after)
    assert words(renames) == [
        "renamed constraint 'uq_t_a' to 'only_a' on 't'",
        "renamed index 'old' to 'new' on 't'",
    ]
    assert rest == ()


@pytest.mark.parametrize("told", ["by the models", "by options"])
def test_values_of_an_enum_type_are_renamed_with_the_defaults_that_are_one(told: str) -> None:
    def mood(*values: str, **kw: object) -> object:
        type_ = sa.Enum(*values, name="mood")
        return column("mood", type_, server_default=sa.text(f"'{values[0]}'::mood"), **kw)

    by_models = told == "by the models"
    hint: dict[str, object] = {"renamed_values": {"glad": "happy"}} if by_models else {}
    before = metadata(table("t", mood("happy", "sad")))
    after = metadata(table("t", mood("glad", "sad", "so-so", **hint)))
    renames, rest = carried_out(before, after, *(() if by_models else ("mood.happy=glad",)))
    assert words(renames) == ["renamed value 'happy' to 'glad' of enum type 'mood'"]
    assert words(rest) == ["changed values of enum type 'mood'"]


# -- what nobody has told of ----------------------------------------------------------------------


def suspected(before: sa.MetaData, after: sa.MetaData) -> list[str]:
    old, new = schema(before), schema(after)
    return [option(c.hint) for c in candidates(compare(old, new), old, new)]


def test_nothing_is_renamed_that_nobody_has_told_of() -> None:
    before, after = metadata(table("t", column("a"))), metadata(table("t", column("b")))
    renames, rest = carried_out(before, after)
    assert renames == ()
    assert words(rest) == ["added column 't.b'", "removed column 't.a'"]
    assert suspected(before, after) == ["--rename t.a=b"]


def test_type_place_and_keys_tell_more_than_names() -> None:
    before = metadata(
        table("p"),
        table(
            "t",
            column("first", sa.Integer),
            column("owner_id", sa.Integer, sa.ForeignKey("p.id")),
            column("number", sa.Integer),
        ),
    )
    after = metadata(
        table("p"),
        table(
            "t",
            column("first", sa.Integer),
            column("numero", sa.Integer, sa.ForeignKey("p.id")),
            column("owner_ids", sa.Integer),
        ),
    )
    assert set(suspected(before, after)) == {
        "--rename t.number=owner_ids",
        "--rename t.owner_id=numero",
    }


def test_columns_of_different_types_are_no_candidates() -> None:
    before = metadata(table("t", column("age", sa.Integer)))
    assert suspected(before, metadata(table("t", column("name", sa.String(50))))) == []
    assert suspected(before, metadata(table("t", column("years", sa.BigInteger)))) == [
        "--rename t.age=years"
    ]


def test_tables_are_candidates_by_their_columns_in_their_schema() -> None:
    people = table("people", column("name", index=True), column("email", unique=True))
    found = suspected(shop(), metadata(people, table("pets", column("kind"))))
    assert found == ["--rename users=people"]


def test_values_are_candidates_by_their_place() -> None:
    def one(*values: str) -> sa.MetaData:
        return metadata(table("t", column("mood", sa.Enum(*values, name="mood"))))

    assert suspected(one("happy", "sad"), one("happy", "blue")) == ["--rename mood.sad=blue"]
    assert suspected(one("happy", "sad"), one("happy")) == []


def test_an_index_that_differs_in_its_name_alone_is_a_candidate() -> None:
    before = metadata(table("t", column("a"), sa.Index("old", "a")))
    after = metadata(table("t", column("a"), sa.Index("new", "a")))
    assert suspected(before, after) == ["--rename t.old=new"]


def test_many_tables_at_once_take_no_time() -> None:
    before = metadata(*(table(f"old_{n}", column(f"c{n}")) for n in range(400)))
    after = metadata(*(table(f"new_{n}", column(f"c{n}")) for n in range(400)))
    assert len(suspected(before, after)) == 400
