"""A command in a terminal of its own, and what somebody who sits there sees."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyte

_ROWS = 300


@dataclass
class Seen:
    """The screen at the end, all screens on the way, and what was sent to the terminal."""

    status: int = -1
    sent: bytes = b""
    screens: list[list[str]] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return self.screens[-1] if self.screens else []

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def on_terminal(
    folder: Path, columns: int, *arguments: str, env: Mapping[str, str] | None = None
) -> Seen:
    """Runs `limbeck *arguments` on a terminal that is so wide."""
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    command = [sys.executable, "-m", "limbeck", *arguments]
    environment = {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **(env or {})}
    pid = os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", 'cd "$0" && exec "$@"', os.fspath(folder), *command],
        environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, terminal, fd) for fd in (0, 1, 2)],
    )
    os.close(terminal)
    screen = pyte.Screen(columns, _ROWS)
    stream = pyte.ByteStream(screen)
    seen = Seen()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([reader], [], [], 1)[0]:
            continue
        try:
            data = os.read(reader, 1 << 16)
        except OSError:  # nobody holds the other end any more
            break
        seen.sent += data
        stream.feed(data)
        lines = [line.rstrip() for line in screen.display]
        while lines and not lines[-1]:
            lines.pop()
        seen.screens.append(lines)
    os.close(reader)
    seen.status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return seen
