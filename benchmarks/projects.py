"""Projects in Alembic's layout, generated into an empty folder; both tools run them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

TABLES_PER_MODULE = 50

_INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = .
path_separator = os
sqlalchemy.url = {url}

[loggers]
keys = root,alembic

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = plain

[formatter_plain]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""

_ENV = """\
from logging.config import fileConfig

from sqlalchemy import engine_from_config, pool

from alembic import context
{imports}
config = context.config
fileConfig(config.config_file_name)
target_metadata = {metadata}

connectable = engine_from_config(
    config.get_section(config.config_ini_section),
    prefix="sqlalchemy.",
    poolclass=pool.NullPool,
)
with connectable.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
"""

_REVISION = '''\
"""Change item_{number}

Revision ID: {revision}
Revises: {down}
Create Date: 2026-01-01 12:00:00.000000

"""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "{revision}"
down_revision: Union[str, Sequence[str], None] = {down_revision}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''

_CREATE_TABLE = """\
    op.create_table(
        "item_{number}",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )"""

NEW_TABLES = ((_CREATE_TABLE, '    op.drop_table("item_{number}")'),)
"""A history in which every revision creates a table: most of the time is the server's."""

MIXED = (
    *NEW_TABLES,
    (
        '    op.add_column("item_{number}", sa.Column("note", sa.String(length=200)))',
        '    op.drop_column("item_{number}", "note")',
    ),
    (
        '    op.create_index("ix_item_{number}_email", "item_{number}", ["email"])',
        '    op.drop_index("ix_item_{number}_email", table_name="item_{number}")',
    ),
    (
        '    column = sa.Column("state", sa.Integer(), server_default="0", nullable=False)\n'
        '    op.add_column("item_{number}", column)',
        '    op.drop_column("item_{number}", "state")',
    ),
    (
        '    op.execute("UPDATE item_{number} SET note = name WHERE note IS NULL")',
        "    pass",
    ),
)
"""A history as projects have them: a table, then what is added to it."""

_TABLE = """\
Table(
    "model_{number}",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("parent_id", ForeignKey("model_{parent}.id")),
    Column("name", String(100), nullable=False),
    Column("email", String(200), nullable=False, index=True),
    Column("code", String(20)),
    Column("quantity", Integer, nullable=False, server_default="0"),
    Column("price", Numeric(10, 2), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("note", Text),
)
"""

_TABLES_HEAD = """\
from sqlalchemy import (
    Boolean, Column, DateTime, ForeignKey, Integer, Numeric, String, Table, Text
)

from shop.base import metadata

"""

_CLASS = """\
class Model{number}(Base):
    __tablename__ = "model_{number}"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("model_{parent}.id"))
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(200), index=True)
    code: Mapped[str | None] = mapped_column(String(20))
    quantity: Mapped[int] = mapped_column(server_default="0")
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    active: Mapped[bool]
    created_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
"""

_CLASSES_HEAD = """\
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.base import Base

"""

_BASE = """\
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


metadata = Base.metadata
"""

CREATE_ALL = """\
import sys
from sqlalchemy import create_engine
import shop.models
from shop.base import metadata

engine, tables = create_engine(sys.argv[1]), metadata.sorted_tables
for first in range(0, len(tables), 500):  # PostgreSQL keeps a lock for each until the commit
    metadata.create_all(engine, tables=tables[first : first + 500])
"""
"""What a separate process runs, with the project as its folder, to bring a database up to date."""


def write_revisions(
    folder: Path,
    count: int,
    url: str = "sqlite://",
    bodies: Sequence[tuple[str, str]] = NEW_TABLES,
) -> None:
    """A project of `count` revisions in one line, whose bodies follow one another in turn."""
    _write_environment(folder, url, imports="", metadata="None")
    versions = folder / "migrations" / "versions"
    for number in range(count):
        revision, down = _revision_id(number + 1), _revision_id(number)
        upgrade, downgrade = bodies[number % len(bodies)]
        table = number // len(bodies)
        text = _REVISION.format(
            number=table,
            revision=revision,
            down=down if number else "",
            down_revision=f'"{down}"' if number else None,
            upgrade=upgrade.format(number=table),
            downgrade=downgrade.format(number=table),
        )
        (versions / f"{revision}_change_item_{table}.py").write_text(text, encoding="utf-8")


def write_models(folder: Path, count: int, url: str, *, mapped: bool = False) -> None:
    """A project of `count` tables of ten columns, or mapped classes, and no revision yet."""
    _write_environment(
        folder,
        url,
        imports="\nimport shop.models\nfrom shop.base import metadata\n",
        metadata="metadata",
    )
    models = folder / "shop" / "models"
    models.mkdir(parents=True)
    (folder / "shop" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "shop" / "base.py").write_text(_BASE, encoding="utf-8")
    head, one = (_CLASSES_HEAD, _CLASS) if mapped else (_TABLES_HEAD, _TABLE)
    imports = []
    for first in range(0, count, TABLES_PER_MODULE):
        numbers = range(first, min(first + TABLES_PER_MODULE, count))
        tables = [one.format(number=number, parent=max(number - 1, 0)) for number in numbers]
        name = f"part_{first // TABLES_PER_MODULE}"
        (models / f"{name}.py").write_text(head + "\n" + "\n\n".join(tables), encoding="utf-8")
        imports.append(f"from shop.models import {name} as {name}\n")
    (models / "__init__.py").write_text("".join(imports), encoding="utf-8")


def _write_environment(folder: Path, url: str, *, imports: str, metadata: str) -> None:
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text(_INI.format(url=url.replace("%", "%%")), encoding="utf-8")
    (folder / "migrations" / "env.py").write_text(
        _ENV.format(imports=imports, metadata=metadata), encoding="utf-8"
    )


def _revision_id(number: int) -> str:
    # Twelve hexadecimal digits that look like random ones and sort in no useful order.
    return f"{number * 0x9E3779B97F4A7C15 % (1 << 48):012x}"


_TENANTS = """\
[tool.limbeck]
url = "{url}"
tenants = "customers:NAMES"
"""


def write_tenants(folder: Path, tenants: Sequence[str], revisions: int, url: str) -> None:
    """A native project whose history runs for each tenant: a few revisions, many schemas."""
    write_revisions(folder, revisions, url)
    (folder / "alembic.ini").unlink()
    (folder / "migrations" / "env.py").unlink()
    (folder / "pyproject.toml").write_text(_TENANTS.format(url=url), encoding="utf-8")
    (folder / "customers.py").write_text(f"NAMES = {[*tenants]!r}\n", encoding="utf-8")
    for path in (folder / "migrations" / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("from alembic", "from limbeck"), encoding="utf-8")
