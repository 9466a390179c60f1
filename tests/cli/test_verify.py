"""``limbeck verify`` and ``--against history``, typed in a project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Run
from tests.cli.offline_server import Server

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
NOWHERE = {
    "sqlite": "sqlite:///nowhere.db",
    "postgresql": "postgresql+asyncpg://nobody:secret@127.0.0.1:1/none",
    "mysql": "mysql+asyncmy://nobody:secret@127.0.0.1:1/none",
}


def native(folder: Path, url: str, *more: str) -> None:
    """A project without an env.py."""
    lines = ("[tool.limbeck]", 'metadata = "models:metadata"', f'url = "{url}"', *more)
    (folder / "pyproject.toml").write_text("\n".join(lines))
    (folder / "models.py").write_text(MODELS)
    (folder / "migrations" / "versions").mkdir(parents=True)


def revision(folder: Path, id_: str, down: str | None, up: str, back: str) -> None:
    (folder / "migrations" / "versions" / f"{id_}.py").write_text(
        f'"""message of {id_}"""\nimport sqlalchemy as sa\nfrom limbeck import op\n\n'
        f'revision = "{id_}"\ndown_revision = {down!r}\n\n\n'
        f"def upgrade():\n    {up}\n\n\ndef downgrade():\n    {back}\n"
    )


CREATE = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))'
DROP = 'op.drop_table("users")'


def history(folder: Path) -> None:
    """Good, empty, wrong, refusing and good again."""
    revision(folder, "a1", None, CREATE, DROP)
    revision(folder, "a2", "a1", 'op.add_column("users", sa.Column("n", sa.Integer))', "pass")
    both = 'op.add_column("users", sa.Column("{}", sa.Integer))'
    revision(
        folder,
        "a3",
        "a2",
        f"{both.format('x')}\n    {both.format('y')}",
        'op.drop_column("users", "x")',
    )
    revision(
        folder, "a4", "a3", 'op.execute("UPDATE users SET n = 1")', "raise NotImplementedError"
    )
    gone = "".join(f'op.drop_column("users", "{c}")\n    ' for c in "nxy")
    revision(folder, "a5", "a4", gone, "".join(f"{both.format(c)}\n    " for c in "nxy"))


def test_each_revision_runs_up_down_and_up(server: Server, project: Path, limbeck: Run) -> None:
    url = server.create()
    native(project, url)
    history(project)
    before = server.databases()
    done = limbeck("verify")
    assert done.returncode == 255
    out = done.stdout
    assert "note    a2  irreversible: downgrade() is empty" in out
    assert "FAILED  a3  downgrade: it leaves something else than was there before" in out
    assert "at migrations/versions/a3.py" in out
    assert "removed column 'users.y'" in out
    assert "note    a4  irreversible: downgrade() raises NotImplementedError" in out
    assert "a4.py, line 14" in out
    assert out.splitlines()[-1].startswith("5 revisions up, down and up again on ")
    assert "2 ok, 2 irreversible, 1 failed; the models agree with the history" in out
    assert server.databases() == before
    if server.kind != "sqlite":
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            assert sa.inspect(connection).get_table_names() == []


def test_a_range_strictness_and_json(project: Path, limbeck: Run) -> None:
    native(project, "sqlite:///app.db")
    history(project)
    assert limbeck("verify", ":a2").returncode == 0
    strict = limbeck("verify", "--strict", ":a2")
    assert strict.returncode == 255
    assert "FAILED  a2  irreversible" in strict.stdout
    found = json.loads(limbeck("verify", "a3:a4", "--json").stdout)
    assert found["ok"] is False
    [database] = found["databases"]
    assert database["models"] is None
    states = {r["revision"]: (r["status"], r["stage"]) for r in database["revisions"]}
    assert states == {"a3": ("failed", "downgrade"), "a4": ("irreversible", None)}
    assert not (project / "app.db").exists()


def test_a_revision_that_does_not_run_stops_it(project: Path, limbeck: Run) -> None:
    native(project, "sqlite://")
    revision(project, "a1", None, CREATE, DROP)
    revision(project, "a2", "a1", 'op.execute("SELECT * FROM missing")', "pass")
    revision(project, "a3", "a2", "pass", "pass")
    done = limbeck("verify")
    assert done.returncode == 255
    assert "FAILED  a2  upgrade: no such table: missing" in done.stdout
    assert "a2.py, line 10 (revision a2, upgrade)" in done.stdout
    assert "1 ok, 1 failed, 1 not reached" in done.stdout


def test_models_that_the_history_does_not_make_are_a_failure(project: Path, limbeck: Run) -> None:
    native(project, "sqlite://")
    revision(project, "a1", None, "pass", "pass")
    done = limbeck("verify")
    assert done.returncode == 255
    assert "added table 'users'" in done.stdout


@pytest.mark.parametrize("kind", sorted(NOWHERE))
def test_native_mode_needs_no_server_to_compare_with_the_history(
    kind: str, project: Path, limbeck: Run
) -> None:
    native(project, NOWHERE[kind])
    done = limbeck("revision", "--autogenerate", "-m", "one")
    assert done.returncode == 0, done.stderr
    assert "secret" not in done.stderr
    how = {"sqlite": "Proven on SQLite", "postgresql": "Proven on PostgreSQL 18"}
    assert how.get(kind, "Not proven: Can't create a scratch database") in done.stderr
    assert limbeck("check").returncode == 0
    (project / "models.py").write_text(MODELS + 'sa.Table("t", metadata, sa.Column("a"))\n')
    assert limbeck("check").returncode == 255
    assert not (project / "nowhere.db").exists()


def test_several_heads_say_what_to_do(project: Path, limbeck: Run) -> None:
    native(project, "sqlite://")
    revision(project, "a1", None, CREATE, DROP)
    revision(project, "b1", "a1", "pass", "pass")
    revision(project, "b2", "a1", "pass", "pass")
    done = limbeck("revision", "--autogenerate", "-m", "x")
    assert done.returncode == 255
    assert "several heads (b1, b2)" in done.stderr
    assert "limbeck merge heads" in done.stderr
    assert limbeck("revision", "--autogenerate", "-m", "x", "--head", "b1").returncode == 0


ENV = """
import asyncio
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from limbeck import context
from models import metadata

