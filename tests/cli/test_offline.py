"""Scripts written with ``--sql`` do, fed to the server's own client, what a run does."""

from __future__ import annotations

from pathlib import Path

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
