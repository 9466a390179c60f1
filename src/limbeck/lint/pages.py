"""The rules' pages of the documentation, made from their docstrings.

``python -m limbeck.lint.pages docs/lint`` writes them; a test holds them current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from limbeck.lint.finding import SEVERITIES
from limbeck.lint.rule import Rule
from limbeck.lint.rules import all_rules

_PRODUCTS = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
}

_MEANING = {
    "error": "these make `limbeck lint` fail",
    "warning": "these do so with `--strict`",
    "style": "these are looked for with `--style` or `lint_style = true`",
}


def pages() -> dict[str, str]:
    """The text of each page by its file name; `index.md` lists the rules."""
    rules = all_rules()
    return {"index.md": _index(rules), **{f"{rule.code}.md": _page(rule) for rule in rules}}


def _page(rule: Rule) -> str:
    summary, _, rest = rule.doc.partition("\n")
    servers = ", ".join(name for key, name in _PRODUCTS.items() if key in rule.dialects)
    notes = [f"{rule.severity} · {servers}"]
    if rule.sized:
        notes.append("silent on small tables (`small_table_rows`)")
    if not rule.new_tables:
        notes.append("silent on tables that the same run creates")
    return f"# {rule.code}\n\n{summary} ({'; '.join(notes)})\n{rest.rstrip()}\n"


def _index(rules: tuple[Rule, ...]) -> str:
    lines = ["# Lint rules", "", "[How linting works](../lint.md), and how a finding is allowed."]
    for severity in SEVERITIES:
        lines += ["", f"## {severity.capitalize()}: {_MEANING[severity]}", ""]
        lines += ["| rule | what it finds |", "| --- | --- |"]
        lines += [
            f"| [{rule.code}]({rule.code}.md) | {rule.doc.partition(chr(10))[0]} |"
            for rule in rules
            if rule.severity == severity
        ]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Writes all pages, and removes those of rules that are gone."""
    wanted = pages()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/lint"))
