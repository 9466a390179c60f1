"""``alembic.ext.checkconstraint_byname``: our comparison looks at checks anyway."""

from __future__ import annotations

from typing import Any


def setup(plugin: Any) -> None:
    """Adds nothing."""
