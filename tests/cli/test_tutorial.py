"""docs/tutorial.md, typed as it stands there; `LIMBECK_WRITE_STORIES=1` writes what was printed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.cli.stories import WRITE, Story

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_block_of_the_tutorial_does_and_prints_what_it_says(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    page = PAGE.read_text(encoding="utf-8")
    played = BLOCK.sub(lambda block: play(block, tmp_path), page)
    if os.environ.get(WRITE):
        PAGE.write_text(played, encoding="utf-8")
    assert page == played, f"{PAGE.name} is out of date: run this test with {WRITE}=1"
    assert "Traceback" not in page
    assert page.count("$ limbeck") > 10


def play(block: re.Match[str], folder: Path) -> str:
    """Writes a file, or types commands; gives the block as it should stand on the page."""
    language, text = block.groups()
    if language == "python":
        name = text.partition("\n")[0].removeprefix("# ")
        (folder / name).write_text(text, encoding="utf-8")
        return block[0]
    assert language == "console", f"a block of {language!r} is neither a file nor typed"
    parts = []
    for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
        story = Story("tutorial", folder, {"NO_COLOR": "1"})
        story.type(command)
        parts.append(story.parts[0].removeprefix("```console\n").removesuffix("```").rstrip())
    return "```console\n" + "\n\n".join(parts) + "\n```"
