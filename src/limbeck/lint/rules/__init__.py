"""The rules: each module of this package is one, by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from limbeck.lint.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of their codes."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").RULE for name in names)
