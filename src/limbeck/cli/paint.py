"""Colour and tables, where a person looks at them.

Tables are drawn by rich, which is imported when one is: start-up takes no time for it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from limbeck.project.config import Config

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

ENOUGH = 60
"""Columns of a terminal below which lines of text read better than a table."""

WIDE = 100
"""Columns of a terminal from which on a table may have many columns of its own."""


def painted(text: str, colour: str, *, bold: bool = False) -> str:
    """The text in a colour; as it is in a pipe, a file, on a dumb terminal, or with NO_COLOR."""
    if not is_terminal(sys.stdout) or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour, bold=bold or None)


def is_terminal(stream: Any) -> bool:
    """Whether it is a terminal that understands more than text."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def is_utf8(stream: Any) -> bool:
    """Whether every text can be written to it, and the lines of a table too."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "") == "utf8"


def columns(config: Config) -> int:
    """How wide the terminal is; 0 where nothing is drawn: in a pipe, a file, on a dumb terminal.

    So it is too where it cannot show the lines of a table.
    """
    if not is_terminal(config.stdout) or not is_utf8(config.stdout):
        return 0
    return shutil.get_terminal_size().columns


def table(*headers: str, lines: bool = False) -> Table:
    """A table as wide as the terminal; with `lines`, between the rows too."""
    from rich import box
    from rich.table import Table

    return Table(
        *headers,
        box=box.ROUNDED,
        border_style="bright_black",
        header_style="bold",
        show_header=bool(headers),
        show_lines=lines,
    )


def text(painted_text: str) -> Text:
    """Text that may have been painted, for a cell."""
    from rich.text import Text

    return Text.from_ansi(painted_text)


def lines(config: Config, texts: Iterable[str]) -> None:
    """Prints lines; a terminal has them broken between words, and indented as they are."""
    if not columns(config):
        for line in texts:
            config.print_stdout("%s", line)
        return
    from rich.padding import Padding

    for line in texts:
        rest = line.lstrip()
        show(config, Padding(text(rest), (0, 0, 0, len(line) - len(rest))))


def show(config: Config, *drawings: RenderableType) -> None:
    """Prints drawings one below the other, with the colours that the terminal has."""
    from rich.console import Console

    console = Console(
        file=config.stdout,
        width=columns(config) or None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    with console.capture() as captured:
        for drawing in drawings:
            console.print(drawing)
    config.print_stdout("%s", captured.get().rstrip("\n"))
