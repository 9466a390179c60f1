"""``python -m limbeck.compat.alembic SCRIPT|-m MODULE …``: a program with Alembic's names ours.

SCRIPT is a file, or a console script on the path (``flask db upgrade``). Programs that it starts
have the names too, as long as they run on the same interpreter and environment.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
from pathlib import Path

from limbeck.compat.alembic import install

VARIABLE = "LIMBECK_AS_ALEMBIC"
SITE = Path(__file__).parent / "site"
"""Put in front of PYTHONPATH: its sitecustomize.py installs the names in child processes."""


def main(arguments: list[str]) -> None:
    """Runs the program."""
    if not arguments or arguments == ["-m"]:
        sys.exit("usage: python -m limbeck.compat.alembic SCRIPT|-m MODULE [ARGUMENT ...]")
    os.environ[VARIABLE] = "1"
    paths = [str(SITE), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    install()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    script = arguments[0] if os.path.exists(arguments[0]) else shutil.which(arguments[0])
    if script is None:
        sys.exit(f"There is no file and no program '{arguments[0]}'.")
    sys.argv = arguments
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
