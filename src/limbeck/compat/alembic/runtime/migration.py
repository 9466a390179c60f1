"""``alembic.runtime.migration``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.compat.alembic.script.base import RevisionStep, Script, ScriptDirectory, StampStep
from limbeck.compat.alembic.script.revision import RevisionMap
from limbeck.database import migration, steps
from limbeck.database.steps import MigrationStep
from limbeck.database.version_table import VersionTable
from limbeck.dialects.base import Dialect as LimbeckDialect
from limbeck.revision.graph import Graph

if TYPE_CHECKING:
    from limbeck.compat.alembic.ddl.impl import DefaultImpl
    from limbeck.compat.alembic.operations.base import Operations

__all__ = [
    "HeadMaintainer",
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "StampStep",
]

log = logging.getLogger("alembic.runtime.migration")


class MigrationInfo:
    """What a step does to the version table."""

    def __init__(
        self,
        revision_map: RevisionMap,
        is_upgrade: bool,
        is_stamp: bool,
        up_revisions: str | Iterable[str] | None,
        down_revisions: str | Iterable[str] | None,
    ) -> None:
        self.revision_map = revision_map
        self.is_upgrade = is_upgrade
        self.is_stamp = is_stamp
        self.up_revision_ids = _ids(up_revisions)
        self.down_revision_ids = _ids(down_revisions)

    @property
    def is_migration(self) -> bool:
        """Whether a revision ran, and not only a stamp."""
        return not self.is_stamp

    @property
    def up_revision_id(self) -> str | None:
        """The upper revision."""
        return next(iter(self.up_revision_ids), None)

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """The rows that go."""
        return self.down_revision_ids if self.is_upgrade else self.up_revision_ids

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        """The rows that come."""
        return self.up_revision_ids if self.is_upgrade else self.down_revision_ids

    @property
    def up_revision(self) -> Any:
        """The upper revision."""
        return self.revision_map.get_revision(self.up_revision_id)

    @property
    def up_revisions(self) -> tuple[Any, ...]:
        """The upper revisions."""
        return self.revision_map.get_revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Any, ...]:
        """The lower revisions."""
        return self.revision_map.get_revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> tuple[Any, ...]:
        """The revisions whose rows go."""
        return self.revision_map.get_revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> tuple[Any, ...]:
        """The revisions whose rows come."""
        return self.revision_map.get_revisions(self.destination_revision_ids)


def _ids(given: str | Iterable[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


@dataclass(frozen=True, slots=True)
class _VersionTable(VersionTable):
    """The version table: its rows come in the database's order, as programs take the first.

    Its shape is the one that a dialect of a third party gives it, where one does.
    """

    make: Callable[..., sa.Table] | None = None

    def table(self) -> sa.Table:
        """The table for SQLAlchemy."""
        if self.make is None:
            return VersionTable(self.name, self.schema, self.primary_key).table()
        return self.make(
            version_table=self.name,
            version_table_schema=self.schema,
            version_table_pk=self.primary_key,
        )

    def rows(self, connection: sa.Connection) -> tuple[str, ...]:
        """The revisions in the table; none where there is no table."""
        return self.fetch(connection)


class MigrationContext(migration.MigrationContext):
    """Where migrations run, with Alembic's further names."""

    @cached_property
    def impl(self) -> DefaultImpl:  # type: ignore[override]  # ours answers for itself
        """The dialect's side of it."""
        from limbeck.compat.alembic.ddl import load_impl

        return load_impl(self)

    @cached_property
    def limbeck_dialect(self) -> LimbeckDialect:
        """Our dialect for it, or one that a third party's `DefaultImpl` stands for."""
        from limbeck.compat.alembic.ddl.foreign import find_dialect

        return find_dialect(self.dialect)

    @cached_property
    def operations(self) -> Operations:
        """The verbs on this context."""
        from limbeck.compat.alembic.operations.base import Operations

        return Operations(self)

    @cached_property
    def version(self) -> VersionTable:
        """The version table as configured."""
        from limbeck.compat.alembic.ddl.impl import overridden

        make = overridden(self.dialect.name, "version_table_impl")
        return _VersionTable(
            self.opts.get("version_table") or "alembic_version",
            self.opts.get("version_table_schema"),
            bool(self.opts.get("version_table_pk", True)),
            None if make is None else self.impl.version_table_impl,
        )

    @cached_property
    def _version(self) -> sa.Table:
        return self.version.table()

    def _has_version_table(self) -> bool:
        assert self.connection is not None
        return self.version.exists(self.connection)

    def _ensure_version_table(self, purge: bool = False) -> None:
        self.ensure_version_table(purge)

    def _in_connection_transaction(self) -> bool:
        return self.connection is not None and self.connection.in_transaction()

    @property
    def _user_compare_server_default(self) -> Any:
        return self.opts.get("compare_server_default", True)

    @cached_property
    def on_version_apply(self) -> tuple[Callable[..., Any], ...]:
        """The user's hooks after each step, told of it in Alembic's words."""
        given = self.opts.get("on_version_apply") or ()
        callbacks = (given,) if callable(given) else tuple(given)
        return tuple(self._told(callback) for callback in callbacks)

    def _told(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(callback)
        def call(*, step: steps.MigrationInfo, **kw: Any) -> Any:
            map_ = self._map(step.revision_map)
            up, down = step.up_revision_ids, step.down_revision_ids
            return callback(
                step=MigrationInfo(map_, step.is_upgrade, step.is_stamp, up, down), **kw
            )

        return call

    def _map(self, graph: Graph) -> RevisionMap:
        if isinstance(self.script, ScriptDirectory):
            return self.script.revision_map
        scripts: Any = self.script
        return RevisionMap(lambda: (Script._of(value, scripts) for value in graph))

    @classmethod
    def configure(
        cls,
        connection: sa.Connection | None = None,
        url: Any = None,
        dialect_name: str | None = None,
        dialect: Dialect | None = None,
        environment_context: Any = None,
        dialect_opts: Mapping[str, Any] | None = None,
        opts: Mapping[str, Any] | None = None,
    ) -> MigrationContext:
        """A context on a connection, or for the dialect of a URL or a name."""
        plain = getattr(connection, "sync_connection", connection)
        if plain is not None and not isinstance(plain, sa.Connection):
            plain = getattr(plain, "connection", plain)  # a thing that wraps a connection
        made = super().configure(
            plain, url, dialect_name, dialect, environment_context, dialect_opts, opts
        )
        assert isinstance(made, MigrationContext)
        return made


class HeadMaintainer:
    """The rows of the version table while steps run."""

    def __init__(self, context: MigrationContext, heads: Iterable[str]) -> None:
        self.context = context
        self.heads = set(heads)

    def update_to_step(self, step: MigrationStep) -> None:
        """Changes the rows for a step."""
        self.heads = set(self.context.record(step, tuple(sorted(self.heads))))
