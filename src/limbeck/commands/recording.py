"""Recording what revisions would run, for `plan`, `lint` and `trace`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from limbeck.commands.environment import run
from limbeck.database.journal import HalfDone, Journal
from limbeck.database.migration import MigrationContext
from limbeck.database.record import record
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Request
from limbeck.errors import ConfigurationError
from limbeck.plan.recorded import RecordedRevision
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from limbeck.statements.hazards import Server, Size


@dataclass(frozen=True, slots=True)
class Chosen:
    """The steps to record and the rows that they start from.

    `live` says that the state before them is that of the database at hand.
    """

    steps: Sequence[MigrationStep]
    rows: tuple[str, ...]
    live: bool = False


Choose = Callable[[tuple[str, ...]], Chosen]
"""Chooses steps, given the rows of the version table."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded for one database, and what is known of it."""

    server: Server
    rows: tuple[str, ...]
    revisions: tuple[RecordedRevision, ...]
    sizes: Mapping[Name, Size] = field(default_factory=dict)


def recorded(
    project: Project, choose: Choose, *, online: bool, target_version: str | None = None
) -> tuple[Recording, ...]:
    """One recording for each database that the environment configures; nothing is executed.

    Online, the version table and the catalog are read; otherwise nothing is connected to.
    `target_version` stands for the server's own version.
    """
    found: list[Recording] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        chosen = choose(rows)
        server = server_of(context, target_version)
        earlier = _catalog(context) if chosen.live and context.connection is not None else None
        revisions = record(context, chosen.steps, chosen.rows, server, earlier)
        if chosen.live:
            left = _left(context)
            revisions = tuple(_noted(r, left.get((r.revision, r.direction))) for r in revisions)
        found.append(Recording(server, chosen.rows, revisions, _sizes(context)))
        return []

    options: dict[str, Any] = {"as_sql": not online, "dont_mutate": True}
    if not online:
        options["output_buffer"] = io.StringIO()
    run(project, steps, **options)
    return tuple(found)


def _left(context: MigrationContext) -> Mapping[tuple[str, str], HalfDone]:
    """What runs on the database have left half done, by revision and direction."""
    if context.connection is None:
        return {}
    left = Journal.left_on(context.connection, context.version)
    return {(half_done.revision, half_done.direction): half_done for half_done in left}


def _noted(revision: RecordedRevision, half_done: HalfDone | None) -> RecordedRevision:
    if half_done is None:
        return revision
    note = f"{half_done}: what has run is passed over. {revision.note}"
    return replace(revision, note=note.rstrip())


def _catalog(context: MigrationContext) -> Callable[[], Schema]:
    """The state of the database, read when somebody asks."""
    read = context.inspected if context.limbeck_dialect.rebuilds else context.read
    return lambda: read(Request())


def _sizes(context: MigrationContext) -> Mapping[Name, Size]:
    sizes = context.limbeck_dialect.sizes
    if sizes is None or context.connection is None:
        return {}
    return sizes(context.connection)


_OLDEST = {"postgresql": (14,), "mysql": (8, 0), "mariadb": (10, 6)}
"""What is assumed where no server answers and no setting says."""

_VERSION = re.compile(r"^(?:(postgresql|mysql|mariadb|sqlite)\s*)?(\d+(?:\.\d+)*)$", re.IGNORECASE)


def server_of(context: MigrationContext, target_version: str | None) -> Server:
    """The server of a context, or the one that a setting stands for."""
    dialect: Any = context.dialect
    product: Any = dialect.name
    if product == "mysql" and getattr(dialect, "is_mariadb", False):
        product = "mariadb"
    if product not in ("postgresql", "mysql", "mariadb", "sqlite"):
        product = "other"
    own = getattr(dialect, "server_version_info", None) if context.connection is not None else None
    if target_version is not None:
        named, numbers = _target(target_version)
        fits = named in (None, product) or {named, product} == {"mysql", "mariadb"}
        if fits:
            return Server(named or product, numbers)  # type: ignore[arg-type]  # checked by _target
    return Server(product, tuple(own or _OLDEST.get(product, ())))


def _target(text: str) -> tuple[str | None, tuple[int, ...]]:
    found = _VERSION.match(text.strip())
    if found is None:
        raise ConfigurationError(
            f"target_version must be a version such as '15' or 'mariadb 10.11', not '{text}'"
        )
    name = None if found[1] is None else found[1].lower()
    return name, tuple(int(n) for n in found[2].split("."))


def target_version(config: Config) -> str | None:
    """The setting of that name."""
    value = config.get_alembic_option("target_version")
    return None if value is None else str(value)
