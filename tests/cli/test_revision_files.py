"""init, revision, merge, heads, history, branches, show, edit: all without a database."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

TEMPLATES = ["async", "generic", "multidb", "pyproject", "pyproject_async"]


def only(folder: Path) -> Path:
    [path] = (path for path in folder.glob("*.py") if path.name != "__init__.py")
    return path


@pytest.fixture
def generic(limbeck: Run, project: Path) -> Path:
    assert limbeck("init", "migrations").returncode == 0
    return project / "migrations" / "versions"


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_gives_a_project_that_works(
    limbeck: Run, project: Path, template: str
) -> None:
    done = limbeck("init", "-t", template, "migrations")
    assert done.returncode == 0
    assert f"Generating {project / 'migrations' / 'env.py'} ...  done\n" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Please edit configuration")
    assert limbeck("revision", "-m", "first", "--rev-id", "a1").returncode == 0
    assert limbeck("heads").stdout == "a1 (head)\n"
    script = only(project / "migrations" / "versions").read_text()
    assert "revision: str = " in script
    assert "from limbeck import op" in script


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_generated_is_left_alone_by_a_formatter(
    limbeck: Run, project: Path, template: str
) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    limbeck("init", "-t", template, "migrations")
    limbeck("revision", "-m", 'quotes " and \\ more', "--rev-id", "a1")
    for name in ("b1", "b2", "b3", "b4"):
        limbeck("revision", "--rev-id", f"{name}_with_a_long_id", "--head", "a1", "--splice")
    assert limbeck("merge", "heads", "--branch-label", "x").returncode == 0
    for width in ("79", "88", "120"):
        done = subprocess.run(
            [ruff, "format", "--isolated", "--diff", "--line-length", width, "migrations"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_the_lines_that_guides_edit_stand_in_the_async_template(
    limbeck: Run, project: Path
) -> None:
    limbeck("init", "-t", "async", "alembic")
    ini = (project / "alembic.ini").read_text().splitlines()
    env = (project / "alembic" / "env.py").read_text()
    assert "sqlalchemy.url = driver://user:pass@localhost/dbname" in ini
    assert "script_location = %(here)s/alembic" in ini
    for line in ("config = context.config", "target_metadata = None"):
        assert line in env.splitlines()
    for name in (
        "def run_migrations_offline()",
        "def do_run_migrations(connection",
        "async def run_async_migrations()",
        "def run_migrations_online()",
        "disable_existing_loggers=False",
    ):
        assert name in env


def test_init_does_not_touch_a_folder_that_holds_anything(limbeck: Run, project: Path) -> None:
    (project / "migrations").mkdir()
    (project / "migrations" / "mine").write_text("")
    done = limbeck("init", "migrations")
    assert done.returncode == 255
    assert "FAILED: Directory migrations already exists and is not empty\n" in done.stderr
    assert not (project / "alembic.ini").exists()


def test_init_keeps_an_ini_file_that_exists(limbeck: Run, project: Path) -> None:
    (project / "alembic.ini").write_text("mine")
    assert "already exists, skipping" in limbeck("init", "migrations").stdout
    assert (project / "alembic.ini").read_text() == "mine"


def test_init_adds_a_section_to_pyproject_and_leaves_the_rest(limbeck: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "x"  # mine\n')
    limbeck("init", "-t", "pyproject", "migrations")
    text = (project / "pyproject.toml").read_text()
    assert text.startswith('[project]\nname = "x"  # mine\n\n\n[tool.alembic]\n')


def test_an_ini_file_in_another_folder_finds_the_scripts(limbeck: Run, project: Path) -> None:
    done = limbeck("-c", "conf/alembic.ini", "init", "migrations")
    assert done.returncode == 0
    assert "%(here)s/../migrations" in (project / "conf" / "alembic.ini").read_text()
    assert limbeck("-c", "conf/alembic.ini", "revision", "--rev-id", "a").returncode == 0
    assert limbeck("heads", env={"ALEMBIC_CONFIG": "conf/alembic.ini"}).stdout == "a (head)\n"


def test_init_can_make_packages(limbeck: Run, project: Path) -> None:
    limbeck("init", "--package", "migrations")
    assert (project / "migrations" / "__init__.py").read_text() == ""
    assert (project / "migrations" / "versions" / "__init__.py").exists()
    assert limbeck("heads").stdout == ""


def test_an_unknown_template_is_named(limbeck: Run) -> None:
    done = limbeck("init", "-t", "nope", "migrations")
    assert done.returncode == 255
    assert "No such template 'nope'" in done.stderr


def test_templates_are_listed_with_their_descriptions(limbeck: Run) -> None:
    lines = limbeck("list_templates").stdout.splitlines()
    assert lines[0] == "Available templates:"
    assert [line.split(" - ")[0] for line in lines if " - " in line] == TEMPLATES


@pytest.mark.parametrize(
    "message", ['say "hi"', "ends with \\", '"""', "two\nlines", "C:\\new '''", 'last"']
)
def test_a_message_of_any_kind_gives_a_script_that_runs(
    limbeck: Run, generic: Path, message: str
) -> None:
    assert limbeck("revision", "-m", message).returncode == 0
    tree = ast.parse(only(generic).read_text())
    assert (ast.get_docstring(tree, clean=False) or "").startswith(f"{message}\n\nRevision ID")
    assert limbeck("history").stdout.startswith("<base> -> ")


