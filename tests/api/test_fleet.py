"""`limbeck.Fleet`: all databases and tenants of a project, on any executor."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from distributed import Client, LocalCluster

from limbeck import Fleet, Migrator
from limbeck.compat import alembic
from limbeck.errors import CommandError, ConfigurationError
from limbeck.migrator import Member, Outcome
from tests import servers
from tests.api.test_one_of_several import SCRIPT, ids, tables, write

TENANTS = ["acme", "bolt", "core", "dent"]

CUSTOMERS = f"""
def names():
    return {TENANTS!r}
"""


@pytest.fixture
def hosted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with tenants, each a file of SQLite's."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "customers_of_fleet", raising=False)
    return write(
        tmp_path,
        {
            "pyproject.toml": f'[tool.limbeck]\nurl = "sqlite:///{tmp_path}/shared.db"\n'
            'tenants = "customers_of_fleet:names"\n',
            "customers_of_fleet.py": CUSTOMERS,
            "application.py": "TABLE = 'users'\n",
            "migrations/versions/a1.py": "import application\n"
            + SCRIPT.format(id="a1", table="users"),
        },
    )


def url_of(folder: Path, tenant: str) -> str:
    return f"sqlite:///{folder}/{tenant}.db"


def process_of(migrator: Migrator) -> int:
    migrator.current()
    return os.getpid()


HELPER = """
from alembic import op

def drop(table):
    op.drop_table(table)
