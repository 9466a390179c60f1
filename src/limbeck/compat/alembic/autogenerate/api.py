"""``alembic.autogenerate.api``: comparing, and writing scripts of what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from limbeck.commands.autogenerate import Difference, difference
from limbeck.commands.directives import DowngradeOps, MigrationScript, UpgradeOps
from limbeck.commands.pending import require_up_to_date
from limbeck.commands.revision import write_script
from limbeck.compat.alembic.autogenerate import render
from limbeck.compat.alembic.autogenerate.compare import in_force
from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.runtime.migration import MigrationContext
from limbeck.compat.alembic.util.langhelpers import PriorityDispatcher
from limbeck.errors import CommandError
from limbeck.project.project import Project

__all__ = [
    "AutogenContext",
    "RevisionContext",
    "compare_metadata",
    "produce_migrations",
    "render_python_code",
]


def _difference(context: Any, metadata: Any) -> Difference:
    kept = context.opts
    context.opts = {**kept, "target_metadata": metadata}
    try:
        return difference(context)
    finally:
        context.opts = kept


def compare_metadata(context: Any, metadata: Any) -> Any:
    """The differences between a database and a MetaData, as tuples."""
    script = produce_migrations(context, metadata)
    assert script.upgrade_ops is not None
    return script.upgrade_ops.as_diffs()


def produce_migrations(context: Any, metadata: Any) -> ops.MigrationScript:
    """The operations that make a database agree with a MetaData, and those that take them back."""
    from limbeck.compat.alembic.autogenerate.border import DIRECTIVES

    found = _difference(context, metadata)
    kept = context.opts
    context.opts = {**kept, "target_metadata": metadata}
    script = ops.MigrationScript(None, ops.UpgradeOps(), ops.DowngradeOps())
    try:
        script.upgrade_ops, script.downgrade_ops = DIRECTIVES.found(found, script.imports)
    finally:
        context.opts = kept
    return script


def render_python_code(
    up_or_down_op: Any,
    sqlalchemy_module_prefix: str = "sa.",
    alembic_module_prefix: str = "op.",
    render_as_batch: bool = False,
    imports: Sequence[str] = (),
    render_item: Any = None,
    migration_context: Any = None,
    user_module_prefix: str | None = None,
) -> str:
    """The body of ``upgrade()`` or ``downgrade()`` as text."""
    opts = {
        "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
        "alembic_module_prefix": alembic_module_prefix,
        "render_item": render_item,
        "render_as_batch": render_as_batch,
        "user_module_prefix": user_module_prefix,
    }
    if migration_context is None:
        migration_context = MigrationContext.configure(dialect=DefaultDialect())
    autogen_context = AutogenContext(migration_context, opts=opts, autogenerate=False)
    autogen_context.imports = set(imports)
    return render._indent(render._render_cmd_body(up_or_down_op, autogen_context))


class AutogenContext:
    """What comparators and renderers are told, and where they note imports."""

    imports: set[str]

    def __init__(
        self,
        migration_context: Any,
        metadata: Any = None,
        opts: Mapping[str, Any] | None = None,
        autogenerate: bool = True,
    ) -> None:
        if autogenerate and migration_context is not None and migration_context.as_sql:
            raise CommandError(
                "autogenerate can't use as_sql=True as it prevents querying the database for "
                "schema information"
            )
        if opts is None:
            opts = migration_context.opts
        self.metadata = opts.get("target_metadata") if metadata is None else metadata
        if self.metadata is None and autogenerate and migration_context is not None:
            raise CommandError(
                "Can't proceed with --autogenerate option; environment script "
                f"{getattr(migration_context.script, 'env_py', 'env.py')} does not provide a "
                "MetaData object or sequence of objects to the context."
            )
        self.opts: dict[str, Any] = dict(opts)
        self.migration_context = migration_context
        self.connection = migration_context.bind
        self.dialect = migration_context.dialect
        self.imports = set()
        self._has_batch = False
        given = (opts.get("include_object"), opts.get("include_name"))
        self._object_filters = [given[0]] if given[0] else []
        self._name_filters = [given[1]] if given[1] else []

    @cached_property
    def comparators(self) -> PriorityDispatcher:
        """The comparators in force."""
        return in_force(self.migration_context)

    @cached_property
    def inspector(self) -> sa.Inspector:
        """SQLAlchemy's inspector of the connection."""
        if self.connection is None:
            raise TypeError(
                "can't return inspector as this AutogenContext has no database connection"
            )
        found: sa.Inspector = sa.inspect(self.connection)
        return found

    def run_name_filters(
        self, name: str | None, type_: str, parent_names: dict[str, str | None]
    ) -> bool:
        """Whether `include_name` keeps a name of the database."""
        if "schema_name" in parent_names:
            table = name if type_ == "table" else parent_names.get("table_name")
            if table:
                schema = parent_names["schema_name"]
                parent_names["schema_qualified_table_name"] = (
                    f"{schema}.{table}" if schema else table
                )
        return all(keep(name, type_, parent_names) for keep in self._name_filters)

    def run_object_filters(
        self, object_: Any, name: Any, type_: str, reflected: bool, compare_to: Any
    ) -> bool:
        """Whether `include_object` keeps an object."""
        return all(
            keep(object_, name, type_, reflected, compare_to) for keep in self._object_filters
        )

    run_filters = run_object_filters

    @cached_property
    def sorted_tables(self) -> list[sa.Table]:
        """The tables of the models, those before that others refer to."""
        return [table for collection in self._collections for table in collection.sorted_tables]

    @cached_property
    def table_key_to_table(self) -> dict[str, sa.Table]:
        """The tables of the models by name with schema."""
        return {
            key: table
            for collection in self._collections
            for key, table in collection.tables.items()
        }

    @property
    def _collections(self) -> list[sa.MetaData]:
        if self.metadata is None:
            return []
        return [self.metadata] if isinstance(self.metadata, sa.MetaData) else list(self.metadata)


