"""Tests that any project with migrations can run: ``from limbeck.testing.tests import *``."""

from __future__ import annotations

from typing import Any

import pytest

from limbeck.commands.verify import Outcome
from limbeck.migrator import Migrator
from limbeck.project.config import Config
from limbeck.testing.databases import Databases
from limbeck.testing.projects import migrator_on

__all__ = ["test_models_match_history", "test_single_head", "test_up_down_up"]


def test_single_head(limbeck_config: Config) -> None:
    """The history ends in one revision."""
    heads = Migrator(project=limbeck_config).heads()
    if len(heads) > 1:
        found = ", ".join(f"{head.id} ({head.doc})" for head in heads)
        pytest.fail(f"There are several heads: {found}. 'limbeck merge heads' joins them.", False)


def test_models_match_history(limbeck_config: Config, migrated_url: Any) -> None:
    """A database that all revisions have run on has what the models say."""
    if limbeck_config.native is not None and not limbeck_config.native.metadata:
        pytest.skip("no metadata is configured")
    found = migrator_on(migrated_url, limbeck_config).check(against="database")
    if not found.passed:
        lines = "\n".join(f"  {difference}" for difference in found.differences)
        pytest.fail(
            f"The models and the revisions differ:\n{lines}\n"
            "'limbeck revision --autogenerate' writes what is missing.",
            False,
        )


def test_up_down_up(limbeck_config: Config, limbeck_databases: Databases) -> None:
    """Each revision runs, its downgrade takes back what it did, and it runs again."""
    with limbeck_databases.empty() as url:
        found = migrator_on(url, limbeck_config).verify()
    failed = [o for v in found for o in v.outcomes if o.status == "failed"]
    if failed:
        pytest.fail("\n".join(map(_told, failed)), False)


def _told(outcome: Outcome) -> str:
    place = f" at {outcome.place}" if outcome.place else ""
    left = "".join(f"\n  {line}" for line in outcome.left)
    return f"{outcome.revision.id}: {outcome.stage} failed{place}: {outcome.message}{left}"
