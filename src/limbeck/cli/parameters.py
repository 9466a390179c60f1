"""The command line's grammar: which command takes which arguments and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import click

_SQL = click.Option(
    ["--sql"],
    is_flag=True,
    help="Don't emit SQL to database - dump to standard output/file instead.",
)
_TAG = click.Option(["--tag"], help="Arbitrary 'tag' name - can be used by custom env.py scripts.")
_VERBOSE = click.Option(["-v", "--verbose"], is_flag=True, help="Use more verbose output.")
_MESSAGE = click.Option(["-m", "--message"], help="Message of the new revision.")
_BRANCH_LABEL = click.Option(
    ["--branch-label"], help="Specify a branch label to apply to the new revision."
)
_REV_ID = click.Option(
    ["--rev-id"], help="Specify a hardcoded revision id instead of generating one."
)
_SPLICE = click.Option(
    ["--splice"], is_flag=True, help="Allow a non-head revision as the 'head' to splice onto."
)
_DRY_RUN = click.Option(
    ["--dry-run"],
    is_flag=True,
    help="Run everything in one transaction and roll it back.",
)


def _revisions(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
    """What a shell is offered for a revision."""
    from limbeck.cli.completion import revisions

    return revisions(ctx, incomplete)


def _databases(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
    """What a shell is offered for a database."""
    from limbeck.cli.completion import databases

    return databases(ctx, incomplete)


def revision(name: str = "revision", **settings: Any) -> click.Argument:
    """An argument that names revisions, which a shell completes."""
    return click.Argument([name], shell_complete=_revisions, **settings)


_AGAINST = click.Option(
    ["--against"],
    type=click.Choice(["database", "history"]),
    help="What the models are compared with. Defaults to the setting 'against'.",
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """One command: its parameters, by the names that its function has for them.

    `positional` arguments are handed over by position, the options by keyword.
    `runs_project` says when it runs the project's own code: env.py, models, revision files.
    `for_terminal` are options that the command line alone understands.
    `function` is ``module:attribute`` where it is not the one of that name in `limbeck.command`,
    and `help` its one line then; what it returns is the exit status, None being 0.
    With ``--json`` a command of `limbeck.command` has its function of that name in
    `limbeck.cli.screens.documents` instead; others take ``json_``.
    `for_each` says whether it may be about several databases and tenants, and whether it changes
    them: then all of them have to be asked for.
    """

    name: str
    parameters: tuple[click.Parameter, ...] = ()
    runs_project: Literal["always", "for current", "for autogenerate", "never"] = "never"
    function: str = ""
    help: str = ""
    for_terminal: frozenset[str] = frozenset()
    for_each: Literal["changes", "reads", "never"] = "never"

    @property
    def positional(self) -> list[str]:
        return [p.name for p in self.parameters if isinstance(p, click.Argument) and p.name]

    @property
    def keywords(self) -> list[str]:
        options = (p.name for p in self.parameters if isinstance(p, click.Option))
        left_out = {*self.for_terminal}
        if self.for_each != "never":
            left_out |= MANY_NAMES
        found = [name for name in options if name and name not in left_out]
        return [*found, "json_"] if self.function else found


ARGUMENTS: Mapping[str, str] = {
    "directory": "The folder to make.",
    "file": "The file to write.",
    "rev": "The revision; also 'current', 'head' or a step such as 'head-1'.",
    "rev_range": "A range of revisions, such as 'a1:b2' or 'base:heads'.",
    "revision": "Where to go: a revision, 'head', 'heads', 'base', or steps such as '+1' and '-1'.",
    "revisions": "Revisions, 'head' or 'heads'; several are separated by spaces.",
    "shell": "The shell that reads it.",
}
"""What the arguments are, by the names that functions have for them."""

JSON = click.Option(
    ["--json", "json_"], is_flag=True, help="Print the result as JSON, and nothing else."
)
"""An option of every command."""

WHERE_OPTIONS: Sequence[click.Option] = (
    click.Option(
        ["--database", "database_"],
        metavar="NAME",
        shell_complete=_databases,
        help="Which of several databases.",
    ),
    click.Option(["--tenant", "tenant_"], metavar="SCHEMA", help="Which of the tenants."),
)
"""Options of all commands that work on a project which is set up."""

MANY_OPTIONS: Sequence[click.Option] = (
    click.Option(["--all", "all_"], is_flag=True, help="All databases and tenants."),
    click.Option(["--jobs"], type=click.IntRange(1), help="How many of them at a time."),
    click.Option(
        ["--executor"],
        metavar="dask:HOST:PORT",
        help="The cluster that runs them, instead of threads of this machine.",
    ),
)
CANARY = click.Option(
    ["--canary"], is_flag=True, help="The first alone, the rest if it did not fail."
)
MANY_NAMES = frozenset({"all_", "jobs", "executor", "canary"})
"""Options of commands that may be about several databases and tenants."""

GLOBAL_OPTIONS: Sequence[click.Option] = (
    click.Option(
        ["-c", "--config"],
        multiple=True,
        help="Configuration file: an ini file, or a pyproject.toml; may be given once for each. "
        "Defaults to $LIMBECK_CONFIG, $ALEMBIC_CONFIG, or what stands in the current folder.",
    ),
    click.Option(
        ["-n", "--name"],
        default="alembic",
        help="Name of the section in the ini file. Defaults to 'alembic'.",
    ),
    click.Option(
        ["-x", "x"],
        multiple=True,
        help="Additional arguments consumed by env.py, e.g. -x setting1=somesetting.",
    ),
    click.Option(["--raiseerr"], is_flag=True, help="Raise a full stack trace on error."),
    click.Option(["-q", "--quiet"], is_flag=True, help="Do not print to standard output."),
)


COMMANDS: tuple[Grammar, ...] = (
    Grammar("branches", (_VERBOSE,)),
    Grammar("check", (_AGAINST, *MANY_OPTIONS), runs_project="always", for_each="reads"),
    Grammar(
        "current",
        (
            click.Option(
                ["-c", "--check-heads"],
                is_flag=True,
                help="Fail unless the database is on all head revisions.",
            ),
            _VERBOSE,
            *MANY_OPTIONS,
        ),
        runs_project="always",
        for_each="reads",
    ),
    Grammar(
        "downgrade",
        (revision(), _SQL, _TAG, *MANY_OPTIONS, CANARY),
        runs_project="always",
        for_each="changes",
    ),
    Grammar("edit", (revision("rev"),), runs_project="for current"),
    Grammar("ensure_version", (_SQL,), runs_project="always"),
    Grammar(
        "heads",
        (
            _VERBOSE,
            click.Option(
                ["--resolve-dependencies"],
                is_flag=True,
                help="Treat dependency versions as down revisions.",
            ),
        ),
    ),
    Grammar(
        "history",
        (
            click.Option(
                ["-r", "--rev-range", "rev_range"],
                help="Specify a revision range; format is [start]:[end].",
            ),
            _VERBOSE,
            click.Option(
                ["-i", "--indicate-current"],
                is_flag=True,
                help="Indicate the revisions that the database is on.",
            ),
            click.Option(["--graph"], is_flag=True, help="Draw branches and merges."),
        ),
        runs_project="for current",
        function="limbeck.cli.screens.history:history",
        help="List revisions, newest first.",
    ),
    Grammar(
        "init",
        (
            click.Argument(["directory"], required=False),
            click.Option(
                ["-t", "--template"],
                help="Template to use; 'list_templates' shows them. Defaults to 'generic'.",
            ),
            click.Option(
                ["--package"],
                is_flag=True,
                help="Write empty __init__.py files to the folder and its versions folder.",
            ),
            click.Option(
                ["--metadata"],
                multiple=True,
                metavar="MODULE:NAME",
                help="The declarative base or metadata. May be given several times.",
            ),
            click.Option(
                ["--models"],
                multiple=True,
                metavar="PACKAGE",
                help="A package or module of models. May be given several times.",
            ),
            click.Option(["--url"], help="A URL, $VARIABLE, or MODULE:NAME that gives it."),
        ),
        function="limbeck.cli.screens.init:init",
        help="Set up the project here, or with DIRECTORY make a folder with an env.py.",
    ),
    Grammar("list_templates"),
    Grammar(
        "merge",
        (
            revision("revisions", nargs=-1, required=True),
            _MESSAGE,
            _BRANCH_LABEL,
            _REV_ID,
            _SPLICE,
        ),
        runs_project="for autogenerate",
    ),
    Grammar(
        "revision",
        (
            _MESSAGE,
            click.Option(
                ["--autogenerate"],
                is_flag=True,
                help="Fill the revision with the operations that lead from the database to the "
                "models. What native mode does anyway.",
            ),
            click.Option(["--empty"], is_flag=True, help="A blank revision, in native mode too."),
            _SQL,
            click.Option(
                ["--head"],
                shell_complete=_revisions,
                default="head",
                help="Specify head revision or <branchname>@head to base new revision on.",
            ),
            _SPLICE,
            _BRANCH_LABEL,
            click.Option(
                ["--version-path"], help="Specify specific path from config for version file."
            ),
            _REV_ID,
            click.Option(
                ["--depends-on"],
                shell_complete=_revisions,
                multiple=True,
                help="Specify one or more revision identifiers which this revision should depend "
                "on.",
            ),
            click.Option(
                ["--rename"],
                multiple=True,
                metavar="OLD=NEW",
                help="Say what was renamed: table=new, table.column=new, also an index, a "
                "constraint or the value of an enum type. May be given several times.",
            ),
            click.Option(
                ["--allow-drop"],
                is_flag=True,
                help="Let the revision drop all tables, or more than a third of them.",
            ),
            _AGAINST,
            click.Option(
                ["--verify/--no-verify"],
                default=None,
                help="Whether what --autogenerate writes is proven on a scratch database before it "
                "is kept. Defaults to the setting 'verify'.",
            ),
            click.Option(
                ["--online/--no-online"],
                default=None,
                help="Write changes in steps that make nobody wait for long (PostgreSQL). Defaults "
                "to the setting 'online'.",
            ),
        ),
        runs_project="for autogenerate",
        for_terminal=frozenset({"empty"}),
    ),
    Grammar(
        "show",
        (revision("rev"),),
        runs_project="for current",
    ),
    Grammar(
        "stamp",
        (
            revision("revisions", nargs=-1, required=True),
            _SQL,
            _TAG,
            click.Option(
                ["--purge"],
                is_flag=True,
                help="Unconditionally erase the version table before stamping.",
            ),
            *MANY_OPTIONS,
            CANARY,
        ),
        runs_project="always",
        for_each="changes",
    ),
    Grammar(
        "upgrade",
        (
            revision(required=False),
            _SQL,
            _TAG,
            _DRY_RUN,
            *MANY_OPTIONS,
            CANARY,
        ),
        runs_project="always",
        for_each="changes",
    ),
)
