"""Terminal transcripts for the documentation: commands that are run, and what they really print.

The page holds ``<!-- story NAME -->`` and ``<!-- end -->`` around each transcript.
`LIMBECK_WRITE_STORIES=1` writes what was printed into the page; without it the two are compared.
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "stories.md"
WRITE = "LIMBECK_WRITE_STORIES"
HOME = "/home/ada/shop"
"""What the page calls the folder that a story is played in."""

LEFT_OUT = re.compile(
    r"INFO  \[alembic\.(runtime\.migration\] (Context impl|Will assume)|"
    r"autogenerate\.compare\] Not compared).*\n"
)
"""Lines that say the same each time."""

DIFFERS = (
    (re.compile(r"\b(SQLite|PostgreSQL) \d+[\d.]*"), r"\1 X.Y"),
    (re.compile(r"\bin \d+\.\d+ s\b"), "in 0.1 s"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])"), "27c6a30d7c24"),
)
"""What differs from one run to the next: the server's version, the time it took, made-up ids."""


@dataclass
class Story:
    """One transcript, played in an empty folder."""

    name: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    page: Path = PAGE

    def file(self, name: str, text: str, *, language: str = "python", shown: bool = True) -> None:
        """Writes a file; the page shows it below its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if shown:
            title = f"# {name}\n" if language in ("python", "toml", "ini") else ""
            self.parts.append(f"```{language}\n{title}{text.strip()}\n```")

    def append(self, name: str, text: str) -> None:
        """Adds to a file, and shows what was added."""
        path = self.folder / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
        self.parts.append(f"```python\n# added to {name}\n{text.strip()}\n```")

    def type(self, command: str, *, status: int = 0, answer: str | None = None) -> None:
        """Types a command at a terminal; `answer` is typed where a question is put."""
        shown, code = self._run(command, answer)
        assert code == status, f"{command}: status {code}\n{shown}"
        text = LEFT_OUT.sub("", shown).replace(str(self.folder), HOME).rstrip()
        for pattern, words in DIFFERS:
            text = pattern.sub(words, text)
        self.parts.append(f"```console\n$ {command}\n{text}\n```".replace("\n\n```", "\n```"))

    def body(self, pattern: str, function: str = "upgrade") -> None:
        """Shows a function of the one file that fits the pattern."""
        [path] = self.folder.glob(pattern)
        text = path.read_text(encoding="utf-8")
        start = text.index(f"def {function}()")
        end = text.find("\n\n\n", start)
        body = text[start : None if end < 0 else end]
        self.parts.append(f"```python\n# {path.relative_to(self.folder)}\n{body.strip()}\n```")

    def _run(self, command: str, answer: str | None) -> tuple[str, int]:
        ours, theirs = pty.openpty()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LIMBECK", "ALEMBIC"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        quiet = {} if answer is not None else {"CI": "true"}
        kept.pop("CI", None)
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env={**kept, "PATH": path, "COLUMNS": "100", "TERM": "dumb", **quiet, **self.variables},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown, answered, deadline = b"", False, time.monotonic() + 120
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                read = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not read:
                break
            shown += read
            if answer is not None and not answered and b"[y/N]" in shown:
                os.write(ours, f"{answer}\n".encode())
                answered = True
        os.close(ours)
        return shown.decode().replace("\r\n", "\n"), process.wait(timeout=60)

    def agrees(self) -> None:
        """The page has this transcript; or it is written there."""
        text = "\n\n".join(self.parts)
        page = self.page.read_text(encoding="utf-8")
        start, end = f"<!-- story {self.name} -->\n", "\n<!-- end -->"
        head, found, rest = page.partition(start)
        assert found, f"{self.page.name} has no place for the story '{self.name}'"
        written, _, tail = rest.partition(end)
        if os.environ.get(WRITE):
            self.page.write_text(head + start + text + end + tail, encoding="utf-8")
            return
        assert written == text, f"{self.page.name} is out of date: run this test with {WRITE}=1"
