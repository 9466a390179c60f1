"""``alembic.util.editor``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from limbeck.commands.edit import _editor
from limbeck.errors import CommandError

__all__ = ["open_in_editor"]


def open_in_editor(filename: str, environ: Mapping[str, str] | None = None) -> None:
    """Opens a file in the user's editor and waits; CommandError if that fails."""
    try:
        subprocess.run([*_editor(environ or os.environ), filename], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CommandError(f"Error executing editor ({error})") from None
