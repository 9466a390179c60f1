"""`limbeck erd`, as it is typed."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests import servers
from tests.cli.conftest import Run
from tests.cli.test_status import write

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(20), nullable=False, unique=True),
    sa.Column("full name", sa.Numeric(6, 2)),
)
sa.Table("passport", metadata, sa.Column("id", sa.ForeignKey("person.id"), primary_key=True))
sa.Table(
    "note",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("a<b>&", sa.ForeignKey("note.id")),
)
"""

MERMAID = """\
erDiagram
    "note" {
        INTEGER id PK
        INTEGER owner FK
        INTEGER a_b_ FK "a<b>&, nullable"
    }
    "passport" {
        INTEGER id PK, FK
    }
    "person" {
        INTEGER id PK
        VARCHAR(20) email UK
        NUMERIC(6_2) full_name "full name, NUMERIC(6,2), nullable"
    }
    "note" |o--o{ "note" : "a<b>&"
    "person" ||--o{ "note" : "owner"
    "person" ||--o| "passport" : "id"
"""


@pytest.fixture
def drawn(project: Path) -> Path:
    """A project with models whose database does not answer."""
    write(project, 1)
    settings = (
        '[tool.limbeck]\nurl = "sqlite:////no/such/folder.db"\nmetadata = "models:metadata"\n'
    )
    (project / "pyproject.toml").write_text(settings)
    (project / "models.py").write_text(MODELS)
    return project


def test_models_are_drawn_without_a_database(limbeck: Run, drawn: Path) -> None:
    done = limbeck("erd")
    assert (done.returncode, done.stdout) == (0, MERMAID), done.stderr
    assert limbeck("erd", "-o", "schema.mmd").stdout == "Wrote schema.mmd\n"
    assert (drawn / "schema.mmd").read_text(encoding="utf-8") == MERMAID


def test_the_history_is_drawn_without_a_database(limbeck: Run, drawn: Path) -> None:
    done = limbeck("erd", "--from", "history")
    assert done.stdout == 'erDiagram\n    "t1" {\n        INTEGER id PK\n    }\n', done.stderr


@pytest.mark.postgresql
def test_the_database_is_drawn_without_the_tables_of_the_tool(
    limbeck: Run, drawn: Path, postgresql_database: str
) -> None:
    settings = drawn / "pyproject.toml"
    settings.write_text(
        settings.read_text().replace("sqlite:////no/such/folder.db", postgresql_database)
    )
    limbeck("upgrade", "head")
    servers.execute(
        postgresql_database,
        "CREATE SCHEMA other",
        "CREATE TABLE more (id int REFERENCES t1, at timestamp with time zone NOT NULL)",
    )
    text = limbeck("erd", "--from", "database").stdout
    assert '"t1" |o--o{ "more" : "id"' in text
    assert "timestamp_with_time_zone at" in text.replace("TIMESTAMP_WITH", "timestamp_with")
    assert "alembic_version" not in text
    assert "limbeck_" not in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_what_is_written_for_it(limbeck: Run, drawn: Path) -> None:
    text = limbeck("erd", "--format", "dot").stdout
    plain = subprocess.run(
        ["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True
    ).stdout
    lines = [line.split() for line in plain.splitlines()]
    assert {line[1] for line in lines if line[0] == "node"} == {"note", "passport", "person"}
    assert sorted((line[1], line[2]) for line in lines if line[0] == "edge") == [
        ("note", "note"),
        ("note", "person"),
        ("passport", "person"),
    ]
    assert limbeck("erd", "-o", "schema.svg").returncode == 0
    shown = " ".join(ElementTree.parse(drawn / "schema.svg").getroot().itertext())
    assert "a<b>&" in shown
    assert "VARCHAR(20) not null" in shown


def test_what_is_missing_is_said(limbeck: Run, drawn: Path, tmp_path: Path) -> None:
    nothing = limbeck("erd", "-o", "schema.svg", env={"PATH": ""})
    assert nothing.returncode == 255
    assert "no program 'dot' here: install graphviz" in nothing.stderr
    assert not (drawn / "schema.svg").exists()
    refused = limbeck("erd", "-o", "no/such/file.mmd")
    assert refused.returncode == 255
    assert "Can't write no/such/file.mmd" in refused.stderr
    (drawn / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///x.db"\n')
    unnamed = limbeck("erd")
    assert unnamed.returncode == 255
    assert "metadata" in unnamed.stderr
