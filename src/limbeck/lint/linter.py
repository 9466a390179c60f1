"""Rules over recorded revisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from limbeck.errors import ConfigurationError
from limbeck.lint.allowances import Allowances, allowances
from limbeck.lint.finding import SEVERITIES, Finding, Severity
from limbeck.lint.rule import Case, Rule
from limbeck.lint.rules import all_rules
from limbeck.lint.rules.unconventional_name import NAMED
from limbeck.plan.reading import mentioned
from limbeck.plan.recorded import Recorded, RecordedRevision
from limbeck.schema.names import Name

SMALL_TABLE_ROWS = 1000
"""Tables with up to so many rows are scanned and rewritten before anybody notices."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is looked for: rules left out, their severities, what counts as a small table.

    Rules of the severity ``style`` run where `style` is set, or where they got another severity.
    """

    ignore: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    small_table_rows: int = SMALL_TABLE_ROWS
    style: bool = False
    names: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """What whole names have to match, by kind of object (`NAMED`)."""

    def severity(self, rule: Rule) -> Severity | None:
        """The severity of a rule's findings; None for a rule that does not run."""
        if rule.code in self.ignore:
            return None
        given = self.severities.get(rule.code)
        if given is None and rule.severity == "style" and not self.style:
            return None
        return given or rule.severity


def checked(options: Options) -> Options:
    """The options; ConfigurationError for a rule, severity or kind that there is none of."""
    known = {rule.code for rule in all_rules()}
    for code in sorted(options.ignore | options.severities.keys()):
        if code not in known:
            raise ConfigurationError(
                f"There is no lint rule '{code}': docs/lint lists them, and 'limbeck lint --rules'."
            )
    for kind in options.names:
        if kind not in NAMED:
            raise ConfigurationError(
                f"'lint_names' has '{kind}', which is none of {', '.join(NAMED)}."
            )
    for code, severity in options.severities.items():
        if severity not in SEVERITIES:
            raise ConfigurationError(
                f"The severity of '{code}' must be one of {', '.join(SEVERITIES)}, not "
                f"'{severity}'."
            )
    return options


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def lint(
    revisions: Sequence[RecordedRevision],
    options: Options,
    rows: Mapping[Name, int] | None = None,
    rules: Iterable[Rule] | None = None,
    read: Callable[[str], str] = _read,
) -> tuple[Finding, ...]:
    """The findings of revisions that run one after the other, in order.

    `rows` holds row estimates by table. Allowed findings are left out; an allowance that nothing
    uses, or that gives no reason, is a finding itself.
    """
    linter = _Linter(options, rows or {}, tuple(all_rules() if rules is None else rules))
    return tuple(f for revision in revisions for f in linter.revision(revision, read))


class _Linter:
    def __init__(self, options: Options, rows: Mapping[Name, int], rules: tuple[Rule, ...]) -> None:
        self._options = options
        self._rows = rows
        self._rules = [(r, s) for r in rules if (s := options.severity(r)) is not None]
        self._created: set[Name] = set()

    def revision(self, revision: RecordedRevision, read: Callable[[str], str]) -> Iterator[Finding]:
        source = "" if revision.path is None else read(revision.path)
        allowed = allowances(source)
        earlier: list[Case] = []
        for statement in revision.statements:
            for case in self._cases(revision, statement, earlier):
                yield from self._judged(case, allowed)
                earlier.append(case)
                self._follow(case)
        yield from self._of_allowances(revision, allowed)

    def _cases(
        self, revision: RecordedRevision, statement: Recorded, earlier: list[Case]
    ) -> Iterator[Case]:
        for action, hazards in zip(statement.actions, statement.hazards, strict=True):
            rows = None if action.table is None else self._rows.get(action.table)
            created = frozenset(t for t in mentioned(action) if t in self._created)
            names = self._options.names
            yield Case(action, hazards, statement, revision, earlier, created, rows, names)

    def _judged(self, case: Case, allowed: Allowances) -> Iterator[Finding]:
        for rule, severity in self._rules:
            if not rule.applies(case, self._options.small_table_rows):
                continue
            message = rule.find(case)
            line = case.statement.line
            if message is None or allowed.allows(rule.code, line, case.revision.direction):
                continue
            yield Finding(
                rule.code,
                severity,
                message,
                rule.advice,
                case.revision.revision,
                case.revision.path,
                line,
                None if case.action.table is None else str(case.action.table),
                case.statement.sql,
            )

    def _follow(self, case: Case) -> None:
        """Notes which tables the run has made so far."""
        action = case.action
        if action.table is None:
            return
        if (
            action.kind == "create table"
            and not ("if not exists" in action.words and case.before is not None)
        ) or action.kind == "create view":
            self._created.add(action.table)
        elif action.kind == "rename table" and action.table in self._created:
            self._created.add(Name(action.new_name.rpartition(".")[2], action.table.schema))
        elif action.kind == "drop table":
            self._created.discard(action.table)

    def _of_allowances(self, revision: RecordedRevision, allowed: Allowances) -> Iterator[Finding]:
        first, last = allowed.functions.get(revision.direction, (0, -1))
        ran = {rule.code for rule, _ in self._rules}
        known = {rule.code for rule in all_rules()}
        by_code = {rule.code: (rule, severity) for rule, severity in self._rules}
        for allowance in allowed.found:
            if not first <= allowance.line <= last and not first <= allowance.first <= last:
                continue
            problems = []
            if not allowance.reason:
                problems.append(("allow-without-reason", "gives no reason"))
            if not allowance.used and (allowance.code in ran or allowance.code not in known):
                problems.append(("unused-allow", "allows nothing that is found here"))
            for code, problem in problems:
                if code not in by_code:
                    continue
                rule, severity = by_code[code]
                yield Finding(
                    code,
                    severity,
                    f"allow({allowance.code}) {problem}",
                    rule.advice,
                    revision.revision,
                    revision.path,
                    allowance.line,
                )
