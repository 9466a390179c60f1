"""What an env.py calls: ``from limbeck import context``.

Each name speaks for the environment of the command that is under way; used outside of one, it
raises NameError. `config` and `script` are attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, overload

from limbeck.project.environment import current_environment

if TYPE_CHECKING:
    import sqlalchemy as sa

    from limbeck.database.migration import MigrationContext
    from limbeck.project.config import Config
    from limbeck.script.directory import ScriptDirectory

    config: Config
    script: ScriptDirectory


def __getattr__(name: str) -> Any:
    if name in ("config", "script"):
        return getattr(current_environment(name), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def configure(
    connection: sa.Connection | None = None,
    url: Any = None,
    dialect_name: str | None = None,
    dialect_opts: Mapping[str, Any] | None = None,
    **kw: Any,
) -> None:
    """Sets up the migration context on a connection, or for a URL or dialect name.

    `kw` are the keywords that Alembic's users know. What the models are and what is compared:
    `target_metadata` (a MetaData, a declarative base, or a list of them), `include_name`,
    `include_object`, `include_schemas`, `compare_type`, `compare_server_default`. How a script is
    written: `render_item`, `render_as_batch`, `user_module_prefix`, `sqlalchemy_module_prefix`,
    `process_revision_directives`, `template_args`, `upgrade_token`, `downgrade_token`. How it runs:
    `version_table`, `version_table_schema`, `version_table_pk`, `transaction_per_migration`,
    `transactional_ddl`, `on_version_apply`, `starting_rev`, `tag`, `literal_binds`,
    `output_buffer`, and Limbeck's `history`, `lock`, `lock_wait`, `lock_timeout`, `lock_retries`,
    `statement_timeout` and `scratch_url`, the settings of these names. Further ones are kept in
    the context's `opts`.
    """
    current_environment("configure").configure(connection, url, dialect_name, dialect_opts, **kw)


def run_migrations(**kw: Any) -> None:
    """Runs the command's steps; keywords reach ``upgrade(**kw)`` of each script."""
    current_environment("run_migrations").run_migrations(**kw)


def begin_transaction() -> AbstractContextManager[Any]:
    """The transaction of the run, where there is one for all of it."""
    return current_environment("begin_transaction").begin_transaction()


def execute(sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
    """Runs SQL, or writes it with ``--sql``."""
    current_environment("execute").execute(sql, execution_options)


def static_output(text: str) -> None:
    """Writes text to the script (``--sql``)."""
    current_environment("static_output").static_output(text)


def get_bind() -> sa.Connection | None:
    """The connection."""
    return current_environment("get_bind").get_bind()


def get_context() -> MigrationContext:
    """The migration context."""
    return current_environment("get_context").get_context()


def get_impl() -> Any:
    """The dialect's side of the migration context."""
    return current_environment("get_impl").get_impl()


def get_head_revision() -> str | tuple[str, ...] | None:
    """The one head of the scripts."""
    return current_environment("get_head_revision").get_head_revision()


def get_head_revisions() -> tuple[str, ...]:
    """The heads of the scripts."""
    return current_environment("get_head_revisions").get_head_revisions()


def get_revision_argument() -> str | tuple[str, ...] | None:
    """The target that the command was given."""
    return current_environment("get_revision_argument").get_revision_argument()


def get_starting_revision_argument() -> str | tuple[str, ...] | None:
    """Where the run starts."""
    return current_environment("get_starting_revision_argument").get_starting_revision_argument()


def get_tag_argument() -> str | None:
    """The value of ``--tag``."""
    return current_environment("get_tag_argument").get_tag_argument()


@overload
def get_x_argument(as_dictionary: Literal[False] = ...) -> list[str]: ...
@overload
def get_x_argument(as_dictionary: Literal[True]) -> dict[str, str]: ...
@overload
def get_x_argument(as_dictionary: bool) -> list[str] | dict[str, str]: ...
def get_x_argument(as_dictionary: bool = False) -> list[str] | dict[str, str]:
    """The values of ``-x``."""
    return current_environment("get_x_argument").get_x_argument(as_dictionary)


def is_offline_mode() -> bool:
    """Whether SQL is written instead of run (``--sql``)."""
    return current_environment("is_offline_mode").is_offline_mode()


def is_transactional_ddl() -> bool:
    """Whether the database's DDL can be rolled back."""
    return current_environment("is_transactional_ddl").is_transactional_ddl()


def requires_connection() -> bool:
    """Whether a connection is needed."""
    return current_environment("requires_connection").requires_connection()
