"""``alembic.op``: the verbs as functions, those of third parties among them."""

from __future__ import annotations

from typing import Any

import limbeck.compat.alembic.operations  # noqa: F401  # registers the verbs
from limbeck import op as native
from limbeck.compat.alembic.operations.base import Operations, operations_of, verb
from limbeck.runtime.invoke import current

_NAMES = sorted(name for name in dir(Operations) if not name.startswith("_"))
_NOT_VERBS = {"context", "impl", "implementation_for", "register_operation", "schema_obj"}

for _name in _NAMES:
    if _name not in _NOT_VERBS:
        globals()[_name] = verb(_name)

for _name in native.__all__:
    # verbs that Alembic has no word for: scripts that Limbeck writes may call them
    globals().setdefault(_name, getattr(native, _name))

implementation_for = Operations.implementation_for
register_operation = Operations.register_operation
context = Operations.context

__all__ = [*(name for name in _NAMES if name not in ("impl", "schema_obj"))]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """``_proxy``: the verbs of the run that is under way. ``impl`` is its dialect's side."""
    if name == "_proxy":
        return operations_of(current(name).context)
    if name in ("impl", "migration_context", "schema_obj"):
        return getattr(operations_of(current(name).context), name)
    raise AttributeError(f"module 'alembic.op' has no attribute '{name}'")
