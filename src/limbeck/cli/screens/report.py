"""`limbeck report`."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from limbeck.cli.output import Document
from limbeck.commands.report import report as make
from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision.describe import signs
from limbeck.revision.drawing import Row, draw
from limbeck.revision.graph import Graph
from limbeck.revision.walk import history

_PAGE = Path(__file__).with_name("report.html")


def report(config: Config, file: str, json_: bool = False) -> Document | None:
    """Writes the page: one file, which loads nothing."""
    found = make(Project(config))
    rows = draw(history(found.graph))
    drawn = "\n".join(_row(found.graph, row) for row in rows)
    data = json.dumps(found.revisions, ensure_ascii=False).replace("<", "\\u003c")
    page = _PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition("@@GRAPH@@")
    middle, _, tail = rest.partition("@@DATA@@")
    try:
        Path(file).write_text(f"{head}{drawn}{middle}{data}{tail}", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Can't write {file}: {error.strerror}") from error
    if json_:
        return Document({"file": file, "revisions": len(found.revisions)})
    config.print_stdout("%s", f"Wrote {file}: {len(found.revisions)} revisions")
    return None


def _row(graph: Graph, row: Row) -> str:
    revision = row.revision
    if revision is None:
        return f'<div class="row">{row.before}</div>'
    id_ = escape(revision.id)
    marks = escape(signs(graph, revision))
    text = f'<span class="id">{id_}</span><span class="marks">{marks}</span> {escape(revision.doc)}'
    link = f'<a href="#{id_}">● {row.after}{text}</a>'
    return f'<div class="row" data-id="{id_}">{row.before}{link}</div>'
