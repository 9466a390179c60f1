"""Laws of rendering: a script says the operations that it was made of, as a formatter wants it."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import dialect as dialect_of
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.operations import (
    alter_table,
    columns,
    constraints,
    data,
    domains,
    extensions,
    indexes,
    schemas,
    sequences,
    tables,
    types,
)
from limbeck.operations.alter_column import AlterColumn, existing_hints
from limbeck.operations.base import Operation, Scope
from limbeck.operations.columns import AddColumn
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex
from limbeck.operations.tables import CreateTable, DropTable, RenameTable, SetTableComment
from limbeck.plan.order import reversed_operations
from limbeck.schema.constraints import PrimaryKey
from limbeck.schema.named import Named
from limbeck.schema.objects import Schema, Table
from limbeck.script.render import Rendered, RenderOptions, render
from tests.laws.strategies import pairs
from tests.laws.test_laws import declared, folded, ordered

DIALECTS = {
    "postgresql": postgresql.dialect(),
    "mysql": mysql.dialect(),
    "sqlite": sqlite.dialect(),
}
VERBS = (
    tables,
    alter_table,
    columns,
    constraints,
    indexes,
    data,
    types,
    schemas,
    sequences,
    domains,
    extensions,
)

RENDER = settings(
    max_examples=int(os.environ.get("LIMBECK_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)

# --- random operations -------------------------------------------------------------------------

plain = st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True)
awkward = st.sampled_from(
    ["Order", "select", "with space", "it's", 'quo"te', "größe", "50%", "名前"]
)
names = st.one_of(plain, plain, st.from_regex(r"[a-z][a-z_]{20,50}", fullmatch=True), awkward)
texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=70),
    st.text(st.sampled_from("ab'\":%\\ ;"), max_size=20),
)
comments = st.one_of(st.none(), texts.filter(bool))

scalar_types = st.one_of(
    st.sampled_from([sa.Integer(), sa.BigInteger(), sa.Text(), sa.Boolean(), sa.Date(), sa.JSON()]),
    st.builds(sa.String, st.integers(1, 200)),
    st.builds(sa.Numeric, st.integers(10, 20), st.integers(0, 5)),
    st.builds(sa.DateTime, timezone=st.booleans()),
    st.builds(sa.Interval),
    st.builds(sa.Uuid),
    st.lists(texts.filter(bool), min_size=1, max_size=4, unique=True).flatmap(
        lambda values: st.builds(lambda name: sa.Enum(*values, name=name, length=80), plain)
    ),
)


@st.composite
def column_types(draw: st.DrawFn, dialect: str) -> Any:
    found = draw(scalar_types)
    if draw(st.integers(0, 8)) == 0:
        name = draw(st.one_of(st.none(), names))
        if draw(st.booleans()):
            return sa.Boolean(create_constraint=True, name=name)
        return sa.Enum("a", "b", native_enum=False, create_constraint=True, name=name)
    if dialect == "postgresql" and draw(st.integers(0, 4)) == 0:
        return draw(
            st.sampled_from(
                [
                    postgresql.JSONB(),
                    postgresql.ARRAY(sa.String(20)),
                    postgresql.ARRAY(sa.Integer(), dimensions=2),
                    postgresql.HSTORE(),
                    postgresql.TIMESTAMP(timezone=True, precision=3),
                    postgresql.BIT(3, varying=True),
                    postgresql.DOMAIN("d", sa.Integer(), check="VALUE > 0", not_null=True),
                    postgresql.ENUM("a", "b", name="mood"),
                ]
            )
        )
    if dialect == "mysql" and draw(st.integers(0, 4)) == 0:
        return draw(
            st.sampled_from(
                [
                    mysql.INTEGER(unsigned=True),
                    mysql.ENUM("a", "it's", charset="utf8mb4"),
                    mysql.SET("x", "y"),
                    mysql.LONGTEXT(),
                    mysql.DATETIME(fsp=6),
                    mysql.VARCHAR(30, collation="utf8mb4_bin"),
                ]
            )
        )
    if isinstance(found, sa.String) and type(found) is sa.String and draw(st.integers(0, 4)) == 0:
        found = found.with_variant(mysql.VARCHAR(40, charset="utf8mb4"), "mysql")
        if draw(st.booleans()):
            found = found.with_variant(postgresql.CITEXT(), "postgresql")
    return found


defaults = st.one_of(
    st.none(),
    texts,
    st.sampled_from(
        [
            sa.text("'a:b'"),
            sa.text("'x'\\:\\:text"),
            sa.func.now(),
            sa.func.lower("A"),
            sa.literal(5) + 3,
            sa.literal("it's 5%"),
            sa.null(),
            sa.true(),
        ]
    ),
)


@st.composite
def table_columns(draw: st.DrawFn, name: str, dialect: str) -> sa.Column[Any]:
    generated: list[Any] = []
    kind = draw(st.integers(0, 7))
    keywords: dict[str, Any] = {}
    if kind == 0:
        generated.append(sa.Computed("1 + 1", persisted=True))
    elif kind == 1 and dialect == "postgresql":
        start = draw(st.one_of(st.none(), st.integers(1, 9)))
        generated.append(sa.Identity(always=draw(st.booleans()), start=start))
        return sa.Column(name, sa.BigInteger(), *generated)
    else:
        keywords["server_default"] = draw(defaults)
    return sa.Column(
        name,
        draw(column_types(dialect)),
        *generated,
        nullable=draw(st.booleans()),
        comment=draw(comments),
        **keywords,
    )


maybe_names = st.one_of(st.none(), names, names.map(conv))


@st.composite
def table_constraints(draw: st.DrawFn, own: list[str], schemas: list[str]) -> list[Any]:
    some = st.lists(st.sampled_from(own), min_size=1, max_size=3, unique=True)
    found: list[Any] = []
    for _ in range(draw(st.integers(0, 2))):
        found.append(
            sa.UniqueConstraint(
                *draw(some),
                name=draw(maybe_names),
                deferrable=draw(st.sampled_from([None, True])),
                initially=draw(st.sampled_from([None, "DEFERRED"])),
            )
        )
    for _ in range(draw(st.integers(0, 2))):
        local = draw(some)
        schema = draw(st.sampled_from(schemas))
        found.append(
            sa.ForeignKeyConstraint(
                local,
                [f"{schema}target.{draw(plain)}{i}" for i in range(len(local))],
                name=draw(maybe_names),
                ondelete=draw(st.sampled_from([None, "CASCADE", "SET NULL"])),
                onupdate=draw(st.sampled_from([None, "RESTRICT"])),
            )
        )
    for _ in range(draw(st.integers(0, 2))):
        column = sa.column(draw(st.sampled_from(own)))
        condition = draw(
            st.sampled_from([column > 3, column.in_(["a", "b:c", "50%"]), sa.text("a::int > 0")])
        )
        found.append(sa.CheckConstraint(condition, name=draw(maybe_names)))
    return found


@st.composite
def table_indexes(draw: st.DrawFn, table: sa.Table, dialect: str, number: int) -> sa.Index:
    columns_ = [c for c in table.columns if not c.name.startswith("50")]
    chosen = draw(
        st.lists(st.sampled_from(list(table.columns)), min_size=1, max_size=3, unique=True)
    )
    del columns_
    elements: list[Any] = []
    for column in chosen:
        shape = draw(st.integers(0, 5))
        elements.append(
            {
                0: column.desc(),
                1: sa.func.lower(column),
                2: sa.cast(column, sa.String(5)) + "x",
                3: column.desc().nulls_last() if dialect == "postgresql" else column.desc(),
            }.get(shape, column)
        )
    keywords: dict[str, Any] = {}
    if dialect == "postgresql":
        if draw(st.booleans()):
            keywords["postgresql_where"] = chosen[0].is_not(None)
        if draw(st.booleans()):
            keywords["postgresql_include"] = [chosen[0].name]
        if draw(st.booleans()):
            keywords["postgresql_with"] = {"fillfactor": 50}
    return sa.Index(
        conv(f"ix_{number}_{draw(plain)}"), *elements, unique=draw(st.booleans()), **keywords
    )


@st.composite
def sa_tables(draw: st.DrawFn, dialect: str) -> sa.Table:
    own = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    keyed = draw(st.lists(st.sampled_from(own), max_size=2, unique=True))
    items: list[Any] = [draw(table_columns(name, dialect)) for name in own]
    if keyed:
        items.append(sa.PrimaryKeyConstraint(*keyed, name=draw(maybe_names)))
        first = next(item for item in items if item.name == keyed[0])
        if isinstance(first.type, sa.Integer) and not isinstance(
            first.server_default, sa.Computed | sa.Identity
        ):
            refused = dialect == "sqlite" and len(keyed) > 1
            said: list[Any] = ["auto", False] if refused else ["auto", False, True]
            first.autoincrement = draw(st.sampled_from(said))
    keywords: dict[str, Any] = {"mysql_engine": "InnoDB"} if dialect == "mysql" else {}
    table = sa.Table(
        draw(names),
        sa.MetaData(),
        *items,
        *draw(table_constraints(own, [""] if dialect == "sqlite" else ["", "", "other."])),
        schema=draw(st.sampled_from([None] if dialect == "sqlite" else [None, None, "app"])),
        comment=draw(comments),
        prefixes=draw(st.sampled_from([[], [], ["TEMPORARY"]])),
        **keywords,
    )
    for number in range(draw(st.integers(0, 2))):
        draw(table_indexes(table, dialect, number))
    return table


@st.composite
def operations(draw: st.DrawFn, dialect: str) -> list[Operation]:
    """Operations of every kind about one random table."""
    table = load.table(draw(sa_tables(dialect)), DIALECTS[dialect])
    name = table.name
    found: list[Operation] = [CreateTable(table)]
    for column in table.columns.values():
        free = all(
            isinstance(c, PrimaryKey) is False or column.name not in c.columns
            for c in table.constraints
        )
        if free:
            found.append(AddColumn(name, column))
            found.append(AddColumn(name, column).reverse(Schema()))
        found.append(draw(_alterations(name, column, draw(column_types(dialect)))))
    for constraint in table.constraints:
        added = AddConstraint(name, constraint)
        found.append(added)
        if constraint.name is not None:
            found.append(added.reverse(Schema()))
    for index in table.indexes.values():
        created = CreateIndex(name, index)
        found += [created, created.reverse(Schema())]
    found.append(SetTableComment(name, draw(comments)))
    found.append(RenameTable(name, draw(names)))
    found.append(DropTable(name, if_exists=draw(st.booleans())))
    return found


@st.composite
def _alterations(draw: st.DrawFn, name: Any, column: Any, new_type: Any) -> AlterColumn:
    changes: dict[str, Any] = {}
    if draw(st.booleans()):
        changes["type"] = load.column(sa.Column("c", new_type)).type
    if draw(st.booleans()):
        changes["nullable"] = draw(st.booleans())
    if draw(st.booleans()):
        changes["comment"] = draw(comments)
    if column.identity is None and column.computed is None and draw(st.booleans()):
        given_ = draw(defaults)
        changes["default"] = load.column(sa.Column("c", sa.Text(), server_default=given_)).default
    if draw(st.booleans()):
        changes["new_name"] = draw(names.filter(lambda new: new != column.name))
    return AlterColumn(name, column.name, **changes, **existing_hints(column))


# --- running what was rendered -----------------------------------------------------------------


class Recorder:
    """An `op` that gathers the operations of the verbs that are called."""

    def __init__(self, dialect: Any, table: tuple[str, str | None] | None = None) -> None:
        self.scope = Scope(dialect)
        self.table = table
        self.gathered: list[Operation] = []

    def f(self, name: str) -> str:
        return conv(name)

    def __getattr__(self, verb: str) -> Any:
        function = next(getattr(room, verb) for room in VERBS if hasattr(room, verb))

        def record(*args: Any, **keywords: Any) -> Any:
            operation = function(self.scope, *args, **keywords)
            self.gathered.append(operation)
            return operation.result()

        return record

    @contextmanager
    def batch_alter_table(
        self, name: str, schema: str | None = None, **keywords: Any
    ) -> Iterator[_BatchRecorder]:
        batch = _BatchRecorder(self.scope.dialect, (name, schema))
        yield batch
        self.gathered += batch.gathered


class _BatchRecorder(Recorder):
    """A batch: puts the table where the verb wants it."""

    def __getattr__(self, verb: str) -> Any:
        assert self.table is not None
        table, schema = self.table
        first = {"add_column", "alter_column", "drop_column"} | {
            "create_table_comment",
            "drop_table_comment",
        }
        outer = super().__getattr__(verb)

        def record(*args: Any, **keywords: Any) -> Any:
            key = "source_schema" if verb == "create_foreign_key" else "schema"
            keywords[key] = schema
            if verb in first:
                return outer(table, *args, **keywords)
            return outer(args[0], table, *args[1:], **keywords)

        return record


def script(rendered: Rendered, function: str = "upgrade") -> str:
    """The rendered text as it stands in a revision file."""
    body = "\n".join(f"    {line}" for line in rendered.text.split("\n"))
    imports = "".join(f"{line}\n" for line in rendered.imports)
    return f"import sqlalchemy as sa\n{imports}\n\ndef {function}():\n{body}\n"


def run(rendered: Rendered, dialect: Any) -> list[Operation]:
    """The operations that the rendered text makes."""
    recorder = Recorder(dialect)
    scope: dict[str, Any] = {"op": recorder}
    exec(script(rendered), scope)
    scope["upgrade"]()
    return recorder.gathered


def sql(found: list[Operation], dialect: Any) -> list[str]:
    """What those operations say to a server; a table's comments and indexes in any order."""
    compiler = Compiler(dialect)
    said: list[str] = []
    for operation in found:
        for statement in compiler.compile(operation, Schema()):
            said.append(_in_any_order(statement.sql))
    return sorted(said)