"""


def alembic_in(migrator: Migrator) -> str | None:
    """Whose that name is where the work is done."""
    migrator.downgrade("base")
    module = sys.modules.get("alembic")
    return module and module.__name__


@contextmanager
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@contextmanager
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


@contextmanager
def dask() -> Iterator[Executor]:
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor(pure=False)


@pytest.mark.parametrize("kind", [threads, processes, dask], ids=lambda kind: kind.__name__)
def test_any_executor_runs_it(kind: Any, hosted: Path) -> None:
    """Also where the workers' own path does not have the application's modules."""
    with kind() as executor:
        fleet = Fleet(project=hosted, executor=executor)
        done = fleet.upgrade()
        assert [outcome.status for outcome in done] == ["upgraded"] * 4
        assert [ids(outcome.value or ()) for outcome in done] == [["a1"]] * 4
        assert [outcome.member for outcome in done] == [Member(None, name) for name in TENANTS]
        assert [outcome.status for outcome in fleet.upgrade()] == ["unchanged"] * 4
        workers = {outcome.value for outcome in fleet.each(process_of)}
        assert (os.getpid() in workers) is (kind is threads)
    assert all("users" in tables(url_of(hosted, name)) for name in TENANTS)


@pytest.mark.parametrize("kind", [processes, dask], ids=lambda kind: kind.__name__)
def test_workers_run_the_scripts_of_an_adopted_project(kind: Any, hosted: Path) -> None:
    script = hosted / "migrations" / "versions" / "a1.py"
    text = script.read_text(encoding="utf-8").replace("from limbeck import", "from alembic import")
    script.write_text(text, encoding="utf-8")
    with kind() as executor:
        done = Fleet(project=hosted, executor=executor).upgrade()
        assert [outcome.error for outcome in done] == [None] * 4
        found = Fleet(project=hosted, executor=executor).each(alembic_in)
        assert {outcome.value for outcome in found} == {None}


def test_workers_take_the_name_alembic_as_the_process_does_that_sends_to_them(
    hosted: Path,
) -> None:
    """What a script imports may import it."""
    script = hosted / "migrations" / "versions" / "a1.py"
    text = script.read_text(encoding="utf-8").replace(
        "from limbeck import op", "from alembic import op\nfrom helper_of_fleet import drop"
    )
    script.write_text(text.replace("op.drop_table", "drop"), encoding="utf-8")
    (hosted / "helper_of_fleet.py").write_text(HELPER, encoding="utf-8")
    alembic.install()
    try:
        with processes() as executor:
            done = Fleet(project=hosted, executor=executor).upgrade()
            assert [outcome.error for outcome in done] == [None] * 4
            found = Fleet(project=hosted, executor=executor).each(alembic_in)
            assert {outcome.value for outcome in found} == {"limbeck.compat.alembic"}
    finally:
        alembic.uninstall()


def test_each_method_gives_values(hosted: Path) -> None:
    fleet = Fleet(project=hosted, jobs=2)
    assert [member.name for member in fleet.members()] == TENANTS
    assert [ids(outcome.value or ()) for outcome in fleet.pending()] == [["a1"]] * 4
    fleet.upgrade().require_success()
    assert [ids(outcome.value or ()) for outcome in fleet.current()] == [["a1"]] * 4
    assert {outcome.status for outcome in fleet.downgrade("base")} == {"downgraded"}
    assert {outcome.status for outcome in fleet.downgrade("base")} == {"unchanged"}
    assert {outcome.status for outcome in fleet.stamp("a1")} == {"stamped"}
    assert {outcome.status for outcome in fleet.pending()} == {"read"}
    found = Fleet(project=hosted, tenants=TENANTS[:1]).check(against="database")
    assert found[0].status == "failed"  # the project names no models
    assert "has no 'metadata'" in (found[0].error or "")


def test_names_are_asked_for_once_and_counted_as_they_count(hosted: Path) -> None:
    """All tenants share the history, which is compared with the models once."""
    asked: list[str] = []
    counts: list[int] = []

    def names() -> list[str]:
        asked.append("names")
        return TENANTS

    fleet = Fleet(project=hosted, tenants=names, expect=counts.append)
    fleet.upgrade().require_success()
    assert (asked, counts) == (["names"], [4])
    assert len(fleet.check(against="history")) == 1
    assert (asked, counts) == (["names"], [4, 1])


def test_who_fails_stops_no_other_and_is_told(hosted: Path) -> None:
    engine = sa.create_engine(url_of(hosted, "bolt"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE users (x int)"))
    told: list[Outcome[Any]] = []
    done = Fleet(project=hosted, jobs=2).upgrade(tell=told.append)
    assert [outcome.status for outcome in done] == ["upgraded", "failed", "upgraded", "upgraded"]
    assert {*told} == {*done}
    (failed,) = done.failed
    assert failed.member.tenant == "bolt"
    assert failed.value is None
    assert "already exists" in (failed.error or "")
    with pytest.raises(CommandError, match="1 of 4 failed: bolt"):
        done.require_success()


def test_the_canary_goes_first_and_alone(hosted: Path) -> None:
    engine = sa.create_engine(url_of(hosted, "acme"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE users (x int)"))
    done = Fleet(project=hosted, jobs=4).upgrade(canary=True)
    assert [outcome.status for outcome in done] == ["failed"] + ["not run"] * 3
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE users"))
    done = Fleet(project=hosted, jobs=4).upgrade(canary=True)
    assert [outcome.status for outcome in done] == ["upgraded"] * 4


def test_a_worker_that_dies_is_an_outcome(hosted: Path) -> None:
    script = hosted / "migrations" / "versions" / "a1.py"
    script.write_text(script.read_text(encoding="utf-8") + "\n__import__('os')._exit(1)\n")
    with processes() as executor:
        done = Fleet(project=hosted, executor=executor).upgrade()
    assert [outcome.status for outcome in done] == ["failed"] * 4
    assert all("terminated" in (outcome.error or "") for outcome in done)


def test_what_has_not_begun_does_not_begin_when_it_is_interrupted(hosted: Path) -> None:
    begun: list[str] = []
    interrupted = Event()

    def work(migrator: Migrator) -> None:
        begun.append("one")
        if len(begun) > 1:
            interrupted.wait(30)

    def tell(outcome: Outcome[Any]) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(KeyboardInterrupt):
            Fleet(project=hosted, executor=executor).each(work, tell=tell)
        assert executor.submit(len, begun).result() <= 2


def test_revision_files_are_read_once_for_all_and_run_for_each(
    hosted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module may hold something for one run, such as a MetaData with tables of its own."""
    from limbeck.script import directory

    read: list[str] = []
    usual = directory.read_headers
    monkeypatch.setattr(
        directory, "read_headers", lambda *args: read.append(args[0]) or usual(*args)
    )
    script = hosted / "migrations" / "versions" / "a1.py"
    text = script.read_text(encoding="utf-8").replace(
        "def upgrade() -> None:\n",
        "metadata = sa.MetaData()\n\n\ndef upgrade() -> None:\n"
        '    sa.Table("users", metadata, sa.Column("id", sa.Integer))\n',
    )
    script.write_text(text, encoding="utf-8")
    Fleet(project=hosted, jobs=2).upgrade().require_success()
    assert len(read) == 1
    write(hosted, {"migrations/versions/b1.py": LATER})
    done = Fleet(project=hosted).upgrade()
    assert [ids(outcome.value or ()) for outcome in done] == [["b1"]] * 4


