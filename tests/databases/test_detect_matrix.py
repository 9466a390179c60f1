"""Every difference is found and migrated there and back; what is the same gives nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import pytest
import sqlalchemy as sa

from tests.databases.detect import AGAINST, Server, models, said, script, server
from tests.databases.detect_cases import MATRIX, Case, Found, Refused, Same
from tests.databases.detect_further import FURTHER

CASES = {case.title: case for case in (*MATRIX, *FURTHER)}


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Server]:
    with server("sqlite", "") as found:
        yield found


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str) -> Iterator[Server]:
    with server("postgresql", postgresql_url) as found:
        yield found


@pytest.fixture(scope="module")
def mysql(mysql_url: str) -> Iterator[Server]:
    with server("mysql", mysql_url) as found:
        yield found


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def empty(request: pytest.FixtureRequest) -> Server:
    """A server of each kind, empty."""
    found: Server = request.getfixturevalue(request.param)
    found.empty()
    return found


def test_the_matrix_has_seventy_lines() -> None:
    assert len(MATRIX) == 70
    assert len(CASES) == len(MATRIX) + len(FURTHER)


@pytest.mark.parametrize("against", sorted(AGAINST))
@pytest.mark.parametrize("title", CASES)
def test_a_difference_is_found_and_migrated_there_and_back(
    title: str, against: str, empty: Server
) -> None:
    case = CASES[title]
    outcome = case.outcomes[empty.dialect]
    match outcome:
        case Refused():
            refused(case, empty)
        case Same():
            migrates(case, (), against, empty)
        case Found(operations=operations):
            migrates(case, operations, against, empty)
        case _:
            assert_never(outcome)


@pytest.mark.parametrize(
    ("title", "operations"),
    [
        ("sequence added", dict.fromkeys(("postgresql", "mysql"), ("drop_sequence numbers",))),
        ("domain added", {"postgresql": ("alter_column a: type", "drop_domain amount")}),
    ],
)
def test_what_revisions_made_and_models_name_no_more_is_dropped_against_the_history(
    title: str, operations: dict[str, tuple[str, ...]], empty: Server
) -> None:
    """Against a database it stays: it may be another's."""
    case = CASES[title]
    back = Case(title, case.after, case.before, case.outcomes)
    expected = operations.get(empty.dialect, ())
    migrates(back, expected, "history", empty)
    empty.empty()
    before, after = (models(side, empty.dialect) for side in (back.before, back.after))
    empty.create(before)
    kept = tuple(o for o in expected if not o.startswith("drop_"))
    assert tuple(said(op) for op in empty.difference(after).upgrade) == kept


def refused(case: Case, server: Server) -> None:
    """The server, or SQLAlchemy before it, takes no such model."""
    with pytest.raises(sa.exc.SQLAlchemyError):
        server.create(models(case.after, server.dialect))


def migrates(case: Case, expected: tuple[str, ...], against: str, server: Server) -> None:
    """From before to after and back, by the scripts that are generated."""
    before, after = (models(side, server.dialect) for side in (case.before, case.after))
    server.create(before)
    start = server.schema()
    assert AGAINST[against](server, before, before).upgrade == ()
    found = AGAINST[against](server, before, after)
    assert tuple(said(op) for op in found.upgrade) == expected
    server.run(found.upgrade)
    left = server.difference(after).upgrade
    assert left == (), script(found.upgrade, server.engine.dialect)
    server.run(found.downgrade)
    assert server.schema() == start, script(found.downgrade, server.engine.dialect)
    assert server.difference(before).upgrade == ()
