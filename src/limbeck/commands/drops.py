"""A revision that drops much is refused until somebody says that it is meant."""

from __future__ import annotations

from limbeck.commands.autogenerate import Difference
from limbeck.errors import UnsafeDrop
from limbeck.operations.tables import DropTable

SHARE = 3
"""More than one table in so many may not be dropped at once without being asked for."""


def refuse_drops(found: Difference) -> None:
    """Raises UnsafeDrop where all tables would go, or several, more than a third of them."""
    gone = [op.name for op in found.upgrade if isinstance(op, DropTable)]
    tables = len(found.inspected.tables)
    few = len(gone) < 2 or len(gone) * SHARE <= tables
    if not gone or (few and len(gone) < tables):
        return
    names = ", ".join(f"'{name}'" for name in sorted(gone, key=lambda name: name.sort_key))
    raise UnsafeDrop(
        f"This revision would drop {len(gone)} of {tables} tables: {names}.\n"
        "Most likely their models were not imported before the comparison, or the URL leads to "
        "the database of another application. If they are to go, pass --allow-drop."
    )
