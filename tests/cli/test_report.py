"""`limbeck report`, looked at in a browser."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_status import write

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")
EVIL = "</script><img src=x onerror=document.title='broken'>"


@pytest.fixture
def page(limbeck: Run, project: Path) -> Path:
    """The page of four revisions with a branch and a merge, for a server that does not answer."""
    url = "postgresql+psycopg2://me:s3cret@127.0.0.1:1/no"
    (project / "pyproject.toml").write_text(f'[tool.limbeck]\nurl = "{url}"\n')
    write(project, 1)
    path = write(project, 2, "a1", more="op.drop_column('t1', 'id')")
    path.write_text(path.read_text().replace("number 2", EVIL), encoding="utf-8")
    write(project, 3, "a1", more="op.create_index('by_größe', 't1', ['id'])")
    write(project, 4, "a2", "a3", more="op.drop_table('t2')")
    done = limbeck("report", "out.html")
    assert (done.returncode, done.stdout) == (0, "Wrote out.html: 4 revisions\n"), done.stderr
    return project / "out.html"


def seen(page: Path, act: str = "", place: str = "") -> tuple[str, dict[str, bool], str]:
    """The title, which revisions are listed, and the text beside them, after some JavaScript."""
    copy = page.with_name("acted.html")
    text = page.read_text(encoding="utf-8")
    copy.write_text(text.replace("</body>", f"<script>{act}</script></body>"), encoding="utf-8")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"]
    done = subprocess.run(
        [str(BROWSER), *arguments, f"--user-data-dir={page.parent / 'profile'}", "--dump-dom",
         f"{copy.as_uri()}{place}"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    rows = re.findall(r'<div class="row[^"]*" data-id="([\w/]+)"( hidden="")?', done.stdout)
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    main = re.search(r"<main.*?>(.*?)</main>", done.stdout, re.DOTALL)
    assert title is not None
    assert main is not None
    shown = html.unescape(re.sub(r"<[^>]+>", "\n", main[1]))
    return title[1], {id_: not hidden for id_, hidden in rows}, shown


@needs_browser
def test_a_click_shows_sql_hazards_findings_and_the_schema(page: Path) -> None:
    title, listed, shown = seen(page, "document.querySelector('[data-id=a2] a').click()")
    assert title == "Migrations", "what a message says is not run"
    assert listed == dict.fromkeys(("a4", "a2", "a3", "a1"), True)
    assert f"a2 {EVIL}" in shown
    assert "ALTER TABLE t1 DROP COLUMN id" in shown
    assert "locks t1: ACCESS EXCLUSIVE, blocks reads and writes" in shown
    assert "drop-column" in shown
    schema = shown.partition("The schema after it")[2]
    assert "t1" in schema.split()
    assert "t2" in schema.split()
    last = seen(page, place="#a4")[2].partition("The schema after it")[2].split()
    assert "t4" in last
    assert "t2" not in last


@needs_browser
def test_a_search_leaves_what_has_the_word(page: Path) -> None:
    act = "search.value = 'BY_Größe'; search.dispatchEvent(new Event('input'))"
    listed = seen(page, act)[1]
    assert [id_ for id_, is_shown in listed.items() if is_shown] == ["a3"]
    linked = seen(page, place="#a3?drop-column")
    assert [id_ for id_, is_shown in linked[1].items() if is_shown] == ["a2"]
    assert "CREATE INDEX" in linked[2]


def test_the_page_loads_nothing_and_has_no_password(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', text.partition("<script")[0]) == []
    assert "http" not in text
    assert "s3cret" not in text
    assert '<div class="row">├─╮ </div>' in text


def test_a_file_that_cannot_be_written_is_named(limbeck: Run, page: Path) -> None:
    done = limbeck("report", "no/such/out.html")
    assert done.returncode == 255
    assert "Can't write no/such/out.html" in done.stderr


def several(project: Path) -> None:
    """Two databases with a history each, whose ids are the same."""
    tables = [
        f'[tool.limbeck.databases.{name}]\nurl = "postgresql://127.0.0.1:1/no"\n'
        f'script_location = "{name}"'
        for name in ("billing", "shop")
    ]
    (project / "pyproject.toml").write_text("[tool.limbeck]\n" + "\n".join(tables))
    write(project, 1)
    (project / "migrations").rename(project / "billing")
    write(project, 1, more="op.create_table('goods', sa.Column('id', sa.Integer))")
    write(project, 2, "a1")
    (project / "migrations").rename(project / "shop")


def test_all_databases_of_a_project_are_on_the_page(limbeck: Run, project: Path) -> None:
    several(project)
    done = limbeck("report", "out.html")
    assert done.stdout == "Wrote out.html: 3 revisions of 2 databases\n", done.stderr
    text = (project / "out.html").read_text()
    assert "<h2>billing</h2>" in text
    assert re.findall(r'data-id="(.*?)"', text) == ["billing/a1", "shop/a2", "shop/a1"]
    assert limbeck("report", "one.html", "--database", "shop").stdout == (
        "Wrote one.html: 2 revisions\n"
    )
    assert 'data-id="a2"' in (project / "one.html").read_text()


@needs_browser
def test_each_database_has_its_own_schema(limbeck: Run, project: Path) -> None:
    several(project)
    limbeck("report", "out.html")
    page = project / "out.html"
    _, listed, shown = seen(page, place="#shop/a2")
    assert listed == dict.fromkeys(("billing/a1", "shop/a2", "shop/a1"), True)
    schema = shown.partition("The schema after it")[2].split()
    assert "goods" in schema
    billing = seen(page, "document.querySelector('[data-id=\"billing/a1\"] a').click()")[2]
    assert "billing/a1 number 1" in billing
    assert "goods" not in billing


def test_the_databases_of_an_env_py_are_on_the_page(limbeck: Run, project: Path) -> None:
    limbeck("init", "-t", "multidb", "migrations")
    ini = project / "alembic.ini"
    urls = iter(("sqlite:///one.db", "sqlite:///two.db"))
    text = re.sub(r"driver://\S+", lambda _: next(urls), ini.read_text())
    ini.write_text(text)
    limbeck("revision", "-m", "both", "--rev-id", "a1")
    (script,) = (project / "migrations" / "versions").glob("*.py")
    body = script.read_text()
    for number in (1, 2):
        name = f"def upgrade_engine{number}() -> None:"
        assert name in body
        body = body.replace(name, f"{name}\n    op.execute('CREATE TABLE t{number} (id int)')")
    script.write_text(body)
    done = limbeck("report", "out.html")
    assert done.stdout == "Wrote out.html: 2 revisions of 2 databases\n", done.stderr
    page = (project / "out.html").read_text()
    assert re.findall(r'data-id="(.*?)"', page) == ["engine1/a1", "engine2/a1"]
    assert page.count("CREATE TABLE t2") == 1
