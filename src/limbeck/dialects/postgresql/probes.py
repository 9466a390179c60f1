"""What is undecided between two schemas, as the temporary tables that decide it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from limbeck.dialects.postgresql import constraints, named_types
from limbeck.dialects.postgresql.compile_objects import create_domain
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.operations.domains import CreateDomain
from limbeck.operations.mentions import mentions
from limbeck.schema.constraints import Check, Exclude
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Domain, Index, Schema, Table
from limbeck.schema.types import Expression


def undecided(declared: Schema, inspected: Schema) -> list[Probe]:
    """One probe a table of which text could not decide everything."""
    found: list[Probe] = []
    taken: set[str] = set()
    for number, table in enumerate(declared):
        other = inspected.find(table.name)
        if other is None or table == other:
            continue
        probe = _probe(number, table, other)
        if probe is None:
            continue
        if probe.name in taken:  # tables of one name in two schemas
            probe.name = f"limbeck_{number}"
        taken.add(probe.name)
        found.append(probe)
    return found


@dataclass
class Probe:
    """What is undecided about one table. Each list is numbered by its position.

    The temporary table has the name of the table: an expression may hold it.
    """

    number: int
    name: str
    table: Table
    columns: list[Column] = field(default_factory=list)
    constraints: list[Check | Exclude] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is undecided."""
        return not (self.columns or self.constraints or self.indexes)

    def index_name(self, number: int) -> str:
        """A name for one of the indexes, among all temporary ones."""
        return f"limbeck_{self.number}_{number}"

    def needed(self) -> list[Column]:
        """The columns of the table that the expressions in question speak of."""
        found = [c.computed.expression for c in self.columns if c.computed is not None]
        found += [c.expression if isinstance(c, Check) else c.definition for c in self.constraints]
        for index in self.indexes:
            found += [e.expression for e in index.elements if e.expression is not None]
            found += [v for _, v in index.options if isinstance(v, Expression)]
        plain = {
            name for index in self.indexes for name in (*index.columns, *build.included(index))
        }
        return [
            column
            for column in self.table.columns.values()
            if column.name in plain or any(mentions(e, column.name) for e in found)
        ]


def _probe(number: int, table: Table, other: Table) -> Probe | None:
    probe = Probe(number, table.name.name, table)
    for column in table.columns.values():
        was = other.columns.get(column.name)
        if was is not None and _is_undecided(column, was):
            probe.columns.append(column)
    known = {c for c in other.constraints if isinstance(c, Check | Exclude)}
    texts = {_expression(c).key for c in known}
    probe.constraints += [
        c
        for c in table.constraints
        if isinstance(c, Check | Exclude) and known and _expression(c).key not in texts
    ]
    probe.indexes += [
        index
        for index in table.indexes.values()
        if (same := other.indexes.get(index.name)) is not None and same != index
    ]
    return None if probe.is_empty else probe


def _is_undecided(column: Column, was: Column) -> bool:
    default = (
        column.default is not None and was.default is not None and column.default != was.default
    )
    computed = (
        column.computed is not None
        and was.computed is not None
        and column.computed.expression != was.computed.expression
    )
    return default or computed


def _expression(constraint: Check | Exclude) -> Expression:
    return constraint.expression if isinstance(constraint, Check) else constraint.definition


@dataclass
class Writer:
    """Writes the anonymous block."""

    compiler: Compiler
    inspected: Schema

    def block(self, probe: Probe) -> Iterator[str]:
        """The statements of one table; nothing of it is there if its columns are refused."""
        table = Name(probe.name, "pg_temp")
        columns = ", ".join(
            f"{self.compiler.identifier(c.name)} {self._type(c)}" for c in probe.needed()
        )
        yield "BEGIN"
        yield _execute(f"CREATE TEMPORARY TABLE {self.compiler.name(table)} ({columns})")
        for sql in (*self._columns(probe, table), *self._constraints(probe, table)):
            yield from _guarded(sql)
        for number, index in enumerate(probe.indexes):
            options = tuple((k, v) for k, v in index.options if k not in ("postgresql_tablespace",))
            named = replace(index, name=probe.index_name(number), options=options)
            yield from _guarded(self.compiler.create_index(table, named))
        yield "EXCEPTION WHEN OTHERS THEN NULL; END;"

    def _type(self, column: Column) -> str:
        """The column's type; an enum type that does not exist is text for the time being."""
        enum = column.type.enum
        if enum is not None and self.inspected.enum(enum) is None:
            found = named_types.resolve(column.type.payload, self.compiler.dialect)
            return "text[]" if found.is_array else "text"
        return self.compiler.type(column.type)

    def _columns(self, probe: Probe, table: Name) -> Iterator[str]:
        for number, column in enumerate(probe.columns):
            add = f"ALTER TABLE {self.compiler.name(table)} ADD COLUMN limbeck_{number} "
            type_ = self._type(column)
            if column.computed is not None:
                expression = self.compiler.expression(column.computed.expression)
                stored = "STORED" if column.computed.persisted else "VIRTUAL"
                yield f"{add}{type_} GENERATED ALWAYS AS ({expression}) {stored}"
            elif column.default is not None:
                yield f"{add}{type_} DEFAULT {self.compiler.default(column.default)}"

    def _constraints(self, probe: Probe, table: Name) -> Iterator[str]:
        for number, constraint in enumerate(probe.constraints):
            name = f"limbeck_{number}"
            if isinstance(constraint, Check):
                sql = f"CHECK ({self.compiler.expression(constraint.expression)})"
            else:
                sql = constraints.definition_text(constraint, self.compiler)
            yield f"ALTER TABLE {self.compiler.name(table)} ADD CONSTRAINT {name} {sql}"


def domain_name(number: int) -> str:
    """A name for one of the domains in question, among all temporary ones."""
    return f"limbeck_domain_{number}"


def domain_block(number: int, domain: Domain, compiler: Compiler) -> Iterator[str]:
    """The statement that makes a domain for the time being."""
    temporary = replace(domain, name=Name(domain_name(number), "pg_temp"))
    for statement in create_domain(CreateDomain(temporary), compiler, Schema()):
        yield from _guarded(statement.sql)


def _execute(sql: str) -> str:
    return f"EXECUTE {_literal(sql)};"


def _guarded(sql: str) -> Iterator[str]:
    """The statement in a sub-transaction of its own."""
    yield f"BEGIN {_execute(sql)} EXCEPTION WHEN OTHERS THEN NULL; END;"


def _literal(sql: str) -> str:
    return "E'" + sql.replace("\\", "\\\\").replace("'", "''").replace("$", "\\x24") + "'"