def test_a_template_of_an_existing_project_is_used_as_it_is(limbeck: Run, generic: Path) -> None:
    (generic.parent / "script.py.mako").write_text(
        '"""${message}\n\nRevision ID: ${up_revision}\nRevises: ${down_revision | comma,n}\n'
        'Create Date: ${create_date}\n\n"""\nfrom alembic import op\nimport sqlalchemy as sa\n'
        '${imports if imports else ""}\n'
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n"
        "branch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n\n"
        'def upgrade():\n    ${upgrades if upgrades else "pass"}\n\n'
        'def downgrade():\n    ${downgrades if downgrades else "pass"}\n'
    )
    assert limbeck("revision", "-m", 'a "b" \\ """', "--rev-id", "a").returncode == 0
    assert limbeck("revision", "-m", "two", "--rev-id", "b", "--branch-label", "x").returncode == 0
    assert limbeck("history").stdout == 'a -> b (x) (head), two\n<base> -> a (x), a "b" \\ """\n'


def test_a_script_that_does_not_compile_is_not_left_behind(limbeck: Run, generic: Path) -> None:
    (generic.parent / "script.py.mako").write_text('"""${message}"""\nrevision = = 1\n')
    done = limbeck("revision", "-m", "x")
    assert done.returncode == 255
    assert "does not compile, and is not kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(generic.glob("*")) == []
    assert list(generic.glob(".*")) == []


def test_revision_puts_files_where_and_how_the_settings_say(limbeck: Run, project: Path) -> None:
    limbeck("init", "migrations")
    ini = project / "alembic.ini"
    ini.write_text(
        ini.read_text().replace(
            "path_separator = os",
            "path_separator = space\nversion_locations = %(here)s/one %(here)s/two\n"
            "file_template = %%(year)d/%%(slug)s-%%(rev)s\nrecursive_version_locations = true\n"
            "timezone = UTC\ntruncate_slug_length = 12",
        )
    )
    done = limbeck("revision", "-m", "a rather long message", "--rev-id", "a1")
    assert "Multiple version locations present, please specify --version-path" in done.stderr
    limbeck("revision", "-m", "a rather long message", "--rev-id", "a1", "--version-path", "two")
    [path] = (project / "two").rglob("*.py")
    assert re.fullmatch(r"\d{4}/a_rather_-a1\.py", str(path.relative_to(project / "two")))
    assert "+00:00" in path.read_text()
    limbeck("revision", "--rev-id", "b1")
    assert len(list((project / "two").rglob("*.py"))) == 2
    assert limbeck("revision", "--version-path", "three").returncode == 255


