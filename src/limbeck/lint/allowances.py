"""``# limbeck: allow(drop-column) reason``: what a revision's author has thought about."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMMENT = re.compile(r"#\s*limbeck:\s*allow\(([^)]*)\)\s*[-:–—]?\s*(.*)$")


@dataclass
class Allowance:
    """One code that a comment allows, on the lines that it covers."""

    code: str
    reason: str
    line: int
    first: int
    last: int
    used: bool = False


@dataclass
class Allowances:
    """All of a file's."""

    found: list[Allowance] = field(default_factory=list)

    def allows(self, code: str, line: int | None, function: str) -> bool:
        """Whether a finding is allowed; all allowances that cover it are used by that."""
        covering = [a for a in self.found if a.code == code and self._covers(a, line, function)]
        for allowance in covering:
            allowance.used = True
        return bool(covering)

    def _covers(self, allowance: Allowance, line: int | None, function: str) -> bool:
        if line is not None:
            return allowance.first <= line <= allowance.last
        first, last = self.functions.get(function, (0, -1))
        return (allowance.first, allowance.last) == (first, last)

    functions: dict[str, tuple[int, int]] = field(default_factory=dict)


def allowances(source: str) -> Allowances:
    """The allowances of a revision file.

    A comment covers the statement that it stands in or above, and a whole function where it
    stands in or above its ``def``.
    """
    if "limbeck:" not in source:
        return Allowances()
    try:
        tree = ast.parse(source)
        comments = list(_comments(source))
    except (SyntaxError, tokenize.TokenError):
        return Allowances()
    made = Allowances()
    spans = sorted(_spans(tree), key=lambda span: (span.last - span.first, span.first))
    for span in spans:
        if span.function:
            made.functions[span.function] = (span.first, span.last)
    only = {line for line, _, alone in comments if alone}
    for line, text, _ in comments:
        found = _COMMENT.search(text)
        if found is None:
            continue
        place = line
        while place in only:
            place += 1
        around = next((s for s in spans if s.head <= place <= s.head_end), None)
        first, last = (line, line) if around is None else (around.first, around.last)
        for code in filter(None, (c.strip() for c in found[1].split(","))):
            made.found.append(Allowance(code, found[2].strip(), line, first, last))
    return made


def _comments(source: str) -> Iterator[tuple[int, str, bool]]:
    """(line, text, whether nothing else stands on the line) of each comment."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string, not token.line[: token.start[1]].strip()


@dataclass(frozen=True)
class _Span:
    """Lines of a statement: those where a comment counts, and those that it then covers."""

    head: int
    head_end: int
    first: int
    last: int
    function: str = ""


def _spans(tree: ast.AST) -> Iterator[_Span]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        last = node.end_lineno or node.lineno
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _Span(node.lineno, node.body[0].lineno - 1, node.lineno, last, node.name)
        elif body:
            head_end = max(node.lineno, body[0].lineno - 1)
            whole = isinstance(node, ast.With)
            yield _Span(node.lineno, head_end, node.lineno, last if whole else head_end)
        else:
            yield _Span(node.lineno, last, node.lineno, last)
