"""``limbeck lint`` as it is typed, with a database and without."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests import servers
from tests.cli.conftest import Run
from tests.lint_cases import write_revisions

DROP = 'op.drop_column("person", "nickname")'


def configure(project: Path, url: str, settings: str = "") -> Path:
    """A native project without models; gives the folder of its revisions."""
    text = f'[tool.limbeck]\nurl = "{url}"\n{settings}\n'
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    return project / "migrations" / "versions"


NOWHERE = "postgresql+psycopg2://someone:secret@127.0.0.1:1/nothing"


def test_a_range_needs_no_database(project: Path, limbeck: Run) -> None:
    write_revisions(configure(project, NOWHERE), [DROP])
    done = limbeck("lint", "r0:r1")
    assert done.returncode == 1, done.stderr
    assert "migrations/versions/r1.py:9: error [drop-column]" in done.stdout
    assert done.stdout.rstrip().endswith("1 revision for PostgreSQL 14: 1 error")
    assert limbeck("lint", "base:r0").returncode == 0


def test_without_a_range_a_database_has_to_answer(project: Path, limbeck: Run) -> None:
    write_revisions(configure(project, NOWHERE), [DROP])
    done = limbeck("lint")
    assert done.returncode == 255
    assert "--since main" in done.stderr
    assert "secret" not in done.stderr


def test_warnings_fail_only_with_strict_and_settings_are_heard(project: Path, limbeck: Run) -> None:
    settings = 'lint_severities = { drop-column = "warning" }\ntarget_version = "16"'
    write_revisions(configure(project, NOWHERE, settings), [DROP])
    assert limbeck("lint", "r1").returncode == 0
    strict = limbeck("lint", "r1", "--strict")
    assert strict.returncode == 1
    assert "1 revision for PostgreSQL 16: 1 warning" in strict.stdout
    configure(project, NOWHERE, 'lint_ignore = ["drop-colum"]')
    wrong = limbeck("lint", "r1")
    assert (wrong.returncode, wrong.stdout) == (255, "")
    assert "no lint rule 'drop-colum'" in wrong.stderr


def test_settings_of_an_ini_file(project: Path, limbeck: Run) -> None:
    assert limbeck("init", "migrations").returncode == 0
    ini = project / "alembic.ini"
    text = ini.read_text(encoding="utf-8").replace(
        "sqlalchemy.url = driver://user:pass@localhost/dbname",
        f"sqlalchemy.url = {NOWHERE}\nlint_severities = drop-column=style\ntarget_version = 16",
    )
    ini.write_text(text, encoding="utf-8")
    write_revisions(project / "migrations" / "versions", [DROP])
    done = limbeck("lint", "r1")
    assert "PostgreSQL 16: 1 of style" in done.stdout, done.stderr


NAMES = """
op.create_table("Note", sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.CheckConstraint("id > 0", name="positive"))
op.create_index("note_id", "Note", ["id"])
"""


def test_names_have_to_match_what_the_project_says(project: Path, limbeck: Run) -> None:
    settings = 'lint_names = { table = "[a-z_]+", check = "ck_.*", index = ".*_id" }'
    write_revisions(configure(project, NOWHERE, settings), [NAMES])
    done = limbeck("lint", "r1")
    assert done.returncode == 0
    assert (
        "[unconventional-name] the table 'Note' is not named like [a-z_]+; "
        "the check 'positive' is not named like ck_.*\n"
    ) in done.stdout
    assert done.stdout.rstrip().endswith("1 warning")
    for wrong, reason in (
        ('{ tables = "x" }', "'lint_names' has 'tables', which is none of schema, table, column"),
        ('{ table = "(" }', "'lint_names' has for 'table' no regular expression: '('"),
    ):
        configure(project, NOWHERE, f"lint_names = {wrong}")
        refused = limbeck("lint", "r1")
        assert (refused.returncode, refused.stdout) == (255, "")
        assert reason in refused.stderr


def test_since_a_commit_only_files_that_changed(project: Path, limbeck: Run) -> None:
    folder = configure(project, NOWHERE)
    write_revisions(folder, ['op.drop_table("audit")'])

    def git(*words: str) -> None:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        subprocess.run(["git", *identity, *words], cwd=project, check=True, capture_output=True)

    (project / ".git").rmdir()
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "work")
    write_revisions(folder, ['op.drop_table("audit")', DROP])
    done = limbeck("lint", "--since", "main", "--format", "json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["revisions"] == ["r2"]
    assert [(f["code"], f["line"]) for f in found["findings"]] == [("drop-column", 9)]
    assert limbeck("lint", "--since", "nowhere").returncode == 255


@pytest.mark.postgresql
def test_what_is_not_applied_and_how_large_its_tables_are(
    project: Path, limbeck: Run, postgresql_database: str
) -> None:
    folder = configure(project, postgresql_database)
    index = 'op.create_index("person_email", "person", ["email"])'
    write_revisions(folder, [index])
    assert limbeck("upgrade", "r0").returncode == 0
    rows = "INSERT INTO person (name) SELECT 'x' FROM generate_series(1, {}) i"
    servers.execute(postgresql_database, rows.format(900), "ANALYZE person")
    small = limbeck("lint")
    assert (small.returncode, "1 revision" in small.stdout) == (0, True), small.stderr
    servers.execute(postgresql_database, rows.format(900), "ANALYZE person")
    assert "create-index" in limbeck("lint").stdout


def test_a_script_that_reads_the_database_is_recorded(project: Path, limbeck: Run) -> None:
    body = """
bind = op.get_bind()
assert sa.inspect(bind).has_table("person")
bind.execute(sa.text("DROP TABLE audit"))
"""
    write_revisions(configure(project, f"sqlite:///{project}/app.db"), [body])
    done = limbeck("lint", "r1")
    assert "r1.py:12: error [drop-table]" in done.stdout, done.stderr
    assert not (project / "app.db").exists()


def test_an_alembic_folder_is_read_with_its_own_imports(project: Path, limbeck: Run) -> None:
    assert limbeck("init", "migrations").returncode == 0
    ini = project / "alembic.ini"
    text = ini.read_text(encoding="utf-8").replace("driver://user:pass@localhost/dbname", NOWHERE)
    ini.write_text(text, encoding="utf-8")
    for path in write_revisions(project / "migrations" / "versions", [DROP]):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("from limbeck import op", "from alembic import op"), "utf-8")
    done = limbeck("lint", "r0:r1")
    assert "migrations/versions/r1.py:9: error [drop-column]" in done.stdout, done.stderr
