"""``protect = true``: an upgrade does not lose data that nobody has allowed to be lost."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.commands.recording import server_of
from limbeck.database.migration import MigrationContext
from limbeck.database.record import record
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Request
from limbeck.errors import DataLossRefused
from limbeck.lint.linter import Options, lint
from limbeck.lint.rules import all_rules


def refuse_data_loss(
    context: MigrationContext, steps: Sequence[MigrationStep], rows: Sequence[str]
) -> None:
    """Records the steps, and raises DataLossRefused for what loses data and is not allowed.

    ``# limbeck: allow(drop-column) reason`` allows it, as for `lint`.
    """
    read = context.inspected if context.limbeck_dialect.rebuilds else context.read
    server = server_of(context, None)
    revisions = record(context, steps, rows, server, lambda: read(Request()))
    rules = [rule for rule in all_rules() if rule.loses_data]
    found = lint(revisions, Options(), rules=rules)
    if found:
        lines = "\n".join(f"  {f.place}: [{f.code}] {f.message}" for f in found)
        raise DataLossRefused(
            f"The upgrade would lose data, and 'protect' is set:\n{lines}\n"
            "Allow each by name where it is meant: '# limbeck: allow("
            f"{found[0].code}) reason' above the line. Nothing was run."
        )
