"""`limbeck adopt`."""

from __future__ import annotations

from limbeck.project.config import Config
from limbeck.project.project import Project


def adopt(config: Config) -> None:
    """Writes native settings that say what the Alembic files say."""
    from limbeck.cli.screens.doctor import settings_lines
    from limbeck.commands.adopt import adopt as run

    proposal = run(Project(config))
    config.print_stdout(f"Written to {proposal.file}:")
    for line in settings_lines(proposal):
        config.print_stdout(line)
    for note in proposal.notes:
        config.print_stdout(f"Note: {note}")
    config.print_stdout(
        "From now on limbeck reads these settings. The old files are as they were; "
        "'limbeck doctor' tells which of them are still needed."
    )