def _in_any_order(sql_: str) -> str:
    """A CREATE TABLE with its lines sorted: a type's check stands before or after others."""
    if not sql_.startswith("CREATE"):
        return sql_
    return "\n".join(sorted(line.strip().rstrip(",").rstrip() for line in sql_.split("\n")))


@pytest.mark.parametrize("dialect", DIALECTS)
@RENDER
@given(data_=st.data())
def test_a_rendered_script_says_the_same_sql_as_its_operations(dialect: str, data_: Any) -> None:
    original = data_.draw(operations(dialect))
    rendered = render(original, RenderOptions(), DIALECTS[dialect])
    again = run(rendered, DIALECTS[dialect])
    assert sql(again, DIALECTS[dialect]) == sql(original, DIALECTS[dialect])


@pytest.mark.parametrize("dialect", DIALECTS)
@RENDER
@given(data_=st.data())
def test_a_rendered_batch_says_the_same_sql_as_its_operations(dialect: str, data_: Any) -> None:
    original = data_.draw(operations(dialect))
    rendered = render(original, RenderOptions(render_as_batch=True), DIALECTS[dialect])
    again = run(rendered, DIALECTS[dialect])
    assert sql(again, DIALECTS[dialect]) == sql(original, DIALECTS[dialect])


def named(schema: Schema) -> Schema:
    """The schema as a server has it: no constraint is without a name."""
    return replace(schema, tables=Named(_named_table(table) for table in schema))


