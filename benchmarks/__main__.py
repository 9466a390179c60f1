"""`python -m benchmarks`: run both sides of each case in turn and print medians of ratios.

A ratio is the first side's figure divided by the second's: how many times faster Limbeck is.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cases import TOOLS, Case, Target, every_case
from benchmarks.measure import Measurement, run
from tests import servers


@dataclass(frozen=True, slots=True)
class Result:
    """The rounds of one case, by side; the n-th rounds of both sides ran one after the other."""

    name: str
    target: Target
    rounds: dict[str, list[Measurement]]

    def median(self, side: str, figure: str) -> float:
        """The median of `wall`, `processor` or `peak_memory` over a side's rounds."""
        return statistics.median(getattr(m, figure) for m in self.rounds[side])

    def ratio(self, figure: str) -> float | None:
        """The median over the rounds of the first side's figure divided by the second's."""
        if len(self.rounds) < 2:
            return None
        pairs = zip(*self.rounds.values(), strict=True)
        return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs)

    @property
    def is_missed(self) -> bool:
        """Whether both sides ran and the ratio of their times is not what it is to be."""
        ratio = self.ratio("wall")
        return ratio is not None and not self.target.is_reached(ratio)


def main(arguments: list[str] | None = None) -> int:
    """Run the cases; exit code 1 where `--strict` is given and a ratio is below its target."""
    options = _parser().parse_args(arguments)
    results = []
    server = servers.embedded_postgresql("/dev/shm") if options.memory else None
    with server or servers.postgresql_server() as postgresql:
        servers_by_name = {"PostgreSQL": postgresql, "SQLite": "sqlite"}
        if mysql := servers.default_mysql_url():
            servers_by_name["MariaDB"] = mysql
        for case in every_case(servers_by_name, small=options.small):
            if options.match in case.name:
                print(f"{case.name} …", file=sys.stderr, flush=True)
                results.append(measure(case, options.only, options.rounds))
                if not options.json:
                    print(_line(results[-1]), flush=True)
    if options.json:
        print(json.dumps(_report(results, options.rounds), indent=2))
    return 1 if options.strict and any(r.is_missed for r in results) else 0


def measure(case: Case, only: str | None, rounds: int) -> Result:
    """A warm-up for each side, then the sides in turn: A B A B."""
    with (
        tempfile.TemporaryDirectory(prefix="limbeck-bench-") as folder,
        case.prepare(Path(folder)) as ready,
    ):
        sides = {n: c for n, c in ready.sides.items() if only in (None, n) or n not in TOOLS}
        measured: dict[str, list[Measurement]] = {name: [] for name in sides}
        for number in range(rounds + 1):
            for name, command in sides.items():
                ready.reset()
                result = run(command.line, command.folder, from_inside=ready.from_inside)
                if number:
                    measured[name].append(result)
    return Result(case.name, case.target, measured)


def _line(result: Result) -> str:
    columns = [f"{result.name:<50}"]
    for side in result.rounds:
        columns.append(
            f"{side} {result.median(side, 'wall'):7.2f} s "
            f"({result.median(side, 'processor'):6.2f} s cpu, "
            f"{result.median(side, 'peak_memory'):5.0f} MiB)"
        )
    ratio = result.ratio("wall")
    if ratio is not None:
        columns.append(f"{ratio:5.2f} times, cpu {result.ratio('processor'):5.2f}")
        columns.append(f"memory {result.ratio('peak_memory'):.2f}")
        if result.target.is_set:
            reached = "MISSED" if result.is_missed else "reached"
            columns.append(f"target {result.target}: {reached}")
    return " | ".join(columns)


def _report(results: list[Result], rounds: int) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "rounds": rounds,
        "cases": [
            {
                "name": result.name,
                "at_least": result.target.at_least,
                "at_most": result.target.at_most,
                "ratio": result.ratio("wall"),
                "processor_ratio": result.ratio("processor"),
                "memory_ratio": result.ratio("peak_memory"),
                "rounds": {t: [asdict(m) for m in ms] for t, ms in result.rounds.items()},
            }
            for result in results
        ],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds after the warm-up (5)")
    parser.add_argument("--only", choices=TOOLS, help="measure one tool alone")
    parser.add_argument("--match", default="", help="only the cases with this text in their name")
    parser.add_argument("--small", action="store_true", help="small projects, to try the cases out")
    parser.add_argument(
        "--memory", action="store_true", help="a PostgreSQL of its own, with its data in /dev/shm"
    )
    parser.add_argument("--json", action="store_true", help="print every round as JSON")
    parser.add_argument("--strict", action="store_true", help="fail where a target is missed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
