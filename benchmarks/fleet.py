"""`python fleet.py threads|processes NUMBER` upgrades all tenants of the project here."""

from __future__ import annotations

import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from limbeck import Fleet


def main(kind: str, number: str) -> None:
    """Raises where one of them fails."""
    sys.path.insert(0, "")
    executor: Executor
    if kind == "threads":
        executor = ThreadPoolExecutor(int(number))
    else:
        executor = ProcessPoolExecutor(int(number), mp_context=get_context("spawn"))
    with executor:
        Fleet(project="pyproject.toml", executor=executor).upgrade().require_success()


if __name__ == "__main__":
    main(*sys.argv[1:])
