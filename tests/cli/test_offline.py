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
