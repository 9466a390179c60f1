"""What the command line accepts, how it refuses, and what env.py sees of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from limbeck import command
from limbeck.cli import main as cli
from limbeck.cli.arguments import CommandOptions
from limbeck.cli.output import without_passwords
from limbeck.cli.parameters import COMMANDS
from limbeck.project.config import Config
from tests.cli.conftest import Run


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[CommandOptions]:
    """The options of the commands that were run, which do nothing."""
    found: list[CommandOptions] = []

    def run(grammar: Any, config: Config, options: CommandOptions, several: bool) -> None:
        found.append(options)

    monkeypatch.setattr(cli, "_run", run)
    return found


def parse(seen: list[CommandOptions], *arguments: str) -> CommandOptions:
    assert cli.run(arguments) == 0
    return seen[-1]


def test_the_commands_are_the_functions_of_the_command_module() -> None:
    assert sorted(grammar.name for grammar in COMMANDS) == sorted(command.__all__)


@pytest.mark.parametrize("revision", ["-1", "+1", "head-2", "a:b", "ae10-1", "label@-1"])
@pytest.mark.parametrize("name", ["upgrade", "downgrade"])
def test_relative_revisions_are_values(
    seen: list[CommandOptions], name: str, revision: str
) -> None:
    options = parse(seen, name, revision, "--sql", "--tag", "t")
    assert (options.revision, options.sql, options.tag) == (revision, True, "t")


def test_a_range_may_start_with_a_minus(seen: list[CommandOptions]) -> None:
    assert parse(seen, "history", "-r", "-3:current", "-v").rev_range == "-3:current"
    assert parse(seen, "history", "--rev-range=-3:current").rev_range == "-3:current"
    assert parse(seen, "history", "-r-3:").rev_range == "-3:"


def test_what_env_py_sees_of_a_command(seen: list[CommandOptions]) -> None:
    options = parse(
        seen,
        "-x",
        "a=1",
        "-x",
        "b",
        "-c",
        "alembic.ini",
        "-n",
        "sec",
        "revision",
        "--autogenerate",
        "-m",
        "msg",
        "--depends-on",
        "d1",
        "--depends-on",
        "d2",
    )
    function, positional, keywords = options.cmd
    assert function.__name__ == "revision"
    assert function is command.revision
    assert positional == []
    assert keywords[:2] == ["message", "autogenerate"]
    assert options.x == ["a=1", "b"]
    assert (options.config, options.name) == (["alembic.ini"], "sec")
    assert getattr(options, "autogenerate", False) is True
    assert (options.message, options.head, options.depends_on) == ("msg", "head", ["d1", "d2"])
    assert "sql" in options
    assert "revision" not in options
    assert vars(options)["rev_id"] is None


def test_options_that_were_not_given_are_none_or_false(seen: list[CommandOptions]) -> None:
    options = parse(seen, "current")
    assert options.cmd[0].__name__ == "current"
    assert (options.x, options.config, options.name) == (None, None, "alembic")
    assert (options.verbose, options.check_heads, options.quiet) == (False, False, False)


@pytest.mark.parametrize("name", ["stamp", "merge"])
def test_several_revisions_are_a_list(seen: list[CommandOptions], name: str) -> None:
    assert parse(seen, name, "a", "b").revisions == ["a", "b"]


def test_c_means_config_before_the_command_and_check_heads_after_it(
    seen: list[CommandOptions],
) -> None:
    options = parse(seen, "-c", "pyproject.toml", "current", "-c", "-v")
    assert options.config == ["pyproject.toml"]
    assert options.check_heads is True


MANY = {"--all", "--jobs", "--executor"}


def test_every_flag_that_scripts_use_is_known() -> None:
    flags = {
        grammar.name: {
            flag for p in grammar.parameters if isinstance(p, click.Option) for flag in p.opts
        }
        for grammar in COMMANDS
    }
    assert flags == {
        "branches": {"-v", "--verbose"},
        "check": {"--against", *MANY},
        "current": {"-v", "--verbose", "-c", "--check-heads", *MANY},
        "downgrade": {"--sql", "--tag", *MANY, "--canary"},
        "edit": set(),
        "ensure_version": {"--sql"},
        "heads": {"-v", "--verbose", "--resolve-dependencies"},
        "history": {
            "-r",
            "--rev-range",
            "-v",
            "--verbose",
            "-i",
            "--indicate-current",
            "--graph",
        },
        "init": {"-t", "--template", "--package", "--metadata", "--models", "--url"},
        "list_templates": set(),
        "merge": {"-m", "--message", "--branch-label", "--rev-id", "--splice"},
        "revision": {
            "-m",
            "--message",
            "--autogenerate",
            "--empty",
            "--sql",
            "--verify",
            "--online",
            "--head",
            "--splice",
            "--branch-label",
            "--version-path",
            "--rev-id",
            "--depends-on",
            "--rename",
            "--against",
            "--allow-drop",
        },
        "show": set(),
        "stamp": {"--sql", "--tag", "--purge", *MANY, "--canary"},
        "upgrade": {"--sql", "--tag", "--dry-run", *MANY, "--canary"},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("upgrad", "head"), "Did you mean 'upgrade'?"),
        (("upgrade", "head", "--sqll"), "No such option"),
        (("downgrade", "a", "b"), "unexpected extra argument"),
        (("xyzzy",), "Choose from adopt, "),
        ((), "Usage: limbeck [OPTIONS] COMMAND"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_is_right(
    limbeck: Run, arguments: tuple[str, ...], message: str
) -> None:
    done = limbeck(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize("command", ["upgrade", "current", "config"])
def test_a_folder_without_a_project_is_answered_with_where_was_looked(
    limbeck: Run, command: str
) -> None:
    done = limbeck(command)
    assert done.returncode == 255
    assert "No configuration found. Looked for:\n  alembic.ini" in done.stderr
    assert "Run 'limbeck init' to set up the project here" in done.stderr


@pytest.mark.parametrize("arguments", [("-h",), ("--help",), ("upgrade", "-h"), ("--version",)])
def test_help_and_version_are_status_0(limbeck: Run, arguments: tuple[str, ...]) -> None:
    done = limbeck(*arguments)
    assert done.returncode == 0
    assert "limbeck" in done.stdout


def test_nothing_configured_says_what_was_looked_for(limbeck: Run, project: Path) -> None:
    done = limbeck("heads")
    assert done.returncode == 255
    assert done.stdout == ""
    for text in (
        "FAILED: No configuration found",
        str(project),
        "alembic.ini",
        "[tool.limbeck]",
        "limbeck init",
    ):
        assert text in done.stderr


def test_raiseerr_shows_where_an_error_came_from(limbeck: Run) -> None:
    done = limbeck("--raiseerr", "heads")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ConfigurationError" in done.stderr


def test_quiet_prints_nothing(limbeck: Run) -> None:
    assert limbeck("-q", "init", "migrations").stdout == ""
    assert limbeck("-q", "revision", "--rev-id", "a").stdout == ""
    assert limbeck("-q", "heads").stdout == ""
    assert limbeck("heads").stdout == "a (head)\n"


def test_an_error_in_env_py_is_named_with_its_line_and_without_a_password(
    limbeck: Run, project: Path
) -> None:
    limbeck("init", "migrations")
    env = project / "migrations" / "env.py"
    env.write_text('x = 1\nraise RuntimeError("no postgresql://me:p@ss/w@host/db today")\n')
    done = limbeck("current")
    assert done.returncode == 1
    assert "FAILED: RuntimeError: no postgresql://me:***@host/db today" in done.stderr
    assert f"at {env}, line 2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+asyncpg://u:p%40ss@h/d", "postgresql+asyncpg://u:***@h/d"),
        ("at mysql://root:a:b@127.0.0.1:3306/x, no", "at mysql://root:***@127.0.0.1:3306/x, no"),
        ("redis://:secret@h", "redis://:***@h"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
        ("http://host:80/path and me@x.org", "http://host:80/path and me@x.org"),
    ],
)
def test_a_password_in_a_message_is_hidden(text: str, shown: str) -> None:
    assert without_passwords(text) == shown


@pytest.mark.parametrize(
    "arguments", [("heads",), ("history",), ("branches",), ("show", "a1"), ("--version",)]
)
def test_commands_that_read_files_import_no_heavy_library(
    limbeck: Run, project: Path, arguments: tuple[str, ...]
) -> None:
    limbeck("init", "migrations")
    limbeck("revision", "--rev-id", "a1")
    code = (
        "import sys; from limbeck.cli.main import run; "
        f"status = run({list(arguments)!r}); "
        "print(*{m.partition('.')[0] for m in sys.modules}, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert not {"sqlalchemy", "mako", "tomlkit", "alembic"} & set(done.stderr.split())


def test_importing_limbeck_imports_next_to_nothing() -> None:
    code = (
        "import sys; import limbeck; "
        "print(*sorted(m for m in sys.modules if m.startswith(('limbeck', 'sqlalchemy', 'click'))))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["limbeck"]


def test_warnings_about_revisions_are_one_line(limbeck: Run, project: Path) -> None:
    limbeck("init", "migrations")
    for name in ("x.py", "y.py"):
        (project / "migrations" / "versions" / name).write_text(
            'revision = "a"\ndown_revision = None\n'
        )
    done = limbeck("heads")
    assert done.returncode == 0
    assert done.stderr.startswith("WARNING: Revision a is present more than once")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "word", "offered"),
    [("limbeck up", "1", "upgrade"), ("limbeck history --gr", "2", "--graph")],
)
def test_a_shell_can_complete_commands_and_options(
    limbeck: Run, typed: str, word: str, offered: str
) -> None:
    asked = {"_LIMBECK_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": word}
    assert limbeck(env=asked).stdout == f"plain,{offered}\n"
    assert "complete -" in limbeck(env={"_LIMBECK_COMPLETE": "bash_source"}).stdout


@pytest.fixture
def shop(limbeck: Run, project: Path) -> Path:
    """Two databases with a history each."""
    tables = [
        f'[tool.limbeck.databases.{name}]\nurl = "sqlite:///{name}.db"\nscript_location = "{name}"'
        for name in ("billing", "shop")
    ]
    (project / "pyproject.toml").write_text("\n".join(["[tool.limbeck]", *tables]) + "\n")
    for name in ("billing", "shop"):
        limbeck("revision", "-m", "first", "--rev-id", f"{name}27c6", "--database", name)
    return project


@pytest.mark.parametrize(
    ("typed", "status", "message"),
    [
        ("statsu", 2, "Did you mean 'status'?"),
        ("status --databse shop", 2, "Did you mean '--database'?"),
        ("erd --format svgg", 2, "'mermaid', 'dot', 'svg'"),
        ("heads --database shp", 255, "'shop'"),
        ("show shp27c6 --database shop", 255, "'shp27c6'. Did you mean 'shop27c6'?"),
        ("upgrade shp2 --database shop", 255, "'shp2'. Did you mean 'shop27c6'?"),
        ("show haed --database shop", 255, "Did you mean 'head' or 'heads'?"),
        ("show zzzz --database shop", 255, "'limbeck history' lists them all."),
        ("-c no.ini heads", 255, "There is no no.ini, which -c names."),
        ("downgrade base", 255, "Name one with --database: billing, shop."),
    ],
)
def test_what_is_mistyped_is_answered_with_what_may_be_meant(
    limbeck: Run, shop: Path, typed: str, status: int, message: str
) -> None:
    done = limbeck(*typed.split())
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr


def test_a_mistyped_setting_is_named_with_the_nearest(limbeck: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.limbeck]\nscript_locaton = "x"\n')
    done = limbeck("heads")
    assert (done.returncode, done.stdout) == (255, "")
    assert "'script_location'" in done.stderr
    assert "pyproject.toml" in done.stderr


def test_a_row_without_a_file_says_what_to_do(limbeck: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///x.db"\n')
    limbeck("revision", "-m", "first", "--rev-id", "a1")
    assert limbeck("upgrade").returncode == 0
    (script,) = (project / "migrations" / "versions").glob("*.py")
    script.rename(project / "away")
    done = limbeck("upgrade")
    assert done.returncode == 255
    assert "Can't locate revision identified by 'a1'." in done.stderr
    assert "limbeck stamp --purge" in done.stderr
