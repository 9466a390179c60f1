"""`Migrator` and `AsyncMigrator` on one of several databases, one of many tenants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from limbeck import AsyncMigrator, Config, Migrator
from limbeck.errors import CommandError, ConfigurationError
from tests import servers

SCRIPT = """
import sqlalchemy as sa
from limbeck import op

revision = "{id}"
down_revision = None


def upgrade() -> None:
    op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("{table}")
"""

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with two databases on SQLite."""
    return write(
        tmp_path,
        {
            "pyproject.toml": f'[tool.limbeck.databases.billing]\nurl = "sqlite:///{tmp_path}/b.db"'
            f'\n[tool.limbeck.databases.catalog]\nurl = "sqlite:///{tmp_path}/c.db"\n',
            "migrations/billing/versions/a1.py": SCRIPT.format(id="a1", table="invoices"),
            "migrations/catalog/versions/c1.py": SCRIPT.format(id="c1", table="things"),
        },
    )


@pytest.fixture
def hosted(tmp_path: Path, postgresql_database: str) -> tuple[Path, str]:
    """A project with tenants, and the database where acme and zenith have schemas."""
    servers.execute(postgresql_database, "CREATE SCHEMA acme", "CREATE SCHEMA zenith")
    folder = write(
        tmp_path,
        {
            "pyproject.toml": f'[tool.limbeck]\nurl = "{postgresql_database}"\n'
            'tenants = "customers:names"\n',
            "migrations/versions/a1.py": SCRIPT.format(id="a1", table="users"),
        },
    )
    return folder, postgresql_database


def ids(revisions: tuple[Any, ...]) -> list[str]:
    return [revision.id for revision in revisions]


def tables(url: str, schema: str | None = None) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    return {*sa.inspect(engine).get_table_names(schema=schema)}


TENANT = {"users", "alembic_version", "limbeck_history"}

# -- databases --------------------------------------------------------------------------------


def test_a_database_is_named(shop: Path) -> None:
    assert ids(Migrator(project=shop, database="billing").upgrade()) == ["a1"]
    asyncio.run(
        AsyncMigrator(project=Config(shop / "pyproject.toml"), database="catalog").upgrade()
    )
    assert "invoices" in tables(f"sqlite:///{shop}/b.db")
    assert "things" in tables(f"sqlite:///{shop}/c.db")
    assert ids(Migrator(project=shop, database="catalog").heads()) == ["c1"]


def test_a_given_config_stays_as_it_is(shop: Path) -> None:
    config = Config(shop / "pyproject.toml")
    Migrator(project=config, database="billing").upgrade()
    assert config.database is None
    assert config.native is not None
    assert config.native.databases == ("billing", "catalog")


def _url(url: str) -> str:
    return url


def _function(url: str) -> Callable[[], str]:
    return lambda: url


@pytest.mark.parametrize(
    "given", [_url, sa.make_url, sa.create_engine, _function], ids=lambda f: f.__name__
)
def test_its_history_runs_where_a_program_says(given: Callable[[str], Any], shop: Path) -> None:
    url = f"sqlite:///{shop}/elsewhere.db"
    assert ids(Migrator(given(url), project=shop, database="billing").upgrade()) == ["a1"]
    assert "invoices" in tables(url)
    assert not (shop / "b.db").exists()


def test_an_environment_variable_and_a_reference_are_looked_up(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING", f"sqlite:///{shop}/elsewhere.db")
    assert ids(Migrator("$BILLING", project=shop, database="billing").upgrade()) == ["a1"]
    write(shop, {"where_it_is.py": f"def url():\n    return 'sqlite:///{shop}/third.db'\n"})
    monkeypatch.syspath_prepend(shop)
    migrator = Migrator("where_it_is:url", project=shop, database="billing")
    assert ids(migrator.upgrade()) == ["a1"]
    with pytest.raises(ConfigurationError, match="NOPE is not set"):
        Migrator("$NOPE", project=shop, database="billing").upgrade()


def test_an_async_function_gives_an_async_engine(shop: Path) -> None:
    url = f"sqlite+aiosqlite:///{shop}/elsewhere.db"

    async def engine() -> Any:
        return create_async_engine(url)

    async def work() -> list[str]:
        return ids(await AsyncMigrator(engine, project=shop, database="billing").upgrade())

    assert asyncio.run(work()) == ["a1"]
    assert "invoices" in tables(f"sqlite:///{shop}/elsewhere.db")
    with pytest.raises(ConfigurationError, match="an AsyncMigrator awaits it"):
        Migrator(engine, project=shop, database="billing").upgrade()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"database": "biling"}, "did you mean 'billing'"),
        ({"database": "sqlite:///x.db"}, "as the first argument"),
        ({"tenant": "acme", "script_location": "x"}, "not both"),
    ],
)
def test_a_wrong_name_is_told_at_once(arguments: dict[str, Any], message: str, shop: Path) -> None:
    for kind in (Migrator, AsyncMigrator):
        with pytest.raises(CommandError, match=message):
            kind(project=shop, **arguments)


