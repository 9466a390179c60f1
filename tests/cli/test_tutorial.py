"""Pages that are typed as they stand there; `LIMBECK_WRITE_STORIES=1` writes what was printed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.cli.stories import WRITE, Story

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("page", "commands"), [("tutorial", 11), ("async", 8)])
def test_every_block_of_a_page_does_and_prints_what_it_says(
    page: str, commands: int, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    path = DOCS / f"{page}.md"
    written = path.read_text(encoding="utf-8")
    played = BLOCK.sub(lambda block: play(block, page, tmp_path), written)
    if os.environ.get(WRITE):
        path.write_text(played, encoding="utf-8")
    assert written == played, f"{path.name} is out of date: run this test with {WRITE}=1"
    assert "Traceback" not in written
    assert len(re.findall(r"^\$ ", written, re.MULTILINE)) >= commands


def play(block: re.Match[str], page: str, folder: Path) -> str:
    """Writes a file, or types commands; gives the block as it should stand on the page."""
    language, text = block.groups()
    if language in ("python", "toml"):
        name = text.partition("\n")[0].removeprefix("# ")
        (folder / name).write_text(text, encoding="utf-8")
        return block[0]
    assert language == "console", f"a block of {language!r} is neither a file nor typed"
    parts = []
    for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
        story = Story(page, folder, {"TERM": "dumb"})
        story.type(command)
        parts.append(story.parts[0].removeprefix("```console\n").removesuffix("```").rstrip())
    return "```console\n" + "\n\n".join(parts) + "\n```"
