"""``plan``, ``trace``, ``upgrade --dry-run`` and ``protect``, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import servers
from tests.cli.conftest import Run
from tests.cli.test_lint import NOWHERE, configure
from tests.lint_cases import write_revisions

INDEX = 'op.create_index("person_email", "person", ["email"])'
CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.create_index("person_email", "person", ["email"], postgresql_concurrently=True)
    op.execute("VACUUM person")
op.execute("ALTER TABLE person ALTER COLUMN age TYPE bigint")
"""
LOSS = 'op.drop_column("person", "nickname")'


def tables(url: str) -> set[str]:
    rows = servers.execute(
        url, "SELECT table_name FROM information_schema.tables WHERE table_schema IN "
        "('public', database())" if url.startswith("mysql") else
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )  # fmt: skip
    return {str(row[0]) for row in rows}


@pytest.mark.postgresql
def test_a_plan_tells_locks_sizes_and_the_way_back(
    project: Path, limbeck: Run, postgresql_database: str
) -> None:
    folder = configure(project, postgresql_database)
    write_revisions(folder, [INDEX, CONCURRENTLY, LOSS])
    assert limbeck("upgrade", "r0").returncode == 0
    servers.execute(
        postgresql_database,
        "INSERT INTO person (name) SELECT 'x' FROM generate_series(1, 5000)",
        "ANALYZE person",
    )
    before = tables(postgresql_database)
    done = limbeck("plan", "r2")
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert ", upgrade from r0 to r2: 2 revisions, 4 statements" in text
    assert "locks person (about 5,000 rows, " in text
    assert "SHARE, blocks writes" in text
    assert "reads all rows of person: builds an index" in text
    assert "SHARE UPDATE EXCLUSIVE, blocks schema changes" in text
    assert "outside of the transaction" in text
    assert "writes all rows anew of person" in text
    assert text.count("cannot be taken back: downgrade() does nothing") == 2
    assert "\x1b[" not in text
    assert tables(postgresql_database) == before
    planned = json.loads(limbeck("plan", "--json").stdout)
    (database,) = planned["databases"]
    assert database["current"] == ["r0"]
    index, change, loss = (r["statements"] for r in database["revisions"])
    assert [s["line"] for s in change] == [11, 12, 13]
    assert [s["transaction"] for s in change] == [False, False, True]
    assert index[0]["tables"] == [
        {"table": "person", "rows": 5000, "bytes": index[0]["tables"][0]["bytes"]}
    ]
    assert {"kind": "loses data", "table": "person", "text": "the column nickname"} in loss[0][
        "hazards"
    ]
    sql = limbeck("plan", "r1", "--sql").stdout
    assert sql == "-- r1 Revision 1\n\nCREATE INDEX person_email ON person (email);\n\n"
    assert "nothing to upgrade" in limbeck("plan", "r0").stdout


@pytest.mark.parametrize(
    ("server", "locks"),
    [
        pytest.param(
            "postgresql_database",
            "row locks, blocks writes to them; those that it finds, until the commit",
            marks=pytest.mark.postgresql,
        ),
        pytest.param(
            "mysql_database",
            "row locks, blocks writes to them; all that it reads on its way, until the commit",
            marks=pytest.mark.mysql,
        ),
        (None, "database file, blocks writes"),
    ],
)
def test_a_plan_tells_which_rows_stay_locked(
    project: Path, limbeck: Run, request: pytest.FixtureRequest, server: str | None, locks: str
) -> None:
    here = f"sqlite:///{project}/app.db"
    url = here if server is None else str(request.getfixturevalue(server))
    changes = [
        'op.execute("UPDATE person SET age = 1 WHERE age IS NULL")',
        'op.execute("DELETE FROM person")',
        'op.backfill("person", {"age": 2})',
    ]
    write_revisions(configure(project, url), changes)
    assert limbeck("upgrade", "r0").returncode == 0
    done = limbeck("plan")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.endswith(locks)]
    assert len(lines) == 3, done.stdout
    assert done.stdout.count("in batches, each of which is committed by itself") == 1
    if server is not None:
        statements = json.loads(limbeck("plan", "r1", "--json").stdout)["databases"][0]
        hazard = statements["revisions"][0]["statements"][0]["hazards"][-1]
        assert (hazard["lock"], hazard["table"]) == ("row locks", "person")


