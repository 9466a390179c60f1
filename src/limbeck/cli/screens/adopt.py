"""`limbeck adopt`."""

from __future__ import annotations

from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project


def adopt(config: Config, *, database: bool = False, revision: str | None = None) -> None:
    """Writes native settings, or with `database` the revision that a database stands at.

    Raises CommandError for `revision` without `database`.
    """
    if database:
        _adopt_database(config, revision)
    elif revision is not None:
        raise CommandError("--revision goes with --database")
    else:
        _adopt_files(config)


def _adopt_database(config: Config, revision: str | None) -> None:
    from limbeck.commands.adopt_database import adopt_database

    found, chosen = adopt_database(Project(config), revision)
    name = " and ".join(chosen) or "base"
    done = "is at" if set(chosen) == set(found.rows) else "was stamped with"
    config.print_stdout(f"The database {done} {name}: it has the schema of that revision.")
    others = [" and ".join(s.rows) or "base" for s in found.fitting if s.rows != chosen]
    if others:
        config.print_stdout(
            f"It is also that of {', '.join(others)}: revisions in between change no table, and "
            "what they do to rows is not known to be done (--revision names another one)."
        )
    if found.foreign:
        names = ", ".join(str(name) for name in found.foreign)
        config.print_stdout(f"Not compared, as no revision makes them: {names}")


def _adopt_files(config: Config) -> None:
    from limbeck.cli.screens.doctor import settings_lines
    from limbeck.commands.adopt import adopt as run

    proposal = run(Project(config))
    config.print_stdout(f"Written to {proposal.file}:")
    for line in settings_lines(proposal.values, proposal.sources):
        config.print_stdout(line)
    for note in proposal.notes:
        config.print_stdout(f"Note: {note}")
    config.print_stdout(
        "From now on limbeck reads these settings. The old files are as they were; "
        "'limbeck doctor' tells which of them are still needed."
    )
