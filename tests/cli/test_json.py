"""What `--json` prints is what docs/json.md says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from limbeck.cli.own import OWN_COMMANDS
from limbeck.cli.parameters import COMMANDS, JSON
from tests.cli.conftest import Run
from tests.cli.test_status import configure, write

PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"
OTHERS = {"lint": ("lint", "--format", "json")}


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


def test_each_command_that_prints_json_is_described() -> None:
    commands = {g.name for g in (*COMMANDS, *OWN_COMMANDS) if JSON in g.parameters}
    assert commands | OTHERS.keys() == documented().keys()


def commands(is_sqlite: bool) -> Iterator[tuple[tuple[str, ...], int]]:
    """What is typed, one after the other, and the exit status of each."""
    yield ("heads",), 0
    yield ("branches",), 0
    yield ("history",), 0
    yield ("status",), 0
    yield ("plan",), 0
    yield ("trace",), 255 if is_sqlite else 0
    yield ("lint",), 0
    yield ("upgrade", "a1"), 0
    yield ("show", "current"), 0
    yield ("upgrade", "heads", "--dry-run"), 0
    yield ("upgrade", "heads"), 0
    yield ("current",), 0
    yield ("history", "-i"), 0
    yield ("check", "--against", "database"), 255
    yield ("downgrade", "a3"), 0
    yield ("current", "--check-heads"), 255
    yield ("log",), 0
    yield ("status",), 0
    yield ("verify",), 255
    yield ("doctor",), 0
    yield ("config",), 0


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_each_prints_what_the_page_says(
    limbeck: Run, project: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    is_sqlite = kind == "sqlite"
    url = "sqlite:///app.db" if is_sqlite else request.getfixturevalue("postgresql_database")
    configure(project, url)
    write(project, 1)
    write(project, 2, "a1")
    write(project, 3, "a1", more="op.drop_column('t1', 'id')" if not is_sqlite else "")
    write(project, 4, "a2", "a3")
    schemas, told = documented(), set()
    for arguments, status in commands(is_sqlite):
        name = arguments[0]
        typed = OTHERS.get(name, (*arguments, "--json"))
        done = limbeck(*typed)
        refused = name == "trace" and is_sqlite
        assert done.returncode == status or name == "lint", (arguments, done.stdout, done.stderr)
        if refused:
            assert done.stdout == ""
            continue
        jsonschema.validate(json.loads(done.stdout), schemas[name])
        told.add(name)
    assert told | ({"trace"} if is_sqlite else set()) == schemas.keys()


def test_a_failure_prints_nothing_on_standard_output(limbeck: Run, project: Path) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1, more="op.execute('nonsense')")
    done = limbeck("upgrade", "head", "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "FAILED: " in done.stderr
    refused = limbeck("upgrade", "head", "--json", "--sql")
    assert (refused.returncode, refused.stdout) == (255, "")
    assert "choose one" in refused.stderr


def test_texts_are_escaped_where_the_output_cannot_show_them(limbeck: Run, project: Path) -> None:
    configure(project, "sqlite:///app.db")
    path = write(project, 1)
    path.write_text(path.read_text().replace("number 1", "größer"), encoding="utf-8")
    for encoding in ("ascii", "utf-8"):
        out = limbeck("show", "a1", "--json", env={"PYTHONIOENCODING": encoding}).stdout
        assert json.loads(out)["revisions"][0]["message"] == "größer"
