"""What `progress` draws, with rich: imported when it is drawn."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column

from limbeck.cli.paint import ENOUGH


def bar(stream: TextIO) -> Progress:
    """A line for each stage: what, how much of it, for how long, and what is at work."""
    console = Console(file=stream, markup=False, emoji=False, highlight=False)
    now = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    roomy = console.width >= ENOUGH
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        *((BarColumn(20),) if roomy else ()),
        MofNCompleteColumn(),
        *((TimeElapsedColumn(),) if roomy else ()),
        TextColumn("{task.fields[now]}", markup=False, table_column=now),
        console=console,
        transient=True,
        expand=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
