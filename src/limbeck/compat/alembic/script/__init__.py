"""``alembic.script``."""

from limbeck.compat.alembic.script.base import Script, ScriptDirectory

__all__ = ["Script", "ScriptDirectory"]
