"""Statements that SQLite refuses in a transaction."""

from __future__ import annotations

import re

from limbeck.dialects.base import Commits
from limbeck.dialects.opening import without_comments

_ALONE = re.compile(r"VACUUM\b", re.I)

COMMITS = Commits(
    alone=lambda sql: _ALONE.match(without_comments(sql)) is not None,
    took_effect=lambda connection, sql: False,
)
