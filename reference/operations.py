"""The page of operations: what `limbeck.op` holds, by the module that builds it."""

from __future__ import annotations

import inspect
from typing import Any

from limbeck import op
from limbeck.runtime.batch import BatchOperations
from reference.links import OPERATIONS
from reference.text import MADE, more, stub, words

_HEADINGS = {
    "tables": "Tables",
    "alter_table": "Tables",
    "columns": "Columns",
    "constraints": "Constraints",
    "indexes": "Indexes",
    "renames": "Renaming and validating",
    "data": "SQL and rows",
    "backfill": "SQL and rows",
    "types": "Enum types",
    "sequences": "Sequences",
    "domains": "Domains",
    "schemas": "Schemas",
    "extensions": "Extensions",
    "batch": "Several changes of one table",
    "op": "The run",
}
"""By the last name of the module that an operation comes from, in the order of the page."""

_TOP = """# What `op` holds

The names of `limbeck.op`, with their arguments; [operations](../operations.md) tells how they are
used. In the code of a migration they are called as `op.create_table(…)`, and return nothing
unless something else is said. `schema` names the schema of a table or another object, where it is
not the default one. `**kw` takes the options of a database, such as `postgresql_where` and
`mysql_length`, by the names that SQLAlchemy has for them.
"""


def page() -> str:
    """Markdown: each operation below the heading of its kind."""
    kinds: dict[str, list[str]] = {heading: [] for heading in _HEADINGS.values()}
    for name in op.__all__:
        if name == "BatchOperations":
            continue
        function = inspect.unwrap(getattr(op, name))
        module = function.__module__.rpartition(".")[2]
        kinds[_HEADINGS[module]].append(_entry(name, function))
        if name == "batch_alter_table":
            kinds[_HEADINGS[module]] += _batch()
    parts = [MADE + _TOP]
    for heading, entries in kinds.items():
        parts += [f"## {heading}\n", *entries]
    return "\n".join(parts)


def _entry(name: str, function: Any) -> str:
    text = words(function.__doc__)
    if not text:
        raise ValueError(f"op.{name} has no docstring")
    written = stub(name, function, leaving_out=("scope",), returns=False)
    return f"### {name}\n\n{written}\n\n{text}{more(OPERATIONS, name)}\n"


def _batch() -> list[str]:
    """The methods of the value that the block gets."""
    methods = [
        (name, function)
        for name, function in vars(BatchOperations).items()
        if not name.startswith("_") and callable(function)
    ]
    blocks = [
        stub(name, function, leaving_out=("self",), returns=False) for name, function in methods
    ]
    lines = [
        f"{block}\n\n{words(function.__doc__)}\n"
        for block, (_, function) in zip(blocks, methods, strict=True)
    ]
    return ["The block's value, `with op.batch_alter_table(…) as batch_op:`, has these:\n", *lines]
