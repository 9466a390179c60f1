"""`limbeck config` shows every setting and where it stands."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

NATIVE = """\
# the application
[project]
name = "shop"

[tool.limbeck]
metadata = "shop:Base"
scratch_url = "postgresql://ada:hunter2@db/scratch"
url = "$SHOP_URL"

[tool.limbeck.databases.billing]
lock-wait = 5
"""


def test_each_setting_has_its_line(project: Path, limbeck: Run) -> None:
    (project / "pyproject.toml").write_text(NATIVE, encoding="utf-8")
    (project / ".env").write_text("SHOP_URL=sqlite://\n", encoding="utf-8")
    done = limbeck("config", "--json")
    assert done.returncode == 0, done.stderr
    found = {row["name"]: row for row in json.loads(done.stdout)["settings"]}
    assert found["metadata"]["source"] == "pyproject.toml:6"
    assert found["url"]["value"] == "$SHOP_URL"
    assert found["url"]["source"] == "pyproject.toml:8, which is set in .env ($SHOP_URL)"
    assert found["lock_wait"] == {"name": "lock_wait", "value": 60, "source": "default"}
    assert found["scratch_url"]["value"] == "postgresql://ada:***@db/scratch"
    assert "hunter2" not in done.stdout + done.stderr
    own = {name: row["source"] for name, row in found.items() if name.startswith("databases.")}
    assert own == {
        "databases.billing.lock_wait": "pyproject.toml:11",
        "databases.billing.script_location": "default here",
    }
    assert found["databases.billing.lock_wait"]["value"] == 5.0
    done = limbeck("config", "--database", "billing", env={"SHOP_URL": "sqlite://"})
    assert "lock_wait = 5.0" in done.stdout
    assert "pyproject.toml:11" in done.stdout
    assert "which is set in the environment" in done.stdout


def test_the_settings_of_an_alembic_project(project: Path, limbeck: Run) -> None:
    limbeck("init", "migrations")
    ini = project / "alembic.ini"
    url = "sqlalchemy.url = postgresql://ada:hunter2@db/shop"
    lines = [url if "sqlalchemy.url" in line else line for line in ini.read_text().splitlines()]
    ini.write_text("\n".join(lines), encoding="utf-8")
    done = limbeck("config")
    assert done.returncode == 0, done.stderr
    assert f"alembic.ini:{lines.index(url) + 1}" in done.stdout
    assert "postgresql://ada:***@db/shop" in done.stdout


def test_no_project_is_an_error(limbeck: Run) -> None:
    done = limbeck("config")
    assert done.returncode == 255
    assert "No configuration found" in done.stderr
