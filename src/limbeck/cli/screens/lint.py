"""``limbeck lint``: findings on standard output, a status that a pipeline can act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from limbeck import __version__
from limbeck.cli import paint
from limbeck.cli.output import Document
from limbeck.cli.paint import painted
from limbeck.command import explain
from limbeck.commands.lint import Linted, lint_revisions
from limbeck.errors import CommandError, RevisionError
from limbeck.lint.finding import SEVERITIES, Finding
from limbeck.lint.formats import as_github, as_sarif, content, relative
from limbeck.lint.rules import all_rules
from limbeck.lint.text import shortened
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from rich.table import Table

_COLOURS = {"error": "red", "warning": "yellow", "style": "cyan"}


def lint(
    config: Config,
    rev_range: str | None,
    since: str | None = None,
    format_: str = "text",
    strict: bool = False,
    style: bool = False,
    rules: bool = False,
    json_: bool = False,
) -> Document | int:
    """Look for hazards in revisions before they run."""
    if json_ and format_ not in ("text", "json"):
        raise click.UsageError(f"--json and --format {format_} cannot go together.")
    if rules:
        return _rules(config, json_)
    if rev_range is not None and since is not None:
        raise CommandError("Give a range or --since, not both.")
    try:
        found = lint_revisions(Project(config), rev_range, since=since, style=style)
    except RevisionError as error:
        raise CommandError(explain("lint", error)) from error
    failing = {"error", "warning"} if strict else {"error"}
    status = int(any(f.severity in failing for f in found.findings))
    if json_:
        return Document(content(found.findings, found.revisions, found.servers), status)
    match format_:
        case "sarif":
            config.print_stdout(as_sarif(found.findings, all_rules(), __version__))
        case "github":
            if found.findings:
                config.print_stdout(as_github(found.findings))
        case _:
            _print_text(config, found)
    return status


def _rules(config: Config, json_: bool) -> Document | int:
    rows = [(rule.code, rule.severity, rule.doc.partition("\n")[0]) for rule in all_rules()]
    if json_:
        names = ("code", "severity", "summary")
        return Document({"rules": [dict(zip(names, row, strict=True)) for row in rows]})
    for code, severity, summary in rows:
        config.print_stdout("%s", f"{code:32} {severity:8} {summary}")
    return 0


def _print_text(config: Config, found: Linted) -> None:
    width = paint.columns(config)
    if width >= paint.ENOUGH and found.findings:
        paint.show(config, _table(found.findings, width))
    else:
        paint.lines(config, (line for finding in found.findings for line in _lines(finding)))
    counts = Counter(f.severity for f in found.findings)
    said = [_plural(counts[s], s) for s in SEVERITIES if counts[s]]
    looked = f"{_plural(len(found.revisions), 'revision')} for {' and '.join(found.servers)}"
    config.print_stdout("%s", f"{looked}: {', '.join(said) or 'nothing found'}")


def _plural(count: int, word: str) -> str:
    if word == "style":
        return f"{count} of style"
    return f"{count} {word}{'' if count == 1 else 's'}"


def _table(findings: Sequence[Finding], width: int) -> Table:
    """Severity, code and place have columns of their own where there is room for these."""
    headers = ("Severity", "Rule", "Where") if width >= paint.WIDE else ("Found",)
    drawn = paint.table(*headers, "What it does, and what to do", lines=True)
    for column in drawn.columns:
        column.overflow = "fold"
    for finding in findings:
        what = [finding.message]
        what += [painted(shortened(finding.sql, 200), "bright_black")] if finding.sql else []
        severity = painted(finding.severity, _COLOURS[finding.severity], bold=True)
        cells = [severity, finding.code, _place(finding)]
        if width < paint.WIDE:
            cells = ["\n".join(cells)]
        told = "\n".join([*what, painted(f"→ {finding.advice}", "green")])
        drawn.add_row(*(paint.text(cell) for cell in (*cells, told)))
    return drawn


def _place(finding: Finding) -> str:
    place = relative(finding.path) or f"revision {finding.revision}"
    return place if finding.line is None else f"{place}:{finding.line}"


def _lines(finding: Finding) -> list[str]:
    severity = painted(finding.severity, _COLOURS[finding.severity])
    lines = [f"{_place(finding)}: {severity} [{finding.code}] {finding.message}"]
    if finding.sql:
        lines.append(f"    {shortened(finding.sql, 100)}")
    return [*lines, f"    -> {finding.advice}", ""]
