"""The grammar of the commands that Alembic does not have."""

from __future__ import annotations

import click

from limbeck.cli.parameters import MANY_OPTIONS, Grammar, revision

_ERD = Grammar(
    "erd",
    (
        click.Option(
            ["--from", "source"],
            type=click.Choice(["models", "history", "database"]),
            default="models",
            help="Whose tables are drawn. Defaults to the models.",
        ),
        click.Option(
            ["--format", "format_"],
            type=click.Choice(["mermaid", "dot", "svg"]),
            help="Defaults to what the name of the file says, else to Mermaid.",
        ),
        click.Option(["-o", "--output"], metavar="FILE", help="Write to a file."),
    ),
    runs_project="always",
    function="limbeck.cli.screens.erd:erd",
    help="Draw the tables and their foreign keys: Mermaid, Graphviz, SVG.",
)

_LINT = Grammar(
    "lint",
    (
        click.Argument(["rev_range"], required=False),
        click.Option(
            ["--since"],
            metavar="COMMIT",
            help="The revisions whose files were added or changed since the merge base with a "
            "commit or branch.",
        ),
        click.Option(
            ["--format", "format_"],
            type=click.Choice(["text", "json", "sarif", "github"]),
            default="text",
            help="How findings are written.",
        ),
        click.Option(["--strict"], is_flag=True, help="Fail on warnings too."),
        click.Option(["--style"], is_flag=True, help="Look at matters of style too."),
        click.Option(["--rules"], is_flag=True, help="Show the rules instead."),
    ),
    runs_project="always",
    function="limbeck.cli.screens.lint:lint",
    help="Look for hazards in revisions before they run: those not applied, or RANGE.",
)

_PLAN = Grammar(
    "plan",
    (
        revision(required=False),
        click.Option(["--downgrade"], is_flag=True, help="Plan the way back to REVISION."),
        click.Option(["--sql"], is_flag=True, help="Print the statements alone."),
    ),
    runs_project="always",
    function="limbeck.cli.screens.plan:plan",
    help="Show what an upgrade would run, which locks it takes, and whom they block.",
)
_TRACE = Grammar(
    "trace",
    (revision(required=False),),
    runs_project="always",
    function="limbeck.cli.screens.trace:trace",
    help="Run the plan on a scratch database and show the locks that it really takes.",
)

OWN_COMMANDS: tuple[Grammar, ...] = (
    Grammar(
        "adopt",
        (
            click.Option(
                ["--database"],
                is_flag=True,
                help="Find the revision whose schema the database has, and stamp it.",
            ),
            click.Option(
                ["--revision"], help="With --database: the one to stamp, where several fit."
            ),
        ),
        runs_project="always",
        function="limbeck.cli.screens.adopt:adopt",
        help="Write native settings that say what the files of an Alembic project say.",
    ),
    Grammar(
        "completion",
        (click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"])),),
        function="limbeck.cli.screens.completion:completion",
        help="Print what a shell reads to complete commands, options and revisions.",
    ),
    Grammar(
        "config",
        function="limbeck.cli.screens.config:config",
        help="Show every setting, and the place it came from.",
    ),
    Grammar(
        "doctor",
        function="limbeck.cli.screens.doctor:doctor",
        help="Look at a project: what it is, what will differ, what could be dropped.",
    ),
    _ERD,
    _LINT,
    _PLAN,
    Grammar(
        "report",
        (click.Argument(["file"]),),
        runs_project="always",
        function="limbeck.cli.screens.report:report",
        help="Write a page with the graph, and each revision's SQL, hazards and schema.",
    ),
    _TRACE,
    Grammar(
        "log",
        runs_project="always",
        function="limbeck.cli.screens.log:log",
        help="Show what was run on the database: when, by whom, and the outcome.",
    ),
    Grammar(
        "resolve",
        (
            click.Option(["--applied"], is_flag=True, help="It took effect."),
            click.Option(["--rolled-back"], is_flag=True, help="It did not take effect."),
            click.Option(
                ["--all", "all_"],
                is_flag=True,
                help="Decide about the whole revision, not about the statement in doubt.",
            ),
        ),
        runs_project="always",
        function="limbeck.cli.screens.resolve:resolve",
        help="Show a revision that has run in part, or decide about its statement in doubt.",
    ),
    Grammar(
        "status",
        (*MANY_OPTIONS,),
        runs_project="always",
        for_each="reads",
        function="limbeck.cli.screens.status:status",
        help="Show where the database is: what has run, what is pending, what differs.",
    ),
    Grammar(
        "verify",
        (
            click.Argument(["rev_range"], required=False, metavar="[RANGE]"),
            click.Option(
                ["--strict"],
                is_flag=True,
                help="A revision that cannot be taken back is a failure too.",
            ),
        ),
        runs_project="always",
        function="limbeck.cli.screens.verify:verify",
        help="Run each revision up, down and up again on a scratch database.",
    ),
)
"""Each names its function in `limbeck.cli.screens`, which is imported when the command runs."""
