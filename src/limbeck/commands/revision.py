"""A new revision, from the models (`autogenerate`) or empty, with what env.py adds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from limbeck.commands.against import history_difference, one_head
from limbeck.commands.autogenerate import Difference, difference
from limbeck.commands.directives import DowngradeOps, MigrationScript, UpgradeOps
from limbeck.commands.draft import Draft, Hook
from limbeck.commands.drops import refuse_drops
from limbeck.commands.environment import run, run_apart
from limbeck.commands.hooks import plain_types
from limbeck.commands.keep import keep_if_proven
from limbeck.commands.new import GeneratedScript, Identifiers, new_revision
from limbeck.commands.pending import require_up_to_date
from limbeck.commands.remarks import remarked
from limbeck.commands.renames import Renames, warn
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.diff.candidates import Candidate
from limbeck.errors import CommandError
from limbeck.project.environment import EnvironmentContext
from limbeck.project.project import Project
from limbeck.script.render import RenderOptions, render
from limbeck.script.template import import_lines


def revision(
    project: Project,
    message: str | None = None,
    *,
    autogenerate: bool = False,
    sql: bool = False,
    head: Identifiers = "head",
    splice: bool = False,
    branch_label: Identifiers = None,
    version_path: str | os.PathLike[str] | None = None,
    rev_id: str | None = None,
    depends_on: Identifiers = None,
    process_revision_directives: Hook | None = None,
    rename: Sequence[str] = (),
    allow_drop: bool = False,
    against: str | None = None,
    verify: bool | None = None,
    online: bool | None = None,
) -> list[GeneratedScript]:
    """Writes a revision file, or several if hooks ask for it, or none if they empty the list.

    With native settings none is written where the models have not changed and nothing else is asked
    for; an Alembic folder gets an empty one then, as its users know it.

    env.py runs where the models are compared, where `revision_environment` says so, or with
    `sql`. `rename` says what was renamed (``users.name=full_name``), `allow_drop` that much may be
    dropped; `against`, `verify` and `online` take the place of the project's settings.
    Raises CommandError when the database is not at the heads, RenameError for a rename that does
    not fit, UnsafeDrop for a revision that drops much, ProofFailed when what was generated is not
    kept.
    """
    if sql:
        _refuse_sql(project, autogenerate)
    empty = MigrationScript(
        rev_id,
        UpgradeOps(),
        DowngradeOps(),
        message=message,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        depends_on=depends_on,
    )
    draft = Draft(empty, [process_revision_directives] if process_revision_directives else [])
    extra: dict[str, Any] = {}
    if autogenerate or project.runs_env_for_revisions:
        source = (against or project.against) if autogenerate else None
        environment = _run_env(project, draft, source, sql, rename, allow_drop)
        extra = environment.context_opts.get("template_args", {})
    else:
        for hook in draft.hooks:
            hook(None, (), draft.directives)  # type: ignore[arg-type]  # there is none without env.py
    scripts = draft.written()
    if autogenerate and project.config.native is not None:
        scripts = [script for script in scripts if _is_wanted(script)]
    context = draft.contexts[-1] if draft.contexts else None
    claims = draft.claims(scripts)
    if autogenerate and (project.online if online is None else online):
        draft.expand(scripts)
    heads = project.scripts.graph.heads
    doubts = [doubt for found in draft.found for doubt in found.doubts]
    written = [write_script(project, script, context, extra, doubts) for script in scripts]
    if autogenerate:
        keep_if_proven(project, written, claims, heads, verify, against)
    return written


def _is_wanted(script: MigrationScript) -> bool:
    """Whether a script changes the schema, or the form of the history."""
    steps = any(ops.ops for ops in script.upgrade_ops_list)
    marks = script.branch_label or script.depends_on or script.splice or script.version_path
    return steps or bool(marks) or script.head != "head"


def _run_env(
    project: Project,
    draft: Draft,
    source: str | None,
    sql: bool,
    rename: Sequence[str],
    allow_drop: bool,
) -> EnvironmentContext:
    """Runs env.py, or what stands for it, and compares the models with that source, if any."""
    graph = project.scripts.graph

    def renames() -> Renames:
        return Renames(rename, project.config.ask)

    def add(found: Difference) -> None:
        if not allow_drop:
            refuse_drops(found)
        warn(found.doubts)
        draft.add(found)

    def with_history(context: MigrationContext) -> None:
        on_server = draft.shape.asks_server(context)
        history_difference(project, context, add, renames(), on_server=on_server)
        draft.run_hooks(context, graph.heads)

    def with_database(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        if source is not None:
            require_up_to_date(project, rows)
            add(difference(context, renames()))
        draft.run_hooks(context, rows)
        return []

    options: dict[str, Any] = {"needs_metadata": source is not None, "template_args": {}}
    if source != "history":
        return run(project, with_database, as_sql=sql, dont_mutate=True, **options)
    if draft.empty.head == "head":
        one_head(project)
    return run_apart(project, with_history, **options)


def _refuse_sql(project: Project, autogenerate: bool) -> None:
    """Raises CommandError where ``--sql`` has nothing to write."""
    if autogenerate:
        raise CommandError("Using --sql with --autogenerate does not make any sense")
    if not project.runs_env_for_revisions:
        raise CommandError(
            "Using --sql with the revision command when revision_environment is not configured "
            "does not make any sense"
        )


def write_script(
    project: Project,
    script: MigrationScript,
    context: MigrationContext | None,
    template_args: dict[str, Any],
    doubts: Sequence[Candidate] = (),
) -> GeneratedScript:
    """Renders a script for the database that env.py came to last, and writes it.

    Steps of the upgrade that lose something, or may be meant otherwise, get a comment.
    """
    bodies: dict[str, str] = {}
    imports = set(script.imports)
    if context is not None:
        options = render_options(context)
        upgrades = [(ops, remarked(ops.ops, doubts)) for ops in script.upgrade_ops_list]
        downgrades = [(ops, tuple(ops.ops)) for ops in script.downgrade_ops_list]
        for ops, items in (*upgrades, *downgrades):
            rendered = render(items, options, context.dialect)
            if ops.ops:
                bodies[ops.token] = rendered.indented
            imports.update(rendered.imports)
    return new_revision(
        project,
        script.message,
        rev_id=script.rev_id,
        head=script.head,
        splice=script.splice,
        branch_labels=script.branch_label,
        version_path=script.version_path,
        depends_on=script.depends_on,
        imports=import_lines(imports),
        template_args={**bodies, **template_args},
        generated=bool(bodies),
    )


def render_options(context: MigrationContext) -> RenderOptions:
    """How scripts are written, as `configure` was told."""
    opts = context.opts
    return RenderOptions(
        op_prefix=opts.get("alembic_module_prefix", "op.") or "",
        sqlalchemy_prefix=opts.get("sqlalchemy_module_prefix", "sa.") or "",
        user_module_prefix=opts.get("user_module_prefix"),
        render_as_batch=bool(opts.get("render_as_batch", False)),
        plain_types=plain_types(context),
        render_item=opts.get("render_item"),
        migration_context=context,
        opts=opts,
    )