LATER = SCRIPT.format(id="b1", table="later").replace(
    "down_revision = None", 'down_revision = "a1"'
)


def test_databases_and_tenants(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": "[tool.limbeck.databases.billing]\n"
            f'url = "sqlite:///{tmp_path}/b.db"\n[tool.limbeck.databases.shop]\n'
            f'url = "sqlite:///{tmp_path}/s.db"\n',
            "migrations/billing/versions/a1.py": SCRIPT.format(id="a1", table="invoices"),
            "migrations/shop/versions/s1.py": SCRIPT.format(id="s1", table="things"),
        },
    )
    done = Fleet(project=tmp_path).upgrade()
    assert [(one.member.name, ids(one.value or ())) for one in done] == [
        ("billing", ["a1"]),
        ("shop", ["s1"]),
    ]
    fleet = Fleet(project=tmp_path, database="billing", tenants=lambda: iter(["x", "y"]))
    assert [member.name for member in fleet.members()] == ["billing/x", "billing/y"]
    fleet.upgrade().require_success()
    assert "invoices" in tables(f"sqlite:///{tmp_path}/y.db")
    with pytest.raises(ConfigurationError, match="did you mean 'shop'"):
        Fleet(project=tmp_path, database="shopp")
    with pytest.raises(ConfigurationError, match="a URL each"):
        Fleet("sqlite://", project=tmp_path)


def test_without_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"migrations/versions/a1.py": SCRIPT.format(id="a1", table="users")})
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shared.db")
    fleet = Fleet(engine, script_location=tmp_path / "migrations", tenants=["x", "y"])
    assert [outcome.status for outcome in fleet.upgrade()] == ["upgraded"] * 2
    with processes() as executor:
        fleet = Fleet(
            engine,
            script_location=tmp_path / "migrations",
            tenants=["x", "z"],
            executor=executor,
        )
        assert [outcome.status for outcome in fleet.upgrade()] == ["unchanged", "upgraded"]
    assert "users" in tables(f"sqlite:///{tmp_path}/z.db")


@pytest.mark.parametrize(
    ("given", "message"),
    [([], "gave no names"), (["a", "a"], "each of them once"), ([1], "must give names")],
)
def test_what_gives_no_names(given: list[Any], message: str, hosted: Path) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Fleet(project=hosted, tenants=given).upgrade()


@pytest.mark.postgresql
def test_the_process_stays_as_it_is(tmp_path: Path, postgresql_database: str) -> None:
    servers.execute(postgresql_database, *(f"CREATE SCHEMA {name}" for name in TENANTS))
    write(tmp_path, {"migrations/versions/a1.py": SCRIPT.format(id="a1", table="users")})
    fleet = Fleet(
        postgresql_database, script_location=tmp_path / "migrations", tenants=TENANTS, jobs=4
    )
    before = list(sys.path), Path.cwd(), dict(os.environ)
    fleet.upgrade().require_success()
    assert before == (sys.path, Path.cwd(), dict(os.environ))
    assert all("users" in tables(postgresql_database, name) for name in TENANTS)
    assert tables(postgresql_database) == set()
