"""What a generated revision leaves alone, and what it refuses to drop."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run

BASE = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase):
    pass
"""
MODEL = """\
{imports}

class {name}({base}):
    __tablename__ = "{table}"
    id = mapped_column(sa.Integer, primary_key=True)
"""
IMPORTS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column
from app.base import Base

"""
OTHER = "class Other(DeclarativeBase):\n    pass\n"
SETTINGS = """\
[tool.limbeck]
metadata = "app.base:Base"
models = ["app"]
url = "sqlite:///app.db"
against = "database"
"""
TABLES = ("alpha", "beta", "gamma", "delta")
REVISION = f"""\
import sqlalchemy as sa
from limbeck import op

revision = "a1"
down_revision = None

def upgrade():
    for name in {TABLES}:
        op.create_table(name, sa.Column("id", sa.Integer(), primary_key=True))

def downgrade():
    pass
"""
GENERATE = ("revision", "--autogenerate", "-m", "x")


def model(folder: Path, table: str, base: str = "Base", extra: str = "") -> Path:
    file = folder / "app" / f"{table}.py"
    text = MODEL.format(imports=IMPORTS + extra, name=table.title(), base=base, table=table)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def native(project: Path) -> Path:
    """A project with four tables, all of them made by its revision."""
    (project / "app").mkdir()
    (project / "app" / "base.py").write_text(BASE, encoding="utf-8")
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (project / "migrations" / "versions").mkdir(parents=True)
    (project / "migrations" / "versions" / "a1.py").write_text(REVISION, encoding="utf-8")
    made = (f"CREATE TABLE {t} (id INTEGER NOT NULL, PRIMARY KEY (id))" for t in TABLES)
    execute(project, *made, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    execute(project, "INSERT INTO alembic_version VALUES ('a1')")
    for table in TABLES:
        model(project, table)
    return project


@pytest.fixture
def with_env(native: Path, limbeck: Run) -> Path:
    """The same as an Alembic-style folder, whose env.py imports the models of two tables."""
    (native / "pyproject.toml").unlink()
    assert limbeck("init", "alembic").returncode == 0
    (native / "alembic" / "versions" / "a1.py").write_text(REVISION, encoding="utf-8")
    ini = (native / "alembic.ini").read_text(encoding="utf-8")
    url = "sqlalchemy.url = sqlite:///app.db\nmodels = app"
    lines = [url if line.startswith("sqlalchemy.url") else line for line in ini.splitlines()]
    (native / "alembic.ini").write_text("\n".join(lines), encoding="utf-8")
    env = (native / "alembic" / "env.py").read_text(encoding="utf-8")
    env = env.replace(
        "target_metadata = None",
        "from app.base import Base\nfrom app import alpha, beta\ntarget_metadata = Base.metadata",
    )
    (native / "alembic" / "env.py").write_text(env, encoding="utf-8")
    return native


def execute(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "app.db") as connection:
        for statement in statements:
            connection.execute(statement)


def newest(folder: Path) -> str:
    files = sorted(folder.glob("*/versions/*.py"), key=lambda p: p.stat().st_mtime_ns)
    return files[-1].read_text(encoding="utf-8")


def revisions(folder: Path) -> int:
    return len(list(folder.glob("*/versions/*.py")))


def test_dropping_more_than_a_third_of_the_tables_needs_a_word(native: Path, limbeck: Run) -> None:
    for table in ("gamma", "delta"):
        (native / "app" / f"{table}.py").unlink()
    count = revisions(native)
    done = limbeck(*GENERATE)
    assert done.returncode == 255
    assert "This revision would drop 2 of 4 tables: 'delta', 'gamma'." in done.stderr
    assert "--allow-drop" in done.stderr
    assert revisions(native) == count
    assert limbeck("check").returncode == 255  # a difference it is
    done = limbeck(*GENERATE, "--allow-drop")
    assert done.returncode == 0, done.stderr
    assert "Loses the rows of 'delta'" in newest(native)


def test_one_table_of_several_is_dropped_without_a_word(native: Path, limbeck: Run) -> None:
    (native / "app" / "gamma.py").unlink()
    assert limbeck(*GENERATE).returncode == 0
    assert 'op.drop_table("gamma")' in newest(native)


def test_dropping_all_tables_needs_a_word_even_for_the_last_one(native: Path, limbeck: Run) -> None:
    for table in TABLES:
        (native / "app" / f"{table}.py").unlink()
    execute(native, *(f"DROP TABLE {table}" for table in TABLES[1:]))
    done = limbeck(*GENERATE)
    assert (done.returncode, "drop 1 of 1 tables: 'alpha'" in done.stderr) == (255, True)


def test_a_model_of_another_base_is_named(native: Path, limbeck: Run) -> None:
    model(native, "stray", base="Other", extra=OTHER)
    for command in (GENERATE, ("check",)):
        done = limbeck(*command)
        assert done.returncode == 255
        assert "a metadata that is not compared: app.stray.Stray (table 'stray')." in done.stderr
    (native / "pyproject.toml").write_text(SETTINGS + 'ignore = ["stray"]\n', encoding="utf-8")
    assert limbeck("check").returncode == 0


def test_models_that_env_py_does_not_import_are_named(with_env: Path, limbeck: Run) -> None:
    done = limbeck(*GENERATE)
    assert done.returncode == 255
    assert "env.py does not import these models" in done.stderr
    assert "app.delta.Delta (table 'delta'), app.gamma.Gamma (table 'gamma')." in done.stderr
    env = (with_env / "alembic" / "env.py").read_text(encoding="utf-8")
    env = env.replace("from app import alpha, beta", "import limbeck; limbeck.import_models('app')")
    (with_env / "alembic" / "env.py").write_text(env, encoding="utf-8")
    assert limbeck("check").returncode == 0


FOREIGN = "CREATE TABLE spatial (id INTEGER PRIMARY KEY)"


def test_tables_of_others_are_left_alone_and_listed_once(native: Path, limbeck: Run) -> None:
    execute(native, FOREIGN, "CREATE TABLE other_app (id INTEGER)")
    done = limbeck("check")
    assert done.returncode == 0, done.stderr
    line = "no model and no revision here made it: table 'other_app', table 'spatial'"
    assert done.stderr.count(line) == 1
    (native / "app" / "gamma.py").unlink()
    assert limbeck(*GENERATE).returncode == 0
    assert 'op.drop_table("gamma")' in newest(native)
    assert "spatial" not in newest(native)


@pytest.mark.parametrize(
    "body",
    [
        'op.execute("CREATE TABLE IF NOT EXISTS \\"by_hand\\" (id INTEGER)")',
        'op.create_table("a", sa.Column("id", sa.Integer)); op.rename_table("a", "by_hand")',
        'op.get_bind().execute(sa.text("CREATE TABLE by_hand (id INTEGER)"))',
    ],
    ids=["raw SQL", "a rename", "a connection"],
)
def test_a_table_that_a_revision_made_is_our_own(native: Path, limbeck: Run, body: str) -> None:
    text = REVISION.replace('"a1"', '"c1"').replace("down_revision = None", 'down_revision = "a1"')
    loop = text[text.index("    for name") : text.index("\n\ndef downgrade")]
    file = native / "migrations" / "versions" / "c1.py"
    file.write_text(text.replace(loop, f"    {body}"), encoding="utf-8")
    done = limbeck("upgrade", "head")
    assert done.returncode == 0, done.stderr
    execute(native, FOREIGN)
    done = limbeck(*GENERATE)
    assert done.returncode == 0, done.stderr
    assert 'op.drop_table("by_hand")' in newest(native)
    assert "spatial" not in newest(native)


def test_an_alembic_folder_drops_them_as_ever_unless_it_says_keep(
    with_env: Path, limbeck: Run
) -> None:
    ini = (with_env / "alembic.ini").read_text(encoding="utf-8").replace("models = app", "")
    env = (with_env / "alembic" / "env.py").read_text(encoding="utf-8")
    env = env.replace("import alpha, beta", "import alpha, beta, gamma, delta")
    (with_env / "alembic" / "env.py").write_text(env, encoding="utf-8")
    (with_env / "alembic.ini").write_text(ini, encoding="utf-8")
    execute(with_env, FOREIGN)
    assert limbeck("check").returncode == 255
    kept = ini.replace("[alembic]", "[alembic]\nforeign_objects = keep")
    (with_env / "alembic.ini").write_text(kept, encoding="utf-8")
    done = limbeck("check")
    assert done.returncode == 0
    assert "Left alone" in done.stderr
    ignoring = ini.replace("[alembic]", "[alembic]\nignore = legacy_* spat*")
    (with_env / "alembic.ini").write_text(ignoring, encoding="utf-8")
    assert limbeck("check").returncode == 0


def test_native_settings_name_functions_that_choose(native: Path, limbeck: Run) -> None:
    (native / "choose.py").write_text(
        "def names(name, type_, parents):\n    return name != 'gamma'\n\n"
        "def objects(object, name, type_, reflected, compare_to):\n    return name != 'delta'\n",
        encoding="utf-8",
    )
    for table in ("gamma", "delta"):
        (native / "app" / f"{table}.py").unlink()
    functions = 'include_name = "choose:names"\ninclude_object = "choose:objects"\n'
    (native / "pyproject.toml").write_text(SETTINGS + functions, encoding="utf-8")
    done = limbeck("check")
    assert done.returncode == 0, done.stderr
    (native / "pyproject.toml").write_text(
        SETTINGS + 'include_object = "choose:nothing"\n', encoding="utf-8"
    )
    assert "there is no 'nothing'" in limbeck("check").stderr
