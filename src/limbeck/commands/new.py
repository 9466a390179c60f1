"""Writing a new revision file onto one or more heads."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limbeck.errors import CommandError, MultipleHeads, ScriptError
from limbeck.project.project import Project
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.identifiers import resolve, resolve_one
from limbeck.script.directory import ScriptDirectory, resource_path
from limbeck.script.template import (
    as_comma,
    creation_date,
    file_name,
    quoted,
    render_script,
    without_unused_import,
    write_file,
)

Identifiers = str | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class GeneratedScript:
    """A revision file that was just written."""

    revision: str
    path: str
    down_revision: str | tuple[str, ...] | None
    doc: str
    message: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new revision goes in the graph and on disk."""

    heads: tuple[Revision, ...]
    directory: str
    depends_on: tuple[str, ...]


def new_revision(
    project: Project,
    message: str | None = None,
    *,
    rev_id: str | None = None,
    head: Identifiers = "head",
    splice: bool = False,
    branch_labels: Identifiers = None,
    version_path: str | os.PathLike[str] | None = None,
    depends_on: Identifiers = None,
    upgrades: str = "",
    downgrades: str = "",
    imports: Sequence[str] = (),
    template_args: Mapping[str, Any] | None = None,
    generated: bool = False,
) -> GeneratedScript:
    """Write a revision file from script.py.mako; the graph of `project.scripts` then has it.

    `head` may be `"base"` or several heads (a merge). The file is checked before it is kept: it
    compiles, and the graph that includes it is sound. A `generated` one imports nothing that it
    does not use; others are for somebody to fill in. Hooks are not run.
    Raises CommandError when the place is not clear or the id is taken, ScriptError when the
    template or its result is wrong.
    """
    scripts = project.scripts
    rev_id = Revision(rev_id or _new_id()).id  # refuses characters that an id can't have
    place = _find_place(scripts, head, splice, version_path, depends_on)
    message = message or "empty message"
    revision = Revision(
        rev_id,
        tuple(head.id for head in place.heads),
        place.depends_on,
        _as_tuple(branch_labels),
        message,
    )
    _check_fits(scripts.graph, revision)
    bodies = {"upgrades": upgrades, "downgrades": downgrades, "imports": "\n".join(imports)}
    date = creation_date(scripts.timezone)
    name = file_name(
        scripts.file_template,
        revision.id,
        message if message != "empty message" else None,
        scripts.truncate_slug_length,
        date,
    )
    variables = {
        **_identity(revision),
        "config": project.config,
        "comma": as_comma,
        "create_date": date,
        **{token: body for token, body in bodies.items() if body},
        **(template_args or {}),
    }
    text = render_script(scripts.template, message, variables, scripts.output_encoding)
    if generated:
        text = without_unused_import(text)
    path = Path(place.directory, name)
    write_file(path, text, scripts.output_encoding)
    scripts.reload()
    return _generated(scripts, revision, path, message)


def _identity(revision: Revision) -> dict[str, Any]:
    """The ids of a revision as templates write them."""
    return {
        "up_revision": quoted(revision.id),
        "down_revision": quoted(_as_scalar(revision.down)),
        "branch_labels": quoted(revision.labels or None),
        "depends_on": quoted(_as_scalar(revision.depends_on)),
    }


def _generated(
    scripts: ScriptDirectory, revision: Revision, path: Path, message: str
) -> GeneratedScript:
    written = scripts.graph.get(revision.id)
    if revision.labels and (written is None or written.labels != revision.labels):
        raise ScriptError(
            f"Version {revision.id} specified branch_labels {', '.join(revision.labels)}, however "
            f"the migration file {path} does not have them; have you upgraded your "
            "script.py.mako to include the 'branch_labels' section?"
        )
    doc = written.doc if written is not None else message
    return GeneratedScript(revision.id, str(path), _as_scalar(revision.down), doc, message)


def _find_place(
    scripts: ScriptDirectory,
    head: Identifiers,
    splice: bool,
    version_path: str | os.PathLike[str] | None,
    depends_on: Identifiers,
) -> _Place:
    graph = scripts.graph
    heads = _resolve_heads(graph, head)
    if len({revision.id for revision in heads}) != len(heads):
        raise CommandError("Duplicate head revisions specified")
    for revision in heads:
        if not splice and not graph.is_head(revision.id):
            raise CommandError(
                f"Revision {revision.id} is not a head revision; please specify --splice to "
                "create a new branch from this revision"
            )
    return _Place(
        heads,
        _version_directory(scripts, heads, version_path),
        tuple(_resolve_dependency(graph, name) for name in _as_tuple(depends_on)),
    )


def _resolve_heads(graph: Graph, head: Identifiers) -> tuple[Revision, ...]:
    try:
        return tuple(revision for name in _as_tuple(head) for revision in resolve(graph, name))
    except MultipleHeads:
        raise CommandError(
            "Multiple heads are present; please specify the head revision on which the new "
            "revision should be based, or perform a merge."
        ) from None


def _resolve_dependency(graph: Graph, name: str) -> str:
    """A branch label stays as it is; anything else becomes a full id."""
    revision = resolve_one(graph, name)
    if revision is None:
        raise CommandError(f"A revision can't depend on '{name}'; name a revision or a branch")
    return name if name in graph.label_owners else revision.id


def _version_directory(
    scripts: ScriptDirectory,
    heads: tuple[Revision, ...],
    version_path: str | os.PathLike[str] | None,
) -> str:
    locations = scripts.version_paths
    if version_path is not None:
        wanted = os.path.abspath(resource_path(os.fspath(version_path)))
        known = {os.path.normcase(os.path.realpath(location)) for location in locations}
        if os.path.normcase(os.path.realpath(wanted)) not in known:
            raise CommandError(
                f"Path {os.fspath(version_path)} is not represented in current version locations "
                f"({', '.join(locations)})"
            )
        return wanted
    if len(locations) == 1:
        return locations[0]
    for revision in heads:
        if revision.path is not None:
            return _location_of(revision.path, locations)
    raise CommandError(
        f"Multiple version locations present, please specify --version-path: {', '.join(locations)}"
    )


def _location_of(path: str, locations: Sequence[str]) -> str:
    """The configured location that holds `path`, else its folder."""
    for location in sorted(locations, key=len, reverse=True):
        if Path(location) in Path(path).parents:
            return location
    return os.path.dirname(path)


def _check_fits(graph: Graph, revision: Revision) -> None:
    existing = graph.get(revision.id)
    if existing is not None:
        raise CommandError(f"Revision {revision.id} exists already, in {existing.path}")
    Graph((*graph, revision))


def _new_id() -> str:
    return uuid.uuid4().hex[-12:]


def _as_tuple(value: Identifiers) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _as_scalar(values: tuple[str, ...]) -> str | tuple[str, ...] | None:
    match values:
        case ():
            return None
        case (single,):
            return single
        case _:
            return values
