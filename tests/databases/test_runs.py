"""Runs on real servers: what is committed, what is rolled back, and what hooks see."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck import errors
from tests.databases.project_folder import Folder


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Folder:
    return Folder(tmp_path / "migrations", database)


def engine_of(folder: Folder) -> sa.Engine:
    url = folder.config.get_main_option("sqlalchemy.url")
    assert url is not None
    return sa.create_engine(url, poolclass=sa.NullPool)


def tables(folder: Folder) -> set[str]:
    found = set(sa.inspect(engine_of(folder)).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith("limbeck_")}


def rows(folder: Folder) -> list[str]:
    with engine_of(folder).connect() as connection:
        return list(
            connection.execute(sa.text("SELECT version_num FROM alembic_version ORDER BY 1"))
            .scalars()
            .all()
        )


def transactional(folder: Folder) -> bool:
    return engine_of(folder).dialect.name not in ("mysql", "mariadb")


CREATE = 'op.create_table("{0}", sa.Column("id", sa.Integer, primary_key=True))'
DROP = 'op.drop_table("{0}")'


def test_an_upgrade_runs_each_revision_and_a_downgrade_takes_it_back(folder: Folder) -> None:
    folder.revision("a1", CREATE.format("one"), DROP.format("one"))
    folder.revision("a2", CREATE.format("two"), DROP.format("two"))
    folder.upgrade()
    assert (tables(folder), rows(folder)) == ({"one", "two"}, ["a2"])
    folder.downgrade("-1")
    assert (tables(folder), rows(folder)) == ({"one"}, ["a1"])
    folder.downgrade("base")
    assert (tables(folder), rows(folder)) == (set(), [])
    folder.upgrade("+1")
    assert (tables(folder), rows(folder)) == ({"one"}, ["a1"])


def test_a_failing_run_leaves_nothing_where_ddl_is_transactional(folder: Folder) -> None:
    folder.revision("a1", CREATE.format("one"))
    folder.revision("a2", CREATE.format("two") + '\nop.execute("SELECT * FROM no_such_table")')
    with pytest.raises(sa.exc.DBAPIError) as failure:
        folder.upgrade()
    assert "a2.py, line" in (errors.where(failure.value) or "")
    if transactional(folder):
        assert tables(folder) == set()
    else:
        assert (tables(folder), rows(folder)) == ({"one", "two"}, ["a1"])


def test_one_transaction_a_migration_keeps_the_ones_before_the_failure(folder: Folder) -> None:
    folder.config.attributes["options"] = {"transaction_per_migration": True}
    folder.revision("a1", CREATE.format("one"))
    folder.revision("a2", CREATE.format("two") + "\nraise RuntimeError('stop')")
    with pytest.raises(RuntimeError, match="stop"):
        folder.upgrade()
    assert rows(folder) == ["a1"]
    expected = {"one"} if transactional(folder) else {"one", "two"}
    assert tables(folder) == expected


def test_what_runs_before_an_autocommit_block_is_committed(folder: Folder) -> None:
    folder.revision(
        "a1",
        f"""
        {CREATE.format("one")}
        with op.get_context().autocommit_block():
            {CREATE.format("two")}
        {CREATE.format("three")}
        raise RuntimeError('stop')
        """,
    )
    with pytest.raises(RuntimeError, match="stop"):
        folder.upgrade()
    expected = {"one", "two"} if transactional(folder) else {"one", "two", "three"}
    assert tables(folder) == expected


def test_the_callers_transaction_is_the_callers_to_end(folder: Folder) -> None:
    folder.config.attributes["caller_begins"] = True
    folder.revision("a1", CREATE.format("one"))
    folder.revision("a2", "raise RuntimeError('stop')")
    folder.upgrade("a1")
    assert (tables(folder), rows(folder)) == ({"one"}, ["a1"])
    with pytest.raises(RuntimeError, match="stop"):
        folder.upgrade("a2")
    assert rows(folder) == ["a1"]


def test_hooks_are_told_of_each_step_after_its_row_changed(folder: Folder) -> None:
    seen: list[tuple[str | None, bool, set[str], dict[str, object]]] = []

    def hook(*, ctx: object, step: object, heads: set[str], run_args: dict[str, object]) -> None:
        seen.append((step.up_revision_id, step.is_upgrade, heads, run_args))  # type: ignore[attr-defined]

    folder.config.attributes["options"] = {"on_version_apply": hook}
    folder.revision("a1", "pass")
    folder.revision("a2", "pass")
    folder.upgrade()
    folder.downgrade("a1")
    assert seen == [
        ("a1", True, {"a1"}, {}),
        ("a2", True, {"a2"}, {}),
        ("a2", False, {"a1"}, {}),
    ]


def test_a_script_for_the_server_says_what_a_run_would_do(folder: Folder) -> None:
    folder.revision("a1", CREATE.format("one"), DROP.format("one"))
    folder.revision(
        "a2", "op.bulk_insert(sa.table('one', sa.column('id')), [{'id': 1}, {'id': 2}])"
    )
    folder.upgrade(sql=True)
    script = folder.output.getvalue()
    assert tables(folder) == set()
    wanted = ["CREATE TABLE one", "INSERT INTO one (id) VALUES (2)", "-- Running upgrade a1 -> a2"]
    assert all(text in script for text in wanted), script
    assert ("BEGIN;" in script) == transactional(folder)
    body = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    with engine_of(folder).connect() as connection:
        for statement in body.split(";"):
            if statement.strip() and statement.strip() not in ("BEGIN", "COMMIT"):
                connection.exec_driver_sql(statement)
        connection.commit()
    assert (tables(folder), rows(folder)) == ({"one"}, ["a2"])


def test_an_upgrade_with_nothing_to_do_changes_nothing(folder: Folder) -> None:
    folder.revision("a1", CREATE.format("one"))
    folder.upgrade()
    folder.upgrade()
    assert rows(folder) == ["a1"]


def test_a_percent_sign_and_a_colon_reach_the_server_as_they_are(folder: Folder) -> None:
    folder.revision(
        "a1",
        """
        op.create_table("t", sa.Column("c", sa.String(20), server_default="5% : x"))
        op.execute("INSERT INTO t (c) VALUES ('100% \\\\:here')")
        op.bulk_insert(sa.table("t", sa.column("c")), [{"c": "50%"}])
        """,
    )
    folder.upgrade()
    with engine_of(folder).connect() as connection:
        connection.execute(sa.text("INSERT INTO t (c) SELECT c FROM t WHERE 1 = 0"))
        found = connection.execute(sa.text("SELECT c FROM t")).scalars().all()
    assert sorted(found) == ["100% :here", "50%"]


@pytest.mark.postgresql
def test_a_script_may_drop_and_create_an_enum_type_itself(
    tmp_path: Path, postgresql_database: str
) -> None:
    folder = Folder(tmp_path / "migrations", postgresql_database)
    folder.revision(
        "a1",
        """
        mood = sa.Enum("sad", "ok", name="mood")
        mood.create(op.get_bind(), checkfirst=False)
        op.create_table("t", sa.Column("mood", mood))
        """,
        """
        op.drop_table("t")
        sa.Enum(name="mood").drop(op.get_bind(), checkfirst=False)
        op.execute("DROP TYPE mood")
        """,
    )
    for _ in range(2):
        folder.upgrade()
        assert [e["name"] for e in sa.inspect(engine_of(folder)).get_enums()] == ["mood"]
        folder.downgrade("base")
        assert sa.inspect(engine_of(folder)).get_enums() == []


def test_a_script_sees_the_rows_of_the_revisions_before_it(folder: Folder) -> None:
    folder.revision("a1", 'op.create_table("seen", sa.Column("rev", sa.String(32)))')
    folder.revision("a2", 'op.execute("INSERT INTO seen SELECT version_num FROM alembic_version")')
    folder.revision(
        "a3",
        """
        found = op.get_bind().scalar(sa.text("SELECT version_num FROM alembic_version"))
        op.bulk_insert(sa.table("seen", sa.column("rev")), [{"rev": found}])
        """,
    )
    folder.revision(
        "a4",
        """
        found = op.get_context().get_current_revision()
        op.bulk_insert(sa.table("seen", sa.column("rev")), [{"rev": found}])
        """,
    )
    folder.upgrade()
    with engine_of(folder).connect() as connection:
        seen = connection.execute(sa.text("SELECT seen.rev FROM seen ORDER BY 1"))
        assert seen.scalars().all() == ["a1", "a2", "a3"]
    assert rows(folder) == ["a4"]


def test_a_revision_with_an_autocommit_block_keeps_the_rows_before_it(folder: Folder) -> None:
    folder.revision("a1", CREATE.format("one"))
    folder.revision("a2", "with op.get_context().autocommit_block():\n    pass\nraise RuntimeError")
    with pytest.raises(RuntimeError):
        folder.upgrade()
    assert rows(folder) == ["a1"]
