"""The applications under examples/ start, migrate and serve."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from examples.notes_fastapi import app as fastapi_app
from examples.notes_flask import app as flask_app
from limbeck import AsyncMigrator, Migrator
from limbeck.errors import DatabaseNotAtHead


def _with_driver(url: str, driver: str) -> str:
    return url.replace(url.partition("://")[0], driver, 1)


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg"])
def test_fastapi_migrates_in_its_lifespan(driver: str, request: pytest.FixtureRequest) -> None:
    database = str(request.getfixturevalue(f"{driver.partition('+')[0]}_database"))
    url = _with_driver(database, driver)

    async def serve() -> None:
        app = fastapi_app.create_app(url)
        async with app.router.lifespan_context(app), _client(app) as client:
            assert (await client.get("/health")).json() == {"pending": []}
            assert (await client.post("/notes", params={"text": "first"})).status_code == 201
            assert (await client.get("/notes")).json() == ["first"]

    async def without_the_lifespan() -> None:
        async with _client(fastapi_app.create_app(url)) as client:
            answer = await client.get("/health")
            assert (answer.status_code, answer.json()) == (503, {"pending": ["4f1c"]})

    asyncio.run(serve())
    migrator = Migrator(database, script_location=fastapi_app.MIGRATIONS)
    assert [revision.id for revision in migrator.current()] == ["4f1c"]
    migrator.downgrade("base")
    asyncio.run(without_the_lifespan())


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


def test_fastapi_workers_that_start_at_once(sqlite_database: str) -> None:
    url = _with_driver(sqlite_database, "sqlite+aiosqlite")

    async def start(number: int) -> bool:
        app = fastapi_app.create_app(url)
        async with app.router.lifespan_context(app):
            return True

    async def work() -> list[bool]:
        return await asyncio.gather(*(start(number) for number in range(4)))

    assert asyncio.run(work()) == [True] * 4
    migrator = AsyncMigrator(url, script_location=fastapi_app.MIGRATIONS)
    assert asyncio.run(migrator.pending()) == ()


def test_flask_has_a_command_and_serves_only_what_is_up_to_date(sqlite_database: str) -> None:
    with pytest.raises(DatabaseNotAtHead, match=r"4f1c \(create notes\)"):
        flask_app.serve(sqlite_database)
    app = flask_app.create_app(sqlite_database)
    assert app.test_client().get("/health").status_code == 503
    done = app.test_cli_runner().invoke(args=["upgrade"])
    assert done.output == "4f1c create notes\n"
    client = flask_app.serve(sqlite_database).test_client()
    assert client.get("/health").get_json() == {"pending": []}
    assert client.post("/notes?text=first").status_code == 201
    assert client.get("/notes").get_json() == ["first"]


@pytest.mark.parametrize("app", [fastapi_app, flask_app])
def test_the_models_are_those_of_the_revisions(app: object, sqlite_database: str) -> None:
    folder = Path(str(app.__file__)).with_name("migrations")  # type: ignore[attr-defined]
    base = app.Base  # type: ignore[attr-defined]  # a module
    migrator = Migrator(sqlite_database, script_location=folder, metadata=base)
    migrator.upgrade()
    assert migrator.check(against="database").passed
