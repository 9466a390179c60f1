"""The environment of one command: what env.py configures, and what runs without an env.py."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, Token
from typing import Any, ClassVar

import sqlalchemy as sa

from limbeck.database.connect import run_connected
from limbeck.database.migration import MigrationContext
from limbeck.database.tenants import require_schema, searching, seen_from
from limbeck.errors import CommandError, ConfigurationError, LimbeckError, locate
from limbeck.project.config import Config
from limbeck.project.dotenv import environment_of
from limbeck.project.given import NOT_GIVEN, GivenDatabase, url_of
from limbeck.project.native import native_options
from limbeck.project.settings import Settings
from limbeck.project.sources import resolve_url
from limbeck.revision.identifiers import resolve
from limbeck.runtime.invoke import running
from limbeck.script.directory import ScriptDirectory
from limbeck.script.module import run_file

_current: ContextVar[EnvironmentContext | None] = ContextVar("limbeck_environment", default=None)

_RESET: Mapping[str, Any] = {
    "transaction_per_migration": False,
    "target_metadata": None,
    "include_name": None,
    "include_object": None,
    "include_schemas": False,
    "process_revision_directives": None,
    "compare_type": True,
    "compare_server_default": True,
    "render_item": None,
    "render_as_batch": False,
    "literal_binds": False,
    "upgrade_token": "upgrades",
    "downgrade_token": "downgrades",
    "alembic_module_prefix": "op.",
    "sqlalchemy_module_prefix": "sa.",
    "user_module_prefix": None,
    "on_version_apply": (),
}
"""Keywords of `configure` that fall back to these on each call."""

_STICKY = ("transactional_ddl", "output_buffer", "starting_rev", "tag", "template_args")
"""Keywords that stay from one call to the next where the later one does not give them."""


def current_environment(asked: str) -> EnvironmentContext:
    """The environment of the command under way; NameError when there is none."""
    environment = _current.get()
    if environment is None:
        raise NameError(
            f"Can't invoke function '{asked}', as the proxy object has not yet been established "
            "for the 'EnvironmentContext' class: no command is running env.py.  "
            "Try placing this code inside a callable."
        )
    return environment


class EnvironmentContext:
    """One command's run: its configuration, its scripts, and the migration context in use.

    As a context manager it is what `limbeck.context` speaks for. `fn(rows, context)` gives the
    steps to run. Further keywords are options of `configure`.
    """

    database: GivenDatabase = NOT_GIVEN
    """What a program gave, in the place of what is configured."""

    context_class: ClassVar[type[MigrationContext]] = MigrationContext
    """What `configure` makes."""

    def __init__(self, config: Config, script: ScriptDirectory, **kw: Any) -> None:
        self.config = config
        self.script = script
        self.context_opts: dict[str, Any] = kw
        self._migration_context: MigrationContext | None = None
        self._token: Token[EnvironmentContext | None] | None = None

    def __enter__(self) -> EnvironmentContext:
        self._token = _current.set(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._token is not None:
            _current.reset(self._token)
            self._token = None

    # -- what the command asks for --------------------------------------------------------------

    def is_offline_mode(self) -> bool:
        """Whether SQL is written instead of run (``--sql``)."""
        return bool(self.context_opts.get("as_sql", False))

    def is_transactional_ddl(self) -> bool:
        """Whether the database's DDL can be rolled back."""
        return self.get_context().transactional_ddl

    @property
    def connects(self) -> bool:
        """Whether native mode has to connect to the database for the command."""
        return bool(self.context_opts.get("connects", True))

    def requires_connection(self) -> bool:
        """Whether a connection is needed."""
        return not self.is_offline_mode()

    def _ids(self, identifier: str) -> tuple[str, ...]:
        return tuple(revision.id for revision in resolve(self.script.graph, identifier))

    def get_head_revision(self) -> str | tuple[str, ...] | None:
        """The one head; CommandError for several."""
        heads = self.script.graph.heads
        if len(heads) > 1:
            raise CommandError(
                "The script directory has multiple heads (due to branching). "
                "Use get_head_revisions(), or merge the branches using the merge command."
            )
        return heads[0] if heads else None

    def get_head_revisions(self) -> tuple[str, ...]:
        """The heads."""
        return self.script.graph.heads

    def get_starting_revision_argument(self) -> str | tuple[str, ...] | None:
        """Where the run starts: the left side of ``a:b`` with ``--sql``, else the current rows."""
        if self._migration_context is not None:
            rows = self._migration_context.get_current_heads()
            return rows[0] if len(rows) == 1 else (rows or None)
        if "starting_rev" in self.context_opts:
            ids = self._ids(self.context_opts["starting_rev"])
            return ids[0] if len(ids) == 1 else (ids or None)
        raise CommandError("No starting revision argument is available.")

    def get_revision_argument(self) -> str | tuple[str, ...] | None:
        """The target that the command was given, as ids."""
        ids = self._ids(self.context_opts["destination_rev"])
        return ids[0] if len(ids) == 1 else (ids or None)

    def get_tag_argument(self) -> str | None:
        """The value of ``--tag``."""
        tag: str | None = self.context_opts.get("tag")
        return tag

    def get_x_argument(self, as_dictionary: bool = False) -> list[str] | dict[str, str]:
        """The values of ``-x``; as a dictionary by what stands before ``=``."""
        options = self.config.cmd_opts
        values: list[str] = list(getattr(options, "x", None) or [])
        if not as_dictionary:
            return values
        return {key: value for key, _, value in (item.partition("=") for item in values)}

    # -- what env.py does -----------------------------------------------------------------------

    def configure(
        self,
        connection: sa.Connection | None = None,
        url: Any = None,
        dialect_name: str | None = None,
        dialect_opts: Mapping[str, Any] | None = None,
        **kw: Any,
    ) -> None:
        """Sets up the migration context on a connection, or for a URL or dialect name.

        Takes the keywords that Alembic's users know; others are kept in the context's `opts`.
        """
        self.database.refuse_other(connection)
        opts = self.context_opts
        template_args = {**opts.get("template_args", {}), **(kw.pop("template_args", None) or {})}
        for key in _STICKY:
            if kw.get(key) is None:
                kw.pop(key, None)
        opts.update({**_RESET, **kw})
        opts["script"] = self.script
        if "template_args" in opts or template_args:
            opts["template_args"] = template_args
        opts.setdefault("output_buffer", self.config.output_buffer)
        if opts["output_buffer"] is None:
            opts.pop("output_buffer")
        self._migration_context = self.context_class.configure(
            connection, url, dialect_name, None, self, dialect_opts, opts
        )

    def run_migrations(self, **kw: Any) -> None:
        """Runs the command's steps; keywords reach ``upgrade(**kw)`` of each script."""
        self.get_context().run_migrations(**kw)

    def begin_transaction(self) -> AbstractContextManager[Any]:
        """The transaction of the run, where there is one for all of it."""
        return self.get_context().begin_transaction()

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Runs SQL, or writes it."""
        self.get_context().execute(sql, execution_options)

    def static_output(self, text: str) -> None:
        """Writes text to the script (``--sql``)."""
        self.get_context().static_output(text)

    def put_context(self, context: MigrationContext, *, as_sql: bool | None) -> None:
        """Puts another migration context in the place of the one in use."""
        self._migration_context = context
        self.context_opts["as_sql"] = as_sql

    def get_context(self) -> MigrationContext:
        """The migration context; CommandError before `configure`."""
        if self._migration_context is None:
            raise CommandError("No context has been configured yet.")
        return self._migration_context

    @contextmanager
    def speaking_for(self, context: MigrationContext) -> Iterator[None]:
        """Has what scripts ask answered by that context inside the block, as in a run online."""
        usual = self._migration_context, self.context_opts.get("as_sql", False)
        self._migration_context, self.context_opts["as_sql"] = context, False
        try:
            yield
        finally:
            self._migration_context, self.context_opts["as_sql"] = usual

    def get_bind(self) -> sa.Connection | None:
        """The connection."""
        return self.get_context().bind

    def get_impl(self) -> Any:
        """The dialect's side of the context."""
        return self.get_context().impl

    @contextmanager
    def operations(self) -> Iterator[None]:
        """Binds the verbs of `op` outside of a run."""
        with running(self.get_context().interpreter):
            yield


