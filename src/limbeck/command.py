"""Limbeck's commands as functions: `command.upgrade(config, "head")`.

They do what the command line does, print through `config.print_stdout`, and raise `CommandError`
for what the user can put right.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from limbeck.errors import (
    CommandError,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
    RevisionError,
)
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from limbeck.commands.new import GeneratedScript

__all__ = [
    "branches",
    "check",
    "current",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "revision",
    "show",
    "stamp",
    "upgrade",
]

_P = ParamSpec("_P")
_R = TypeVar("_R")
Identifiers = str | Sequence[str] | None


def _command(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn what the revision graph refuses into a `CommandError` for the user."""

    @functools.wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except RevisionError as error:
            raise CommandError(explain(function.__name__, error)) from error

    return run


def explain(command: str, error: RevisionError) -> str:
    """What the refusal means for that command."""
    match error:
        case MultipleHeads(argument=argument) if command == "stamp":
            return "Multiple heads are present; please specify a single target revision"
        case MultipleHeads(argument=argument):
            return (
                f"Multiple head revisions are present for given argument '{argument}'; please "
                "specify a specific target revision, '<branchname>@head' to narrow to a specific "
                "head, or 'heads' for all heads"
            )
        case RangeNotAncestorError(lower=lower, upper=upper):
            if command in ("upgrade", "downgrade"):
                target = upper if command == "upgrade" else lower
                return f"Destination {target} is not a valid {command} target from current head(s)"
            return (
                f"Requested range {lower or 'base'}:{upper or 'base'} does not refer to "
                "ancestor/descendant revisions along the same branch"
            )
        case ResolutionError(argument=argument):
            reason = str(error)
            located = f"Can't locate revision identified by '{argument}'"
            located = located if reason.startswith("No such revision") else f"{located}: {reason}"
            return f"{located}. {error.hint}" if error.hint else located
        case _:
            return str(error)


# -- commands that read the revision files ----------------------------------------------------


@_command
def heads(config: Config, verbose: bool = False, resolve_dependencies: bool = False) -> None:
    """Show current available heads in the script directory."""
    from limbeck.commands.heads import heads as find
    from limbeck.revision.describe import head_line, log_entry

    project = Project(config)
    describe = log_entry if verbose else head_line
    for found in find(project, resolve_dependencies=resolve_dependencies):
        config.print_stdout(describe(project.scripts.graph, found))


@_command
def branches(config: Config, verbose: bool = False) -> None:
    """Show current branch points."""
    from limbeck.commands.branches import branches as find
    from limbeck.revision.describe import branch_lines

    project = Project(config)
    for found in find(project):
        config.print_stdout(branch_lines(project.scripts.graph, found, verbose=verbose))


@_command
def history(
    config: Config,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
) -> None:
    """List revisions, newest first."""
    from limbeck.commands.history import history as find
    from limbeck.revision.describe import history_line, log_entry

    project = Project(config)
    found = find(project, rev_range, indicate_current=indicate_current)
    graph = project.scripts.graph
    describe = log_entry if verbose else history_line
    for revision in found.revisions:
        config.print_stdout(describe(graph, revision, current=found.current or ()))


@_command
def show(config: Config, rev: str) -> None:
    """Show the revision(s) denoted by the given symbol."""
    from limbeck.commands.show import show as find
    from limbeck.revision.describe import log_entry

    project = Project(config)
    for found in find(project, rev):
        text = project.scripts.adopted_text(found.id)
        shown = found if text is None else replace(found, path="none: in the database's history")
        config.print_stdout(log_entry(project.scripts.graph, shown))
        if text is not None:
            config.print_stdout("%s", text)


@_command
def edit(config: Config, rev: str) -> None:
    """Edit revision script(s) using $EDITOR."""
    from limbeck.commands.edit import edit as open_editor

    open_editor(Project(config), rev)


# -- commands that write files ----------------------------------------------------------------


@_command
def list_templates(config: Config) -> None:
    """List available templates."""
    from limbeck.commands.list_templates import list_templates as find

    config.print_stdout("Available templates:\n")
    for name, description in find(config.get_template_directory()):
        config.print_stdout("%s - %s", name, description)
    config.print_stdout("\nTemplates are used via the 'init' command, e.g.:")
    config.print_stdout("\n  limbeck init --template generic ./scripts")


@_command
def init(config: Config, directory: str, template: str = "generic", package: bool = False) -> None:
    """Initialize a new scripts directory."""
    from limbeck.commands.init import init as initialize

    done = initialize(config, directory, template=template, package=package)
    for action in done.actions:
        config.print_stdout("%s", action.said)
    if done.edit_next is not None:
        config.print_stdout(
            f"Please edit configuration/connection/logging settings in {done.edit_next} "
            "before proceeding."
        )


