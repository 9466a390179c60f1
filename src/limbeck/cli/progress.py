"""How far a long run has come, in the last lines of a terminal.

It is drawn on standard error, and only when a run takes its time: rich is imported then. What is
written meanwhile, by log handlers too, comes to stand above it, line by line.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from limbeck.cli.paint import is_terminal, is_utf8
from limbeck.database.watched import Stage, watcher

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 0.5
"""Seconds before anything is drawn: a short run flashes nothing."""


@contextmanager
def shown() -> Iterator[None]:
    """Shows how far a command has come, where standard error is a terminal that can.

    Log handlers that are made meanwhile write to what stands for the streams here.
    """
    stdout, stderr = sys.stdout, sys.stderr
    if not is_terminal(stderr) or not is_utf8(stderr):
        yield
        return
    display = Display(stderr)
    sys.stderr = cast(TextIO, Above(stderr, display))
    if is_terminal(stdout):
        sys.stdout = cast(TextIO, Above(stdout, display))
    token = watcher.set(display.tell)
    try:
        yield
    finally:
        watcher.reset(token)
        display.end()
        sys.stdout, sys.stderr = stdout, stderr


class Display:
    """The stages that are under way, a line for each."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._stages: dict[str, Stage] = {}
        self._tasks: dict[str, TaskID] = {}
        self._progress: Progress | None = None
        self._timer: threading.Timer | None = None
        self._unfinished = ""

    def tell(self, stage: Stage) -> None:
        """Takes note of a stage; the first has the drawing begin in a moment."""
        with self._lock:
            if stage.is_over:
                self._stages.pop(stage.what, None)
            else:
                self._stages[stage.what] = stage
            if not self._stages:
                self._stop()
            elif self._progress is not None:
                self._update(self._progress)
            elif self._timer is None:
                self._timer = threading.Timer(_PATIENCE, self._start)
                self._timer.daemon = True
                self._timer.start()

    def end(self) -> None:
        """Takes away what is drawn."""
        with self._lock:
            self._stages.clear()
            self._stop()

    def write(self, stream: TextIO, text: str) -> None:
        """Writes whole lines above what is drawn."""
        with self._lock:
            if self._progress is None:
                stream.write(text)
                return
            lines, _, self._unfinished = (self._unfinished + text).rpartition("\n")
            if lines:
                self._progress.console.out(lines, highlight=False)

    def _start(self) -> None:
        from limbeck.cli.progress_bar import bar  # before the lock: others may be importing

        with self._lock:
            if self._stages and self._progress is None:
                self._progress = bar(self._stream)
                self._update(self._progress)
                self._progress.start()

    def _update(self, progress: Progress) -> None:
        for what in self._tasks.keys() - self._stages.keys():
            progress.remove_task(self._tasks.pop(what))
        for what, stage in self._stages.items():
            if what not in self._tasks:
                self._tasks[what] = progress.add_task(what, total=stage.total, now="")
            task = self._tasks[what]
            progress.update(task, completed=stage.done, total=stage.total, now=stage.now)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
            self._tasks.clear()
            self._stream.write(self._unfinished)
            self._unfinished = ""


class Above:
    """A stream of the terminal, whose lines come to stand above what is drawn."""

    def __init__(self, stream: TextIO, display: Display) -> None:
        self._stream = stream
        self._display = display

    def write(self, text: str) -> int:
        """Writes text, now or when its line is whole."""
        self._display.write(self._stream, text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Writes several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
