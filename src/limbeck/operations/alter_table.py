"""Changes of a table as a whole: its options, and prefixes such as UNLOGGED."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from limbeck.errors import NotReversible, UnsupportedOperation
from limbeck.metadata import load
from limbeck.metadata.options import changed_options
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.tables import schema_argument
from limbeck.schema.constraints import Options
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table


@dataclass(frozen=True, slots=True)
class AlterTable(Operation):
    """ALTER TABLE … of options.

    `options` are those that change, as dialect keyword arguments; None is the server's default. Of
    an option that is a mapping (``postgresql_with``) only the keys that are given change. Options
    of other dialects are not for this one. `prefixes` None leaves them as they are.
    """

    name: Name
    options: Options = ()
    prefixes: tuple[str, ...] | None = None

    def own(self, compiler: Compiler) -> dict[str, Any]:
        """The options that are for that dialect, without its name."""
        prefix = f"{compiler.dialect.name}_"
        return {
            key.removeprefix(prefix): value for key, value in self.options if key.startswith(prefix)
        }

    def changed(self, table: Table) -> Table:
        """That table after the change."""
        found = dict(table.options)
        for key, value in self.options:
            found[key] = _merged(found.get(key), value) if is_mapping(key, value) else value
        prefixes = table.prefixes if self.prefixes is None else self.prefixes
        options = tuple(sorted((k, v) for k, v in found.items() if v not in (None, ())))
        return replace(table, options=options, prefixes=prefixes)

    def apply(self, schema: Schema) -> Schema:
        """Changes the options."""
        return schema.with_table(self.changed(schema.table(self.name)))

    def reverse(self, before: Before) -> Operation:
        """The options that were there."""
        table = before.find(self.name)
        if table is None:
            raise NotReversible(
                f"Altering table '{self.name}' cannot be reversed: what it was is unknown."
            )
        was = dict(table.options)
        options = tuple(
            (key, _merged_back(was.get(key), value) if is_mapping(key, value) else was.get(key))
            for key, value in self.options
        )
        return AlterTable(self.name, options, None if self.prefixes is None else table.prefixes)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing where no option is for the dialect. Raises UnsupportedOperation."""
        names = ", ".join(self.own(compiler))
        if not names:
            return ()
        raise UnsupportedOperation(
            f"alter_table '{self.name}': {compiler.dialect.name} has no ALTER TABLE for {names} "
            "here. Write the statement with op.execute."
        )

    def call(self) -> Call:
        """``op.alter_table``."""
        prefixes = () if self.prefixes is None else (("prefixes", list(self.prefixes)),)
        extra = (*schema_argument(self.name), *prefixes, *self.options)
        return Call("alter_table", (self.name.name,), extra)

    @property
    def table_name(self) -> Name:
        """The table that changes."""
        return self.name

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The table."""
        return (Ref("table", self.name),)


def is_mapping(key: str, value: Any) -> bool:
    """Whether an option is a mapping, of which some keys may change."""
    return key.endswith("_with") and isinstance(value, tuple)


def _merged(old: Any, changes: Any) -> Options:
    """Pairs after the changes; None takes a key away."""
    found = {**dict(old or ()), **dict(changes)}
    return tuple(sorted((k, v) for k, v in found.items() if v is not None))


def _merged_back(old: Any, changes: Any) -> Options:
    """The changes that take those back."""
    known = dict(old or ())
    return tuple((key, known.get(key)) for key, _ in changes)


def alter_table(
    scope: Scope,
    /,
    table_name: str,
    *,
    schema: str | None = None,
    prefixes: Sequence[str] | None = None,
    **options: Any,
) -> AlterTable:
    """Changes options of a table, given as `sqlalchemy.Table` takes them (``mysql_engine="…"``).

    These are `mysql_engine`, `mysql_charset`, `mysql_collate`, `mysql_row_format`,
    `mysql_partition_by` and `mysql_partitions`;
    `postgresql_tablespace`, `postgresql_with`, `postgresql_using` and `postgresql_inherits`;
    `sqlite_with_rowid` and `sqlite_strict`. None takes an option back to the server's default;
    `prefixes` are those of the table after it (``["UNLOGGED"]``, or none).
    """
    return AlterTable(
        load.qualified(table_name, schema, scope.dialect),
        changed_options(options),
        None if prefixes is None else tuple(p.upper() for p in prefixes),
    )
