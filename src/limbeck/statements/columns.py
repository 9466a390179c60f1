"""Columns and constraints as they stand in CREATE TABLE and ALTER TABLE."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from limbeck.statements.action import ColumnText, ConstraintText
from limbeck.statements.tokens import Cursor, Token, joined

_ENDS = (
    "NOT", "NULL", "DEFAULT", "CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "REFERENCES", "CHECK",
    "GENERATED", "COLLATE", "AUTO_INCREMENT", "AUTOINCREMENT", "COMMENT", "FIRST", "AFTER", "AS",
    "ON", "VIRTUAL", "STORED", "PERSISTENT", "STORAGE", "COMPRESSION", "INVISIBLE", "USING",
    "DEFERRABLE", "INITIALLY", "CASCADE", "RESTRICT", "ENFORCED",
)  # fmt: skip
"""Words before which a type or a default ends."""

_TABLE_CONSTRAINTS = (
    "CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE", "KEY", "INDEX", "FULLTEXT",
    "SPATIAL", "LIKE",
)  # fmt: skip


def is_table_constraint(cursor: Cursor) -> bool:
    """Whether an item of CREATE TABLE or ADD is a constraint or an index, and not a column."""
    if cursor.sees("NOT", "NULL"):
        return True
    return any(cursor.sees(word) for word in _TABLE_CONSTRAINTS)


def table_constraint(cursor: Cursor) -> ConstraintText | None:
    """Takes a constraint of a table; None for what is none of those that we know."""
    name = cursor.identifier() if cursor.take("CONSTRAINT") and not _kind_next(cursor) else ""
    found = _constraint(cursor, name)
    if found is None:
        return None
    if found.kind == "foreign key" or cursor.has("NOT", "VALID") or cursor.has("NOT", "ENFORCED"):
        unchecked = cursor.has("NOT", "VALID") or cursor.has("NOT", "ENFORCED")
        return replace(found, not_valid=unchecked)
    return found


def _kind_next(cursor: Cursor) -> bool:
    return any(cursor.sees(w) for w in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"))


def _constraint(cursor: Cursor, name: str) -> ConstraintText | None:
    if cursor.take("PRIMARY", "KEY"):
        return _keyed(cursor, "primary key", name)
    if cursor.take("UNIQUE"):
        cursor.take_one_of("KEY", "INDEX")
        own = "" if cursor.sees("(") or cursor.sees("USING") else _own_name(cursor)
        return _keyed(cursor, "unique", name or own)
    if cursor.take("FOREIGN", "KEY"):
        own = "" if cursor.sees("(") else cursor.identifier()
        columns = identifiers(cursor.group())
        return replace(_references(cursor), name=name or own, columns=columns)
    if cursor.take("CHECK"):
        return ConstraintText("check", name, expression=cursor.group().text)
    if cursor.take("EXCLUDE"):
        return ConstraintText("exclude", name)
    if cursor.take("NOT", "NULL"):
        return ConstraintText("not null", name, (cursor.identifier(),))
    return None


def _own_name(cursor: Cursor) -> str:
    return "" if cursor.sees("NULLS") else cursor.identifier()


def _keyed(cursor: Cursor, kind: str, name: str) -> ConstraintText:
    if cursor.take("USING", "INDEX"):
        return ConstraintText(kind, name, using_index=cursor.identifier())
    while not cursor.done and not cursor.sees("("):  # USING BTREE, NULLS NOT DISTINCT
        cursor.skip()
    return ConstraintText(kind, name, identifiers(cursor.group()))


def _references(cursor: Cursor) -> ConstraintText:
    cursor.take("REFERENCES")
    referred = cursor.name()
    cursor.group()
    return ConstraintText("foreign key", referred=referred)


def identifiers(group: Cursor) -> tuple[str, ...]:
    """The columns of a list; an expression among them is its text."""
    found = []
    for part in group.parts():
        if part.sees("("):
            found.append(part.group().text)
            continue
        name = part.identifier()
        found.append(name if not part.sees("(") or _is_length(part) else f"{name}{part.text}")
    return tuple(found)


def _is_length(part: Cursor) -> bool:
    """Whether ``name(20)`` is the prefix of a column (MySQL) and not a call."""
    tokens = part.left
    return len(tokens) >= 3 and tokens[1].kind == "number" and tokens[2].text == ")"


def column(cursor: Cursor) -> ColumnText:
    """Takes a column with all that stands behind it."""
    name = cursor.identifier()
    draft = _Draft(name, cursor.until(*_ENDS).text)
    while not cursor.done:
        _option(cursor, draft)
    return draft.column()


@dataclass
class _Draft:
    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    generated: str = ""
    identity: bool = False
    position: str = ""
    constraints: list[ConstraintText] = field(default_factory=list)

    def column(self) -> ColumnText:
        return ColumnText(
            self.name,
            self.type,
            self.nullable,
            self.default,
            self.generated,  # type: ignore[arg-type]  # one of the three, by `_option`
            self.identity,
            tuple(self.constraints),
            self.position,
        )


def _option(cursor: Cursor, draft: _Draft) -> None:
    """Takes one thing that stands behind a column's type."""
    name = cursor.identifier() if cursor.take("CONSTRAINT") else ""
    if cursor.take("NOT", "NULL"):
        draft.nullable = False
    elif cursor.take("DEFAULT"):
        draft.default = expression(cursor)
    elif cursor.take("GENERATED"):
        _generated(cursor, draft)
    elif cursor.take("AS"):
        cursor.group()
        draft.generated = "virtual"
    elif cursor.take_one_of("STORED", "PERSISTENT"):
        draft.generated = "stored"
    elif cursor.take_one_of("AUTO_INCREMENT", "AUTOINCREMENT"):
        draft.identity = True
    elif cursor.sees("REFERENCES"):
        draft.constraints.append(replace(_references(cursor), name=name, columns=(draft.name,)))
    elif cursor.take("PRIMARY", "KEY"):
        draft.constraints.append(ConstraintText("primary key", name, (draft.name,)))
    elif cursor.take("UNIQUE"):
        cursor.take("KEY")
        draft.constraints.append(ConstraintText("unique", name, (draft.name,)))
    elif cursor.take("CHECK"):
        draft.constraints.append(ConstraintText("check", name, expression=cursor.group().text))
    elif cursor.take("FIRST"):
        draft.position = "first"
    elif cursor.take("AFTER"):
        draft.position = "after"
    else:
        cursor.skip()


def _generated(cursor: Cursor, draft: _Draft) -> None:
    """What follows GENERATED: an identity or an expression, whose default kind is told apart."""
    cursor.take("BY", "DEFAULT")
    cursor.take("ALWAYS")
    cursor.take("AS")
    if cursor.take("IDENTITY"):
        draft.identity = True
    else:
        cursor.group()
        draft.generated = "virtual"
    cursor.group()


def expression(cursor: Cursor) -> str:
    """Takes a default's expression."""
    first = cursor.left[:1]
    if cursor.sees("("):
        inner = cursor.group().text
        rest = cursor.until(*_ENDS).text
        return f"({inner}){rest}"
    cursor.skip()
    return joined([*first, *_tokens(cursor.until(*_ENDS))])


def _tokens(cursor: Cursor) -> list[Token]:
    return list(cursor.left)
