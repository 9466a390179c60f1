"""`limbeck erd`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from limbeck.commands.diagrams import dot, mermaid
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
) -> None:
    """Prints a diagram, or writes it to a file."""
    kind = format_ or _SUFFIXES.get(Path(output or "").suffix.lower(), "mermaid")
    if kind == "svg" and shutil.which("dot") is None:
        raise CommandError(
            "SVG is drawn by Graphviz, and there is no program 'dot' here: install graphviz, or "
            "take '--format dot' or '--format mermaid'."
        )
    text = "\n".join(_drawn(schema, kind) for schema in schemas(Project(config), source))
    if output is None:
        config.print_stdout("%s", text.rstrip("\n"))
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Can't write {output}: {error.strerror}") from error
    config.print_stdout("%s", f"Wrote {output}")


def _drawn(schema: Schema, kind: str) -> str:
    if kind == "mermaid":
        return mermaid(schema)
    text = dot(schema)
    if kind == "dot":
        return text
    done = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        raise CommandError(f"Graphviz failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()
