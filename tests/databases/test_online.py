"""`limbeck revision --online`: what it writes is proven, finds no fault with lint, and runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.databases.runners import Deployment

MODELS = """
import os
import sqlalchemy as sa
metadata = sa.MetaData()
is_new = os.path.exists("new")
sa.Table(
    "city",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=not is_new),
)
added = [
    sa.Column("token", sa.Uuid, server_default=sa.text("gen_random_uuid()"), nullable=False),
    sa.Column("city_id", sa.Integer, sa.ForeignKey("city.id"), index=True),
    sa.CheckConstraint("age > 0", name="age_positive"),
    sa.UniqueConstraint("mail"),
    sa.Index("person_age", "age", "id"),
    sa.UniqueConstraint("id", "age", name="one"),
]
gone = [sa.Index("person_age", "age"), sa.UniqueConstraint("id", "mail", name="one")]
sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mail", sa.String(50), index=not is_new),
    sa.Column("age", sa.Integer),
    *(added if is_new else gone),
)
if is_new:
    sa.Table("visit", metadata, sa.Column("person_id", sa.ForeignKey("person.id"), index=True))
"""
ADDRESSED = (
    "add-check",
    "add-foreign-key",
    "add-primary-key",
    "add-unique-constraint",
    "add-unique-index",
    "concurrently-in-transaction",
    "create-index",
    "drop-index",
    "index-swap",
    "rewrite-table",
    "set-not-null",
    "several-foreign-keys",
    "update-without-where",
    "validate-in-same-transaction",
    "volatile-default",
    "work-under-lock",
)


def project(path: Path, url: str, template: str | None) -> Deployment:
    """A project with models that become others when there is a file `new`."""
    made = Deployment(path, url, template, **({} if template else {"metadata": "models:metadata"}))
    (path / "models.py").write_text(MODELS, encoding="utf-8")
    env = path / "migrations" / "env.py"
    if template is not None:
        text = env.read_text(encoding="utf-8").replace(
            "target_metadata = None", "from models import metadata as target_metadata"
        )
        env.write_text(text, encoding="utf-8")
        ini = path / "alembic.ini"
        text = ini.read_text(encoding="utf-8")
        text = text.replace("[alembic]\n", "[alembic]\nprepend_sys_path = .\nverify = true\n")
        ini.write_text(text, encoding="utf-8")
        mako = Path(sys.modules["limbeck"].__file__ or "").parent / "templates/script.py.mako"
        text = mako.read_text(encoding="utf-8")
        text = text.replace("from limbeck import op", "from alembic import op")
        (path / "migrations" / "script.py.mako").write_text(text, encoding="utf-8")
    return made


def output(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "limbeck", *arguments]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return found.stdout + found.stderr


def body(folder: Path, id_: str) -> str:
    (path,) = (folder / "migrations" / "versions").glob(f"{id_}_*.py")
    return path.read_text(encoding="utf-8")


@pytest.mark.postgresql
@pytest.mark.parametrize("template", [None, "generic"])
def test_what_is_written_for_tables_in_use(
    tmp_path: Path, postgresql_database: str, template: str | None
) -> None:
    made = project(tmp_path, postgresql_database, template)
    made.start("revision", "--autogenerate", "-m", "one", "--rev-id", "r1").end()
    made.start("upgrade", "head").end()
    servers.execute(
        postgresql_database,
        "INSERT INTO city VALUES (1, 'Delft')",
        "INSERT INTO person SELECT n, 'mail' || n, n FROM generate_series(1, 6000) n",
    )
    made.flag("new").touch()
    revision = ("revision", "--autogenerate", "--online", "-m", "two", "--rev-id", "r2")
    errors = made.start(*revision).end()
    assert "downgrade() gives back what was" in errors
    text = body(tmp_path, "r2")
    assert text.count("op.backfill(") == 1
    assert "stops it" not in text  # a check has seen to it
    assert text.count("autocommit_block()") == 4
    assert 'op.create_index(op.f("ix_visit_person_id"), "visit", ["person_id"])' in text
    assert text.count("op.rename_index(") == 2
    assert text.count('postgresql_using_index="one_new"') == 2
    found = output(tmp_path, "lint")
    assert not [code for code in ADDRESSED if f"[{code}]" in found], found
    servers.execute(postgresql_database, "UPDATE person SET mail = 'mail1' WHERE id = 2")
    errors = made.start("upgrade", "head").end(1)
    assert "could not create unique index" in errors
    assert "Traceback" not in errors
    servers.execute(postgresql_database, "UPDATE person SET mail = 'mail2' WHERE id = 2")
    errors = made.start("upgrade", "head").end()
    assert "Going on with upgrade r1 -> r2" in errors
    assert "Backfill" not in errors
    tokens = "SELECT count(*), count(DISTINCT token) FROM person"
    assert servers.execute(postgresql_database, tokens) == [(6000, 6000)]
    made.start("check").end()
    made.start("downgrade", "-1").end()
    made.flag("new").unlink()
    made.start("downgrade", "base").end()


@pytest.mark.parametrize("database", ["sqlite", "mysql"], indirect=True)
def test_elsewhere_it_writes_the_same(tmp_path: Path, database: str) -> None:
    models = MODELS.replace('server_default=sa.text("gen_random_uuid()"), nullable=False', "")
    made = project(tmp_path, database, None)
    (tmp_path / "models.py").write_text(models, encoding="utf-8")
    made.start("revision", "--autogenerate", "-m", "one", "--rev-id", "r1").end()
    made.flag("new").touch()
    texts = []
    for option in ("--online", "--no-online"):
        made.start("revision", "--autogenerate", option, "-m", "two", "--rev-id", "r2").end()
        texts.append(body(tmp_path, "r2").partition("def upgrade")[2])
        next((tmp_path / "migrations" / "versions").glob("r2_*.py")).unlink()
    assert texts[0] == texts[1]


def test_the_option_needs_models_to_compare(tmp_path: Path, sqlite_database: str) -> None:
    made = project(tmp_path, sqlite_database, None)
    errors = made.start("revision", "--empty", "--online", "-m", "one").end(255)
    assert "--online" in errors
