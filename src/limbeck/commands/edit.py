"""Opening revision files in the user's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping

from limbeck.commands.show import show
from limbeck.errors import CommandError
from limbeck.project.project import Project

_FALLBACKS = ("sensible-editor", "editor", "nano", "vim", "code", "notepad", "vi")


def edit(
    project: Project, rev: str, environment: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """Open each file of `rev` in $EDITOR (or $VISUAL) and wait; the paths that were opened.

    Raises CommandError when there is no such file, no editor, or the editor fails.
    """
    paths = tuple(revision.path for revision in show(project, rev) if revision.path is not None)
    if not paths:
        raise CommandError(
            "No current revisions"
            if rev == "current"
            else f"No revision files indicated by symbol '{rev}'"
        )
    editor = _editor(environment)
    for path in paths:
        try:
            subprocess.run([*editor, path], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CommandError(f"Error executing editor ({error})") from None
    return paths


def _editor(environment: Mapping[str, str]) -> list[str]:
    search = environment.get("PATH")
    for variable in ("EDITOR", "VISUAL"):
        if command := environment.get(variable, "").strip():
            if shutil.which(command, path=search):
                return [command]
            return shlex.split(command, posix=os.name != "nt")
    for name in _FALLBACKS:
        if found := shutil.which(name, path=search):
            return [found]
    raise CommandError("No editor found; please set the $EDITOR or $VISUAL environment variable")
