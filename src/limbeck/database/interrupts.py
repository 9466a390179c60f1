"""Being told to stop while something must still be cleaned up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def terminated_as_exit() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end the block as Ctrl-C does: what is to be cleaned up, is.

    The process then exits with 128 and the signal's number. Handlers of the user's own stay, and
    outside of the main thread nothing changes.
    """
    before: dict[Any, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _exit)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)
