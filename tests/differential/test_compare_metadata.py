"""What Alembic finds between random models and databases, Limbeck finds under its names too.

`LIMBECK_EXAMPLES` says how many pairs each server gets. The other way round is not asked: Limbeck
looks at more (primary keys, checks, enum values, options of indexes).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("alembic")

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata as compare_with_alembic
from alembic.runtime.migration import MigrationContext as PeerContext
from hypothesis import HealthCheck, Phase, given, reject, settings
from sqlalchemy.sql import visitors

from limbeck.compat.alembic.autogenerate import compare_metadata
from limbeck.compat.alembic.runtime.migration import MigrationContext
from tests import servers
from tests.laws.blueprints import Blueprint, metadata
from tests.laws.strategies import pairs
from tests.laws.test_convergence import empty_mysql, empty_postgresql, empty_sqlite

pytestmark = [
    pytest.mark.differential,
    pytest.mark.skipif(
        not os.environ.get("LIMBECK_COMPAT"), reason="set LIMBECK_COMPAT=1 to compare with Alembic"
    ),
]

EXAMPLES = int(os.environ.get("LIMBECK_EXAMPLES", "30"))

Finding = tuple[str, ...]
Empty = Callable[[sa.Engine], None]


def findings(diffs: list[Any]) -> set[Finding]:
    """Kind and name of each difference; the parts of a column's change one by one."""
    return {found for diff in diffs for found in _findings(diff)}


def _findings(diff: Any) -> Iterator[Finding]:
    if isinstance(diff, list):
        for part in diff:
            yield from _findings(part)
        return
    kind, *rest = diff
    match kind:
        case "add_table" | "remove_table" | "add_table_comment" | "remove_table_comment":
            yield ("table comment" if "comment" in kind else kind, str(rest[0]))
        case "add_column" | "remove_column":
            yield (kind, str(rest[1]), rest[2].name)
        case "add_index" | "remove_index" | "add_constraint" | "remove_constraint":
            # on some servers a unique constraint is an index: either word will do
            side = kind.partition("_")[0]
            columns = sorted(name for part in _parts(rest[0]) for name in _names(part))
            # the text of an expression is the server's on one side: its index goes by its name
            known = {column.name for column in rest[0].table.columns}
            plain = bool(columns) and known.issuperset(columns) and not _computes(rest[0])
            subject = ",".join(columns) if plain else str(rest[0].name)
            yield (f"{side} key", rest[0].table.name, subject)
        case "add_fk" | "remove_fk":
            yield (kind, rest[0].parent.name, ",".join(rest[0].column_keys))
        case _ if len(rest) > 1:
            yield (kind, str(rest[1]), rest[2])
        case _:  # such as options of a table, which Alembic does not compare
            yield (kind, str(rest[0].table_name))


def _parts(item: Any) -> Any:
    return item.expressions if isinstance(item, sa.Index) else getattr(item, "columns", ())


def _computes(item: Any) -> bool:
    """Whether an element is more than a column with its direction."""
    return any(
        isinstance(found, sa.sql.functions.FunctionElement | sa.TextClause)
        or (isinstance(found, sa.ColumnClause) and found.is_literal)
        for part in _parts(item)
        for found in visitors.iterate(part)
    )


def _names(part: Any) -> Iterator[str]:
    """The columns of an element of an index: reflection forgets the direction of some."""
    for item in visitors.iterate(part):
        if isinstance(item, sa.sql.ColumnElement) and getattr(item, "name", None):
            yield str(item.name)


def alone(engine: sa.Engine, empty: Empty, pair: tuple[Blueprint, Blueprint]) -> list[Finding]:
    """What only Alembic finds, without what it finds where database and models agree too."""
    before, after = pair
    noise, _ = both(engine, empty, after, after)
    theirs, ours = both(engine, empty, before, after)
    whole = {name for kind, name, *_ in ours if kind in ("add_table", "remove_table")}
    removed = {f[1:] for f in ours if f[0] == "remove_column"}
    anew = {f[1:] for f in ours if f[0] == "add_column" and f[1:] in removed}
    # a table that comes or goes takes its keys along, whether they are named or not; a column
    # that is made anew, as a generated one that becomes a plain one, is changed in all respects
    return sorted(
        f
        for f in theirs - ours - noise
        if f[1] not in whole and not (f[0].startswith("modify_") and f[1:] in anew)
    )


def both(
    engine: sa.Engine, empty: Empty, before: Blueprint, after: Blueprint
) -> tuple[set[Finding], set[Finding]]:
    """What each of them finds."""
    empty(engine)
    metadata(before).create_all(engine)
    opts = {
        "compare_type": True,
        "compare_server_default": True,
        "include_schemas": engine.dialect.name == "postgresql",
    }
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = PeerContext.configure(connection, opts=opts)
        try:
            theirs = findings(compare_with_alembic(peer, metadata(after)))
        except Exception:  # it fails on some models: there is no answer to compare with
            reject()
        context = MigrationContext.configure(connection, opts=opts)
        return theirs, findings(compare_metadata(context, metadata(after)))


def holds(engine: sa.Engine, empty: Empty, dialect: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(pair=pairs(dialect))
    def tried(pair: tuple[Blueprint, Blueprint]) -> None:
        assert alone(engine, empty, pair) == []

    tried()


def test_on_sqlite() -> None:
    holds(sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool), empty_sqlite, "sqlite")


@pytest.mark.postgresql
def test_on_postgresql(postgresql_url: str) -> None:
    url = servers.create_database(postgresql_url, "comparison")
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    try:
        holds(engine, empty_postgresql, "postgresql")
    finally:
        servers.drop_database(url)


@pytest.mark.mysql
def test_on_mariadb(mysql_url: str) -> None:
    url = servers.create_database(mysql_url, "comparison")
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    try:
        holds(engine, empty_mysql, "mysql")
    finally:
        servers.drop_database(url)
