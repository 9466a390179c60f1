"""A look at a project: what it is, what will differ, what could be dropped. Nothing is run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from limbeck.commands.adopt import Proposal, propose
from limbeck.project.project import Project


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of one of several databases."""

    database: str
    folder: str
    revisions: int
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found. `kind` is ``native`` or ``alembic``; `proposal` is None for the former.

    Of several `databases`, each has a history, and the project itself has none.

    `differences` name what Limbeck does otherwise than Alembic and this project would notice.
    `droppable` are the files that `adopt` would make needless.
    """

    kind: str
    configuration: str
    folder: str
    revisions: int
    heads: tuple[str, ...]
    databases: tuple[History, ...]
    env_py: str | None
    proposal: Proposal | None
    differences: tuple[str, ...]
    droppable: tuple[str, ...]


def doctor(project: Project) -> Diagnosis:
    """Looks at the configuration, env.py and the history. Raises what reading those raises."""
    config, scripts = project.config, project.scripts
    native = config.native
    proposal = None if native is not None else propose(project)
    env_py = scripts.env_py if os.path.exists(scripts.env_py) else None
    return Diagnosis(
        kind="alembic" if native is None else "native",
        configuration=_configuration(project),
        folder=scripts.dir,
        revisions=len(scripts.graph),
        heads=scripts.graph.heads,
        databases=tuple(_history(project, name) for name in native.databases) if native else (),
        env_py=env_py,
        proposal=proposal,
        differences=tuple(_differences(project, proposal)) if proposal is not None else (),
        droppable=tuple(_droppable(project, proposal)) if proposal is not None else (),
    )


def _history(project: Project, database: str) -> History:
    scripts = Project(project.config.narrowed(database)).scripts
    return History(database, scripts.dir, len(scripts.graph), scripts.graph.heads)


def sources(project: Project) -> Iterator[tuple[str, str]]:
    """Path and text of env.py and of each revision file."""
    paths = [project.scripts.env_py, *(r.path for r in project.scripts.graph if r.path)]
    for path in paths:
        if path.endswith(".py") and os.path.exists(path):
            yield path, Path(path).read_text(encoding="utf-8", errors="replace")


def _configuration(project: Project) -> str:
    config = project.config
    if config.native is not None:
        return f"{config.native.file} [tool.limbeck]"
    ini = config.config_file_name
    if ini is not None and os.path.exists(ini):
        return os.path.abspath(ini)
    return f"{os.path.abspath(os.fspath(config.toml_file_name or 'pyproject.toml'))} [tool.alembic]"


def _differences(project: Project, proposal: Proposal) -> Iterator[str]:
    """Those of docs/coming-from-alembic.md that depend on what the project does."""
    given = proposal.values
    if given.get("compare_server_default", True):
        yield "server defaults are compared; compare_server_default=False turns that off"
    yield "check constraints and primary keys are compared"
    url = str(project.config.get_main_option("sqlalchemy.url") or "") + str(given.get("url"))
    if "sqlite" in url:
        yield "on SQLite a run is one transaction, and --sql writes BEGIN and COMMIT"
    if "postgresql" in url:
        yield "enum types of PostgreSQL are dropped with the last column that uses them"
    if "mysql" in url or "mariadb" in url:
        yield "MODIFY keeps what a column had where the script does not say otherwise"
    if project.scripts.hooks:
        yield "a post-write hook that fails is reported, with exit status 255"
    yield "errors are written to standard error"


def _droppable(project: Project, proposal: Proposal) -> Iterator[str]:
    """Files that only Alembic needs once the settings are written."""
    if proposal.obstacles:
        return
    yield project.scripts.env_py
    ini = project.config.config_file_name
    if ini is not None and os.path.exists(ini):
        yield os.path.abspath(ini)
