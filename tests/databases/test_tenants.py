"""The same history for every tenant, and for every database of a project, as it is typed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
import sqlalchemy as sa
from distributed import LocalCluster

from limbeck import Fleet
from tests import servers
from tests.cli.conftest import Run, limbeck, project
from tests.cli.test_json import documented

__all__ = ["limbeck", "project"]

TENANTS = int(os.environ.get("LIMBECK_TENANTS", "8"))
"""How many there are; two of them fail."""

JOBS = os.environ.get("LIMBECK_JOBS", "4")

SETTINGS = """\
[tool.limbeck]
metadata = "models:metadata"
models = ["models"]
url = "$DATABASE_URL"
tenants = "customers:names"
"""

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""

REVISION = """\
import sqlalchemy as sa
from limbeck import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("users")
"""


def names(count: int = TENANTS) -> list[str]:
    return [f"tenant_{number:03}" for number in range(count)]


def begin(project: Path) -> None:
    text = f"def names():\n    return {names()!r}\n"
    (project / "customers.py").write_text(text, encoding="utf-8")
    (project / "models.py").write_text(MODELS, encoding="utf-8")
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")


def write_revision(project: Path) -> None:
    folder = project / "migrations" / "versions"
    folder.mkdir(parents=True)
    (folder / "a1_users.py").write_text(REVISION, encoding="utf-8")


def upgrade(project: Path, tenants: list[str]) -> None:
    """What is only a beginning needs no process of its own."""
    Fleet(project=project, tenants=tenants).upgrade().require_success()


def rows(url: str, schema: str) -> list[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [*connection.execute(sa.text(f'SELECT version_num FROM "{schema}".alembic_version'))]


@pytest.fixture
def schemas(project: Path, postgresql_database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project with tenants, each with an empty schema in one database; its URL."""
    begin(project)
    servers.execute(postgresql_database, *(f'CREATE SCHEMA "{name}"' for name in names()))
    url = servers.with_driver(postgresql_database, "postgresql+psycopg")
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.mark.postgresql
def test_two_of_many_tenants_fail_and_the_next_run_goes_on(
    project: Path, limbeck: Run, schemas: str
) -> None:
    assert limbeck("revision", "-m", "users", "--rev-id", "a1").returncode == 0
    bad = [names()[2], names()[5]]
    servers.execute(schemas, *(f'CREATE TABLE "{name}".users (x int)' for name in bad))
    done = limbeck("upgrade", "--jobs", JOBS)
    assert done.returncode == 255
    assert f"2 of {TENANTS} failed: {bad[0]}, {bad[1]}" in done.stderr
    table = done.stdout.splitlines()
    assert [line.split()[0] for line in table[:-1]] == names()
    assert [line.split()[0] for line in table if "failed  " in line] == bad
    assert 'relation "users" already exists' in done.stdout
    inspector = sa.inspect(sa.create_engine(schemas, poolclass=sa.NullPool))
    for name in names():
        assert ("alembic_version" in inspector.get_table_names(schema=name)) is (name not in bad)
    assert inspector.get_table_names(schema="public") == []

    servers.execute(schemas, *(f'DROP TABLE "{name}".users' for name in bad))
    again = limbeck("upgrade", "--jobs", JOBS)
    assert again.returncode == 0, again.stderr
    assert [line.split()[0] for line in again.stdout.splitlines() if " a1 in " in line] == bad
    assert sum("unchanged" in line for line in again.stdout.splitlines()[:-1]) == TENANTS - 2
    assert {str(rows(schemas, name)) for name in names()} == {"[('a1',)]"}


@pytest.mark.postgresql
def test_the_canary_goes_first_and_alone(project: Path, limbeck: Run, schemas: str) -> None:
    write_revision(project)
    first = names()[0]
    servers.execute(schemas, f'CREATE TABLE "{first}".users (x int)')
    done = limbeck("upgrade", "--canary", "--jobs", "4")
    assert done.returncode == 255
    assert f"1 failed, {TENANTS - 1} not run" in done.stdout
    inspector = sa.inspect(sa.create_engine(schemas, poolclass=sa.NullPool))
    assert all(inspector.get_table_names(schema=name) == [] for name in names()[1:])


@pytest.mark.postgresql
def test_one_tenant_is_named(project: Path, limbeck: Run, schemas: str) -> None:
    write_revision(project)
    refused = limbeck("downgrade", "-1")
    assert refused.returncode == 255
    assert "--tenant" in refused.stderr
    assert limbeck("upgrade", "--tenant", names()[3]).returncode == 0
    assert "a1 (head)" in limbeck("current", "--tenant", names()[3]).stdout
    inspector = sa.inspect(sa.create_engine(schemas, poolclass=sa.NullPool))
    assert all(inspector.get_table_names(schema=name) == [] for name in (names()[2], names()[4]))
    unknown = limbeck("upgrade", "--tenant", "nobody")
    assert unknown.returncode == 255
    assert "no schema 'nobody'" in unknown.stderr


