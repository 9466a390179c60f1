"""Statements with which MySQL and MariaDB commit.

https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html,
https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/,
https://mariadb.com/kb/en/atomic-ddl/ and atomic-ddl.html of MySQL for what an error leaves.
"""

from __future__ import annotations

import re

from limbeck.dialects.base import Commits
from limbeck.dialects.mysql.took_effect import took_effect
from limbeck.dialects.opening import without_comments

_ALONE = re.compile(
    r"(?!(?:CREATE\s+(?:OR\s+REPLACE\s+)?|DROP\s+)TEMPORARY\b)"
    r"(?:CREATE|ALTER|DROP|RENAME|TRUNCATE|GRANT|REVOKE|ANALYZE|OPTIMIZE|REPAIR|CHECK\s+TABLE"
    r"|CACHE\s+INDEX|LOAD\s+INDEX|FLUSH|RESET|INSTALL|UNINSTALL|LOCK\s+TABLES|UNLOCK\s+TABLES"
    r"|CALL)\b",
    re.I,
)
_CALL = re.compile(r"CALL\b", re.I)
_NOT_ATOMIC = re.compile(r"CALL\b|DROP\s+(?:TABLE|VIEW)\s[^,]*,|.*;\s*\S", re.I | re.DOTALL)
_COMPOUND = re.compile(
    r"(?:CREATE|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:AGGREGATE\s+)?"
    r"(?:PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE)\b",
    re.I,
)


def alone(sql: str) -> bool:
    """Whether the server commits with it; with CALL, it may."""
    return _ALONE.match(without_comments(sql)) is not None


def atomic(sql: str) -> bool:
    """Whether an error means that it did nothing: not for several tables or statements at once."""
    sql = without_comments(sql)
    return _COMPOUND.match(sql) is not None or _NOT_ATOMIC.match(sql) is None


COMMITS = Commits(
    alone=alone,
    commits_before=lambda sql: alone(sql) and _CALL.match(without_comments(sql)) is None,
    took_effect=took_effect,
    atomic=atomic,
    session="SELECT CONNECTION_ID()",
    busy="SELECT command NOT IN ('Sleep', 'Daemon') FROM information_schema.processlist "
    "WHERE id = :session",
    nothing="DO 0",
)