def test_branches_labels_dependencies_and_merges(limbeck: Run, generic: Path) -> None:
    limbeck("revision", "--rev-id", "a1", "-m", "a1")
    limbeck("revision", "--rev-id", "b1", "-m", "b1", "--branch-label", "left")
    limbeck("revision", "--rev-id", "c1", "-m", "c1", "--head", "base")
    limbeck("revision", "--rev-id", "d1", "-m", "d1", "--head", "c1", "--depends-on", "left")
    assert 'depends_on: str | Sequence[str] | None = "left"' in ((generic / "d1_d1.py").read_text())
    refused = limbeck("revision", "--rev-id", "e1")
    assert "FAILED: Multiple heads are present; please specify the head revision" in refused.stderr
    refused = limbeck("revision", "--rev-id", "e1", "--head", "a1")
    assert "Revision a1 is not a head revision; please specify --splice" in refused.stderr
    limbeck("revision", "--rev-id", "e1", "-m", "e1", "--head", "a1", "--splice")
    assert limbeck("branches").stdout == (
        "a1 (branchpoint)\n   -> b1 (left) (effective head)\n   -> e1 (head)\n\n"
    )
    assert limbeck("merge", "-m", "all", "--rev-id", "m1", "b1", "d1", "e1").returncode == 0
    assert limbeck("heads").stdout == "m1 (left) (head)\n"
    assert limbeck("heads", "--resolve-dependencies").stdout == "m1 (left) (head)\n"


