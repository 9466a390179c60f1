"""One process, measured: wall time, processor time, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run of one process took: seconds, seconds of processor time, mebibytes."""

    wall: float
    processor: float
    peak_memory: float


def run(command: list[str], folder: Path, *, from_inside: bool = False) -> Measurement:
    """Run a command to its end in a folder; RuntimeError with its output where it fails.

    With `from_inside` the command prints `wall` and `processor` itself, as JSON in its last line.

    On Linux the peak of a child is at least the size of the process that started it, so that this
    process imports nothing heavy. Python's own settings of this environment are not handed on, so
    that compiled modules are kept as they are for a user.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            text = output.read().decode(errors="replace")[-4000:]
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
        output.seek(0)
        lines = output.read().decode(errors="replace").splitlines()
    memory = usage.ru_maxrss / 1024
    if from_inside:
        return Measurement(**json.loads(lines[-1]), peak_memory=memory)
    return Measurement(wall, usage.ru_utime + usage.ru_stime, memory)
