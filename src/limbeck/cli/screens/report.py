"""`limbeck report`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from limbeck.cli.output import Document
from limbeck.commands.report import Report
from limbeck.commands.report import report as make
from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.revision.describe import signs
from limbeck.revision.drawing import Row, draw
from limbeck.revision.walk import history

_PAGE = Path(__file__).with_name("report.html")


def report(config: Config, file: str, json_: bool = False) -> Document | None:
    """Writes the page: one file, which loads nothing."""
    found = make(config)
    drawn = "\n".join(line for one in found for line in _graph(one))
    revisions = [
        {**revision, "key": _key(one, revision["revision"]), "database": one.database}
        for one in found
        for revision in one.revisions
    ]
    data = json.dumps(revisions, ensure_ascii=False).replace("<", "\\u003c")
    page = _PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition("@@GRAPH@@")
    middle, _, tail = rest.partition("@@DATA@@")
    try:
        Path(file).write_text(f"{head}{drawn}{middle}{data}{tail}", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Can't write {file}: {error.strerror}") from error
    if json_:
        counts = [{"database": r.database or None, "revisions": len(r.revisions)} for r in found]
        return Document({"file": file, "databases": counts})
    several = f" of {len(found)} databases" if len(found) > 1 else ""
    config.print_stdout("%s", f"Wrote {file}: {len(revisions)} revisions{several}")
    return None


def _key(found: Report, revision: str) -> str:
    """What names a revision on the page: its id, after the database where there are several."""
    return f"{found.database}/{revision}" if found.database else revision


def _graph(found: Report) -> Iterator[str]:
    if found.database:
        yield f"<h2>{escape(found.database)}</h2>"
    for row in draw(history(found.graph)):
        yield _row(found, row)


def _row(found: Report, row: Row) -> str:
    revision = row.revision
    if revision is None:
        return f'<div class="row">{row.before}</div>'
    id_, key = escape(revision.id), escape(_key(found, revision.id))
    marks = escape(signs(found.graph, revision))
    text = f'<span class="id">{id_}</span><span class="marks">{marks}</span> {escape(revision.doc)}'
    link = f'<a href="#{key}">● {row.after}{text}</a>'
    return f'<div class="row" data-id="{key}">{row.before}{link}</div>'
