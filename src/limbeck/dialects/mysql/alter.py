"""ALTER of a column. MySQL writes the whole column again: what is not named must be kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from limbeck.dialects.mysql import conversions, expressions, types
from limbeck.dialects.mysql.inspect import ColumnCheck
from limbeck.dialects.mysql.lexer import Token, closing, tokens
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.schema.constraints import Check, Constraint
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Computed, Table
from limbeck.schema.types import Expression, SqlType

IDENTITY = (
    "MySQL and MariaDB have no identity columns: use autoincrement=True on a column of the "
    "primary key."
)


def is_mariadb(compiler: Compiler) -> bool:
    """Whether the server, or the URL where there is no server, says MariaDB."""
    return bool(getattr(compiler.dialect, "is_mariadb", False))


def alter_column(
    operation: AlterColumn, compiler: Compiler, before: Before, place: str = ""
) -> tuple[Statement, ...]:
    """One statement for the column, and one for each check that its type brings or had.

    `place` is FIRST or AFTER where the column moves.
    """
    if operation.identity is not UNSET:
        raise UnsupportedOperation(f"{_named(operation)}: {IDENTITY}")
    drops = tuple(
        statement
        for check in operation.existing_type_checks
        for statement in compiler.compile(_drop(operation.table, check), before)
    )
    adds = tuple(
        statement
        for check in operation.type_checks
        for statement in compiler.compile(AddConstraint(operation.table, check), before)
    )
    sql = (_between(operation, compiler, before), _statement(operation, compiler, before, place))
    changes = (Statement(text) for text in sql if text)
    return (*drops, *_without_zero(operation, compiler, before), *changes, *adds)


def _drop(table: Name, check: Check) -> DropConstraint:
    return DropConstraint(table, check.name, "check", constraint=check)


def _named(operation: AlterColumn) -> str:
    return f"alter_column '{operation.table}.{operation.column}'"


def _without_zero(
    operation: AlterColumn, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """A look for the 0 that the server takes for a number to be given, as the column begins to.

    It would give that row another number, without a word
    (https://dev.mysql.com/doc/refman/8.0/en/sql-mode.html#sqlmode_no_auto_value_on_zero).
    """
    old = operation.existing(before) if operation.autoincrement is True else None
    if old is None or old.autoincrement is True:
        return ()
    if expressions.family(types.parse(compiler.type(old.type)).text) not in expressions.NUMERIC:
        return ()
    table, name = compiler.name(operation.table), compiler.identifier(operation.column)
    mode = "FIND_IN_SET('NO_AUTO_VALUE_ON_ZERO', @@sql_mode) = 0"
    return (
        Statement(
            f"SELECT 1 FROM {table} WHERE {name} = 0 AND {mode} LIMIT 1",
            verify=(
                f"A row of '{operation.table}' has 0 in '{operation.column}', which the server "
                "would change as the column becomes AUTO_INCREMENT. To keep it, run first "
                "op.execute(\"SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')\")."
            ),
        ),
    )


def _between(operation: AlterColumn, compiler: Compiler, before: Before) -> str | None:
    """The ALTER TABLE to a type in the middle, where the server wants one."""
    if operation.type is None:
        return None
    old = operation.existing(before)
    if old is None or old.computed is not None:
        return None
    middle = conversions.between(compiler.type(old.type), compiler.type(operation.type))
    if middle is None:
        return None
    table, name = compiler.name(operation.table), compiler.identifier(operation.column)
    return f"ALTER TABLE {table} MODIFY {name} {middle}{'' if old.nullable else ' NOT NULL'}"


def _statement(
    operation: AlterColumn, compiler: Compiler, before: Before, place: str
) -> str | None:
    """The ALTER TABLE, the narrowest one that will do."""
    table = compiler.name(operation.table)
    name = compiler.identifier(operation.column)
    whole = operation.type is not None or operation.nullable is not None
    whole = whole or operation.comment is not UNSET or operation.computed is not UNSET
    whole = whole or operation.autoincrement is not None or bool(place)
    new_name = operation.new_name
    if not whole and operation.default is UNSET:
        if new_name is None:
            return None
        if has_rename_column(compiler.dialect):
            return f"ALTER TABLE {table} RENAME COLUMN {name} TO {compiler.identifier(new_name)}"
    old = operation.existing(before) or _from_hints(operation)
    if not whole and new_name is None and not _is_of_the_column(operation, old, compiler):
        return f"ALTER TABLE {table} ALTER COLUMN {name} {_default_only(operation, old, compiler)}"
    if old is None:
        raise CommandError(
            f"{_named(operation)}: MySQL writes the whole column again, and what it was is not "
            "known here. Pass existing_type (and existing_nullable, existing_server_default, "
            "existing_comment where they matter)."
        )
    _check_computed(operation, old)
    new = operation.changed(old)
    checks = own_checks(before.find(operation.table), operation.column)
    text = definition(compiler, new, _type_text(compiler, new.type, old.type), checks)
    if new_name is not None:
        return f"ALTER TABLE {table} CHANGE {name} {compiler.identifier(new_name)} {text}{place}"
    return f"ALTER TABLE {table} MODIFY {name} {text}{place}"


def has_rename_column(dialect: Any) -> bool:
    """RENAME COLUMN: MySQL 8.0, MariaDB 10.5.2. A server that is not known has it."""
    version = tuple(getattr(dialect, "server_version_info", None) or ())
    return not version or version >= ((10, 5, 2) if dialect.is_mariadb else (8, 0))


def _from_hints(operation: AlterColumn) -> Column | None:
    """The column before, where the new type is all that says what it can be."""
    if operation.type is None:
        return None

    def given(value: Any) -> Any:
        return None if value is UNSET else value

    return Column(
        operation.column,
        operation.type,
        nullable=operation.existing_nullable is not False,
        default=given(operation.existing_default),
        comment=given(operation.existing_comment),
        computed=given(operation.existing_computed),
        autoincrement=operation.existing_autoincrement or False,
    )


def _is_of_the_column(operation: AlterColumn, old: Column | None, compiler: Compiler) -> bool:
    """Whether SET DEFAULT will not do: it cannot write ON UPDATE, and takes it away.

    MySQL's takes a literal or an expression in parentheses, and so no CURRENT_TIMESTAMP
    (https://dev.mysql.com/doc/refman/8.0/en/alter-table.html).
    """
    both = (operation.default, old.default if old is not None else None)
    texts = [compiler.default(d) for d in both if isinstance(d, Expression)]
    if any(expressions.split_on_update(text)[1] is not None for text in texts):
        return True
    if is_mariadb(compiler) or not isinstance(operation.default, Expression):
        return False
    return _is_now(tokens(default_text(compiler, operation.default)))


def _default_only(operation: AlterColumn, old: Column | None, compiler: Compiler) -> str:
    """SET DEFAULT or DROP DEFAULT.

    A column that takes NULL is given DEFAULT NULL: without a default, strict mode refuses rows
    that leave it out (https://dev.mysql.com/doc/refman/8.0/en/data-type-defaults.html).
    """
    if isinstance(operation.default, Expression):
        return f"SET DEFAULT {default_text(compiler, operation.default)}"
    return "SET DEFAULT NULL" if old is not None and old.nullable else "DROP DEFAULT"


def _check_computed(operation: AlterColumn, old: Column) -> None:
    """Refuses what no server does to a generated column; a stored one may come and go."""
    if operation.computed is UNSET:
        return
    was, new = _kind(old.computed), _kind(operation.computed)
    if was == new or {was, new} == {"plain", "stored"}:
        return
    raise UnsupportedOperation(
        f"{_named(operation)}: a {was} column cannot become a {new} one on MySQL and MariaDB. "
        "Drop the column and add it again."
    )


def _kind(computed: Any) -> str:
    if not isinstance(computed, Computed):
        return "plain"
    return "stored" if computed.persisted else "virtual"


def own_checks(table: Table | None, column: str) -> tuple[Check, ...]:
    """The checks in the column's own text, which go when it is written again without them."""
    checks = table.checks if table is not None else ()
    return tuple(c for c in checks if owner_of(c) == column)


def owner_of(item: Constraint | None) -> str | None:
    """The column in whose own text a check stands (MariaDB); None for any other constraint."""
    payload = item.expression.payload if isinstance(item, Check) else None
    return payload.column if isinstance(payload, ColumnCheck) else None


def _type_text(compiler: Compiler, new: SqlType, old: SqlType) -> str:
    """The new type, with the old one's character set where the change does not name one.

    Where nothing but the character set differs, leaving it out is the change.
    """
    text = compiler.type(new)
    if new is old:
        return text
    after, was = types.parse(text), types.parse(compiler.type(old))
    named = after.charset or after.collation
    if named or after.name not in types.CHARACTERS or was.name not in types.CHARACTERS:
        return text
    if after.bare == was.bare:
        return text
    charset = f" CHARACTER SET {was.charset}" if was.charset else ""
    return text + charset + (f" COLLATE {was.collation}" if was.collation else "")


def definition(
    compiler: Compiler, column: Column, type_text: str, checks: Iterable[Check] = ()
) -> str:
    """All that follows a column's name in MODIFY, CHANGE and CREATE TABLE."""
    words = [type_text]
    if column.computed is not None:
        kind = "STORED" if column.computed.persisted else "VIRTUAL"
        expression = compiler.expression(column.computed.expression)
        words.append(f"GENERATED ALWAYS AS ({expression}) {kind}")
    if column.computed is None or not (column.nullable or is_mariadb(compiler)):
        words.append("NULL" if column.nullable else "NOT NULL")
    if column.default is not None:
        words.append(_default_clause(compiler, column.default))
    if column.autoincrement is True:
        words.append("AUTO_INCREMENT")
    if column.comment:
        words.append(f"COMMENT {compiler.literal(column.comment)}")
    words += [f"CHECK ({compiler.expression(c.expression)})" for c in checks]
    return " ".join(words)


def _default_clause(compiler: Compiler, default: Expression) -> str:
    return f"DEFAULT {default_text(compiler, default)}"


def default_text(compiler: Compiler, default: Expression) -> str:
    """The text after DEFAULT: an expression in parentheses, as MySQL wants it."""
    text = compiler.default(default)
    value, on_update = expressions.split_on_update(text)
    return text if on_update is not None or _is_simple(value) else f"({text})"


def _is_simple(sql: str) -> bool:
    """Whether a default is a literal, the current time, or in parentheses already."""
    found = tokens(sql)
    if len(found) <= 1 or (found[0].is_symbol("(") and closing(found, 0) == len(found) - 1):
        return True
    if _is_now(found):
        return True
    return expressions.number("".join(t.text for t in found)) is not None


def _is_now(sql: list[Token]) -> bool:
    """Whether that is the current time and nothing else."""
    if not sql or not sql[0].is_word("now", "current_timestamp", "localtime", "localtimestamp"):
        return False
    rest = sql[1:]
    return not rest or (rest[0].is_symbol("(") and closing(rest, 0) == len(rest) - 1)
