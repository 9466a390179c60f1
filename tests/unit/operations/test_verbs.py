"""Every verb of the operation families is in `op`, and every change of a table in a batch."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from limbeck import op, operations
from limbeck.script.render_calls import TABLE_ARGUMENT


def verbs() -> Iterator[str]:
    """The public functions that build an operation in a scope."""
    for module_info in pkgutil.iter_modules(operations.__path__):
        module = importlib.import_module(f"{operations.__name__}.{module_info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            parameters = list(inspect.signature(function).parameters.values())
            if parameters and parameters[0].annotation == "Scope":
                yield name


def test_every_verb_is_in_op() -> None:
    found = set(verbs())
    assert len(found) > 30
    assert found - set(op.__all__) == set()


def test_what_changes_a_table_is_in_a_batch() -> None:
    assert set(TABLE_ARGUMENT) - set(dir(op.BatchOperations)) == set()
