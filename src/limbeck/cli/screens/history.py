"""`limbeck history`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from limbeck import command
from limbeck.cli import paint
from limbeck.cli.output import Document
from limbeck.cli.paint import painted
from limbeck.commands.history import History
from limbeck.commands.history import history as find
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision.describe import log_entry, signs
from limbeck.revision.drawing import Row, draw, in_ascii
from limbeck.revision.graph import Graph, Revision

if TYPE_CHECKING:
    from rich.table import Table


def history(
    config: Config,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
    graph: bool = False,
    json_: bool = False,
) -> Document | None:
    """Lists revisions, newest first, or draws their branches and merges."""
    if not (graph or json_ or (paint.columns(config) >= paint.ENOUGH and not verbose)):
        command.history(config, rev_range, verbose, indicate_current)
        return None
    project = Project(config)
    found = find(project, rev_range, indicate_current=indicate_current)
    if json_:
        from limbeck.cli.screens.documents import revisions

        current = None if found.current is None else list(found.current)
        return revisions(project, found.revisions, current=current)
    if graph:
        _draw(config, found, _Drawing(project.scripts.graph, found.current, verbose))
    elif found.revisions:
        paint.show(config, _table(project.scripts.graph, found))
    return None


def _table(graph: Graph, found: History) -> Table:
    drawn = paint.table("Revision", "Follows", "Message")
    for column in drawn.columns:
        column.overflow = "fold"
    for revision in found.revisions:
        marks = signs(graph, revision, current=found.current or ()).strip()
        id_ = painted(revision.id, "cyan", bold=True)
        needs = f"\nneeds {', '.join(revision.depends_on)}" if revision.depends_on else ""
        drawn.add_row(
            paint.text(f"{id_} {painted(marks, 'yellow')}" if marks else id_),
            (", ".join(revision.down) or "nothing") + needs,
            revision.doc,
        )
    return drawn


def _draw(config: Config, found: History, drawing: _Drawing) -> None:
    plain = not _shows(config, "│┤├┼╯╰┴╮╭┬─●○")
    for row in draw(found.revisions):
        for before, sign, after, text in drawing.lines(row):
            drawn = before + sign + after
            line = before + drawing.coloured(sign, row) + after
            shown = in_ascii(drawn) if plain else line
            config.print_stdout("%s", f"{shown}{text}".rstrip())


class _Drawing:
    """What stands beside each sign. Where the database was asked, `○` has not run on it yet."""

    def __init__(self, graph: Graph, current: tuple[str, ...] | None, verbose: bool) -> None:
        self._graph = graph
        self._current: Collection[str] = current or ()
        known = [id_ for id_ in self._current if id_ in graph]
        self._applied = None if current is None else graph.ancestors(known)
        self._verbose = verbose

    def lines(self, row: Row) -> Iterator[tuple[str, str, str, str]]:
        """The parts of each line: before the sign, the sign, after it, and the text."""
        revision = row.revision
        if revision is None:
            yield row.before, "", "", ""
            return
        applied = self._applied is None or revision.id in self._applied
        yield row.before, "● " if applied else "○ ", row.after, self._text(revision)
        if self._verbose:
            goes_on = any(parent in self._graph for parent in revision.down)
            entry = log_entry(self._graph, revision, current=self._current)
            for line in entry.splitlines()[1:]:
                yield row.before, "│ " if goes_on else "  ", row.after, f"  {line}"

    def coloured(self, sign: str, row: Row) -> str:
        if row.revision is None or not self._graph.is_head(row.revision.id):
            return sign
        return painted(sign, "green", bold=True)

    def _text(self, revision: Revision) -> str:
        needs = ", ".join(revision.depends_on)
        marks = signs(self._graph, revision, current=self._current)
        return " ".join(
            part
            for part in (
                painted(revision.id, "cyan", bold=True) + painted(marks, "yellow"),
                revision.doc,
                f"[needs {needs}]" if needs else "",
            )
            if part
        )


def _shows(config: Config, text: str) -> bool:
    """Whether the output can show these characters."""
    try:
        text.encode(getattr(config.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
