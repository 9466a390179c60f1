"""`limbeck init` without a folder: where it finds what settings say, and what it says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.layouts import lay_out, written

pytestmark = pytest.mark.usefixtures("no_url_in_the_environment")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_rest_of_pyproject_stays(project: Path, here: Run, end: str) -> None:
    lay_out(project, "namespace")
    file = project / "pyproject.toml"
    before = file.read_text(encoding="utf-8").replace("\n", end).encode()
    file.write_bytes(before)
    assert here("init").returncode == 0
    after = file.read_bytes()
    assert after.startswith(before + end.encode() + end.encode() + b"[tool.limbeck]" + end.encode())
    assert after.count(b"\n") == after.count(end.encode())


BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("def get_engine():\n    return create_engine(os.environ['SHOP'])\n", "db:get_engine"),
        ("async def run():\n    e = create_engine(os.getenv('SHOP', ''))\n", "$SHOP"),
        ("engine = create_engine(os.environ['SHOP'])\n", "$SHOP"),
        ("engine = create_engine(os.environ.get('SHOP', 'sqlite://'))\n", "db:engine"),
        ("app.config['SQLALCHEMY_DATABASE_URI'] = os.getenv('SHOP').replace('a', 'b')\n", "$SHOP"),
        (
            "from dataclasses import dataclass\n"
            "@dataclass\nclass DatabaseConfig:\n    name: str = 'x'\n"
            "    @property\n    def url(self):\n        return f'sqlite:///{self.name}'\n"
            "config = DatabaseConfig()\n",
            "db:config.url",
        ),
        ("async def run():\n    e = create_engine(os.environ['SHOP'])\n", "$SHOP"),
        ("class Config:\n    DB_URI = 'sqlite://'\n", "db:Config.DB_URI"),
        ("REDIS_URL = 'redis://x'\nDSN = 'sqlite://'\n", "db:DSN"),
    ],
)
def test_other_places_of_a_url(project: Path, here: Run, source: str, url: str) -> None:
    head = "import os\nfrom sqlalchemy import create_engine\n"
    (project / "db.py").write_text(head + BASE + source, encoding="utf-8")
    assert here("init").returncode == 0
    assert written(project)["url"] == url


def test_a_variable_of_dotenv_with_a_name_of_its_own(project: Path, here: Run) -> None:
    (project / "models.py").write_text(BASE, encoding="utf-8")
    (project / ".env").write_text("REDIS_URL=redis://x\nSHOP_DB_URL=sqlite://\n", "utf-8")
    assert here("init").returncode == 0
    assert written(project)["url"] == "$SHOP_DB_URL"


def test_what_is_given_wins(project: Path, here: Run) -> None:
    lay_out(project, "script")
    given = ("--metadata", "models:metadata", "--models", "models", "--url", "sqlite:///my.db")
    assert here("init", *given).returncode == 0
    assert written(project) == {
        "metadata": "models:metadata",
        "models": ["models"],
        "url": "sqlite:///my.db",
    }


def test_no_models_is_an_error_that_says_what_to_do(project: Path, here: Run) -> None:
    done = here("init")
    assert done.returncode == 255
    assert "--metadata module:Base" in done.stderr
    assert not list(project.glob("*.toml"))


def test_no_url_is_said(project: Path, here: Run) -> None:
    (project / "models.py").write_text(BASE, encoding="utf-8")
    done = here("init")
    assert written(project)["url"] == "$DATABASE_URL"
    assert "Set DATABASE_URL" in done.stdout


def test_a_project_is_set_up_once(project: Path, here: Run) -> None:
    lay_out(project, "script")
    assert here("init").returncode == 0
    done = here("init")
    assert done.returncode == 255
    assert "[tool.limbeck]" in done.stderr


def test_an_alembic_project_is_left_alone(project: Path, here: Run) -> None:
    lay_out(project, "script")
    assert here("init", "migrations").returncode == 0
    done = here("init")
    assert done.returncode == 255
    assert "limbeck adopt" in done.stderr
    assert not (project / "pyproject.toml").exists()


def test_a_file_that_is_not_python_is_named(project: Path, here: Run) -> None:
    lay_out(project, "script")
    (project / "broken.py").write_text("def (:\n", encoding="utf-8")
    done = here("init")
    assert done.returncode == 0
    assert "broken.py:1" in done.stdout


@pytest.mark.parametrize("given", [("-t", "async"), ("--package",)])
def test_a_template_needs_a_directory(project: Path, here: Run, given: tuple[str, ...]) -> None:
    lay_out(project, "script")
    done = here("init", *given)
    assert done.returncode == 2
    assert "DIRECTORY" in done.stderr


def test_an_empty_revision_in_native_mode(project: Path, here: Run, limbeck: Run) -> None:
    lay_out(project, "script")
    here("init")
    assert limbeck("revision", "--empty", "-m", "by hand").returncode == 0
    [file] = project.glob("migrations/versions/*.py")
    assert "create_table" not in file.read_text(encoding="utf-8")
    both = here("revision", "--empty", "--autogenerate", "-m", "both")
    assert both.returncode == 2


def test_an_alembic_folder_names_its_target(project: Path, here: Run) -> None:
    here("init", "migrations")
    done = here("upgrade")
    assert done.returncode == 2
    assert "Missing argument 'REVISION'" in done.stderr
