"""Scripts written with ``--sql`` do, fed to the server's own client, what a run does."""

from __future__ import annotations

from pathlib import Path

from limbeck.database.offline import NOTE
from tests.cli.history import REVISIONS, written
from tests.cli.offline_server import Server, script, state
from tests.databases.project_folder import Folder

LAST = f"r{len(REVISIONS):02}"


def test_the_script_of_a_history_does_what_the_run_does(server: Server, tmp_path: Path) -> None:
    online, offline = server.create(), server.create()
    folder = written(Folder(tmp_path / "migrations", online))
    folder.upgrade()
    server.feed(script(folder, LAST), offline)
    assert state(offline) == state(online)


def test_scripts_of_ranges_do_what_the_run_does_up_and_down(server: Server, tmp_path: Path) -> None:
    online, offline = server.create(), server.create()
    folder = written(Folder(tmp_path / "migrations", online))
    for start, target in (("base", "r14"), ("r14", "r17"), ("r17", LAST)):
        server.feed(script(folder, f"{start}:{target}"), offline)
    folder.upgrade()
    assert state(offline) == state(online)
    folder.downgrade("r12")
    server.feed(script(folder, f"{LAST}:r12", down=True), offline)
    assert state(offline) == state(online)
    folder.downgrade("base")
    server.feed(script(folder, "r12:base", down=True), offline)
    assert state(offline) == state(online)


def test_a_client_that_enforces_foreign_keys_loses_no_rows(tmp_path: Path) -> None:
    server = Server("sqlite", "", tmp_path)
    folder, offline = Folder(tmp_path / "migrations", server.create()), server.create()
    folder.revision(
        "a1",
        """
        op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
        key = sa.ForeignKey("t.id", ondelete="CASCADE")
        op.create_table("child", sa.Column("t_id", sa.Integer, key))
        op.execute("INSERT INTO t VALUES (1)")
        op.execute("INSERT INTO child VALUES (1)")
        """,
    )
    folder.revision("a2", 'op.create_check_constraint("ck", "t", "id > 0")')
    server.feed(script(folder, "a1"), offline)
    text = script(folder, "a1:a2")
    server.feed("PRAGMA foreign_keys=ON;\n" + text, offline)
    assert state(offline)[1]["child"] == ["(1,)"]
    assert "PRAGMA foreign_keys" not in script(folder, "a1")


BODIES = {
    "sqlite": "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = 2; SELECT 1; END",
    "postgresql": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2 $$",
    "mysql": "CREATE PROCEDURE p() BEGIN UPDATE t SET a = 2; UPDATE t SET a = 3; END",
}


def test_semicolons_and_tabs_inside_a_statement_reach_the_server(
    server: Server, tmp_path: Path
) -> None:
    online, offline = server.create(), server.create()
    folder = Folder(tmp_path / "migrations", online)
    folder.revision(
        "a1",
        f"""
        op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.String(40)))
        op.execute("{BODIES[server.kind]}")
        op.bulk_insert(sa.table("t", sa.column("b")), [{{"b": "tab\\there; -- no comment"}}])
        """,
    )
    folder.upgrade()
    server.feed(script(folder, "head"), offline)
    assert state(offline) == state(online)
    rows = state(offline)[1]["t"]
    assert ["tab\\there; -- no comment" in row for row in rows] == [True]


def test_a_rebuild_in_a_script_loses_nothing_of_a_table_that_the_script_made(
    tmp_path: Path,
) -> None:
    server = Server("sqlite", "", tmp_path)
    online, offline = server.create(), server.create()
    folder = Folder(tmp_path / "migrations", online)
    folder.revision("a1", 'op.create_table("o", sa.Column("id", sa.Integer, primary_key=True))')
    folder.revision(
        "a2",
        """
        op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(50, collation="NOCASE"), nullable=False),
            sa.Column("qty", sa.Integer, sa.CheckConstraint("qty > 0"), server_default="1"),
            sa.Column("at", sa.DateTime, server_default=sa.func.now()),
            sa.Column("twice", sa.Integer, sa.Computed("qty * 2", persisted=True)),
            sa.Column("virtual", sa.Integer, sa.Computed("qty * 3", persisted=False)),
            sa.Column("flag", sa.Boolean(create_constraint=True, name="ck_flag")),
            sa.Column("mood", sa.Enum("a", "b", create_constraint=True, name="ck_mood")),
            sa.Column("price", sa.Numeric(10, 2), unique=True),
            sa.Column(
                "o_id", sa.Integer, sa.ForeignKey("o.id", deferrable=True, initially="DEFERRED")
            ),
            sa.CheckConstraint("length(name) > 1", name="ck_name"),
            sa.Index("ix_part", "qty", sqlite_where=sa.text("qty > 1")),
            sa.Index("ix_desc", sa.text("qty DESC"), sa.text("lower(name)")),
            sqlite_autoincrement=True,
            sqlite_strict=False,
        )
        op.create_table(
            "w",
            sa.Column("code", sa.Text, primary_key=True),
            sa.Column("n", sa.Integer),
            sqlite_with_rowid=False,
        )
        op.execute("INSERT INTO t (id, name, qty, at) VALUES (7, 'seven', 2, '2026-01-01')")
        op.execute("INSERT INTO w VALUES ('x', 1)")
        """,
    )
    folder.revision(
        "a3",
        """
        op.alter_column("t", "qty", nullable=False)
        with op.batch_alter_table("t") as batch:
            batch.alter_column("name", new_column_name="title")
            batch.drop_column("price")
        op.alter_column("w", "n", server_default="5")
        """,
    )
    folder.upgrade()
    text = script(folder, "head")
    assert NOTE not in text
    server.feed(text, offline)
    assert state(offline) == state(online)
    for range_ in ("a1", "a1:a2", "a2:a3"):
        offline = offline if range_ != "a1" else server.create()
        server.feed(script(folder, range_), offline)
    assert state(offline) == state(online)