@pytest.mark.postgresql
def test_all_go_back_when_that_is_said_and_not_before(
    project: Path, limbeck: Run, schemas: str
) -> None:
    write_revision(project)
    upgrade(project, names())
    for command in (("stamp", "base"), ("downgrade", "-1", "--jobs", "4")):
        refused = limbeck(*command)
        assert refused.returncode == 255
        assert "Name one with --tenant. --all means all of them." in refused.stderr
    assert rows(schemas, names()[0])

    bad = names()[1]
    servers.execute(schemas, f'DROP TABLE "{bad}".users')
    done = limbeck("downgrade", "-1", "--all", "--jobs", JOBS)
    assert done.returncode == 255
    assert done.stdout.splitlines()[-1] == f"{TENANTS - 1} downgraded, 1 failed"
    assert 'table "users" does not exist' in done.stdout
    assert rows(schemas, bad)
    assert not rows(schemas, names()[0])
    document = json.loads(limbeck("downgrade", "base", "--all", "--json").stdout)
    jsonschema.validate(document, documented()["downgrade"])
    statuses = [one["status"] for one in document["outcomes"]]
    assert statuses == ["failed" if name == bad else "unchanged" for name in names()]

    assert limbeck("stamp", "base", "--tenant", bad).returncode == 0
    stamped = limbeck("stamp", "head", "--all")
    assert stamped.returncode == 0, stamped.stderr
    assert f"{TENANTS} stamped" in stamped.stdout
    assert {str(rows(schemas, name)) for name in names()} == {"[('a1',)]"}


@pytest.mark.postgresql
def test_where_all_of_them_are(project: Path, limbeck: Run, schemas: str) -> None:
    write_revision(project)
    ahead, gone = names()[3], names()[4]
    upgrade(project, [ahead])
    servers.execute(schemas, f'DROP SCHEMA "{gone}"')

    done = limbeck("current", "--jobs", JOBS)
    assert done.returncode == 255
    table = {line.split()[0]: line.split(None, 1)[1] for line in done.stdout.splitlines()}
    assert table[ahead] == "at the heads  a1 (head)"
    assert table[names()[0]] == "behind        base"
    assert f"no schema '{gone}'" in table[gone]
    document = json.loads(limbeck("current", "--json").stdout)
    jsonschema.validate(document, documented()["current"])
    assert [one["rows"] for one in document["outcomes"]] == [
        None if name == gone else ["a1"] if name == ahead else [] for name in names()
    ]

    servers.execute(schemas, f'CREATE SCHEMA "{gone}"')
    behind = limbeck("current", "--check-heads")
    assert behind.returncode == 255
    others = ", ".join(name for name in names() if name != ahead)
    assert f"Not on all head revisions: {others}\n" in behind.stderr

    done = limbeck("status")
    assert done.returncode == 0, done.stderr
    table = {line.split()[0]: line.split(None, 1)[1] for line in done.stdout.splitlines()}
    assert " a1 " in table[ahead]
    assert "nothing pending  models: agree with the database" in table[ahead]
    assert "1 pending        models: 1 difference" in table[gone]
    document = json.loads(limbeck("status", "--json").stdout)
    jsonschema.validate(document, documented()["status"])


@pytest.mark.postgresql
def test_the_models_are_compared_with_all_of_them(
    project: Path, limbeck: Run, schemas: str
) -> None:
    write_revision(project)
    upgrade(project, names())
    assert limbeck("check").stdout == "No new upgrade operations detected.\n"  # with the history
    odd = names()[4]
    servers.execute(schemas, f'ALTER TABLE "{odd}".users ADD COLUMN x int')
    done = limbeck("check", "--against", "database")
    assert done.returncode == 255
    assert done.stdout.splitlines()[4] == f"{odd}  differ  removed column 'users.x'"
    done = limbeck("check", "--against", "database", "--json")
    assert done.returncode == 255
    document = json.loads(done.stdout)
    jsonschema.validate(document, documented()["check"])
    assert [one["passed"] for one in document["outcomes"]].count(False) == 1