class RevisionContext:
    """The making of one or several revision files, step by step."""

    def __init__(
        self,
        config: Any,
        script_directory: Any,
        command_args: dict[str, Any],
        process_revision_directives: Any = None,
    ) -> None:
        self.config = config
        self.script_directory = script_directory
        self.command_args = command_args
        self.process_revision_directives = process_revision_directives
        self.template_args: dict[str, Any] = {"config": config}
        self.generated_revisions: list[Any] = [self._default_revision()]
        self._runs = 0
        self._context: Any = None

    def _default_revision(self) -> Any:
        from limbeck.compat.alembic.autogenerate.border import DIRECTIVES

        args = self.command_args
        return DIRECTIVES.script(
            MigrationScript(
                args.get("rev_id"),
                UpgradeOps(),
                DowngradeOps(),
                message=args.get("message"),
                head=args.get("head") or "head",
                splice=bool(args.get("splice")),
                branch_label=args.get("branch_label"),
                version_path=args.get("version_path"),
                depends_on=args.get("depends_on"),
            )
        )

    @property
    def _project(self) -> Project:
        return cast(Project, SimpleNamespace(scripts=self.script_directory, config=self.config))

    def run_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Compares, and lets the hooks see what was found."""
        require_up_to_date(self._project, rev or ())
        self._run_environment(rev, migration_context, True)

    def run_no_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Lets the hooks see an empty script."""
        self._run_environment(rev, migration_context, False)

    def _run_environment(self, rev: Any, migration_context: Any, autogenerate: bool) -> None:
        from limbeck.compat.alembic.autogenerate.border import DIRECTIVES

        self._context = migration_context
        script = self.generated_revisions[0]
        if autogenerate:
            found = difference(migration_context)
            upgrade, downgrade = DIRECTIVES.found(found, script.imports)
            if self._runs == 0:
                script.upgrade_ops, script.downgrade_ops = upgrade, downgrade
            else:
                script.upgrade_ops_list.append(upgrade)
                script.downgrade_ops_list.append(downgrade)
        self._runs += 1
        own = self.process_revision_directives
        env_hook = migration_context.opts.get("process_revision_directives")
        for hook in (own, env_hook):
            if hook:
                hook(migration_context, rev, self.generated_revisions)

    def generate_scripts(self) -> Iterator[Any]:
        """Writes the files, one by one."""
        for directive in self.generated_revisions:
            yield self._to_script(directive)

    def _to_script(self, migration_script: Any) -> Any:
        from limbeck.compat.alembic.autogenerate.border import DIRECTIVES

        native = DIRECTIVES.written(migration_script, self._context)
        args = {key: value for key, value in self.template_args.items() if key != "config"}
        made = write_script(self._project, native, self._context, args)
        return self.script_directory._written(made.path, made.revision)


def _render_migration_diffs(context: Any, template_args: dict[str, Any]) -> None:
    """Puts what was found into the variables of a template."""
    script = produce_migrations(context, context.opts["target_metadata"])
    autogen_context = AutogenContext(context, autogenerate=False)
    for container, token in (
        (script.upgrade_ops, context.opts.get("upgrade_token", "upgrades")),
        (script.downgrade_ops, context.opts.get("downgrade_token", "downgrades")),
    ):
        body = render._render_cmd_body(container, autogen_context)
        template_args[token] = render._indent(body)
    template_args["imports"] = "\n".join(sorted(autogen_context.imports))
