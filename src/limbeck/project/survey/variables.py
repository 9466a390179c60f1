"""Environment variables that hold the URL of a database, and the files that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from limbeck.project.dotenv import read_dotenv
from limbeck.project.survey.places import URL, Place, is_url_name

USUAL = (
    "DATABASE_URL",
    "SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_DATABASE_URL",
    "DATABASE_URI",
    "DB_URL",
    "POSTGRES_URL",
)
"""The usual names, the most usual first."""

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_ENTRY = re.compile(r"""\s*(?:-\s*)?["']?([A-Za-z_]\w*)["']?\s*[:=]\s*["']?(.*?)["']?\s*""")
_WHAT = "environment variable"


def find_variables(here: Path, environment: Mapping[str, str]) -> Iterator[Place]:
    """The usual one that is set, else those of a .env file that are named like it.

    Below those, the ones that an example of a .env file or a compose file names: they are for
    somebody else's machine, and only the names are taken.
    """
    dotenv = read_dotenv(here / ".env")
    for names, where in ((environment, "the environment"), (dotenv, ".env")):
        for name in USUAL:
            if name in names:
                yield Place(f"${name}", _WHAT, where, 6, name)
                return
    for name in dotenv:
        if is_url_name(name):
            yield Place(f"${name}", _WHAT, ".env", 6, name)
    for file in (*_EXAMPLES, *_COMPOSE):
        yield from _named_in(here / file)


def _named_in(file: Path) -> Iterator[Place]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for number, line in enumerate(lines, start=1):
        found = _ENTRY.fullmatch(line)
        if found is None or not is_url_name(found[1]):
            continue
        if file.name in _COMPOSE and not (URL.match(found[2]) or found[2].startswith("$")):
            continue
        yield Place(f"${found[1]}", _WHAT, f"{file.name}:{number}", 7, found[1])
