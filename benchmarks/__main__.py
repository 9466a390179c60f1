"""`python -m benchmarks`: run both tools over the cases in turn and print medians of ratios."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cases import Case, every_case
from benchmarks.measure import Measurement, run
from tests import servers

TOOLS = ("alembic", "limbeck")


@dataclass(frozen=True, slots=True)
class Result:
    """The rounds of one case, by tool; the n-th rounds of both tools ran one after the other."""

    name: str
    at_least: float | None
    rounds: dict[str, list[Measurement]]

    def median(self, tool: str, figure: str) -> float:
        """The median of `wall`, `processor` or `peak_memory` over a tool's rounds."""
        return statistics.median(getattr(m, figure) for m in self.rounds[tool])

    def ratio(self, figure: str) -> float | None:
        """The median over the rounds of Alembic's figure divided by Limbeck's, if both ran."""
        if len(self.rounds) < 2:
            return None
        pairs = zip(self.rounds["alembic"], self.rounds["limbeck"], strict=True)
        return statistics.median(getattr(a, figure) / getattr(b, figure) for a, b in pairs)


def main(arguments: list[str] | None = None) -> int:
    """Run the cases; exit code 1 where `--strict` is given and a ratio is below its target."""
    options = _parser().parse_args(arguments)
    tools = (options.only,) if options.only else TOOLS
    results = []
    server = servers.embedded_postgresql("/dev/shm") if options.memory else None
    with server or servers.postgresql_server() as postgresql:
        servers_by_name = {"PostgreSQL": postgresql, "SQLite": "sqlite"}
        if mysql := servers.default_mysql_url():
            servers_by_name["MariaDB"] = mysql
        for case in every_case(servers_by_name, small=options.small):
            if options.match in case.name:
                print(f"{case.name} …", file=sys.stderr, flush=True)
                results.append(measure(case, tools, options.rounds))
                if not options.json:
                    print(_line(results[-1]), flush=True)
    if options.json:
        print(json.dumps(_report(results, options.rounds), indent=2))
    missed = [r for r in results if r.at_least and (r.ratio("wall") or r.at_least) < r.at_least]
    return 1 if options.strict and missed else 0


def measure(case: Case, tools: tuple[str, ...], rounds: int) -> Result:
    """A warm-up for each tool, then the tools in turn: A B A B."""
    programs = Path(sys.executable).parent
    measured: dict[str, list[Measurement]] = {tool: [] for tool in tools}
    with (
        tempfile.TemporaryDirectory(prefix="limbeck-bench-") as folder,
        case.prepare(Path(folder)) as ready,
    ):
        for number in range(rounds + 1):
            for tool in tools:
                ready.reset()
                result = run([str(programs / tool), *ready.arguments], ready.folder)
                if number:
                    measured[tool].append(result)
    return Result(case.name, case.at_least, measured)


def _line(result: Result) -> str:
    columns = [f"{result.name:<50}"]
    for tool in result.rounds:
        columns.append(
            f"{tool} {result.median(tool, 'wall'):7.2f} s "
            f"({result.median(tool, 'processor'):6.2f} s cpu, "
            f"{result.median(tool, 'peak_memory'):5.0f} MiB)"
        )
    ratio = result.ratio("wall")
    if ratio is not None:
        columns.append(f"{ratio:5.2f} times faster, cpu {result.ratio('processor'):5.2f}")
        columns.append(f"memory 1/{result.ratio('peak_memory'):.2f}")
        if result.at_least:
            reached = "reached" if ratio >= result.at_least else "MISSED"
            columns.append(f"target {result.at_least}: {reached}")
    return " | ".join(columns)


def _report(results: list[Result], rounds: int) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "rounds": rounds,
        "cases": [
            {
                "name": result.name,
                "at_least": result.at_least,
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
