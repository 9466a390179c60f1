"""Each rule finds what its page shows under "Instead of", and nothing in what it shows to use."""

from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.lint.pages import pages
from limbeck.lint.rules import all_rules
from tests.lint_cases import Example, examples, findings

BAD = [(e, p) for e in examples("Instead of") for p in e.products]
GOOD = [(e, p) for e in examples("Use") for p in e.products]


def _name(value: object) -> str:
    return value.rule.code if isinstance(value, Example) else str(value)


def test_every_rule_has_a_bad_and_a_good_case() -> None:
    for rule in all_rules():
        assert any(example.rule is rule for example, _ in BAD), rule.code
        assert any(example.rule is rule for example, _ in GOOD), rule.code


def test_the_pages_of_the_documentation_are_current() -> None:
    folder = Path(__file__).resolve().parents[3] / "docs" / "lint"
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert written == pages(), "run: python -m limbeck.lint.pages docs/lint"


def test_a_page_tells_the_problem_and_what_to_do() -> None:
    for rule in all_rules():
        titles = [line for line in rule.doc.splitlines() if line.startswith("## ")]
        assert titles == ["## Problem", "## Instead of", "## Use"], rule.code
        assert rule.advice.endswith("."), rule.code


@pytest.mark.parametrize(("example", "product"), BAD, ids=_name)
def test_the_bad_case_is_found(example: Example, product: str, tmp_path: Path) -> None:
    found = findings(tmp_path, [example.body], product)
    assert example.rule.code in [f.code for f in found]
    for finding in found:
        assert finding.path == str(tmp_path / "r1.py")
        assert finding.line is not None


@pytest.mark.parametrize(("example", "product"), GOOD, ids=_name)
def test_the_good_case_is_not(example: Example, product: str, tmp_path: Path) -> None:
    found = findings(tmp_path, [*example.before, example.body], product)
    assert example.rule.code not in [f.code for f in found]
