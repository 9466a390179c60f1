"""`limbeck adopt --database`: the revision that a database stands at, where no row says it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Run
from tests.cli.offline_server import Server

REVISIONS = {
    "aaaa": (None, 'op.create_table("user", sa.Column("id", sa.Integer, primary_key=True))'),
    "bbbb": ("aaaa", 'op.add_column("user", sa.Column("name", sa.String(20)))'),
    "cccc": ("bbbb", "op.execute(\"UPDATE note SET name = 'x'\")"),
    "dddd": ("cccc", 'op.create_index("ix_name", "user", ["name"])'),
}


def script(revision: str, down: str | None, body: str) -> str:
    note = 'op.create_table("note", sa.Column("name", sa.String(20)))' if down is None else "pass"
    return (
        "import sqlalchemy as sa\nfrom limbeck import op\n\n"
        f"revision = {revision!r}\ndown_revision = {down!r}\n\n\n"
        f"def upgrade():\n    {body}\n    {note}\n"
    )


def write_project(project: Path, url: str) -> str:
    """A native project with four revisions."""
    versions = project / "migrations" / "versions"
    versions.mkdir(parents=True)
    for revision, (down, body) in REVISIONS.items():
        (versions / f"{revision}.py").write_text(script(revision, down, body))
    (project / "pyproject.toml").write_text(f'[tool.limbeck]\nurl = "{url}"\n')
    return url


@pytest.fixture
def url(project: Path, server: Server) -> str:
    """The URL of an empty database of such a project, on each server."""
    return write_project(project, server.create())


@pytest.fixture
def sqlite_url(project: Path) -> str:
    """The same on SQLite alone."""
    return write_project(project, f"sqlite:///{project / 'a.db'}")


def run_sql(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def quoted(url: str, name: str) -> str:
    return sa.create_engine(url).dialect.identifier_preparer.quote(name)


def test_a_database_without_a_row_gets_the_newest_revision_that_fits(
    url: str, limbeck: Run
) -> None:
    assert limbeck("upgrade", "bbbb").returncode == 0
    run_sql(url, "DROP TABLE alembic_version", "CREATE TABLE others (id INTEGER)")
    done = limbeck("adopt", "--database")
    assert done.returncode == 0, done.stderr
    assert "was stamped with cccc" in done.stdout
    assert "It is also that of bbbb" in done.stdout
    assert "no revision makes them: others" in done.stdout
    assert limbeck("current").stdout == "cccc\n"
    assert limbeck("upgrade", "head").returncode == 0


def test_one_of_several_may_be_named(sqlite_url: str, limbeck: Run) -> None:
    assert limbeck("upgrade", "bbbb").returncode == 0
    run_sql(sqlite_url, "DROP TABLE alembic_version")
    wrong = limbeck("adopt", "--database", "--revision", "dddd")
    assert wrong.returncode == 255
    assert "it has that of bbbb, cccc" in wrong.stderr
    assert limbeck("adopt", "--database", "--revision", "bbbb").returncode == 0
    assert limbeck("current").stdout == "bbbb\n"
    again = limbeck("adopt", "--database")
    assert "is at bbbb" in again.stdout


def test_a_wrong_row_is_put_right(sqlite_url: str, limbeck: Run) -> None:
    assert limbeck("upgrade", "head").returncode == 0
    run_sql(sqlite_url, "UPDATE alembic_version SET version_num = 'gone'")
    done = limbeck("adopt", "--database")
    assert done.returncode == 0, done.stderr
    assert limbeck("current").stdout == "dddd (head)\n"


def test_a_database_that_fits_nowhere_is_left_alone(url: str, limbeck: Run) -> None:
    assert limbeck("upgrade", "head").returncode == 0
    user = quoted(url, "user")
    run_sql(url, "DROP TABLE alembic_version", f"ALTER TABLE {user} ADD COLUMN more INTEGER")
    done = limbeck("adopt", "--database")
    assert done.returncode == 255
    assert "The nearest is dddd" in done.stderr
    assert "'user.more'" in done.stderr
    assert "Traceback" not in done.stderr
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    assert "alembic_version" not in sa.inspect(engine).get_table_names()


def test_naming_a_revision_alone_is_refused(sqlite_url: str, limbeck: Run) -> None:
    done = limbeck("adopt", "--revision", "aaaa")
    assert done.returncode == 255
    assert "--revision goes with --database" in done.stderr
