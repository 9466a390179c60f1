"""Questions to somebody at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import click


def asker() -> Callable[[str], bool] | None:
    """How a question is asked; None in a pipe, in CI, and wherever nobody sits at a terminal."""
    return _ask if _somebody_is_there() else None


def chooser() -> Callable[[str, Sequence[str]], int] | None:
    """How one of several things is chosen; None as for `asker`."""
    return _choose if _somebody_is_there() else None


def _somebody_is_there() -> bool:
    streams = (sys.stdin, sys.stderr)
    return not os.environ.get("CI") and all(s is not None and s.isatty() for s in streams)


def _ask(question: str) -> bool:
    """Asks until it is answered; Enter alone is no. Standard output is left to the command."""
    return click.confirm(question, default=False, err=True)


def _choose(question: str, answers: Sequence[str]) -> int:
    """Shows the answers with numbers, and asks for one of those."""
    click.echo(question, err=True)
    for number, answer in enumerate(answers, start=1):
        click.echo(f"  {number}  {answer}", err=True)
    numbers = click.IntRange(1, len(answers))
    chosen: int = click.prompt("Which one?", type=numbers, err=True)
    return chosen - 1
