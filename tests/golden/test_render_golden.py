"""Whole scripts as they are written, for one set of models on each dialect.

``LIMBECK_UPDATE_GOLDEN=1`` writes the expected files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect as SqlAlchemyDialect

from limbeck.dialects.base import dialect as dialect_of
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.plan.order import order, reversed_operations
from limbeck.schema.objects import Schema
from limbeck.script.render import RenderOptions, render

HERE = Path(__file__).parent / "render"
DIALECTS: dict[str, SqlAlchemyDialect] = {
    name: sa.create_mock_engine(url, lambda *_: None).dialect
    for name, url in (
        ("postgresql", "postgresql+psycopg2://"),
        ("mysql", "mysql+pymysql://"),
        ("sqlite", "sqlite://"),
    )
}


def shop() -> sa.MetaData:
    """Models of a shop with a bit of everything."""
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    customer = sa.Table(
        "customer",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(255), nullable=False, unique=True, index=True),
        sa.Column("name", sa.Unicode(100), nullable=False, server_default='it\'s "new"'),
        sa.Column("mood", sa.Enum("happy", "sad", name="mood"), server_default="happy"),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        comment="who buys: 100% of them",
    )
    sa.Index("ix_customer_lower", sa.func.lower(customer.c.email), customer.c.id.desc())
    sa.Table(
        "item",
        metadata,
        sa.Column("order_id", sa.BigInteger, primary_key=True),
        sa.Column("position", sa.SmallInteger, primary_key=True, comment="from one"),
        sa.Column(
            "customer_id",
            sa.ForeignKey(customer.c.id, ondelete="CASCADE", onupdate="CASCADE"),
            nullable=False,
        ),
        sa.Column("price", sa.Numeric(12, 2), nullable=False),
        sa.Column("amount", sa.Integer, nullable=False, server_default="1"),
        sa.Column("total", sa.Numeric(12, 2), sa.Computed("price * amount", persisted=True)),
        sa.Column(
            "note",
            sa.Text().with_variant(mysql.LONGTEXT(charset="utf8mb4"), "mysql"),
        ),
        sa.CheckConstraint("price >= 0 AND amount > 0", name="positive"),
        sa.UniqueConstraint("customer_id", "position", name="a_long_name_for_a_constraint_of_two"),
        sa.Index(
            "ix_item_open",
            "customer_id",
            "amount",
            postgresql_where=sa.text("note IS NULL"),
            postgresql_include=["price"],
        ),
        mysql_engine="InnoDB",
    )
    return metadata


def script(name: str, *, batch: bool) -> str:
    """The two bodies of the script that makes the shop, with their imports."""
    dialect = DIALECTS[name]
    after = dialect_of(name).normalize(load.schema(shop(), dialect), dialect)
    empty = Schema()
    found = dialect_of(name)
    up = order(compare(empty, after), empty, adds_foreign_keys=found.adds_foreign_keys)
    options = RenderOptions(render_as_batch=batch)
    parts = [render(found_, options, dialect) for found_ in (up, reversed_operations(up, empty))]
    imports = sorted({line for part in parts for line in part.imports})
    return "\n".join(
        [
            "import sqlalchemy as sa",
            "from limbeck import op",
            *imports,
            "\n\ndef upgrade():",
            f"    {parts[0].indented}",
            "\n\ndef downgrade():",
            f"    {parts[1].indented}",
            "",
        ]
    )


@pytest.mark.parametrize("name", DIALECTS)
def test_a_script_is_what_it_was(name: str) -> None:
    written = script(name, batch=name == "sqlite")
    path = HERE / f"shop_{name}.txt"
    if os.environ.get("LIMBECK_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")
