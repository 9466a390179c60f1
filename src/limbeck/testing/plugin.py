"""Fixtures and options for pytest. Nothing but pytest is imported until a fixture is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from limbeck.project.config import Config
    from limbeck.testing.databases import Databases
    from limbeck.testing.stage import Stage

_TESTS = Path(__file__).with_name("tests.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "limbeck_project",
        "The pyproject.toml or alembic.ini of the migrations, or its folder, from pytest's root.",
        default=".",
    )
    parser.addini(
        "limbeck_database", "Which of the project's databases, if it has several.", default=""
    )
    parser.addini(
        "limbeck_url",
        "Where databases for tests may be made: a URL, $VARIABLE or module:attribute. The database "
        "that it names is not touched. Defaults to the project's scratch_url, else its url.",
        default="",
    )
    parser.addini(
        "limbeck_tests",
        "Whether to run the ready tests: single head, models match history, up-down-up.",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the ready tests to a run of all tests."""
    if not config.getini("limbeck_tests"):
        return
    runs_all = config.args_source is not pytest.Config.ArgsSource.ARGS
    if runs_all and str(_TESTS) not in config.args:
        config.args.append(str(_TESTS))


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> pytest.Module | None:
    """Gives the ready tests a name: their file stands outside of the project."""
    if module_path != _TESTS:
        return None
    return pytest.Module.from_parent(parent, path=module_path, nodeid="limbeck.testing.tests")


@pytest.fixture(scope="session")
def limbeck_config(pytestconfig: pytest.Config) -> Config:
    """The project's configuration: that of the ini option `limbeck_project`."""
    from limbeck.testing.projects import project_at

    path = pytestconfig.rootpath / str(pytestconfig.getini("limbeck_project"))
    return project_at(path, str(pytestconfig.getini("limbeck_database")))


@pytest.fixture(scope="session")
def limbeck_url(pytestconfig: pytest.Config, limbeck_config: Config) -> Any:
    """Where databases for tests are made: the ini option `limbeck_url`, else beside the project's.

    The database that it names is not touched; for SQLite the databases are files of pytest's.
    """
    from limbeck.testing.projects import url_for_tests

    return url_for_tests(limbeck_config, str(pytestconfig.getini("limbeck_url")))


@pytest.fixture(scope="session")
def limbeck_databases(
    limbeck_config: Config, limbeck_url: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """What makes the databases of tests."""
    from limbeck.testing.databases import Databases

    with Databases(limbeck_config, limbeck_url, tmp_path_factory.mktemp("limbeck")) as databases:
        yield databases


@pytest.fixture
def migrated_url(limbeck_databases: Databases) -> Iterator[Any]:
    """The URL of a database of the test's own that is at the heads."""
    with limbeck_databases.migrated() as url:
        yield url


@pytest.fixture
def migrated_engine(migrated_url: Any) -> Iterator[Any]:
    """An engine on `migrated_url`: an AsyncEngine where the URL names an async driver."""
    from limbeck.testing.databases import engine_for

    engine = engine_for(migrated_url)
    yield engine
    getattr(engine, "sync_engine", engine).dispose()


@pytest.fixture
def migrator_at(limbeck_databases: Databases) -> Iterator[Callable[[str], Stage]]:
    """``migrator_at("a1")`` is a database of the test's own at that revision."""
    from limbeck.testing.stage import Stage

    with ExitStack() as closing:

        def at(revision: str) -> Stage:
            url = closing.enter_context(limbeck_databases.empty())
            stage = Stage(limbeck_databases.config, url)
            stage.upgrade(revision)
            return stage

        yield at
