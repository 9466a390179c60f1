"""Renames as somebody types them: told by options and models, asked at a terminal, or doubted."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run

MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id = mapped_column(sa.Integer, primary_key=True)
    name = mapped_column(sa.String(50), nullable=False)
"""
RENAMED = MODELS.replace("name = mapped", "full_name = mapped")
TOLD = RENAMED.replace("nullable=False", 'nullable=False, info={"renamed_from": "name"}')


REVISION = """\
import sqlalchemy as sa
from limbeck import op

revision = "a1"
down_revision = None

def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
    )

def downgrade():
    op.drop_table("users")
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """A native project at its one revision, whose table `users` holds a row."""
    (project / "pyproject.toml").write_text(
        '[tool.limbeck]\nmetadata = "models:Base"\nurl = "sqlite:///shop.db"\n', encoding="utf-8"
    )
    (project / "models.py").write_text(RENAMED, encoding="utf-8")
    (project / "migrations" / "versions").mkdir(parents=True)
    (project / "migrations" / "versions" / "a1.py").write_text(REVISION, encoding="utf-8")
    with sqlite3.connect(project / "shop.db") as connection:
        connection.execute(
            "CREATE TABLE users (id INTEGER NOT NULL, name VARCHAR(50) NOT NULL, PRIMARY KEY (id))"
        )
        connection.execute("INSERT INTO users VALUES (1, 'Ada')")
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('a1')")
    return project


def rows(folder: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "shop.db") as connection:
        return connection.execute("SELECT * FROM users").fetchall()


def columns(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "shop.db") as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(users)")]


def script(folder: Path) -> str:
    return (folder / "migrations" / "versions" / "b1_names.py").read_text(encoding="utf-8")


GENERATE = ("revision", "--autogenerate", "-m", "names", "--rev-id", "b1")


@pytest.mark.parametrize("told", ["by an option", "by the model"])
def test_a_rename_that_is_told_keeps_the_values_both_ways(
    shop: Path, limbeck: Run, told: str
) -> None:
    options = ("--rename", "users.name=full_name") if told == "by an option" else ()
    if told == "by the model":
        (shop / "models.py").write_text(TOLD, encoding="utf-8")
    done = limbeck(*GENERATE, *options)
    assert done.returncode == 0, done.stderr
    assert 'new_column_name="full_name"' in script(shop)
    assert "drop_column" not in script(shop)
    for command, name in (
        ("upgrade", "full_name"),
        ("downgrade", "name"),
        ("upgrade", "full_name"),
    ):
        assert limbeck(command, "head" if command == "upgrade" else "-1").returncode == 0
        assert (columns(shop), rows(shop)) == (["id", name], [(1, "Ada")])
    assert limbeck("check").returncode == 0


def test_a_rename_that_nobody_tells_of_is_doubted_on_both_streams(shop: Path, limbeck: Run) -> None:
    done = limbeck(*GENERATE)
    assert done.returncode == 0
    assert "If it was renamed: --rename users.name=full_name" in done.stderr
    assert "--rename" not in done.stdout
    text = " ".join(line.strip(" #") for line in script(shop).splitlines())
    assert "Loses the values of 'users.name': downgrade() adds it without them." in text
    assert "this is a rename: limbeck revision --autogenerate --rename users.name=full_name" in text


def test_the_option_that_is_proposed_is_the_one_that_helps(shop: Path, limbeck: Run) -> None:
    proposed = limbeck(*GENERATE).stderr.partition("If it was renamed: ")[2].splitlines()[0]
    (shop / "migrations" / "versions" / "b1_names.py").unlink()
    assert limbeck(*GENERATE, *proposed.split()).returncode == 0
    assert limbeck("upgrade", "head").returncode == 0
    assert rows(shop) == [(1, "Ada")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rename", "users.nam=full_name"), "Did you mean 'users.name'?"),
        (("--rename", "users.name"), "write --rename old=new"),
    ],
)
def test_an_option_that_does_not_fit_writes_nothing(
    shop: Path, limbeck: Run, options: tuple[str, ...], message: str
) -> None:
    done = limbeck(*GENERATE, *options)
    assert done.returncode == 255
    assert "FAILED: --rename users.nam" in done.stderr
    assert message in done.stderr
    assert not (shop / "migrations" / "versions" / "b1_names.py").exists()


def test_the_option_needs_models_to_compare(shop: Path, limbeck: Run) -> None:
    done = limbeck("revision", "--empty", "-m", "x", "--rename", "users.name=full_name")
    assert done.returncode == 255
    assert "it needs --autogenerate" in done.stderr


def at_a_terminal(
    folder: Path, answer: str, *arguments: str, prompt: str = "[y/N]", **variables: str
) -> tuple[int, str, str]:
    """(status, standard output, what the terminal shows) of a command that somebody answers."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "CI"}
    process = subprocess.Popen(
        [sys.executable, "-m", "limbeck", *arguments],
        cwd=folder,
        env={**environment, **variables},
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    shown = b""
    answered = False
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if prompt.encode() in shown and not answered:
            os.write(ours, f"{answer}\n".encode())
            answered = True
    printed, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, printed, shown.decode()


@pytest.mark.parametrize(("answer", "renames"), [("y", True), ("n", False), ("", False)])
def test_at_a_terminal_the_user_is_asked(shop: Path, answer: str, renames: bool) -> None:
    status, printed, shown = at_a_terminal(shop, answer, *GENERATE)
    assert status == 0, shown
    assert "Was column 'users.name' renamed to 'full_name'? [y/N]" in shown
    assert "[y/N]" not in printed
    assert ("new_column_name" in script(shop)) is renames
    assert "this is a rename" not in script(shop)


def test_nobody_is_asked_in_ci(shop: Path) -> None:
    status, _, shown = at_a_terminal(shop, "y", *GENERATE, CI="true")
    assert status == 0
    assert "[y/N]" not in shown
    assert "If it was renamed: --rename users.name=full_name" in shown
