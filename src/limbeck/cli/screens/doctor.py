"""`limbeck doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.cli.output import Document
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from limbeck.commands.doctor import Diagnosis


def doctor(config: Config, json_: bool = False) -> Document | None:
    """Tells what a project is, what will differ, and what could be dropped."""
    from limbeck.commands.doctor import doctor as run
    from limbeck.commands.doctor import sources
    from limbeck.compat.provided import missing_names

    project = Project(config)
    diagnosis = run(project)
    missing = missing_names(sources(project))
    if json_:
        return Document({**asdict(diagnosis), "missing_names": missing})
    for line in _lines(diagnosis, missing):
        config.print_stdout("%s", line)
    return None


def settings_lines(values: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[str]:
    """Each setting as it stands in pyproject.toml, with where it comes from."""
    databases = values.get("databases", {})
    own = {name: value for name, value in values.items() if name != "databases"}
    if own or not databases:
        yield "  [tool.limbeck]"
    for name, value in own.items():
        yield f"  {name} = {_toml(value)}    # {sources[name]}"
    for database, table in databases.items():
        yield f"  [tool.limbeck.databases.{database}]"
        for name, value in table.items():
            source = sources[f"databases.{database}.{name}"]
            yield f"  {name} = {_toml(value)}    # {source}"


def settings_content(
    file: Path, values: Mapping[str, Any], sources: Mapping[str, str], notes: Sequence[str]
) -> dict[str, Any]:
    """Settings that were written to a file, as ``--json`` tells them."""
    return {
        "file": str(file),
        "values": dict(values),
        "sources": dict(sources),
        "notes": list(notes),
    }


def _toml(value: Any) -> str:
    import tomlkit

    return str(tomlkit.item(value).as_string())


def _lines(diagnosis: Diagnosis, missing: list[str]) -> Iterator[str]:
    from limbeck.commands.doctor import History

    title = "An Alembic project" if diagnosis.kind == "alembic" else "A native project"
    yield f"{title}: {diagnosis.configuration}"
    for history in diagnosis.databases or (diagnosis,):
        named = f" of {history.database}" if isinstance(history, History) else ""
        heads = ", ".join(history.heads) or "none"
        yield f"History{named}: {history.folder} ({history.revisions} revisions; heads: {heads})"
        if len(history.heads) > 1:
            where = f"--database {history.database} " if isinstance(history, History) else ""
            yield f"  There are several heads: 'limbeck merge {where}heads' joins them."
    proposal = diagnosis.proposal
    if proposal is None:
        if diagnosis.env_py:
            yield f"env.py: {diagnosis.env_py} stands in the folder; see 'env_py' in docs/native.md"
        else:
            yield "env.py: there is none, and none is needed."
        return
    yield "It runs as it is."
    yield from _names(missing)
    yield "What Limbeck does otherwise here (docs/coming-from-alembic.md has all of it):"
    yield from (f"  - {text}" for text in diagnosis.differences)
    if proposal.obstacles:
        yield "env.py is needed, because of"
        yield from (f"  line {o.line}: {o.what}" for o in proposal.obstacles)
        return
    yield "env.py can be dropped. These settings say the same; 'limbeck adopt' writes them:"
    yield from settings_lines(proposal.values, proposal.sources)
    yield from (f"  Note: {note}" for note in proposal.notes)
    yield "Needed by Alembic alone after that:"
    yield from (f"  {path}" for path in diagnosis.droppable)


def _names(missing: list[str]) -> Iterator[str]:
    if missing:
        yield "Names of Alembic that Limbeck does not provide:"
        yield from (f"  {name}" for name in missing)
    else:
        yield "Every name that env.py and the revisions import from alembic is provided."
