"""``alembic.runtime.environment``."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, ClassVar, Literal, TypeAlias

from limbeck.compat.alembic.runtime.migration import MigrationContext
from limbeck.project import environment

__all__ = [
    "CompareServerDefault",
    "CompareType",
    "EnvironmentContext",
    "IncludeNameFn",
    "IncludeObjectFn",
    "NameFilterParentNames",
    "NameFilterType",
    "OnVersionApplyFn",
    "ProcessRevisionDirectiveFn",
    "RenderItemFn",
]

NameFilterType: TypeAlias = Literal[
    "schema",
    "table",
    "column",
    "index",
    "unique_constraint",
    "foreign_key_constraint",
    "check_constraint",
]
NameFilterParentNames: TypeAlias = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], "str | None"
]
ProcessRevisionDirectiveFn: TypeAlias = Callable[[Any, Any, list[Any]], None]
RenderItemFn: TypeAlias = Callable[[str, Any, Any], "str | Literal[False]"]
IncludeNameFn: TypeAlias = Callable[..., bool]
IncludeObjectFn: TypeAlias = Callable[..., bool]
OnVersionApplyFn: TypeAlias = Callable[..., None]
CompareServerDefault: TypeAlias = Callable[..., "bool | None"]
CompareType: TypeAlias = Callable[..., "bool | None"]


class EnvironmentContext(environment.EnvironmentContext):
    """One command's run, with Alembic's migration context."""

    context_class: ClassVar[type[Any]] = MigrationContext
