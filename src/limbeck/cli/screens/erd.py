"""`limbeck erd`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from limbeck.cli.output import Document
from limbeck.commands.diagrams import content, dot, mermaid
from limbeck.commands.erd import Source, schemas
from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.schema.objects import Schema

_SUFFIXES = {".dot": "dot", ".gv": "dot", ".svg": "svg"}


def erd(
    config: Config,
    source: Source = "models",
    format_: str | None = None,
    output: str | None = None,
    json_: bool = False,
) -> Document | None:
    """Prints a diagram, or writes it to a file."""
    kind = format_ or _SUFFIXES.get(Path(output or "").suffix.lower(), "mermaid")
    if kind == "svg" and shutil.which("dot") is None:
        raise CommandError(
            "SVG is drawn by Graphviz, and there is no program 'dot' here: install graphviz, or "
            "take '--format dot' or '--format mermaid'."
        )
    found = schemas(Project(config), source)
    if output is not None:
        _write(output, found, kind)
    if json_:
        return Document({"schemas": [content(schema) for schema in found], "written": output})
    if output is None:
        config.print_stdout("%s", _drawn(found, kind).rstrip("\n"))
    else:
        config.print_stdout("%s", f"Wrote {output}")
    return None


def _write(output: str, found: Sequence[Schema], kind: str) -> None:
    try:
        Path(output).write_text(_drawn(found, kind), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Can't write {output}: {error.strerror}") from error


def _drawn(found: Sequence[Schema], kind: str) -> str:
    return "\n".join(_one(schema, kind) for schema in found)


def _one(schema: Schema, kind: str) -> str:
    if kind == "mermaid":
        return mermaid(schema)
    text = dot(schema)
    if kind == "dot":
        return text
    done = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        raise CommandError(f"Graphviz failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()
