"""What type checkers see of the library: checked by mypy with the package, and never run."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import assert_type

from limbeck import AsyncMigrator, Config, Fleet, Migrator
from limbeck.commands.plan import Planned
from limbeck.migrator import Checked, Member, Outcomes, Revision


def databases(engine: sa.Engine, connection: sa.Connection, inner: AsyncEngine) -> None:
    Migrator("sqlite://")
    Migrator(sa.URL.create("sqlite"), project="pyproject.toml")
    Migrator(engine, project=Path("alembic.ini"))
    Migrator(connection, project=Config("alembic.ini"))
    Migrator(inner, script_location="migrations", metadata=sa.MetaData())
    Migrator()
    Migrator(lambda: engine, project="shop", database="billing", tenant="acme")


def values(migrator: Migrator) -> None:
    assert_type(migrator.upgrade(), tuple[Revision, ...])
    assert_type(migrator.downgrade("base"), tuple[Revision, ...])
    migrator.stamp("a1", "b1", purge=True)
    assert_type(migrator.current(), tuple[Revision, ...])
    assert_type(migrator.pending("a1"), tuple[Revision, ...])
    migrator.assert_up_to_date()
    assert_type(migrator.check(), Checked)
    assert_type(migrator.check(against="history").differences, tuple[str, ...])
    assert_type(migrator.plan("a1", downgrade=True), Planned)
    assert_type(migrator.revision("add a name")[0].path, "str | None")


def fleets(executor: Executor, engine: sa.Engine) -> None:
    fleet = Fleet(engine, project="shop", tenants=lambda: ["acme"], executor=executor)
    assert_type(fleet.members(), tuple[Member, ...])
    assert_type(fleet.upgrade(canary=True), Outcomes[tuple[Revision, ...]])
    assert_type(fleet.check()[0].value, Checked | None)
    assert_type(fleet.each(lambda migrator: migrator.heads()[0].id), Outcomes[str])


def mistakes(inner: AsyncConnection) -> None:
    Migrator(inner)  # type: ignore[arg-type]  # it needs an AsyncMigrator
    Migrator("sqlite://").downgrade()  # type: ignore[call-arg]  # back to where
    Migrator(database=inner)  # type: ignore[arg-type]  # the name of one of several
    Migrator("sqlite://", project=1)  # type: ignore[arg-type]  # no path


async def awaited(inner: AsyncConnection) -> None:
    migrator = AsyncMigrator(inner)
    assert_type(await migrator.upgrade("a1"), tuple[Revision, ...])
    assert_type(await migrator.pending(), tuple[Revision, ...])
    assert_type(await migrator.check(against="history"), Checked)
    assert_type(await migrator.plan(), Planned)
    assert_type(await migrator.revision(autogenerate=False), tuple[Revision, ...])
    await migrator.assert_up_to_date()
