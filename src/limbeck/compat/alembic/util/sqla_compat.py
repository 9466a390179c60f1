"""``alembic.util.sqla_compat``: the parts that plugins import."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import _NONE_NAME
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import conv

AUTOINCREMENT_DEFAULT = "auto"
sqlalchemy_version = sa.__version__
_vers = tuple(int(part) for part in re.findall(r"\d+", sa.__version__)[:3])
sqla_2_0_25 = (2, 0, 25) <= _vers < (2, 1)
sqla_2_1 = _vers >= (2, 1)
identity_has_dialect_kwargs = True


class _literal_bindparam(sa.BindParameter[Any]):
    """A value that is written into the SQL text."""

    inherit_cache = True


@compiles(_literal_bindparam)
def _render_literal_bindparam(element: _literal_bindparam, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.render_literal_bindparam(element, **kw))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def _ensure_scope_for_ddl(connection: sa.Connection | None) -> Any:
    if connection is None or connection.in_transaction():
        return nullcontext()
    return connection.begin()


def _get_connection_in_transaction(connection: sa.Connection | None) -> bool:
    return connection is not None and connection.in_transaction()


def _connectable_has_table(
    connectable: sa.Connection, tablename: str, schemaname: str | None
) -> bool:
    return sa.inspect(connectable).has_table(tablename, schemaname)


def _copy(schema_item: Any, **kw: Any) -> Any:
    return schema_item._copy(**kw)


def _get_table_key(name: str, schema: str | None) -> str:
    return name if schema is None else f"{schema}.{name}"


def _is_type_bound(constraint: sa.Constraint) -> bool:
    return bool(getattr(constraint, "_type_bound", False))


def _find_columns(clause: Any) -> set[Any]:
    return {item for item in sa.sql.visitors.iterate(clause) if isinstance(item, sa.Column)}


def _columns_for_constraint(constraint: Any) -> list[Any]:
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return [element.parent for element in constraint.elements]
    if isinstance(constraint, sa.CheckConstraint):
        return list(_find_columns(constraint.sqltext))
    return list(constraint.columns)


def _table_for_constraint(constraint: Any) -> sa.Table:
    table: sa.Table = getattr(constraint, "parent", None) or constraint.table
    return table


def _type_has_variants(type_: Any) -> bool:
    return bool(type_._variant_mapping)


def _get_variant_mapping(type_: Any) -> Any:
    return type_, type_._variant_mapping


def _resolve_for_variant(type_: Any, dialect: Any) -> Any:
    return type_._variant_mapping.get(dialect.name, type_) if _type_has_variants(type_) else type_


def _server_default_is_computed(*server_default: Any) -> bool:
    return any(isinstance(default, sa.Computed) for default in server_default)


def _server_default_is_identity(*server_default: Any) -> bool:
    return any(isinstance(default, sa.Identity) for default in server_default)


def constraint_name_defined(name: Any) -> bool:
    """Whether a constraint has a name."""
    return name is _NONE_NAME or isinstance(name, str)


def constraint_name_string(name: Any) -> bool:
    """Whether a constraint's name is a string."""
    return isinstance(name, str)


def constraint_name_or_none(name: Any) -> str | None:
    """The name if it is a string."""
    return name if isinstance(name, str) else None


def _get_constraint_final_name(constraint: Any, dialect: Any) -> str | None:
    if constraint.name is None:
        return None
    if dialect is None:
        return str(constraint.name)
    preparer = dialect.identifier_preparer
    if isinstance(constraint, sa.Index):
        found = preparer.format_index(constraint, _alembic_quote=False)
    else:
        found = preparer.format_constraint(constraint, _alembic_quote=False)
    return None if found is None else str(found)


def _constraint_is_named(constraint: Any, dialect: Any) -> bool:
    return _get_constraint_final_name(constraint, dialect) is not None


def is_expression_index(index: sa.Index) -> bool:
    """Whether some element of an index is not a plain column."""
    return any(is_expression(expression) for expression in index.expressions)


def is_expression(expr: Any) -> bool:
    """Whether it is more than a column with a direction."""
    while isinstance(expr, sa.UnaryExpression):
        expr = expr.element
    return not isinstance(expr, sa.ColumnClause) or expr.is_literal


def all_table_check_constraints(table: sa.Table) -> set[sa.CheckConstraint]:
    """The checks of a table, those of its columns included."""
    own = (c for column in table.columns for c in column.constraints)
    return {c for c in (*table.constraints, *own) if isinstance(c, sa.CheckConstraint)}


__all__ = ["_NONE_NAME", "compiles", "conv", "is_expression", "is_expression_index"]