def test_none_is_named(shop: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"several databases \(billing, catalog\)"):
        Migrator(project=shop).upgrade()
    with pytest.raises(ConfigurationError, match="several databases"):
        asyncio.run(AsyncMigrator("sqlite+aiosqlite://", project=shop).current())
    with pytest.raises(ConfigurationError, match=r"Migrator\(database='billing'\)"):
        Migrator("billing", project=shop).upgrade()


def test_only_native_projects_have_several(tmp_path: Path) -> None:
    write(tmp_path, {"alembic.ini": "[alembic]\nscript_location = migrations\n"})
    with pytest.raises(ConfigurationError, match="need native settings"):
        Migrator(project=tmp_path, tenant="acme")


# -- tenants ----------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["configured", "url", "engine", "function", "async engine"])
def test_a_tenant_is_named(kind: str, hosted: tuple[Path, str]) -> None:
    folder, url = hosted
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    async_url = servers.with_driver(url, "postgresql+asyncpg")
    inner = create_async_engine(async_url, poolclass=sa.NullPool)  # there will be several loops
    given = {
        "configured": None,
        "url": url,
        "engine": engine,
        "function": lambda: engine,
        "async engine": inner,
    }[kind]
    migrator = Migrator(given, project=folder, tenant="acme")
    assert ids(migrator.upgrade()) == ["a1"]
    assert ids(asyncio.run(AsyncMigrator(given, project=folder, tenant="acme").current())) == ["a1"]
    assert ids(asyncio.run(AsyncMigrator(given, project=folder, tenant="zenith").pending())) == [
        "a1"
    ]
    assert tables(url, "acme") == TENANT
    assert tables(url, "zenith") == tables(url) == set()
    assert ids(migrator.downgrade("base")) == ["a1"]


@pytest.mark.postgresql
def test_a_tenant_comes_into_being_in_one_transaction(hosted: tuple[Path, str]) -> None:
    """The schema, its tables and what else a customer needs: all of it, or nothing."""
    folder, url = hosted
    migrator_of = lambda connection: Migrator(connection, project=folder, tenant="new")  # noqa: E731
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    path = sa.text("SHOW search_path")
    for ending in ("rollback", "commit"):
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE SCHEMA new"))
            usual = connection.scalar(path)
            assert ids(migrator_of(connection).upgrade()) == ["a1"]
            assert connection.scalar(path) == usual
            assert connection.in_transaction()
            getattr(connection, ending)()
            assert connection.scalar(path) == usual
        assert tables(url, "new") == (TENANT if ending == "commit" else set())
    assert tables(url) == set()


@pytest.mark.postgresql
def test_a_connection_that_is_in_no_transaction_gets_its_search_path_back(
    hosted: tuple[Path, str],
) -> None:
    folder, url = hosted
    write(folder, {"models_of_tenants.py": MODELS})
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        usual = connection.scalar(sa.text("SHOW search_path"))
        connection.rollback()
        migrator = Migrator(connection, project=folder, tenant="acme")
        assert ids(migrator.upgrade()) == ["a1"]
        assert not connection.in_transaction()
        assert ids(migrator.current()) == ["a1"]
        write(folder, {"migrations/versions/b1.py": BROKEN})
        with pytest.raises(sa.exc.ProgrammingError):
            Migrator(connection, project=folder, tenant="zenith").upgrade()
        assert connection.scalar(sa.text("SHOW search_path")) == usual
    assert tables(url, "acme") == TENANT
    assert "users" not in tables(url, "zenith")


BROKEN = """
from limbeck import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.execute("SELECT * FROM nowhere")
"""


