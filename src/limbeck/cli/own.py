"""The grammar of the commands that Alembic does not have."""

from __future__ import annotations

from limbeck.cli.parameters import Grammar

OWN_COMMANDS: tuple[Grammar, ...] = ()
"""Each names its function in `limbeck.cli.screens`, which is imported when the command runs."""
