"""Histories that packages ship: up to head and down again with both tools, side by side."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.compat.clients import Environment, Tool

pytestmark = pytest.mark.differential

DRIVER = Path(__file__).with_name("drive_history.py")
MLFLOW = ("mlflow.store.db_migrations:", "mlflow.store.tracking.dbmodels.initial_models:Base")
OPTUNA = ("optuna.storages._rdb:alembic",)

# A column that is renamed keeps being NOT NULL; Alembic's CHANGE makes it nullable where the
# script does not repeat what it was.
KEPT_NOT_NULL = {("jobs", "job_name")}


@pytest.fixture(scope="session")
def packages(environment: Environment) -> Environment:
    environment.install(
        "optuna==5.0.0", "mlflow-skinny==3.17.2", "numpy", "psycopg2-binary", "pymysql"
    )
    return environment


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """A database of that name on a server, dropped afterwards."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sa.engine.make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")


def driven(packages: Environment, tool: Tool, url: str, history: tuple[str, ...]) -> Any:
    location, *first = history
    done = subprocess.run(
        [str(packages.python), str(DRIVER), tool, location, url, *first],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def compare(history: tuple[str, ...], results: dict[Tool, Any], record_property: Any) -> None:
    alembic, limbeck = results["alembic"], results["limbeck"]
    for tool, result in results.items():
        record_property(f"{tool} seconds", result["seconds"])
    print(
        f"{history[0]} upgrade head: Alembic {alembic['seconds']:.2f} s, Limbeck "
        f"{limbeck['seconds']:.2f} s; {len(alembic['states']) - 1} of "
        f"{len(limbeck['states']) - 1} downgrades work with Alembic"
    )
    assert len(limbeck["states"]) >= len(alembic["states"]), limbeck["stopped"]
    for ours, theirs in zip(limbeck["states"], alembic["states"], strict=False):
        assert ours["rows"] == theirs["rows"]
        for table in theirs["tables"]:
            assert _plain(ours, table) == _plain(theirs, table), (theirs["rows"], table)
        assert ours["tables"].keys() == theirs["tables"].keys()


def _plain(state: Any, table: str) -> Any:
    found = dict(state["tables"].get(table, {}))
    found["columns"] = [
        [name, type_, True if (table, name) in KEPT_NOT_NULL else nullable, default]
        for name, type_, nullable, default in found.get("columns", ())
    ]
    return found


@pytest.mark.parametrize("history", [OPTUNA, MLFLOW], ids=["optuna", "mlflow"])
def test_on_sqlite(
    packages: Environment, history: tuple[str, ...], tmp_path: Path, record_property: Any
) -> None:
    results = {
        tool: driven(packages, tool, f"sqlite:///{tmp_path}/{tool}.db", history)
        for tool in ("alembic", "limbeck")
    }
    compare(history, results, record_property)


@pytest.mark.postgresql
@pytest.mark.parametrize("history", [OPTUNA, MLFLOW], ids=["optuna", "mlflow"])
def test_on_postgresql(
    packages: Environment, history: tuple[str, ...], postgresql_url: str, record_property: Any
) -> None:
    server = sa.engine.make_url(postgresql_url).set(drivername="postgresql+psycopg2")
    results = {}
    for tool in ("alembic", "limbeck"):
        text = server.render_as_string(hide_password=False)
        with database(text, f"limbeck_history_{tool}") as url:
            results[tool] = driven(packages, tool, url, history)
    compare(history, results, record_property)


@pytest.mark.mysql
def test_on_mariadb(packages: Environment, mysql_url: str, record_property: Any) -> None:
    server = sa.engine.make_url(mysql_url).set(drivername="mysql+pymysql")
    results = {}
    for tool in ("alembic", "limbeck"):
        text = server.render_as_string(hide_password=False)
        with database(text, f"limbeck_history_{tool}") as url:
            results[tool] = driven(packages, tool, url, MLFLOW)
    compare(MLFLOW, results, record_property)
