"""`limbeck adopt`."""

from __future__ import annotations

from functools import partial

from limbeck.cli.output import Document
from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project


def adopt(
    config: Config, *, database: bool = False, revision: str | None = None, json_: bool = False
) -> Document | None:
    """Writes native settings, or with `database` the revision that a database stands at.

    Raises CommandError for `revision` without `database`.
    """
    if database:
        return _adopt_database(config, revision, json_)
    if revision is not None:
        raise CommandError("--revision goes with --database")
    return _adopt_files(config, json_)


def _adopt_database(config: Config, revision: str | None, json_: bool) -> Document | None:
    from limbeck.commands.adopt_database import adopt_database

    found, chosen = adopt_database(Project(config), revision)
    stamped = set(chosen) != set(found.rows)
    others = [state.rows for state in found.fitting if state.rows != chosen]
    foreign = [str(name) for name in found.foreign]
    if json_:
        content = {"rows": chosen, "stamped": stamped, "also_fitting": others, "foreign": foreign}
        return Document(content)
    done = "was stamped with" if stamped else "is at"
    say = partial(config.print_stdout, "%s")
    say(f"The database {done} {_named(chosen)}: it has the schema of that revision.")
    if others:
        say(
            f"It is also that of {', '.join(map(_named, others))}: revisions in between change no "
            "table, and what they do to rows is not known to be done (--revision names another "
            "one)."
        )
    if foreign:
        say(f"Not compared, as no revision makes them: {', '.join(foreign)}")
    return None


def _named(rows: tuple[str, ...]) -> str:
    return " and ".join(rows) or "base"


def _adopt_files(config: Config, json_: bool) -> Document | None:
    from limbeck.cli.screens.doctor import settings_content, settings_lines
    from limbeck.commands.adopt import adopt as run

    proposal = run(Project(config))
    if json_:
        return Document(
            settings_content(proposal.file, proposal.values, proposal.sources, proposal.notes)
        )
    config.print_stdout(f"Written to {proposal.file}:")
    for line in settings_lines(proposal.values, proposal.sources):
        config.print_stdout(line)
    for note in proposal.notes:
        config.print_stdout(f"Note: {note}")
    config.print_stdout(
        "From now on limbeck reads these settings. The old files are as they were; "
        "'limbeck doctor' tells which of them are still needed."
    )
    return None
