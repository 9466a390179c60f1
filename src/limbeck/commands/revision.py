"""A new revision, from the models (`autogenerate`) or empty, with what env.py adds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from limbeck.commands.autogenerate import difference
from limbeck.commands.directives import (
    DowngradeOps,
    MigrationScript,
    UpgradeOps,
    directives_in_force,
)
from limbeck.commands.drops import refuse_drops
from limbeck.commands.environment import run
from limbeck.commands.new import GeneratedScript, Identifiers, new_revision
from limbeck.commands.remarks import remarked
from limbeck.commands.renames import Renames, warn
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.diff.candidates import Candidate
from limbeck.errors import CommandError, ConfigurationError
from limbeck.project.project import Project
from limbeck.script.render import RenderOptions, render

Hook = Callable[[MigrationContext, Any, list[Any]], None]


def require_up_to_date(project: Project, rows: Sequence[str]) -> None:
    """Raises CommandError unless the rows are the heads."""
    graph = project.scripts.graph
    if set(rows) not in (set(graph.real_heads), set(graph.heads)):
        missing = ", ".join(head for head in graph.real_heads if head not in rows)
        raise CommandError(
            "Target database is not up to date."
            + (f" Run 'limbeck upgrade heads' first (missing: {missing})." if missing else "")
        )


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
) -> list[GeneratedScript]:
    """Writes a revision file, or several if hooks ask for it, or none if they empty the list.

    env.py runs where the models are compared, where `revision_environment` says so, or with
    `sql`. `rename` says what was renamed (``users.name=full_name``), `allow_drop` that much may be
    dropped. Raises CommandError when the database is not at the heads, RenameError for a rename
    that does not fit, UnsafeDrop for a revision that drops much.
    """
    if sql:
        _refuse_sql(project, autogenerate)
    shape = directives_in_force()
    native = MigrationScript(
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
    script = shape.script(native)
    directives = [script]
    hooks = [process_revision_directives] if process_revision_directives else []
    contexts: list[MigrationContext] = []
    doubts: list[Candidate] = []
    environment = None
    if autogenerate or project.runs_env_for_revisions:

        def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
            if autogenerate:
                require_up_to_date(project, rows)
                compared = difference(context, Renames(rename, project.config.ask))
                if not allow_drop:
                    refuse_drops(compared)
                warn(compared.doubts)
                doubts.extend(compared.doubts)
                add_found(script, *shape.found(compared, script.imports), first=not contexts)
            contexts.append(context)
            found = context.opts.get("process_revision_directives")
            for hook in [*hooks, *([found] if found else [])]:
                hook(context, rows, directives)
            return []

        environment = run(
            project,
            steps,
            as_sql=sql,
            dont_mutate=True,
            needs_metadata=autogenerate,
            template_args={},
        )
    else:
        for hook in hooks:
            hook(None, (), directives)  # type: ignore[arg-type]  # there is no context without env.py
    extra = environment.context_opts.get("template_args", {}) if environment else {}
    context = contexts[-1] if contexts else None
    return [
        write_script(project, shape.written(item, context), context, extra, doubts)
        for item in directives
    ]


def _refuse_sql(project: Project, autogenerate: bool) -> None:
    """Raises CommandError where ``--sql`` has nothing to write."""
    if autogenerate:
        raise CommandError("Using --sql with --autogenerate does not make any sense")
    if not project.runs_env_for_revisions:
        raise CommandError(
            "Using --sql with the revision command when revision_environment is not configured "
            "does not make any sense"
        )


def add_found(script: Any, upgrade: Any, downgrade: Any, *, first: bool) -> None:
    """Puts what was found into the script: one list for each database of env.py."""
    if first:
        script.upgrade_ops, script.downgrade_ops = upgrade, downgrade
    else:
        script.upgrade_ops_list.append(upgrade)
        script.downgrade_ops_list.append(downgrade)


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
        imports=sorted(imports),
        template_args={**bodies, **template_args},
    )


def render_options(context: MigrationContext) -> RenderOptions:
    """How scripts are written, as `configure` was told."""
    opts = context.opts
    return RenderOptions(
        op_prefix=opts.get("alembic_module_prefix", "op.") or "",
        sqlalchemy_prefix=opts.get("sqlalchemy_module_prefix", "sa.") or "",
        user_module_prefix=opts.get("user_module_prefix"),
        render_as_batch=bool(opts.get("render_as_batch", False)),
        plain_types=_plain_types(context),
        render_item=opts.get("render_item"),
        migration_context=context,
        opts=opts,
    )


def _plain_types(context: MigrationContext) -> bool:
    """`render_types`, of `configure` or of the settings: ``module`` or ``impl``."""
    config = context.config
    found = context.opts.get("render_types")
    if found is None and config is not None:
        found = config.get_alembic_option("render_types")
    if found not in (None, "module", "impl"):
        raise ConfigurationError(f"render_types must be 'module' or 'impl', not {found!r}")
    return bool(found == "impl")