@_command
def merge(
    config: Config,
    revisions: str | Sequence[str],
    message: str | None = None,
    branch_label: Identifiers = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> GeneratedScript:
    """Merge two revisions together. Creates a new migration file."""
    from limbeck.commands.merge import merge as write

    project = Project(config)
    named = (revisions,) if isinstance(revisions, str) else tuple(revisions)
    script = write(project, named, message, branch_label=branch_label, rev_id=rev_id, splice=splice)
    _finish(project, (script,))
    return script


@_command
def revision(
    config: Config,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str | Sequence[str] = "head",
    splice: bool = False,
    branch_label: Identifiers = None,
    version_path: str | os.PathLike[str] | None = None,
    rev_id: str | None = None,
    depends_on: Identifiers = None,
    process_revision_directives: Callable[..., Any] | None = None,
    *,
    rename: Sequence[str] | None = None,
    allow_drop: bool = False,
    against: str | None = None,
    verify: bool | None = None,
    online: bool | None = None,
) -> GeneratedScript | list[GeneratedScript]:
    """Create a new revision file."""
    from limbeck.commands.new import new_revision

    if not autogenerate:
        _refuse_without_models(rename, online)
    project = Project(config)
    shared: dict[str, Any] = {
        "rev_id": rev_id,
        "head": head,
        "splice": splice,
        "version_path": version_path,
        "depends_on": depends_on,
    }
    hook = process_revision_directives
    if autogenerate or sql or hook is not None or project.runs_env_for_revisions:
        from limbeck.commands.revision import revision as generate

        scripts = generate(
            project,
            message,
            autogenerate=autogenerate,
            sql=sql,
            branch_label=branch_label,
            process_revision_directives=hook,
            rename=rename or (),
            allow_drop=allow_drop,
            against=against,
            verify=verify,
            online=online,
            **shared,
        )
        if autogenerate and not scripts and config.native is not None:
            config.print_stdout("No changes found: no revision is written (--empty writes one).")
    else:
        scripts = [new_revision(project, message, branch_labels=branch_label, **shared)]
    _finish(project, scripts)
    return scripts[0] if len(scripts) == 1 else scripts


def _refuse_without_models(rename: Sequence[str] | None, online: bool | None) -> None:
    """Raises CommandError for what says something of models that are not looked at."""
    if rename:
        raise CommandError("--rename says what was renamed in the models: it needs --autogenerate")
    if online:
        raise CommandError(
            "--online is about what is written from the models: it needs --autogenerate"
        )


def _finish(project: Project, scripts: Sequence[GeneratedScript]) -> None:
    """Say what was written, then run the post-write hooks over each file.

    Raises CommandError for a hook that failed; the files stay.
    """
    from limbeck.script.hooks import run_hook

    say = project.config.print_stdout
    for script in scripts:
        say(f"Generating {script.path} ...  done")
        for hook in project.scripts.hooks:
            say(f"Running post write hook '{hook['_hook_name']}' ...")
            project.config.stdout.flush()
            run_hook(hook, script.path)
            say("  done")
        project.scripts.reload()


# -- commands that ask or change the database -------------------------------------------------


@_command
def upgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    dry_run: bool = False,
) -> None:
    """Upgrade to a later version."""
    from limbeck.commands.upgrade import upgrade as run

    if dry_run:
        _dry_run(config, revision, sql, tag)
        return
    run(Project(config), revision, sql=sql, tag=tag)


def _dry_run(config: Config, revision: str, sql: bool, tag: str | None) -> None:
    from limbeck.commands.dry_run import dry_run

    if sql:
        raise CommandError("--dry-run runs on the database, and --sql without one: choose one.")
    done = dry_run(Project(config), revision, tag=tag)
    if not done.revisions:
        config.print_stdout("Dry run: nothing to upgrade.")
        return
    were = "was" if len(done.revisions) == 1 else "were"
    config.print_stdout(f"Dry run: {', '.join(done.revisions)} ran and {were} rolled back.")
    for sql_text in done.left_out:
        config.print_stdout(f"Not included, as it cannot run in a transaction: {sql_text}")


@_command
def downgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Revert to a previous version."""
    from limbeck.commands.downgrade import downgrade as run

    run(Project(config), revision, sql=sql, tag=tag)


@_command
def stamp(
    config: Config,
    revision: str | Sequence[str],
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
) -> None:
    """Set the revision table to the given revision; don't run any migrations."""
    from limbeck.commands.stamp import stamp as run

    revisions = (revision,) if isinstance(revision, str) else tuple(revision)
    run(Project(config), revisions, sql=sql, tag=tag, purge=purge)


@_command
def current(config: Config, check_heads: bool = False, verbose: bool = False) -> None:
    """Display the current revision for a database."""
    from limbeck.commands.current import current as find

    for line in find(Project(config), verbose=verbose, check_heads=check_heads).lines:
        config.print_stdout(line)


@_command
def check(config: Config, *, against: str | None = None) -> None:
    """Check whether autogenerate would find new operations."""
    from limbeck.commands.check import check as compare

    compare(Project(config), against=against)
    config.print_stdout("No new upgrade operations detected.")


@_command
def ensure_version(config: Config, sql: bool = False) -> None:
    """Create the version table if it doesn't exist already."""
    from limbeck.commands.ensure_version import ensure_version as ensure

    ensure(Project(config), sql=sql)
