"""Findings for programs: JSON, SARIF 2.1.0, and annotations of GitHub's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from limbeck.lint.finding import Finding, Severity
from limbeck.lint.rule import Rule


def content(
    findings: Sequence[Finding], revisions: Sequence[str], servers: Sequence[str]
) -> dict[str, Any]:
    """What ``--json`` tells: ``version``, ``servers``, ``revisions`` and ``findings``."""
    return {
        "version": 1,
        "servers": list(servers),
        "revisions": list(revisions),
        "findings": [
            {
                "code": f.code,
                "severity": f.severity,
                "message": f.message,
                "advice": f.advice,
                "revision": f.revision,
                "path": relative(f.path),
                "line": f.line,
                "table": f.table,
                "sql": f.sql,
            }
            for f in findings
        ],
    }


_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "style": "note"}


def as_sarif(findings: Sequence[Finding], rules: Iterable[Rule], version: str) -> str:
    """SARIF 2.1.0, as code scanning services read it."""
    used = {f.code for f in findings}
    described = [_sarif_rule(rule) for rule in rules if rule.code in used]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "limbeck",
                        "version": version,
                        "rules": described,
                    }
                },
                "results": [_sarif_result(f) for f in findings],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.doc.partition("\n")[0]},
        "help": {"text": rule.advice, "markdown": rule.doc},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _sarif_result(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.advice}"},
        "properties": {"revision": finding.revision},
    }
    if finding.path is not None:
        place: dict[str, Any] = {
            "artifactLocation": {"uri": Path(relative(finding.path) or "").as_posix()}
        }
        if finding.line is not None:
            place["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "style": "notice"}


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands, one line a finding."""
    return "\n".join(_annotation(f) for f in findings)


def _annotation(finding: Finding) -> str:
    properties = {"title": finding.code}
    if finding.path is not None:
        properties["file"] = relative(finding.path) or ""
    if finding.line is not None:
        properties["line"] = str(finding.line)
    given = ",".join(f"{k}={_escaped(v, ':,')}" for k, v in properties.items())
    message = _escaped(f"{finding.message}\n{finding.advice}")
    return f"::{_COMMANDS[finding.severity]} {given}::{message}"


def _escaped(text: str, also: str = "") -> str:
    """https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts"""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def relative(path: str | None) -> str | None:
    """A path as seen from the current folder, where it lies below it."""
    if path is None:
        return None
    seen = os.path.relpath(path)
    return path if seen.startswith("..") else seen
