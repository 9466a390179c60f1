"""Being told to stop while something must still be cleaned up."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from limbeck.errors import Terminated

left_alone: ContextVar[bool] = ContextVar("limbeck_process_left_alone", default=False)
"""Whether the process is an application's: signals and the garbage collector stay as they are."""


def _are_ours() -> bool:
    in_main_thread = threading.current_thread() is threading.main_thread()
    return in_main_thread and not left_alone.get()


@contextmanager
def terminated_as_exit() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end the block as Ctrl-C does: what is to be cleaned up, is.

    The process then exits with 128 and the signal's number. Handlers of the user's own stay, and
    outside of the main thread, or where the process is `left_alone`, nothing changes.
    """
    before: dict[Any, Any] = {}
    if _are_ours():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, _exit)
    try:
        yield
    except Terminated as ended:
        raise SystemExit(ended.status) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, frame: Any) -> None:
    raise Terminated(128 + number)


@contextmanager
def called_on_signal(call: Callable[[], None]) -> Iterator[None]:
    """Calls `call` in another thread as soon as a signal comes that ends the block.

    Python's own handlers run when the main thread is back from C, as from a statement that a
    driver waits for there. Outside of the main thread, on Windows, and where the process is
    `left_alone`, nothing is called.
    """
    if os.name == "nt" or not _are_ours():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    thread = threading.Thread(target=_listen, args=(reader, call), daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writer)
        thread.join(timeout=5)
        os.close(reader)


_ENDING = {getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")}


def _listen(reader: int, call: Callable[[], None]) -> None:
    while byte := os.read(reader, 1):
        if byte[0] in _ENDING:
            with suppress(Exception):  # what cannot be cancelled comes to its end
                call()
