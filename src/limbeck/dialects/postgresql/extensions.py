"""The extensions that tables need: of what they use, the part that PostgreSQL has only with one.

The modules of https://www.postgresql.org/docs/current/contrib.html, PostGIS and pgvector.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from limbeck.schema.constraints import Check, Exclude
from limbeck.schema.objects import Column, Index, Table

_TYPES = {
    "citext": "citext",
    "hstore": "hstore",
    "ltree": "ltree",
    "cube": "cube",
    "geometry": "postgis",
    "geography": "postgis",
    "raster": "postgis_raster",
    "vector": "vector",
    "halfvec": "vector",
    "sparsevec": "vector",
}
_METHODS = {"bloom": "bloom", "hnsw": "vector", "ivfflat": "vector", "rum": "rum"}
_OPERATOR_CLASSES = re.compile(
    r"(?P<pg_trgm>g\w+_trgm_ops)|(?P<intarray>g\w+__int(?:big)?_ops)|(?P<btree_gist>gist_(?:"
    r"int[248]|float[48]|numeric|timestamp(?:tz)?|time(?:tz)?|date|interval|oid|cash|bpchar|text|"
    r"bytea|v?bit|macaddr8?|inet|cidr|uuid|bool|enum)_ops)"
)
_FUNCTIONS = {
    "uuid_generate_v1": "uuid-ossp",
    "uuid_generate_v1mc": "uuid-ossp",
    "uuid_generate_v3": "uuid-ossp",
    "uuid_generate_v4": "uuid-ossp",
    "uuid_generate_v5": "uuid-ossp",
    "uuid_nil": "uuid-ossp",
    "crypt": "pgcrypto",
    "digest": "pgcrypto",
    "gen_random_bytes": "pgcrypto",
    "gen_salt": "pgcrypto",
    "hmac": "pgcrypto",
    "similarity": "pg_trgm",
    "unaccent": "unaccent",
}
_CALLS = re.compile(rf"(?<![\w.\"'])({'|'.join(_FUNCTIONS)})\s*\(", re.IGNORECASE)
_SCALARS = re.compile(
    r"(?:smallint|integer|bigint|real|double precision|numeric|timestamp|time|date|interval|oid|"
    r"money|character|char|varchar|text|bytea|bit|macaddr8?|inet|cidr|uuid|boolean)\b"
)
"""Types that GiST knows with btree_gist only, and GIN with btree_gin."""


def of_type(text: str) -> str | None:
    """The extension that brings a type, by the type's text."""
    return _TYPES.get(re.split(r"\W", text, maxsplit=1)[0])


def of_table(table: Table) -> Iterator[str]:
    """What the indexes, constraints and expressions of a table in normal form need."""
    for index in table.indexes.values():
        if index.options or any(e.expression is not None for e in index.elements):
            yield from _of_index(index, table)
    for constraint in table.constraints:
        if isinstance(constraint, Exclude):
            yield from _of_exclude(constraint.definition.text or "", table)
        elif isinstance(constraint, Check):
            yield from _of_text(constraint.expression.text)


def of_column(column: Column) -> Iterator[str]:
    """What the default and the expression of a column in normal form need."""
    if column.default is not None:
        yield from _of_text(column.default.text)
    if column.computed is not None:
        yield from _of_text(column.computed.expression.text)


def _of_text(sql: str | None) -> Iterator[str]:
    if sql is not None and "(" in sql:
        for call in _CALLS.finditer(sql):
            yield _FUNCTIONS[call[1].lower()]


def _of_index(index: Index, table: Table) -> Iterator[str]:
    options = dict(index.options)
    method = options.get("postgresql_using", "btree")
    if method in _METHODS:
        yield _METHODS[method]
    classes = dict(options.get("postgresql_ops", ()))
    for operator_class in classes.values():
        if found := _OPERATOR_CLASSES.fullmatch(operator_class):
            yield str(found.lastgroup)
    for element in index.elements:
        if element.expression is not None:
            yield from _of_text(element.expression.text)
            continue
        has_class = element.column in classes or method not in ("gist", "gin")
        if not has_class and _is_scalar(element.column, table):
            yield f"btree_{method}"
    where = options.get("postgresql_where")
    yield from _of_text(None if where is None else where.text)


def _of_exclude(definition: str, table: Table) -> Iterator[str]:
    if "using gist" in definition.lower():
        for column in re.findall(r'(?:[(,]\s*)"?([^\s"(,]+)"? with (?:=|<>)', definition, re.I):
            if _is_scalar(column, table):
                yield "btree_gist"
    yield from _of_text(definition)


def _is_scalar(column: str | None, table: Table) -> bool:
    found = None if column is None else table.columns.get(column)
    if found is None:
        return False
    text = found.type.text or ""
    return "[" not in text and (found.type.enum is not None or _SCALARS.match(text) is not None)
