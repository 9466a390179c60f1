"""The cases that stand in the rules' own pages, and the tables that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from limbeck.database.migration import MigrationContext
from limbeck.database.record import record
from limbeck.database.runs import upgrade_steps
from limbeck.lint.finding import Finding
from limbeck.lint.linter import Options, lint
from limbeck.lint.rule import Rule
from limbeck.lint.rules import all_rules
from limbeck.plan.recorded import RecordedRevision
from limbeck.script.directory import ScriptDirectory
from limbeck.statements.hazards import Server

SERVERS = {
    "postgresql": Server("postgresql", (15,)),
    "mysql": Server("mysql", (8, 0, 36)),
    "mariadb": Server("mariadb", (10, 11)),
}

SETUP = """
dialect = op.get_context().dialect.name
if dialect == "postgresql":
    op.execute("CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')")
    op.execute("CREATE SCHEMA old")
    op.execute("CREATE SEQUENCE ticket_number")
    op.execute("CREATE TABLE event (id bigint, day date) PARTITION BY RANGE (day)")
    op.execute(
        "CREATE TABLE event_2024 PARTITION OF event "
        "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
    )
    op.execute("CREATE PROCEDURE tidy_up() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$")
elif dialect != "sqlite":
    op.execute("CREATE PROCEDURE tidy_up() BEGIN END")
op.create_table(
    "city",
    sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
    sa.Column("name", sa.String(100)),
)
op.create_table(
    "person",
    sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
    sa.Column("email", sa.String(100)),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("nickname", sa.String(50)),
    sa.Column("age", sa.Integer()),
    sa.Column("mood", sa.Enum("sad", "ok", "happy", name="mood", create_type=False)
        if dialect == "postgresql" else sa.Enum("sad", "ok", "happy")),
    sa.Column("city_id", sa.BigInteger()),
    sa.ForeignKeyConstraint(["city_id"], ["city.id"], name="person_city"),
)
op.create_index("person_name", "person", ["name"])
op.create_table(
    "audit",
    sa.Column("person_id", sa.BigInteger(), nullable=False),
    sa.Column("city_id", sa.BigInteger()),
    sa.Column("action", sa.String(20), nullable=False),
)
if dialect == "postgresql":
    op.create_index("audit_unique", "audit", ["action", "person_id"], unique=True)
    op.execute("CREATE MATERIALIZED VIEW person_count AS SELECT count(*) AS n FROM person")
    op.execute("CREATE UNIQUE INDEX person_count_n ON person_count (n)")
"""
"""The tables of the cases, without rows."""


@dataclass(frozen=True)
class Example:
    """One block of code of a rule's page, as the body of a revision."""

    rule: Rule
    body: str
    products: tuple[str, ...]
    before: tuple[str, ...] = field(default=())
    """Blocks that stand before it in the same section, for the same servers."""


_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
_ON = re.compile(r"# on (PostgreSQL|MySQL)\n")


def examples(section: str) -> Iterator[Example]:
    """The blocks of a section (``Instead of``, ``Use``) of all rules."""
    for rule in all_rules():
        text = rule.doc.partition(f"## {section}\n")[2].partition("\n## ")[0]
        before: list[tuple[str, tuple[str, ...]]] = []
        for body in _BLOCK.findall(text):
            products = _products(rule, body)
            earlier = tuple(b for b, p in before if set(p) & set(products))
            yield Example(rule, body, products, earlier if section == "Use" else ())
            before.append((body, products))


def _products(rule: Rule, body: str) -> tuple[str, ...]:
    on = _ON.match(body)
    wanted = set(SERVERS) & rule.dialects
    if on is not None:
        wanted &= {"postgresql"} if on[1] == "PostgreSQL" else {"mysql", "mariadb"}
    if rule.code == "inline-references":
        wanted -= {"mariadb"}
    return tuple(sorted(wanted))


def write_revisions(folder: Path, bodies: Sequence[str], setup: str = SETUP) -> list[Path]:
    """Revision files, the tables first; each has the id of its place."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, body in enumerate((setup, *bodies)):
        down = repr(f"r{number - 1}") if number else None
        text = (
            f'"""Revision {number}"""\nimport sqlalchemy as sa\nfrom limbeck import op\n'
            f'revision = "r{number}"\ndown_revision = {down}\n\n\ndef upgrade():\n'
            f"{indent(body, '    ')}\n\ndef downgrade():\n    pass\n"
        )
        paths.append(folder / f"r{number}.py")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def recorded(
    folder: Path, product: str, server: Server | None = None
) -> tuple[RecordedRevision, ...]:
    """What the revisions of a folder would run on a server of that product."""
    scripts = ScriptDirectory(str(folder), version_locations=[str(folder)])
    context = MigrationContext.configure(
        dialect_name="postgresql" if product == "postgresql" else product,
        opts={"as_sql": True, "script": scripts},
    )
    steps = upgrade_steps(scripts, (), "heads")
    return record(context, steps, (), server or SERVERS[product])


def findings(
    folder: Path, bodies: Sequence[str], product: str, options: Options | None = None
) -> tuple[Finding, ...]:
    """What is found in the last of these bodies, after the others."""
    write_revisions(folder, bodies)
    revisions = recorded(folder, product)
    by_default = Options(style=True, names={"index": re.compile("ix_.*")})
    return lint(revisions[-1:], options or by_default)
