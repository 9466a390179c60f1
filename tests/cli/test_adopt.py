"""`limbeck doctor` and `limbeck adopt`: from an Alembic project to settings, nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20))
"""


@pytest.fixture
def adoptable(project: Path, limbeck: Run) -> Path:
    """A project as `init` makes it, with models, one revision, and comments in pyproject.toml."""
    assert limbeck("init", "migrations").returncode == 0
    (project / "models.py").write_text(MODELS)
    (project / "pyproject.toml").write_text("# ours\n[project]\nname = 'x'  # the name\n")
    ini = project / "alembic.ini"
    ini.write_text(ini.read_text().replace("driver://user:pass@localhost/dbname", "sqlite:///a.db"))
    env = project / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace(
            "target_metadata = None", "from models import Base\n\ntarget_metadata = Base.metadata"
        )
    )
    assert limbeck("revision", "--autogenerate", "-m", "one", "--rev-id", "aaaa").returncode == 0
    [revision] = project.glob("migrations/versions/*.py")
    text = revision.read_text()
    assert "\nfrom limbeck import op\n" in text
    revision.write_text(text.replace("from limbeck import op", "from alembic import op"))
    assert limbeck("upgrade", "head").returncode == 0
    return project


def test_settings_take_the_place_of_env_py(adoptable: Path, limbeck: Run) -> None:
    before = {path: path.read_bytes() for path in adoptable.rglob("migrations/**/*.py")}
    told = limbeck("doctor")
    assert told.returncode == 0, told.stderr
    assert "env.py can be dropped" in told.stdout
    assert 'metadata = "models:Base"    # env.py, line' in told.stdout
    done = limbeck("adopt")
    assert done.returncode == 0, done.stderr
    text = (adoptable / "pyproject.toml").read_text()
    assert text.startswith("# ours\n[project]\nname = 'x'  # the name\n\n[tool.limbeck]\n")
    assert 'url = "sqlite:///a.db"' in text
    assert {path: path.read_bytes() for path in before} == before
    (adoptable / "migrations" / "env.py").write_text("raise SystemExit('env.py ran')\n")
    for command in (["current"], ["check"], ["downgrade", "base"], ["upgrade", "head"]):
        assert limbeck(*command).returncode == 0
    assert limbeck("current").stdout == "aaaa (head)\n"
    assert "native project" in limbeck("doctor").stdout


def test_adopting_twice_is_refused(adoptable: Path, limbeck: Run) -> None:
    assert limbeck("adopt").returncode == 0
    text = (adoptable / "pyproject.toml").read_text()
    again = limbeck("adopt")
    assert again.returncode == 255
    assert "the project is native" in again.stderr
    named = limbeck("-c", "alembic.ini", "adopt")
    assert named.returncode == 255
    assert "already" in named.stderr
    assert (adoptable / "pyproject.toml").read_text() == text


def test_an_env_py_that_does_more_is_left_in_force(adoptable: Path, limbeck: Run) -> None:
    env = adoptable / "migrations" / "env.py"
    env.write_text(env.read_text().replace("literal_binds=True", "include_object=print"))
    told = limbeck("doctor")
    assert "env.py is needed, because of" in told.stdout
    assert "configure(include_object=…)" in told.stdout
    text = (adoptable / "pyproject.toml").read_text()
    done = limbeck("adopt")
    assert done.returncode == 255
    assert "configure(include_object=…)" in done.stderr
    assert (adoptable / "pyproject.toml").read_text() == text


def test_a_password_does_not_get_into_another_file(adoptable: Path, limbeck: Run) -> None:
    ini = adoptable / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///a.db", "postgresql://u:s3cret%40@h/d"))
    done = [limbeck("doctor"), limbeck("doctor", "--json"), limbeck("adopt")]
    assert [run.returncode for run in done] == [0, 0, 0]
    assert not any("s3cret" in run.stdout + run.stderr for run in done)
    assert "set DATABASE_URL in the environment" in done[2].stdout
    assert 'url = "$DATABASE_URL"' in (adoptable / "pyproject.toml").read_text()


def test_names_that_are_not_provided_are_listed(adoptable: Path, limbeck: Run) -> None:
    revision = next((adoptable / "migrations" / "versions").glob("aaaa*"))
    more = "\nfrom alembic.util import no_such_name\nfrom alembic import op as alembic_op\n"
    revision.write_text(revision.read_text() + more)
    told = json.loads(limbeck("doctor", "--json").stdout)
    assert [name.split(" ")[0] for name in told["missing_names"]] == ["alembic.util.no_such_name"]
    assert told["kind"] == "alembic"
    assert told["heads"] == ["aaaa"]
    assert told["proposal"]["values"]["env_py"] is False
