"""What SQLite does for each action. It has one writer at a time, and locks the whole file."""

from __future__ import annotations

from collections.abc import Iterable

from limbeck.statements.action import Action
from limbeck.statements.hazards import Hazard, Known

_LOCK_NOTHING = ("select", "set", "begin", "commit", "nothing", "unread")


def hazards(action: Action, known: Known) -> Iterable[Hazard]:
    """The facts of one action."""
    if action.kind not in _LOCK_NOTHING:
        yield Hazard("lock", action.table, lock="database file", blocks="writes")
    if action.kind in ("drop table", "drop column"):
        lost = "all rows of the table" if action.kind == "drop table" else f"column {action.name}"
        yield Hazard("loses data", action.table, lost)
        yield Hazard("no way back", action.table)
    if action.kind == "drop column":
        yield Hazard("rewrite", action.table)
    if action.kind == "create index":
        yield Hazard("scan", action.table, "builds an index")
        if "unique" in action.words:
            yield Hazard("may fail", action.table, "if values are not unique")
    if action.kind == "vacuum":
        yield Hazard("no transaction")
    if action.kind == "unread":
        yield Hazard("unread", action.table)
