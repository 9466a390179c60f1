"""The SQL of sixty-six operations on six dialects: as Alembic's, or different for a reason.

``golden/matrix/alembic.txt`` is what Alembic writes for each (a test beside Alembic proves that it
is), ``limbeck.txt`` what we write where that is something else, and ``known.txt`` what is another
thing again where the script made the table itself. ``LIMBECK_UPDATE_GOLDEN=1`` writes
both anew.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from limbeck import op
from limbeck.database.migration import MigrationContext
from limbeck.metadata import load
from limbeck.operations.tables import CreateTable
from limbeck.runtime.invoke import running
from tests.databases.matrix_cases import CASES, Models, Place, metadata
from tests.golden.ddl_matrix import DIALECTS, VARIANTS, Variant
from tests.golden.matrix_differences import reason

HERE = Path(__file__).parent / "matrix"
BREAK = " ¶ "
Golden = dict[tuple[str, str], str]

KNOWN = {"postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite"}
"""Dialects that look at the table before, and what the cases call them."""

CELLS = [(name, dialect) for name in VARIANTS for dialect in DIALECTS]


def ours(variant: Variant, dialect: str, before: Models = ()) -> str:
    """What our script for that dialect says, without a server, behind those tables."""

    def run(stream: io.StringIO) -> None:
        opts = {"as_sql": True, "output_buffer": stream}
        context = MigrationContext.configure(dialect_name=dialect, opts=opts)
        with running(context.interpreter):
            for table in metadata(before).sorted_tables:
                op.invoke(CreateTable(load.table(table, context.dialect)))
            stream.seek(0)
            stream.truncate()
            variant(op)

    return _written(run)


def alembics(variant: Variant, dialect: str) -> str:
    """What Alembic's script says."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext as Peer

    def run(stream: io.StringIO) -> None:
        opts = {"as_sql": True, "output_buffer": stream, "literal_binds": True}
        variant(Operations(Peer.configure(dialect_name=dialect, opts=opts)))

    return _written(run)


def _written(run: Callable[[io.StringIO], None]) -> str:
    """The statements in one line, white space and separators apart, and the error if there is."""
    stream, failure = io.StringIO(), ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run(stream)
        except Exception as error:  # whatever is raised is the answer
            failure = f"!! {type(error).__name__}: {error}".strip()
    parts = [*stream.getvalue().split("\n\n"), failure]
    texts = (re.sub(r"\s+", " ", p).strip().removesuffix(";") for p in parts)
    found = BREAK.join(t for t in texts if t not in ("", "GO", "/"))
    return re.sub(r" object at 0x\w+", "", found)


def read(path: Path) -> Golden:
    """A golden file: a line ``== variant``, then a line ``dialect SQL`` each."""
    found: Golden = {}
    variant = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            variant = line.removeprefix("== ")
        elif line:
            dialect, _, sql = line.strip().partition(" ")
            found[variant, dialect] = sql.strip()
    return found


def write(path: Path, cells: Golden) -> None:
    lines: list[str] = []
    for name in VARIANTS:
        rows = [(d, cells[name, d]) for d in DIALECTS if (name, d) in cells]
        lines += [f"== {name}", *(f"  {d:<10} {sql}".rstrip() for d, sql in rows)] if rows else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def updating() -> bool:
    return bool(os.environ.get("LIMBECK_UPDATE_GOLDEN"))


@pytest.mark.differential
def test_the_golden_file_is_what_alembic_writes() -> None:
    found = {(n, d): alembics(VARIANTS[n], d) for n, d in CELLS}
    if updating():
        write(HERE / "alembic.txt", found)
    assert found == read(HERE / "alembic.txt")


def test_each_operation_is_written_as_alembic_writes_it_or_as_the_list_says() -> None:
    alembic = read(HERE / "alembic.txt")
    found = {(n, d): ours(VARIANTS[n], d) for n, d in CELLS}
    different = {cell: sql for cell, sql in found.items() if sql != alembic[cell]}
    if updating():
        write(HERE / "limbeck.txt", different)
    assert different == read(HERE / "limbeck.txt")


def test_where_the_script_made_the_table_the_operation_knows_what_it_is() -> None:
    """SQLite rebuilds, MySQL keeps what MODIFY would lose, PostgreSQL converts."""
    found = {
        (name, dialect): ours(VARIANTS[name], dialect, case(Place(family))[0])
        for name, case in CASES.items()
        for dialect, family in KNOWN.items()
        if name != "create_excl"  # its types are PostgreSQL's alone
    }
    without = {(n, d): ours(VARIANTS[n], d) for n, d in found}
    different = {cell: sql for cell, sql in found.items() if sql != without[cell]}
    if updating():
        write(HERE / "known.txt", different)
    assert different == read(HERE / "known.txt")


def test_each_difference_has_its_reason_and_each_reason_a_difference() -> None:
    different = set(read(HERE / "limbeck.txt"))
    assert {cell for cell in CELLS if reason(*cell)} == different
