"""Revisions that inspect or read, written with ``--sql``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import errors
from limbeck.database.offline import NOTE
from limbeck.errors import UnsupportedOperation
from tests.cli.offline_server import Server, script, state
from tests.databases.project_folder import Folder

CREATE = """
op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
op.execute("INSERT INTO t (id, a) VALUES (1, 5)")
"""
INSPECTS = """
bind = op.get_bind()
columns = [c["name"] for c in sa.inspect(bind).get_columns("t")]
if "b" not in columns:
    op.add_column("t", sa.Column("b", sa.String(20), server_default="x"))
t = sa.table("t", sa.column("id"), sa.column("a"), sa.column("b"))
bind.execute(t.insert(), [{"id": 2, "a": 1, "b": "it's :two"}, {"id": 3, "a": 2, "b": None}])
bind.execute(sa.text("UPDATE t SET b = :b WHERE id = :id"), {"b": "50%", "id": 1})
bind.execute(t.update().where(t.c.id == 3).values(a=9))
assert bind.execute(sa.select(t.c.a).where(t.c.id == 3)).scalar() == 9
bind.exec_driver_sql("DELETE FROM t WHERE id = 2")
made = sa.Table("made", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
made.create(bind)
op.add_column("made", sa.Column("more", sa.Integer))
"""
PLAIN = 'op.add_column("t", sa.Column("c", sa.Integer))'


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def history(server: Server, path: Path) -> Folder:
    folder = Folder(path / "migrations", server.create())
    folder.revision("a1", CREATE)
    folder.revision("a2", INSPECTS)
    folder.revision("a3", PLAIN)
    folder.revision("a4", 'op.alter_column("t", "b", existing_type=sa.String(20), nullable=True)')
    return folder


def test_a_revision_that_inspects_is_recorded_and_the_script_says_so(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, offline = history(server, tmp_path), server.create()
    before = server.databases()
    text = script(folder, "head")
    assert server.databases() == before
    noted = [after.splitlines()[0] for after in text.split(f"-- {NOTE}")[:-1]]
    assert text.count(NOTE) == len(noted) == 1
    assert text.split(f"-- {NOTE}")[0].rstrip().endswith("-- Running upgrade a1 -> a2")
    assert "Recording upgrade a1 -> a2 on a scratch database" in caplog.messages
    folder.upgrade()
    server.feed(text, offline)
    assert state(offline) == state(folder.url)


def test_a_range_behind_a_revision_that_inspects_knows_what_that_made(
    server: Server, tmp_path: Path
) -> None:
    folder, offline = history(server, tmp_path), server.create()
    folder.revision(
        "a5",
        """
        with op.batch_alter_table("t") as batch:
            batch.alter_column("a", existing_type=sa.Integer(), nullable=False)
            batch.alter_column("b", existing_type=sa.String(20), type_=sa.String(30))
        """,
    )
    folder.upgrade("a4")
    server.feed(script(folder, "a4"), offline)
    text = script(folder, "a4:a5")
    assert NOTE not in text
    server.feed(text, offline)
    folder.upgrade()
    assert state(offline) == state(folder.url)


def test_what_raw_sql_made_is_not_lost_in_a_rebuild(tmp_path: Path) -> None:
    server = Server("sqlite", "", tmp_path)
    folder, offline = Folder(tmp_path / "migrations", server.create()), server.create()
    folder.revision("a1", CREATE)
    folder.revision("a2", 'op.execute("ALTER TABLE t ADD COLUMN raw TEXT COLLATE NOCASE")')
    folder.revision("a3", 'op.execute("CREATE INDEX raw_index ON t (raw DESC)")')
    folder.revision("a4", 'op.alter_column("t", "a", nullable=False)')
    text = script(folder, "head")
    folder.upgrade()
    server.feed(text, offline)
    assert state(offline) == state(folder.url)
    assert "raw_index" in state(offline)[0]
    assert text.count(NOTE) == 1


def test_a_script_that_needs_no_database_asks_for_none(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg2://nobody@127.0.0.1:1/none"
    folder = Folder(tmp_path / "migrations", nowhere)
    folder.revision("a1", CREATE)
    folder.revision("a2", "if op.get_bind() is not None:\n    raise RuntimeError('reads')")
    folder.revision("a3", 'op.alter_column("t", "a", nullable=False)')
    assert "ALTER COLUMN a SET NOT NULL" in script(folder, "head")
    assert "ALTER COLUMN a SET NOT NULL" in script(folder, "a2:a3")


def test_without_a_server_a_revision_that_reads_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "migrations", "postgresql+psycopg2://nobody:secret@127.0.0.1:1/none")
    folder.revision("a1", CREATE)
    folder.revision("a2", INSPECTS)
    with pytest.raises(UnsupportedOperation) as failure:
        script(folder, "head")
    message = str(failure.value)
    assert "upgrade() of revision a2" in message
    assert "Can't create a scratch database on postgresql+psycopg2://nobody:***@127" in message
    assert "secret" not in message
    assert "a2.py" in (errors.where(failure.value) or "")


def test_a_dialect_without_a_url_has_no_scratch_database(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "migrations", "postgresql+psycopg2://")
    folder.revision("a1", INSPECTS)
    with pytest.raises(UnsupportedOperation, match="There is no URL to a server"):
        script(folder, "head")


def test_a_revision_that_needs_rows_fails_and_leaves_no_database(
    server: Server, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "migrations", server.create())
    folder.revision("a1", CREATE)
    folder.revision("a2", "op.get_bind().execute(sa.text('SELECT a FROM t WHERE a = 77')).one()")
    before = server.databases()
    with pytest.raises(UnsupportedOperation, match="fails with NoResultFound"):
        script(folder, "head")
    assert server.databases() == before


def test_an_error_that_has_nothing_to_do_with_a_database_stays_what_it_is(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "migrations", "sqlite://")
    folder.revision("a1", CREATE + "\nraise KeyError('mine')")
    with pytest.raises(KeyError, match="mine"):
        script(folder, "head")
    assert "CREATE TABLE t" in folder.output.getvalue()


def test_an_async_driver_is_replaced_for_the_scratch_database(
    postgresql_url: str, tmp_path: Path
) -> None:
    url: Any = sa.make_url(postgresql_url).set(drivername="postgresql+asyncpg")
    folder = Folder(tmp_path / "migrations", url.render_as_string(hide_password=False))
    folder.revision("a1", CREATE)
    folder.revision("a2", INSPECTS)
    assert NOTE in script(folder, "head")
