"""What a comparison looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from limbeck.schema.names import Name
from limbeck.schema.objects import Column

ColumnQuestion: TypeAlias = Callable[[Name, Column, Column], bool | None]
"""Whether two columns of that table differ, before and after; None leaves it to the values."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which differences count. A callable in place of a bool is asked about each pair of columns.

    A family that is False is left as it is on both sides; new tables come with all they have.
    """

    compare_type: bool | ColumnQuestion = True
    compare_server_default: bool | ColumnQuestion = True
    comments: bool = True
    primary_keys: bool = True
    uniques: bool = True
    foreign_keys: bool = True
    checks: bool = True
    excludes: bool = True
    indexes: bool = True
    enums: bool = True
    table_options: bool = True
    drops_objects: bool = False
    """Whether sequences and domains that the models do not name are dropped: what no revision of
    the project has made may be another's."""

    @property
    def asks(self) -> bool:
        """Whether equal values may still differ, because a callable may say so."""
        return callable(self.compare_type) or callable(self.compare_server_default)


def differs(
    setting: bool | ColumnQuestion, table: Name, before: Column, after: Column, unequal: bool
) -> bool:
    """Whether a column's type or default counts as different, given that its values are unequal."""
    if isinstance(setting, bool):
        return setting and unequal
    answer = setting(table, before, after)
    return unequal if answer is None else answer
