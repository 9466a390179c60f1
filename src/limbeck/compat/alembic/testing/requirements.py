"""``alembic.testing.requirements``."""

from __future__ import annotations

from typing import Any

from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import Requirements

_OPEN = (
    "alter_column",
    "autoincrement_on_composite_pk",
    "check_constraint_reflection",
    "check_constraints_w_enforcement",
    "fk_initially",
    "fk_ondelete_noaction",
    "fk_onupdate",
    "foreign_key_constraint_reflection",
    "foreign_key_match",
    "reflects_fk_options",
    "schemas",
    "unique_constraint_reflection",
)
_CLOSED = (
    "computed_columns",
    "comments",
    "fk_deferrable",
    "fk_names",
    "fk_ondelete_is_reflected",
    "fk_ondelete_restrict",
    "fk_onupdate_is_reflected",
    "fk_onupdate_restrict",
    "identity_columns",
    "identity_columns_alter",
    "reflects_pk_names",
    "sequences",
)


def _requirement(answer: Any) -> property:
    return property(lambda self: answer())


class SuiteRequirements(Requirements):
    """What a database can do; subclasses say it for theirs."""


for _name in _OPEN:
    setattr(SuiteRequirements, _name, _requirement(exclusions.open))
for _name in _CLOSED:
    setattr(SuiteRequirements, _name, _requirement(exclusions.closed))
