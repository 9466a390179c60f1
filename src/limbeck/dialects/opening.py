"""What a statement is by its first words: enough to know how it has to be run."""

from __future__ import annotations

import re

_COMMENTS = re.compile(r"\s*(?:/\*(?!!).*?\*/|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$))", re.DOTALL)
_READS = re.compile(
    r"(?:SELECT|VALUES|TABLE|SHOW|EXPLAIN|DESCRIBE|DESC|PRAGMA|HELP|WITH(?!.*\b(?:INSERT|UPDATE"
    r"|DELETE|MERGE)\b))\b",
    re.I | re.DOTALL,
)
_SESSION = re.compile(
    r"(?:SET|RESET|USE|LISTEN|UNLISTEN|PREPARE|DEALLOCATE|DISCARD|SAVEPOINT|RELEASE|ROLLBACK\s+TO"
    r"|(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?|DROP\s+)TEMP(?:ORARY)?)\b",
    re.I,
)
_CONTROL = re.compile(r"(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT)\b[^;]*;?\s*$", re.I)
_ENDS = re.compile(r"(?:COMMIT|END)(?:\s+(?:WORK|TRANSACTION))?\s*;?\s*$", re.I)

IDENTIFIER = r'(?:`(?:[^`]|``)+`|"(?:[^"]|"")+"|[\w$]+)'
QUALIFIED = rf"{IDENTIFIER}(?:\s*\.\s*{IDENTIFIER})*"


def without_comments(sql: str) -> str:
    """The statement without the comments and white space before it."""
    sql = sql.lstrip()
    while found := _COMMENTS.match(sql):
        sql = sql[found.end() :].lstrip()
    return sql


def reads(sql: str) -> bool:
    """Whether it is written as a query; what a function does that it calls is not known."""
    return _READS.match(without_comments(sql)) is not None


def is_for_session(sql: str) -> bool:
    """Whether what it does ends with the session, so that another one has to run it again."""
    return _SESSION.match(without_comments(sql)) is not None


def controls_transaction(sql: str) -> bool:
    """Whether it begins or ends a transaction."""
    return _CONTROL.match(without_comments(sql)) is not None


def ends_transaction(sql: str) -> bool:
    """Whether it is COMMIT, by one of its names."""
    return _ENDS.match(without_comments(sql)) is not None


def unquoted(identifier: str) -> str:
    """An identifier without its quotes."""
    quote = identifier[:1]
    if quote in ('"', "`"):
        return identifier[1:-1].replace(quote * 2, quote)
    return identifier


def names(qualified: str) -> tuple[str, ...]:
    """The parts of a qualified name, unquoted."""
    return tuple(unquoted(part) for part in re.findall(IDENTIFIER, qualified))
