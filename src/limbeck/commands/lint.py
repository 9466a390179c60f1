"""Findings in revisions, before anybody runs them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from limbeck.commands.recording import Chosen, Recording, recorded, target_version
from limbeck.database.runs import upgrade_steps
from limbeck.errors import CommandError, ConfigurationError, DatabaseError
from limbeck.lint.finding import Finding
from limbeck.lint.linter import SMALL_TABLE_ROWS, Options, checked, lint
from limbeck.plan.recorded import RecordedRevision
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision.identifiers import parse_range
from limbeck.revision.walk import upgrade_path


@dataclass(frozen=True, slots=True)
class Linted:
    """The findings, how many revisions were looked at, and for which servers."""

    findings: tuple[Finding, ...]
    revisions: tuple[str, ...]
    servers: tuple[str, ...]


def lint_revisions(
    project: Project,
    rev_range: str | None = None,
    *,
    since: str | None = None,
    style: bool = False,
) -> Linted:
    """Lints the revisions of a range, those changed since a commit, or those not applied.

    Where the database cannot be reached, only a range or a commit says which. Raises
    CommandError where neither does.
    """
    options = _options(project.config, style)
    if since is not None:
        recordings = _of_files(project, _changed_since(project, since))
    elif rev_range is not None:
        recordings = _of_range(project, rev_range)
    else:
        recordings = _unapplied(project)
    findings: list[Finding] = []
    for recording in recordings:
        rows = {n: s.rows for n, s in recording.sizes.items() if s.rows is not None}
        findings += lint(recording.revisions, options, rows)
    return Linted(
        tuple(dict.fromkeys(findings)),
        tuple(dict.fromkeys(r.revision for found in recordings for r in found.revisions)),
        tuple(dict.fromkeys(str(found.server) for found in recordings)),
    )


def each_alone(
    project: Project, revisions: Sequence[RecordedRevision]
) -> dict[str, tuple[Finding, ...]]:
    """What there is to say of each revision, as if it ran on a database that has the others."""
    options = _options(project.config, style=False)
    return {r.revision: tuple(dict.fromkeys(lint((r,), options, {}))) for r in revisions}


def _options(config: Config, style: bool) -> Options:
    option = config.get_alembic_option
    small = option("small_table_rows", SMALL_TABLE_ROWS)
    try:
        small_rows = int(small)
    except (TypeError, ValueError):
        raise ConfigurationError(f"'small_table_rows' must be a number, not {small!r}") from None
    return checked(
        Options(
            frozenset(_names(option("lint_ignore", ()))),
            _pairs(option("lint_severities"), ",\n"),
            small_rows,
            style or config.get_alembic_boolean_option("lint_style"),
            _patterns(_pairs(option("lint_names"), "\n")),
        )
    )


def _names(value: Any) -> list[str]:
    """A list, or words with commas or blanks between them (in an ini file)."""
    return value.replace(",", " ").split() if isinstance(value, str) else list(value)


def _pairs(value: Any, between: str) -> Mapping[str, Any]:
    """A table, or ``name = value`` with one of those characters between two."""
    if value is None or isinstance(value, Mapping):
        return dict(value or {})
    items = [item for item in re.split(f"[{between}]", value) if item.strip()]
    pairs = [item.partition("=") for item in items]
    return {name.strip(): found.strip() for name, _, found in pairs}


def _patterns(given: Mapping[str, Any]) -> Mapping[str, re.Pattern[str]]:
    """The regular expressions. Raises ConfigurationError for one that is none."""
    found = {}
    for kind, text in given.items():
        try:
            found[kind] = re.compile(text)
        except (re.error, TypeError) as error:
            raise ConfigurationError(
                f"'lint_names' has for '{kind}' no regular expression: {text!r} ({error})"
            ) from None
    return found


def _unapplied(project: Project) -> tuple[Recording, ...]:
    """What an upgrade to the heads would run."""

    def choose(rows: tuple[str, ...]) -> Chosen:
        return Chosen(upgrade_steps(project.scripts, rows, "heads"), rows, live=True)

    version = target_version(project.config)
    try:
        return recorded(project, choose, online=True, target_version=version)
    except (DatabaseError, sa.exc.OperationalError) as error:
        raise CommandError(
            f"Which revisions are not applied, only the database knows, and it does not answer: "
            f"{str(getattr(error, 'orig', None) or error).strip()}\n"
            "Name a range ('limbeck lint base:heads') or a commit ('limbeck lint --since main')."
        ) from error


def _of_range(project: Project, rev_range: str) -> tuple[Recording, ...]:
    lower, upper = parse_range(rev_range) if ":" in rev_range else (None, rev_range)
    graph = project.scripts.graph
    before: list[str] = []
    if ":" not in rev_range:  # one revision: only its own
        wanted = {move.revision.id for move in upgrade_path(graph, (), upper or "heads")[-1:]}
    else:
        before = [m.revision.id for m in upgrade_path(graph, (), lower)] if lower else []
        path = upgrade_path(graph, (), upper or "heads")
        wanted = {m.revision.id for m in path} - set(before)
    return _of_files(project, wanted, upper or "heads")


def _of_files(
    project: Project, wanted: set[str], target: str | tuple[str, ...] = "heads"
) -> tuple[Recording, ...]:
    """Records the history up to the wanted revisions, and keeps these."""

    def choose(rows: tuple[str, ...]) -> Chosen:
        steps = upgrade_steps(project.scripts, (), target)
        last = [i for i, s in enumerate(steps) if s.revision and s.revision.id in wanted]
        return Chosen(steps[: last[-1] + 1] if last else [], ())

    def kept(revisions: Sequence[RecordedRevision]) -> tuple[RecordedRevision, ...]:
        return tuple(r for r in revisions if r.revision in wanted)

    version = target_version(project.config)
    found = recorded(project, choose, online=False, target_version=version)
    return tuple(replace(f, revisions=kept(f.revisions)) for f in found)


def _changed_since(project: Project, commit: str) -> set[str]:
    """The revisions whose files were added or changed since the merge base with a commit."""
    paths = [p for p in project.scripts.version_paths if os.path.isdir(p)]
    if not paths:
        return set()
    root = _git(paths[0], "rev-parse", "--show-toplevel").strip()
    base = _git(root, "merge-base", commit, "HEAD").strip()
    changed = _git(root, "diff", "--name-only", "-z", "--diff-filter=ACMR", base, "--", *paths)
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    files = {os.path.realpath(Path(root, name)) for name in (changed + new).split("\0") if name}
    return {r.id for r in project.scripts.graph if r.path and os.path.realpath(r.path) in files}


def _git(directory: str, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", directory, *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise CommandError("--since needs git, which is not installed.") from None
    if done.returncode:
        reason = done.stderr.strip().splitlines()
        raise CommandError(f"git {arguments[0]}: {reason[0] if reason else 'failed'}")
    return done.stdout