@pytest.mark.postgresql
def test_a_dask_cluster_runs_them(project: Path, limbeck: Run, schemas: str) -> None:
    write_revision(project)
    with LocalCluster(
        n_workers=1, threads_per_worker=2, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address.removeprefix("tcp://")
        done = limbeck("upgrade", "--executor", f"dask:{address}")
        assert done.returncode == 0, done.stderr
        assert f"{TENANTS} upgraded" in done.stdout
    assert {str(rows(schemas, name)) for name in names()} == {"[('a1',)]"}
    gone = limbeck("upgrade", "--executor", "dask:127.0.0.1:1")
    assert gone.returncode == 255
    assert "no Dask scheduler" in gone.stderr
    unknown = limbeck("upgrade", "--executor", "cloud:127.0.0.1:1")
    assert "must be dask:HOST:PORT" in unknown.stderr


def test_a_file_each_on_sqlite(
    project: Path, limbeck: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(project)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shared.db")
    assert limbeck("revision", "-m", "users", "--rev-id", "a1").returncode == 0
    done = limbeck("upgrade", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in project.glob("*.db")} >= {*names()}


@pytest.mark.mysql
def test_a_database_each_on_mysql(
    project: Path, limbeck: Run, mysql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(project)
    urls = [servers.create_database(mysql_url, "tenant") for _ in range(2)]
    try:
        tenants = [urlsplit(url).path.removeprefix("/") for url in urls]
        text = f"names = {tenants!r}\n"
        (project / "customers.py").write_text(text, encoding="utf-8")
        monkeypatch.setenv("DATABASE_URL", urls[0])
        assert limbeck("revision", "-m", "users", "--rev-id", "a1").returncode == 0
        done = limbeck("upgrade", "--jobs", "2")
        assert done.returncode == 0, done.stderr
        for url in urls:
            engine = sa.create_engine(url, poolclass=sa.NullPool)
            assert {"users", "alembic_version"} <= {*sa.inspect(engine).get_table_names()}
    finally:
        for url in urls:
            servers.drop_database(url)


DATABASES = """\
[tool.limbeck]
version_table = "versions"

[tool.limbeck.databases.billing]
url = "sqlite:///billing.db"
metadata = "models:metadata"
models = ["models"]

[tool.limbeck.databases.catalog]
url = "sqlite:///catalog.db"
metadata = "models:metadata"
models = ["models"]
"""


def test_several_databases_have_a_history_each(project: Path, limbeck: Run) -> None:
    (project / "models.py").write_text(MODELS, encoding="utf-8")
    (project / "pyproject.toml").write_text(DATABASES, encoding="utf-8")
    refused = limbeck("revision", "-m", "which")
    assert refused.returncode == 255
    assert "--database: billing, catalog" in refused.stderr
    unknown = limbeck("heads", "--database", "biling")
    assert "databases: billing, catalog" in unknown.stderr
    for name in ("billing", "catalog"):
        done = limbeck("revision", "--database", name, "-m", "users", "--rev-id", f"{name}1")
        assert done.returncode == 0, done.stderr
        assert [*project.glob(f"migrations/{name}/versions/*.py")]
    told = limbeck("doctor").stdout
    for name in ("billing", "catalog"):
        folder = project / "migrations" / name
        assert f"History of {name}: {folder} (1 revisions; heads: {name}1)\n" in told
    done = limbeck("upgrade", "--all")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[:-1]] == ["billing", "catalog"]
    assert "billing1 (head)" in limbeck("current", "--database", "billing").stdout
    document = json.loads(limbeck("upgrade", "--all", "--json").stdout)
    jsonschema.validate(document, documented()["upgrade"])
    assert [(one["database"], one["status"]) for one in document["outcomes"]] == [
        ("billing", "unchanged"),
        ("catalog", "unchanged"),
    ]
    lines = limbeck("current").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["billing", "catalog", "2"]
    refused = limbeck("downgrade", "base")
    assert "--database: billing, catalog. --all means all of them." in refused.stderr
    assert "2 downgraded" in limbeck("downgrade", "base", "--all").stdout


def test_jobs_need_several(project: Path, limbeck: Run) -> None:
    (project / "models.py").write_text(MODELS, encoding="utf-8")
    settings = SETTINGS.replace('tenants = "customers:names"\n', "")
    (project / "pyproject.toml").write_text(settings, encoding="utf-8")
    done = limbeck("upgrade", "--jobs", "2")
    assert done.returncode == 255
    assert "need 'databases' or 'tenants'" in done.stderr


@pytest.mark.parametrize("options", [("--sql",), ("--tag", "x"), ("--dry-run",)])
def test_what_is_about_one_is_refused_for_several(
    project: Path, limbeck: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    begin(project)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shared.db")
    done = limbeck("upgrade", *options)
    assert done.returncode == 255
    assert "are about one: name it with" in done.stderr
