"""PgBouncer in front of a PostgreSQL server, on a free port of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests import servers

_NOBODY = 65534


def pgbouncer() -> str | None:
    """The program, where it is installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.contextmanager
def pooled(url: str, mode: str = "transaction") -> Iterator[str]:
    """The URL of a database through a pooler that shares few server connections."""
    program, parts, port = pgbouncer(), urlsplit(url), _free_port()
    assert program is not None
    home = Path(tempfile.mkdtemp(prefix="limbeck-pgbouncer-"))
    (home / "users").write_text(f'"{parts.username}" ""\n', encoding="utf-8")
    (home / "ini").write_text(
        f"""
[databases]
* = host={parts.hostname} port={parts.port or 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {home}/users
pool_mode = {mode}
default_pool_size = 8
ignore_startup_parameters = extra_float_digits
logfile = {home}/log
""",
        encoding="utf-8",
    )
    root = os.geteuid() == 0
    if root:
        for path in (home, *home.iterdir()):
            os.chown(path, _NOBODY, _NOBODY)
    user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if root else {}
    process = subprocess.Popen(
        [program, "-q", str(home / "ini")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **user,  # type: ignore[call-overload]  # a user only where there is one to become
    )
    through = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
    try:
        _answers(through, home)
        yield through
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, home: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            servers.execute(url, "SELECT 1")
            return
        except Exception:
            if time.monotonic() > deadline:
                log = home / "log"
                raise RuntimeError(log.read_text() if log.exists() else "no pooler") from None
            time.sleep(0.1)