def run_environment(environment: EnvironmentContext, settings: Settings | None) -> None:
    """Runs env.py, or in native mode without one, what the settings say.

    What env.py raises carries file and line (`errors.locate`).
    """
    with environment:
        if settings is None or runs_env_py(environment.script, settings):
            _run_env_py(environment.script.env_py)
        else:
            _run_settings(environment, settings)


def runs_env_py(scripts: ScriptDirectory, settings: Settings | None) -> bool:
    """Whether the project has an env.py that runs: always, unless it is native."""
    return settings is None or (settings.env_py and os.path.exists(scripts.env_py))


def _run_env_py(path: str) -> None:
    if not os.path.exists(path):
        raise ConfigurationError(f"There is no {path}: run 'limbeck init' to make one.")
    try:
        run_file(path, "env_py")
    except LimbeckError:
        raise
    except Exception as error:
        locate(error, path, "env.py")
        raise


def _run_settings(environment: EnvironmentContext, settings: Settings) -> None:
    options = native_options(settings, environment.context_opts.get("needs_metadata", False))
    target: Any = environment.database.target or configured_url(settings)
    schema = settings.schema if environment.connects else None
    if schema is not None:
        if not isinstance(target, sa.Connection):
            target = seen_from(target, schema)
            environment.database = NOT_GIVEN  # it is one beside that
        options["version_table_schema"] = _version_schema(target, settings)

    def work(connection: sa.Connection) -> None:
        with _seeing(connection, schema, is_callers=connection is target):
            environment.configure(connection=connection, **options)
            _run(environment)

    url = url_of(target)
    if not environment.connects:
        environment.configure(url=url, **options)
        environment.context_opts["fn"]((), environment.get_context())
    elif environment.is_offline_mode():
        if schema is not None and not isinstance(target, sa.URL):
            raise ConfigurationError("--sql knows no search path: leave out 'schema' or --tenant.")
        environment.configure(url=url, literal_binds=True, **options)
        _run(environment)
    elif isinstance(target, sa.Connection):
        work(target)
    else:
        run_connected(target, work)


def _seeing(
    connection: sa.Connection, schema: str | None, *, is_callers: bool
) -> AbstractContextManager[None]:
    """A connection that looks into that schema first: ours was opened so, a caller's is made to."""
    if schema is None:
        return nullcontext()
    if is_callers:
        return searching(connection, schema)
    require_schema(connection, schema)
    return nullcontext()


def _version_schema(target: Any, settings: Settings) -> str | None:
    """Where a tenant's version table is: never where `public` has one."""
    is_schema = not isinstance(target, sa.URL)
    return settings.schema if is_schema else settings.version_table_schema


def configured_url(settings: Settings) -> Any:
    """The URL or engine of the settings. Raises ConfigurationError where there is none."""
    if settings.url is None:
        raise ConfigurationError(
            f"{settings.file}: [tool.limbeck] has no 'url'. Give a URL, \"$VARIABLE\", or "
            '"module:attribute".'
        )
    return resolve_url(settings.url, environment_of(settings.here))


def _run(environment: EnvironmentContext) -> None:
    with environment.begin_transaction():
        environment.run_migrations()
