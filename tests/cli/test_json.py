"""What `--json` prints is what docs/json.md says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from limbeck.cli.main import group
from limbeck.cli.own import OWN_COMMANDS
from limbeck.cli.parameters import COMMANDS
from tests.cli.conftest import Run
from tests.cli.test_status import MODELS, configure, write

PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"


def documented() -> dict[str, Any]:
    """The schema of each command on the page."""
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    blocks = {}
    for part in parts:
        title, _, rest = part.partition("\n")
        found = re.search(r"```json\n(.*?)```", rest, re.DOTALL)
        assert found is not None, title
        blocks[title] = strict(json.loads(found[1]))
    shared = blocks.pop("What they share")
    return {
        name: {**schema, **shared}
        for title, schema in blocks.items()
        for name in re.findall(r"`(\w+)`", title)
    }


def strict(schema: Any) -> Any:
    """The same where every member must be there, unless it says which, and no other may."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: strict(part) for name, part in schema.items()}
    if "type" in found and isinstance(found.get("properties"), dict):
        found = {"required": list(found["properties"]), "additionalProperties": False} | found
    return found


HISTORY = """
heads: 0
branches: 0
history --graph: 0
show a1: 0
edit a1: 0
erd: 0
report out.html: 0
lint --rules: 0
merge a3 a4 --splice: 0
revision -m more --empty: 0
config: 0
doctor: 0
"""
DATABASE = """
ensure_version: 0
lint --strict: 0
plan: 0
upgrade a1: 0
upgrade heads --dry-run: 0
upgrade heads: 0
current: 0
history -i: 0
check --against database: 255
downgrade a3: 0
current --check-heads: 255
status: 0
resolve: 0
stamp heads: 0
log: 0
verify: 255
erd --from database -o out.dot: 0
"""
SERVER = """
upgrade a1: 0
lint --strict: 1
plan: 0
trace: 0
upgrade: 0
check: 255
status: 0
log: 0
verify: 255
erd --from database: 0
"""
NEW = """
list_templates: 0
completion zsh: 0
init --metadata models:metadata --url sqlite:///app.db: 0
revision -m first: 0
upgrade: 0
adopt --database: 0
"""
FOLDER = """
init folder: 0
adopt: 0
"""
"""What is typed in each scene, one after the other, and the exit status of each."""

NAMES = {grammar.name for grammar in (*COMMANDS, *OWN_COMMANDS)}


def described(done: subprocess.CompletedProcess[str], name: str) -> Any:
    """What a command printed, held to what the page says of it."""
    found = json.loads(done.stdout)
    jsonschema.validate(found, documented()[name])
    return found


def play(limbeck: Run, scene: str) -> None:
    for line in scene.strip().splitlines():
        typed, status = line.rsplit(": ", 1)
        done = limbeck(*typed.split(), "--json", env={"EDITOR": "true"})
        assert done.returncode == int(status), (typed, done.stdout, done.stderr)
        if done.stdout or status == "0":
            described(done, typed.split()[0])


def test_each_command_is_described_and_has_the_option_and_a_scene() -> None:
    assert documented().keys() == NAMES
    found = group().commands
    assert found.keys() == NAMES
    for command in found.values():
        assert any("--json" in option.opts for option in command.params), command.name
    lines = "".join((HISTORY, DATABASE, SERVER, NEW, FOLDER)).split("\n")
    assert {re.split(r"[ :]", line)[0] for line in lines if line} == NAMES


@pytest.mark.parametrize("scene", [HISTORY, DATABASE], ids=["history", "database"])
def test_a_project_on_sqlite(limbeck: Run, project: Path, scene: str) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    write(project, 2, "a1")
    write(project, 3, "a1")
    write(project, 4, "a2", "a3")
    play(limbeck, scene)


@pytest.mark.postgresql
def test_a_project_on_a_server(limbeck: Run, project: Path, postgresql_database: str) -> None:
    configure(project, postgresql_database)
    write(project, 1)
    write(project, 2, "a1", more="op.drop_column('t1', 'id')")
    play(limbeck, SERVER)


def test_a_project_that_is_set_up(limbeck: Run, project: Path) -> None:
    (project / "models.py").write_text(MODELS)
    play(limbeck, NEW)


def test_a_folder_with_an_env_py(limbeck: Run, project: Path) -> None:
    play(limbeck, FOLDER)


@pytest.mark.postgresql
def test_a_revision_that_has_run_in_part(
    limbeck: Run, project: Path, postgresql_database: str
) -> None:
    configure(project, postgresql_database)
    apart = "op.execute('CREATE INDEX CONCURRENTLY ix ON t1 (id)')"
    write(project, 1, more=f"{apart}; op.execute('nonsense')")
    assert limbeck("upgrade").returncode == 1
    found = described(limbeck("resolve", "--json"), "resolve")
    assert found["half_done"]["revision"] == "a1"
    assert [s["state"] for s in found["half_done"]["statements"]] == ["done", "done"]
    assert found["done"] is None
    decided = described(limbeck("resolve", "--rolled-back", "--all", "--json"), "resolve")
    assert decided["done"].startswith("Revision a1 (upgrade) runs from its beginning")


def test_nothing_else_reaches_standard_output(limbeck: Run, project: Path) -> None:
    """What env.py, revisions, hooks and the programs they start print goes to standard error."""
    configure(
        project,
        "sqlite:///app.db",
        'post_write_hooks = ["echo from a hook"]',
    )
    write(project, 1, more="print('from a revision'); import os; os.system('echo from a program')")
    done = limbeck("upgrade", "--json")
    assert described(done, "upgrade")["revisions"] == ["a1"]
    assert "from a revision" in done.stderr
    assert "from a program" in done.stderr
    assert "Running upgrade  -> a1" in done.stderr
    done = limbeck("revision", "-m", "more", "--empty", "--json")
    (written,) = described(done, "revision")["written"]
    assert Path(written["path"]).is_file()
    assert "from a hook" in done.stderr
    assert limbeck("heads", "--json", cwd=project).stderr == ""
    assert limbeck("-q", "heads", "--json").stdout == ""


def test_a_failure_prints_nothing_on_standard_output(limbeck: Run, project: Path) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1, more="op.execute('nonsense')")
    done = limbeck("upgrade", "head", "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "FAILED: " in done.stderr
    for command in (("upgrade", "head"), ("stamp", "head"), ("plan",)):
        refused = limbeck(*command, "--json", "--sql")
        assert (refused.returncode, refused.stdout) == (255, "")
        assert "choose one" in refused.stderr
    wrong = limbeck("lint", "--json", "--format", "sarif")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "cannot go together" in wrong.stderr


def test_texts_are_escaped_where_the_output_cannot_show_them(limbeck: Run, project: Path) -> None:
    configure(project, "sqlite:///app.db")
    path = write(project, 1)
    path.write_text(path.read_text().replace("number 1", "größer"), encoding="utf-8")
    for encoding in ("ascii", "utf-8"):
        out = limbeck("show", "a1", "--json", env={"PYTHONIOENCODING": encoding}).stdout
        assert json.loads(out)["revisions"][0]["message"] == "größer"
