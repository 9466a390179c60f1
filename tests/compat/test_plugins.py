"""Extensions of Alembic's comparison: what they generate with either tool runs up and down."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.compat.clients import Environment
from tests.compat.test_histories import database

pytestmark = [pytest.mark.differential, pytest.mark.postgresql]

DRIVER = Path(__file__).with_name("drive_plugin.py")


@pytest.mark.parametrize("extension", ["alembic-postgresql-enum", "alembic-utils"])
def test_an_extension_does_the_same_with_both_tools(
    environment: Environment, postgresql_url: str, tmp_path: Path, extension: str
) -> None:
    environment.install("psycopg2-binary", extension)
    server = sa.engine.make_url(postgresql_url).set(drivername="postgresql+psycopg2")
    found: dict[str, Any] = {}
    for tool in ("alembic", "limbeck"):
        text = server.render_as_string(hide_password=False)
        with database(text, f"limbeck_plugin_{tool}") as url:
            done = subprocess.run(
                [str(environment.python), str(DRIVER), tool, extension, url, str(tmp_path / tool)],
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        found[tool] = json.loads(done.stdout.partition("RESULT ")[2])
    assert found["limbeck"] == found["alembic"]
    assert found["limbeck"][0]["tables"].keys() == {"alembic_version", "t"}
