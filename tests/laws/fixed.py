"""One pair of databases with every trap for order, as text: the same on every run."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.dialects.base import dialect as dialect_of
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.operations.base import Operation
from limbeck.plan.order import order, reversed_operations
from limbeck.schema.codec import digest
from limbeck.schema.objects import Schema


def circle(collection: sa.MetaData, names: tuple[str, ...]) -> None:
    """Tables that refer to each other in a ring, and each to itself."""
    for name, following in zip(names, (*names[1:], names[0]), strict=True):
        sa.Table(
            name,
            collection,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("next_id", sa.ForeignKey(f"{following}.id", name=f"fk_{name}_next")),
            sa.Column("own_id", sa.ForeignKey(f"{name}.id", name=f"fk_{name}_own")),
            sa.Column("email", sa.String(50), unique=True),
            sa.Column("kind", sa.Enum("a", "b", name="kind")),
            sa.Index(f"ix_{name}_email_kind", "email", "kind"),
        )


def metadata() -> tuple[sa.MetaData, sa.MetaData]:
    """(before, after)."""
    before, after = sa.MetaData(), sa.MetaData()
    circle(before, ("old_c", "old_a", "old_b", "old_d"))
    circle(after, ("new_b", "new_d", "new_a", "new_c"))
    for collection, number in ((before, sa.Integer), (after, sa.BigInteger)):
        parent = sa.Table("parent", collection, sa.Column("id", number, primary_key=True))
        child = sa.Table(
            "child",
            collection,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("parent_id", number, sa.ForeignKey("parent.id", name="fk_parent")),
        )
        if collection is after:
            parent.append_column(sa.Column("note", sa.String(10), server_default="x"))
            sa.Index("ix_note", parent.c.note)
            child.append_constraint(sa.UniqueConstraint("parent_id", name="uq_parent"))
    return before, after


def schemas(name: str, dialect: sa.engine.Dialect) -> tuple[Schema, Schema]:
    """The two, normalised."""
    normalize = dialect_of(name).normalize
    first, second = (normalize(load.schema(m, dialect), dialect) for m in metadata())
    return first, second


def operations(name: str, before: Schema, after: Schema) -> tuple[Operation, ...]:
    """The ordered difference."""
    found = dialect_of(name)
    return order(
        compare(before, after),
        before,
        adds_foreign_keys=found.adds_foreign_keys,
        pins_foreign_keys=found.pins_foreign_keys,
    )


def operations_as_text() -> str:
    """All operations of both directions on each dialect, one a line, and digests."""
    lines: list[str] = []
    for name, url in (
        ("postgresql", "postgresql+psycopg2://"),
        ("mysql", "mysql+pymysql://"),
        ("sqlite", "sqlite://"),
    ):
        dialect = sa.create_mock_engine(url, lambda *_: None).dialect
        before, after = schemas(name, dialect)
        up = operations(name, before, after)
        lines += [digest(before), digest(after)]
        for operation in (*up, *reversed_operations(up, before)):
            call = operation.call()
            lines.append(f"{name} {call.verb} {call.args!r:.2000} {call.kwargs!r:.2000}")
    return "\n".join(lines) + "\n"