def test_an_id_that_exists_is_refused_before_anything_is_written(
    limbeck: Run, generic: Path
) -> None:
    limbeck("revision", "--rev-id", "a1")
    done = limbeck("revision", "--rev-id", "a1")
    assert done.returncode == 255
    assert f"Revision a1 exists already, in {only(generic)}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("revision", "--rev-id", "a-b"), "Character(s) '-' not allowed"),
        (("revision", "--head", "zz"), "Can't locate revision identified by 'zz'"),
        (("revision", "--depends-on", "zz"), "Can't locate revision identified by 'zz'"),
        (("revision", "--branch-label", "a1"), "already used by revision"),
        (("revision", "--sql"), "Using --sql with the revision command"),
        (("revision", "--sql", "--autogenerate"), "--autogenerate does not make any sense"),
        (("show", "zz"), "Can't locate revision identified by 'zz'"),
        (("history", "-r", "a1"), "History range requires [start]:[end], [start]:, or :[end]"),
        (("history", "-r", "a:b:c"), "History range requires [start]:[end], [start]:, or :[end]"),
        (("edit", "base"), "No revision files indicated by symbol 'base'"),
        (("merge", "zz"), "Can't locate revision identified by 'zz'"),
    ],
)
def test_a_mistake_gets_one_message_and_writes_nothing(
    limbeck: Run, generic: Path, arguments: tuple[str, ...], message: str
) -> None:
    limbeck("revision", "--rev-id", "a1")
    done = limbeck(*arguments)
    assert done.returncode == 255
    assert done.stderr.startswith("FAILED: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(list(generic.glob("*.py"))) == 1


def test_history_takes_ranges_and_negative_starts(limbeck: Run, generic: Path) -> None:
    for name in ("a1", "b1", "c1", "d1"):
        limbeck("revision", "--rev-id", name, "-m", name)
    assert limbeck("history", "-r", "b1:c1").stdout == "b1 -> c1, c1\na1 -> b1, b1\n"
    assert limbeck("history", "-r", "-1:d1").stdout == "c1 -> d1 (head), d1\nb1 -> c1, c1\n"
    assert limbeck("history", "-r-1:d1").stdout == limbeck("history", "-r", "-1:d1").stdout
    assert limbeck("history", "-r", ":a1").stdout == "<base> -> a1, a1\n"


def test_show_prints_the_header_and_the_path(limbeck: Run, generic: Path) -> None:
    limbeck("revision", "--rev-id", "a1", "-m", "first")
    shown = limbeck("show", "head").stdout
    assert shown.startswith(f"Rev: a1 (head)\nParent: <base>\nPath: {generic / 'a1_first.py'}\n\n")
    assert "    first\n" in shown


def test_edit_opens_the_file_in_the_editor(limbeck: Run, generic: Path) -> None:
    limbeck("revision", "--rev-id", "a1")
    editor = generic.parent / "my editor"
    editor.write_text(
        f"#!{sys.executable}\nimport sys\nopen(sys.argv[1], 'a').write('# seen\\n')\n"
    )
    editor.chmod(0o755)
    assert limbeck("edit", "a1", env={"EDITOR": str(editor)}).returncode == 0
    assert only(generic).read_text().endswith("# seen\n")
    assert (
        limbeck("edit", "a1", env={"EDITOR": "", "VISUAL": f"{sys.executable} -c 0"}).returncode
        == 0
    )


def test_an_editor_that_fails_is_an_error(limbeck: Run, generic: Path) -> None:
    limbeck("revision", "--rev-id", "a1")
    done = limbeck("edit", "a1", env={"EDITOR": "false"})
    assert done.returncode == 255
    assert "Error executing editor" in done.stderr


def test_hooks_run_over_each_new_file_and_a_failure_is_reported(
    limbeck: Run, generic: Path, project: Path
) -> None:
    ini = project / "alembic.ini"
    hook = (
        "[post_write_hooks]\nhooks = stamp, bad\n"
        f"stamp.type = exec\nstamp.executable = {sys.executable}\n"
        "stamp.options = -c \"import sys; open(sys.argv[1], 'a').write('# hooked\\n')\" "
        "REVISION_SCRIPT_FILENAME\n"
        f"bad.type = exec\nbad.executable = {sys.executable}\n"
        "bad.options = -c 'raise SystemExit(3)' REVISION_SCRIPT_FILENAME\n"
    )
    ini.write_text(ini.read_text().replace("[post_write_hooks]\n", hook))
    done = limbeck("revision", "--rev-id", "a1")
    assert done.returncode == 255
    assert "FAILED: Post write hook 'bad' ended with exit status 3" in done.stderr
    assert done.stdout.splitlines()[0] == f"Generating {only(generic)} ...  done"
    assert only(generic).read_text().endswith("# hooked\n")


def test_a_syntax_error_in_a_script_is_named_by_every_command(limbeck: Run, generic: Path) -> None:
    (generic / "bad.py").write_text('revision = "a"\ndown_revision = None\ndef upgrade(:\n')
    for command in (("heads",), ("history",), ("revision", "-m", "x")):
        done = limbeck(*command)
        assert done.returncode == 255
        assert f"{generic / 'bad.py'}, line 3" in done.stderr
        assert "Traceback" not in done.stderr
    assert len(list(generic.glob("*.py"))) == 1


def test_a_computed_header_may_import_the_projects_tool(limbeck: Run, generic: Path) -> None:
    (generic / "a.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\nrevision = op.__name__[:0] + 'ab'\n"
        "down_revision = None\n"
    )
    assert limbeck("heads").stdout == "ab (head)\n"


def test_a_native_project_needs_nothing_but_its_pyproject(limbeck: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.limbeck]\n")
    inside = project / "src" / "deep"
    inside.mkdir(parents=True)
    assert limbeck("heads", cwd=inside).stdout == ""
    assert limbeck("revision", "-m", "first", "--rev-id", "a1", cwd=inside).returncode == 0
    assert only(project / "migrations" / "versions").name == "a1_first.py"
    assert limbeck("heads").stdout == "a1 (head)\n"