URL = "{url}"


def run(connection):
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    async with create_async_engine(URL, poolclass=sa.NullPool).connect() as connection:
        await connection.run_sync(run)


if context.is_offline_mode():
    context.configure(url=URL, target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(connect())
"""


def with_env(folder: Path, url: str) -> None:
    native(folder, url)
    (folder / "pyproject.toml").unlink()
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / "migrations" / "env.py").write_text(ENV.format(url=url))
    history(folder)


@pytest.mark.postgresql
def test_an_async_env_py_is_asked_for_what_it_configures(
    postgresql_database: str, project: Path, limbeck: Run
) -> None:
    url = sa.make_url(postgresql_database).set(drivername="postgresql+asyncpg")
    with_env(project, url.render_as_string(hide_password=False))
    env = {"PYTHONPATH": str(project)}
    assert limbeck("check", env=env).returncode == 255
    done = limbeck("check", "--against", "history", env=env)
    assert done.returncode == 0, done.stderr
    done = limbeck("verify", "--json", env=env)
    assert json.loads(done.stdout)["databases"][0]["models"] == []


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_an_env_py_that_cannot_connect_is_asked_what_it_says_offline(
    kind: str, project: Path, limbeck: Run
) -> None:
    with_env(project, NOWHERE[kind])
    for name in ("a3", "a4", "a5"):
        (project / "migrations" / "versions" / f"{name}.py").unlink()
    done = limbeck("check", "--against", "history", env={"PYTHONPATH": str(project)})
    assert done.returncode == 255
    assert "remove_column" in done.stderr
    assert done.stdout == ""
