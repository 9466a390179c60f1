"""Migrations from inside an application: `Migrator`, `AsyncMigrator` for asyncio, `Fleet` for many.

Nothing is printed, no logging is set up, and the process stays as it is: no signal handlers, no
`sys.path`, no current folder, no environment. Any number of them may run at once, in threads and
in tasks.
"""

from __future__ import annotations

from limbeck.migrator.awaited import AsyncMigrator
from limbeck.migrator.blocking import Checked, Migrator
from limbeck.migrator.fleet import Fleet
from limbeck.migrator.members import Member, Outcome, Outcomes
from limbeck.revision.revision import Revision

__all__ = [
    "AsyncMigrator",
    "Checked",
    "Fleet",
    "Member",
    "Migrator",
    "Outcome",
    "Outcomes",
    "Revision",
]
