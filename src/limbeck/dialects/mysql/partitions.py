"""How a table is partitioned: from the catalog, and compared with what a model says.

The option ``mysql_partition_by`` is all that follows PARTITION BY, but for the number of partitions
where that is said in ``mysql_partitions``. Partitions themselves come and go with the rows that
they hold: the method and the expression are compared, not the list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

QUERY = (
    "SELECT table_name, partition_ordinal_position, subpartition_ordinal_position, partition_name, "
    "partition_method, partition_expression, partition_description, subpartition_method, "
    "subpartition_expression FROM information_schema.partitions "
    "WHERE table_schema = :schema AND partition_method IS NOT NULL"
)


def inspected(rows: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The options of a table with those rows of the catalog, without the dialect's name."""
    if not rows:
        return
    first = rows[0]
    _, _, _, _, method, expression, _, submethod, subexpression = first
    text = f"{method} ({expression or ''})"
    names = list(dict.fromkeys(row[3] for row in rows))
    if submethod is not None:
        count = len(rows) // len(names)
        text += f" SUBPARTITION BY {submethod} ({subexpression or ''}) SUBPARTITIONS {count}"
    if _is_listed(method):
        held = {row[3]: _held(method, row[6]) for row in rows}
        parts = ", ".join(f"PARTITION {_quoted(name)} VALUES {held[name]}" for name in names)
        text += f" ({parts})"
    else:
        yield "partitions", str(len(names))
    yield "partition_by", text


def _is_listed(method: str) -> bool:
    """Whether each partition says what it holds."""
    return method.startswith(("RANGE", "LIST"))


def _held(method: str, description: str) -> str:
    if method.startswith("LIST"):
        return f"IN ({description})"
    return "LESS THAN MAXVALUE" if description == "MAXVALUE" else f"LESS THAN ({description})"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


_HEAD = re.compile(
    r"\s*(?P<method>(?:LINEAR\s+)?(?:HASH|KEY|RANGE|LIST)(?:\s+COLUMNS)?)\s*"
    r"(?:ALGORITHM\s*=\s*\d+\s*)?\(",
    re.IGNORECASE,
)


def is_same(declared: str, found: str) -> bool:
    """Whether rows are divided in the same way; servers write expressions in words of their own."""
    return _head(declared) == _head(found)


def _head(text: str) -> tuple[str, Counter[str]]:
    """The method, and the words of the expression."""
    match = _HEAD.match(text)
    if match is None:
        return text.strip().lower(), Counter()
    depth, end = 1, match.end()
    while depth and end < len(text):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    words = re.findall(r"\w+", text[match.end() : end].lower())
    return " ".join(match["method"].upper().split()), Counter(words)


def statement(partition_by: str | None, partitions: str | None) -> str:
    """What ALTER TABLE says: it divides all rows anew."""
    if partition_by is None:
        return "REMOVE PARTITIONING"
    return f"PARTITION BY {partition_by}" + (f" PARTITIONS {partitions}" if partitions else "")