@pytest.mark.postgresql
def test_the_models_are_compared_with_a_tenant(hosted: tuple[Path, str]) -> None:
    folder, url = hosted
    metadata = sa.MetaData()
    users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    settings: dict[str, Any] = {
        "script_location": folder / "migrations",
        "metadata": metadata,
        "tenant": "acme",
    }
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    assert ids(Migrator(engine, **settings).upgrade()) == ["a1"]
    users.append_column(sa.Column("name", sa.String(20)))
    with engine.connect() as connection:
        for target in (engine, connection, url):
            found = Migrator(target, **settings).check(against="database")
            assert found.differences == ("added column 'users.name'",)


@pytest.mark.postgresql
def test_an_async_connection_of_a_tenant(hosted: tuple[Path, str]) -> None:
    folder, url = hosted

    async def work() -> None:
        engine = create_async_engine(servers.with_driver(url, "postgresql+asyncpg"))
        async with engine.connect() as connection:
            await connection.execute(sa.text("CREATE SCHEMA new"))
            await AsyncMigrator(connection, project=folder, tenant="new").upgrade()
            await connection.commit()
        await engine.dispose()

    asyncio.run(work())
    assert tables(url, "new") == TENANT
    assert tables(url) == set()


@pytest.mark.postgresql
def test_a_tenant_that_is_not_there(hosted: tuple[Path, str]) -> None:
    folder, url = hosted
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        for target in (None, engine, connection):
            with pytest.raises(ConfigurationError, match=r"no schema 'acne': did you mean 'acme'"):
                Migrator(target, project=folder, tenant="acne").upgrade()
    with pytest.raises(ConfigurationError, match=r"say which with tenant="):
        Migrator(project=folder).upgrade()
    with pytest.raises(ConfigurationError, match=r"say which with tenant="):
        asyncio.run(
            AsyncMigrator(
                create_async_engine(servers.with_driver(url, "postgresql+asyncpg")), project=folder
            ).upgrade()
        )
    assert ids(Migrator(project=folder).heads()) == ["a1"]


@pytest.mark.postgresql
def test_a_search_path_that_does_not_stay_is_noticed(hosted: tuple[Path, str]) -> None:
    folder, url = hosted
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        with pytest.raises(ConfigurationError, match="AUTOCOMMIT is in the way"):
            Migrator(connection, project=folder, tenant="acme").upgrade()
    assert tables(url) == set()


def test_a_connection_of_sqlite_is_to_one_tenant_already(tmp_path: Path) -> None:
    with (
        sa.create_engine("sqlite://").connect() as connection,
        pytest.raises(ConfigurationError, match="needs a URL or an engine"),
    ):
        Migrator(connection, script_location=tmp_path, tenant="acme").upgrade()


@pytest.mark.mysql
def test_a_tenant_of_mysql_is_a_database(tmp_path: Path, mysql_url: str) -> None:
    urls = [servers.create_database(mysql_url, "tenant") for _ in range(2)]
    write(tmp_path, {"migrations/versions/a1.py": SCRIPT.format(id="a1", table="users")})
    try:
        name = sa.make_url(urls[1]).database
        location: dict[str, Any] = {"script_location": tmp_path / "migrations"}
        assert ids(Migrator(urls[0], tenant=name, **location).upgrade()) == ["a1"]
        inner = create_async_engine(servers.with_driver(urls[0], "mysql+asyncmy"))
        assert ids(asyncio.run(AsyncMigrator(inner, tenant=name, **location).current())) == ["a1"]
        assert "users" in tables(urls[1])
        assert tables(urls[0]) == set()
    finally:
        for url in urls:
            servers.drop_database(url)


def test_a_tenant_of_sqlite_is_a_file_beside(tmp_path: Path) -> None:
    write(tmp_path, {"migrations/versions/a1.py": SCRIPT.format(id="a1", table="users")})
    location: dict[str, Any] = {"script_location": tmp_path / "migrations", "tenant": "acme"}
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shared.db")
    assert ids(Migrator(engine, **location).upgrade()) == ["a1"]
    inner = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/shared.db")
    assert ids(asyncio.run(AsyncMigrator(inner, **location).current())) == ["a1"]
    assert "users" in tables(f"sqlite:///{tmp_path}/acme.db")
    assert not (tmp_path / "shared.db").exists()