@pytest.mark.postgresql
def test_a_trace_shows_what_the_server_does(
    project: Path, limbeck: Run, postgresql_database: str
) -> None:
    write_revisions(
        configure(project, postgresql_database), [INDEX, CONCURRENTLY.replace("_email", "_e")]
    )
    assert limbeck("upgrade", "r0").returncode == 0
    done = limbeck("trace")
    assert done.returncode == 0, done.stderr
    assert "        SHARE on person\n" in done.stdout
    assert done.stdout.count("        SHARE UPDATE EXCLUSIVE on person\n") == 2
    assert "        person was written anew\n" in done.stdout
    assert done.stdout.rstrip().endswith("All as 'limbeck plan' says.")
    assert "r0" in limbeck("current").stdout
    assert not list(
        servers.execute(
            postgresql_database, "SELECT 1 FROM pg_indexes WHERE indexname = 'person_email'"
        )
    )


@pytest.mark.mysql
def test_a_trace_on_mariadb_shows_the_algorithm(
    project: Path, limbeck: Run, mysql_database: str
) -> None:
    body = 'op.alter_column("person", "age", type_=sa.BigInteger(), existing_type=sa.Integer())'
    write_revisions(configure(project, mysql_database), [INDEX, body])
    assert limbeck("upgrade", "r0").returncode == 0
    done = limbeck("trace")
    assert done.returncode == 0, done.stderr
    assert "ALGORITHM=COPY, LOCK=SHARED" in done.stdout
    assert done.stdout.rstrip().endswith("All as 'limbeck plan' says.")


@pytest.mark.postgresql
def test_a_dry_run_leaves_nothing_and_says_what_it_could_not_include(
    project: Path, limbeck: Run, postgresql_database: str
) -> None:
    folder = configure(project, postgresql_database)
    write_revisions(folder, [CONCURRENTLY, LOSS])
    done = limbeck("upgrade", "head", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Dry run: r0, r1, r2 ran and were rolled back.",
        "Not included, as it cannot run in a transaction: VACUUM person",
    ]
    assert tables(postgresql_database) == set()
    write_revisions(folder, [CONCURRENTLY, 'op.drop_column("person", "nick")'])
    failed = limbeck("upgrade", "head", "--dry-run")
    assert failed.returncode != 0
    assert "r2.py, line 9" in failed.stderr
    assert tables(postgresql_database) == set()
    both = limbeck("upgrade", "head", "--dry-run", "--sql")
    assert (both.returncode, both.stdout) == (255, "")


def test_a_dry_run_on_sqlite(project: Path, limbeck: Run) -> None:
    write_revisions(configure(project, f"sqlite:///{project}/app.db"), [LOSS])
    done = limbeck("upgrade", "head", "--dry-run")
    assert done.stdout == "Dry run: r0, r1 ran and were rolled back.\n", done.stderr
    assert "nickname" in limbeck("upgrade", "r0", "--sql").stdout
    assert limbeck("current").stdout == ""


@pytest.mark.mysql
def test_a_dry_run_is_refused_where_ddl_cannot_be_rolled_back(
    project: Path, limbeck: Run, mysql_database: str
) -> None:
    write_revisions(configure(project, mysql_database), [LOSS])
    done = limbeck("upgrade", "head", "--dry-run")
    assert done.returncode == 255
    assert "cannot roll back" in done.stderr
    assert tables(mysql_database) == set()
    assert limbeck("upgrade", "head").returncode == 0
    done = limbeck("upgrade", "head", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "Dry run: nothing to upgrade.\n"), done.stderr


def test_protect_refuses_what_loses_data(project: Path, limbeck: Run) -> None:
    folder = configure(project, f"sqlite:///{project}/app.db", "protect = true")
    write_revisions(folder, [INDEX, LOSS])
    assert limbeck("upgrade", "r1").returncode == 0
    done = limbeck("upgrade", "head")
    assert done.returncode == 255
    assert "r2.py:9: [drop-column]" in done.stderr
    assert "r1" in limbeck("current").stdout
    write_revisions(folder, [INDEX, f"# limbeck: allow(drop-column) unused\n{LOSS}"])
    allowed = limbeck("upgrade", "head")
    assert allowed.returncode == 0, allowed.stderr
    assert "r2" in limbeck("current").stdout


def test_a_plan_needs_a_database(project: Path, limbeck: Run) -> None:
    write_revisions(configure(project, NOWHERE), [LOSS])
    done = limbeck("plan")
    assert done.returncode == 255
    assert "secret" not in done.stderr
    assert limbeck("plan", "--downgrade").returncode == 255


@pytest.mark.parametrize("command", ["plan", "lint", "trace"])
def test_a_name_that_fits_nothing_is_answered_with_what_helps(
    project: Path, limbeck: Run, command: str
) -> None:
    (project / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///a.db"\n', "utf-8")
    done = limbeck(command, "nosuch")
    assert done.returncode == 255
    assert (
        "Can't locate revision identified by 'nosuch'. 'limbeck history' lists them all."
        in done.stderr
    )
