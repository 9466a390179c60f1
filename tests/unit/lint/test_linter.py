"""What the linter does around its rules: allowances, new and small tables, settings, places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limbeck.errors import ConfigurationError
from limbeck.lint.finding import Finding
from limbeck.lint.formats import as_github, as_sarif, content
from limbeck.lint.linter import Options, checked, lint
from limbeck.lint.rules import all_rules
from limbeck.schema.names import Name
from limbeck.statements.hazards import Server
from tests.lint_cases import findings, recorded, write_revisions

DROP = 'op.drop_column("person", "nickname")'


def codes(folder: Path, body: str, product: str = "postgresql") -> list[str]:
    return [f.code for f in findings(folder, [body], product, Options())]


def test_an_allowance_covers_its_statement_from_above_and_from_behind(tmp_path: Path) -> None:
    assert codes(tmp_path, DROP) == ["drop-column"]
    assert codes(tmp_path, f"{DROP}  # limbeck: allow(drop-column) unused") == []
    assert codes(tmp_path, f"# limbeck: allow(drop-column) unused\n{DROP}") == []
    above = "# limbeck: allow(drop-column) unused\n# since release 41\n"
    assert codes(tmp_path, f'{above}op.drop_column(\n    "person",\n    "nickname",\n)') == []
    other = 'op.drop_column("person", "email")'
    assert codes(tmp_path, f"{above}{DROP}\n{other}") == ["drop-column"]


def test_an_allowance_above_the_function_covers_all_of_it(tmp_path: Path) -> None:
    paths = write_revisions(tmp_path, [f'{DROP}\nop.drop_table("audit")'])
    text = paths[1].read_text(encoding="utf-8")
    comment = "# limbeck: allow(drop-column, drop-table) both moved away\n"
    paths[1].write_text(text.replace("def upgrade", f"{comment}def upgrade"), encoding="utf-8")
    assert lint(recorded(tmp_path, "postgresql")[-1:], Options()) == ()


def test_an_allowance_in_a_batch_covers_the_whole_with_block_or_one_call(tmp_path: Path) -> None:
    block = 'with op.batch_alter_table("person") as batch:\n    batch.drop_column("email")\n'
    allowed = "    # limbeck: allow(drop-column) unused\n"
    text = f'{block}{allowed}    batch.drop_column("nickname")'
    found = findings(tmp_path, [text], "postgresql", Options())
    assert [(f.code, f.line) for f in found] == [("drop-column", 10)]
    assert codes(tmp_path, f"# limbeck: allow(drop-column) unused\n{block}") == []


def test_an_allowance_without_a_reason_or_a_finding_is_a_finding(tmp_path: Path) -> None:
    assert codes(tmp_path, f"# limbeck: allow(drop-column)\n{DROP}") == ["allow-without-reason"]
    found = findings(tmp_path, ["# limbeck: allow(drop-colum) typo\n" + DROP], "postgresql")
    assert {"drop-column", "unused-allow"} <= {f.code for f in found}
    assert [f.line for f in found if f.code == "unused-allow"] == [9]


def test_tables_of_the_same_run_are_left_alone(tmp_path: Path) -> None:
    body = """
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("t", sa.Text()))
op.create_index("note_t", "note", ["t"])
op.create_foreign_key("note_person", "note", "note", ["id"], ["id"])
op.rename_table("note", "notes")
op.create_index("note_t2", "notes", ["t"])
"""
    assert codes(tmp_path, body) == []
    later = 'op.create_index("audit_action", "audit", ["action"])'
    write_revisions(tmp_path, [later])
    everything = lint(recorded(tmp_path, "postgresql"), Options())
    assert everything == ()


def test_a_commit_in_the_middle_lets_go_of_locks(tmp_path: Path) -> None:
    add = 'op.add_column("person", sa.Column("x", sa.Integer()))\n'
    update = 'op.execute("UPDATE person SET x = 1 WHERE id = 1")'
    between = """
with op.get_context().autocommit_block():
    op.execute("VACUUM person")
"""
    assert codes(tmp_path, add + update) == ["work-under-lock"]
    assert codes(tmp_path, add + between + update) == []


def test_small_tables_are_left_alone_where_rows_are_known(tmp_path: Path) -> None:
    write_revisions(tmp_path, ['op.create_index("person_email", "person", ["email"])', DROP])
    revisions = recorded(tmp_path, "postgresql")[1:]
    small, large = {Name("person"): 1000}, {Name("person"): 1001}
    assert [f.code for f in lint(revisions, Options(), small)] == ["drop-column"]
    assert [f.code for f in lint(revisions, Options(), large)] == ["create-index", "drop-column"]
    wider = Options(small_table_rows=5000)
    assert [f.code for f in lint(revisions, wider, large)] == ["drop-column"]


def test_the_version_of_the_server_counts(tmp_path: Path) -> None:
    write_revisions(
        tmp_path, ['op.execute("ALTER TABLE audit ADD COLUMN p BIGINT REFERENCES x (id)")']
    )
    old, new = Server("mysql", (8, 0)), Server("mysql", (9, 1))
    assert "inline-references" in {
        f.code for f in lint(recorded(tmp_path, "mysql", old), Options())
    }
    assert "inline-references" not in {
        f.code for f in lint(recorded(tmp_path, "mysql", new), Options())
    }


def test_severities_and_ignored_rules(tmp_path: Path) -> None:
    write_revisions(tmp_path, [DROP])
    revisions = recorded(tmp_path, "postgresql")[-1:]
    assert lint(revisions, Options(ignore=frozenset({"drop-column"}))) == ()
    softer = Options(severities={"drop-column": "warning"})
    assert [f.severity for f in lint(revisions, softer)] == ["warning"]
    with pytest.raises(ConfigurationError, match="no lint rule 'drop-colum'"):
        checked(Options(ignore=frozenset({"drop-colum"})))
    with pytest.raises(ConfigurationError, match="severity of 'drop-column' must be one of"):
        checked(Options(severities={"drop-column": "fatal"}))  # type: ignore[dict-item]  # wrong on purpose


def test_the_line_is_that_of_the_call_in_the_revision_even_through_a_helper(tmp_path: Path) -> None:
    body = """
def shorten(name):
    op.drop_column(
        "person", name)

if True:
    shorten("nickname")
"""
    found = findings(tmp_path, [body], "postgresql", Options())
    assert [(f.code, f.line) for f in found] == [("drop-column", 11)]


FINDING = Finding(
    "drop-column", "error", "it's 100% gone: ünïcode", "Don't.", "r1", "versions/r1.py", 7, "person"
)


def test_the_formats_for_programs(tmp_path: Path) -> None:
    made = content([FINDING], ["r1"], ["PostgreSQL 15"])
    assert made["findings"][0]["code"] == "drop-column"
    assert made["findings"][0]["line"] == 7
    assert as_github([FINDING]) == (
        "::error title=drop-column,file=versions/r1.py,line=7::it's 100%25 gone: ünïcode%0ADon't."
    )
    sarif = json.loads(as_sarif([FINDING], all_rules(), "1"))
    result = sarif["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == (
        "versions/r1.py",
        {"startLine": 7},
    )
    assert [r["id"] for r in sarif["runs"][0]["tool"]["driver"]["rules"]] == ["drop-column"]
