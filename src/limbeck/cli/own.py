"""The grammar of the commands that Alembic does not have."""

from __future__ import annotations

import click

from limbeck.cli.parameters import Grammar

_JSON = click.Option(["--json", "json_"], is_flag=True, help="Print the result as JSON.")

OWN_COMMANDS: tuple[Grammar, ...] = (
    Grammar(
        "adopt",
        function="limbeck.cli.screens.adopt:adopt",
        help="Write native settings that say what the files of an Alembic project say.",
    ),
    Grammar(
        "doctor",
        (_JSON,),
        function="limbeck.cli.screens.doctor:doctor",
        help="Look at a project: what it is, what will differ, what could be dropped.",
    ),
)
"""Each names its function in `limbeck.cli.screens`, which is imported when the command runs."""
