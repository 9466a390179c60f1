"""Generated files are the same, byte for byte, whatever seed Python hashes strings with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

MODELS = """
import enum

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        }
    )


class Mood(enum.Enum):
    sad = "sad"
    glad = "glad"
    mad = "mad"


class Left(Base):
    __tablename__ = "left"
    id: Mapped[int] = mapped_column(primary_key=True)
    right_id: Mapped[int | None] = mapped_column(sa.ForeignKey("right.id", name="fk_left"))
    mood: Mapped[Mood]
    a: Mapped[str] = mapped_column(sa.String(5), unique=True, index=True)
    b: Mapped[str] = mapped_column(sa.String(5), index=True)
    __table_args__ = (
        sa.UniqueConstraint("a", "b"),
        sa.UniqueConstraint("b"),
        sa.CheckConstraint("a <> b", name="differ"),
        sa.CheckConstraint("a <> ''", name="filled"),
    )


class Right(Base):
    __tablename__ = "right"
    id: Mapped[int] = mapped_column(primary_key=True)
    left_id: Mapped[int | None] = mapped_column(sa.ForeignKey("left.id", name="fk_right"))
"""

BEFORE = """
import sqlalchemy as sa

metadata = sa.MetaData()
for name in ("one", "two", "three", "four", "five"):
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
for name in ("a", "b", "c", "d"):
    metadata.tables["one"].append_column(sa.Column(name, sa.Integer, index=True))
sa.Table("left", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


GENERATE = """
import pathlib, sys

from limbeck.cli.main import run

url = sys.argv[1]
for models, revision in (("before:metadata", "r1"), ("models:Base", "r2")):
    settings = f'[tool.limbeck]\\nurl = "{url}"\\nmetadata = "{models}"\\n'
    pathlib.Path("pyproject.toml").write_text(settings, encoding="utf-8")
    script = ["-m", revision, "--rev-id", revision]
    assert run(["revision", "--autogenerate", "--allow-drop", *script]) == 0
    assert run(["upgrade", "head"]) == 0
"""


def _generate(folder: Path, url: str, seed: str) -> str:
    """Brings a database to what BEFORE says, and generates what makes MODELS of it."""
    folder.mkdir()
    for name, text in (("before", BEFORE), ("models", MODELS)):
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", GENERATE, url],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
    )
    found = sorted((folder / "migrations" / "versions").glob("*.py"))
    assert len(found) == 2
    text = "".join(path.read_text(encoding="utf-8") for path in found)
    return re.sub(r"Create Date: .*", "Create Date:", text)


def test_the_seed_changes_no_generated_byte(tmp_path: Path, postgresql_url: str) -> None:
    from tests import servers

    texts = []
    for seed in ("1", "2", "3"):
        database = servers.create_database(postgresql_url)
        try:
            texts.append(_generate(tmp_path / seed, database, seed))
        finally:
            servers.drop_database(database)
    assert "create_table" in texts[0]
    assert "drop_table" in texts[0]
    assert texts[0] == texts[1] == texts[2]
