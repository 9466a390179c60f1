"""Says at the end of a run how many examples each law was tried on."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each law, all dialects together, and one for each server."""
    examples: Counter[str] = Counter()
    operations: dict[str, object] = {}
    for report in terminalreporter.getreports("passed"):
        properties = dict(report.user_properties)
        if report.when == "call" and "examples" in properties:
            law = report.nodeid.split("::")[-1].split("[")[0]
            examples[law] += properties["examples"]
            if "operations" in properties:
                operations[law] = f"{properties['rows']}: {properties['operations']}"
    if examples:
        terminalreporter.section("laws")
    for law, count in examples.items():
        said = f": {operations[law]}" if law in operations else ""
        terminalreporter.write_line(f"{count:6} {law}{said}")
