"""What a migration context was configured with, as its parts ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.database.options import RunOptions, run_options
from limbeck.database.version_table import VersionTable
from limbeck.dialects.base import Dialect as LimbeckDialect
from limbeck.dialects.base import dialect as limbeck_dialect
from limbeck.operations.naming import LazyConvention, convention_of


class Configured:
    """`opts` holds everything that `configure` was given, keywords of the user's own included."""

    def __init__(self, dialect: Dialect, opts: Mapping[str, Any], environment_context: Any) -> None:
        self.dialect = dialect
        self.opts = dict(opts)
        self.environment_context = environment_context

    @cached_property
    def limbeck_dialect(self) -> LimbeckDialect:
        """Our dialect for it."""
        return limbeck_dialect(self.dialect.name)

    @cached_property
    def transactional_ddl(self) -> bool:
        """Whether DDL can be rolled back: the dialect's answer, or the user's."""
        given = self.opts.get("transactional_ddl")
        return self.limbeck_dialect.transactional_ddl if given is None else bool(given)

    @property
    def config(self) -> Any:
        """The Config of the environment, where there is one."""
        environment = self.environment_context
        return None if environment is None else environment.config

    @cached_property
    def version(self) -> VersionTable:
        """The version table as configured."""
        return VersionTable(
            self.opts.get("version_table") or "alembic_version",
            self.opts.get("version_table_schema"),
            bool(self.opts.get("version_table_pk", True)),
        )

    @cached_property
    def run_options(self) -> RunOptions:
        """How the run behaves towards others: from `configure`, else from the configuration."""
        return run_options(self.opts, self.config)

    @property
    def version_table(self) -> str:
        """The name of the version table."""
        return self.version.name

    @property
    def version_table_schema(self) -> str | None:
        """The schema of the version table."""
        return self.version.schema

    @cached_property
    def naming_convention(self) -> Mapping[str, Any]:
        """The convention of the target metadata, of the first that has one.

        Where the models were not asked for they are imported when a name depends on it.
        """
        target = self.opts.get("target_metadata")
        if target is None and (load := self.opts.get("load_metadata")) is not None:
            return LazyConvention(lambda: convention_of(load()))
        return convention_of([target] if isinstance(target, sa.MetaData) else target or ())