def _named_table(table: Table) -> Table:
    numbered = enumerate(table.constraints)
    return replace(
        table,
        constraints=tuple(
            c if c.name is not None else replace(c, name=conv(f"{table.name.name}_{i}"))
            for i, c in numbered
        ),
    )


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("batch", [False, True])
@RENDER
@given(data_=st.data())
def test_a_rendered_difference_makes_one_schema_into_the_other(
    name: str, batch: bool, data_: Any
) -> None:
    dialect = DIALECTS[name]
    before, after = (declared(b) for b in data_.draw(pairs(name)))
    before = named(before)
    up = ordered(compare(before, after), before, name)
    down = reversed_operations(up, before)
    options = RenderOptions(render_as_batch=batch)
    upgraded = folded(tuple(run(render(up, options, dialect), dialect)), before)
    normalize = dialect_of(name).normalize
    assert compare(normalize(upgraded, dialect), after) == ()
    assume(not any(isinstance(o, DropConstraint) and o.name is None for o in down))
    back = folded(tuple(run(render(down, options, dialect), dialect)), folded(up, before))
    assert compare(normalize(back, dialect), before) == ()


def formatted(source: str, path: Path) -> str:
    """What `ruff format` makes of it."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    path.write_text(source, encoding="utf-8")
    subprocess.run([ruff, "format", "--isolated", "--quiet", str(path)], check=True)
    return path.read_text(encoding="utf-8")


def test_a_formatter_makes_and_keeps_the_layout_of_rendered_scripts(tmp_path: Path) -> None:
    parts: list[str] = []

    @RENDER
    @given(data_=st.data(), batch=st.booleans(), dialect=st.sampled_from(sorted(DIALECTS)))
    def collect(data_: Any, batch: bool, dialect: str) -> None:
        original = data_.draw(operations(dialect))
        rendered = render(original, RenderOptions(render_as_batch=batch), DIALECTS[dialect])
        parts.append(script(rendered, f"upgrade_{len(parts)}").split("\n\n\n", 1)[1])

    collect()
    path = tmp_path / "scripts.py"
    source = "\n\n".join(parts)
    assert formatted(source, path).splitlines() == source.splitlines()
    one_line_each = ast.unparse(ast.parse(source))
    assert formatted(one_line_each, path).splitlines() == source.splitlines()
