"""What `[tool.limbeck]` should say, from what an application's sources say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from limbeck.project.dotenv import read_dotenv
from limbeck.project.survey.models import Root, find_roots, model_packages
from limbeck.project.survey.modules import Sources, read_sources
from limbeck.project.survey.places import Place
from limbeck.project.survey.urls import find_urls


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to what a setting should be: its value, what that is, and where it stands."""

    value: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.value}  ({self.what}, {self.where})"


class Survey:
    """A look at the application in a folder, made once."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.sources: Sources = read_sources(here)
        self.roots: list[Root] = find_roots(self.sources)
        self.urls: list[Place] = find_urls(self.sources, os.environ, read_dotenv(here / ".env"))

    def metadata(self) -> list[Choice]:
        """What could be the metadata."""
        return [
            Choice(root.reference, f"{root.what}, {_tables(root.tables)}", root.where)
            for root in self.roots
        ]

    def models(self, metadata: Sequence[str]) -> tuple[tuple[str, ...], str]:
        """The packages of the models of those, and where the first of them stands."""
        roots = self._chosen(metadata)
        places = [where for root in roots for where in root.users.values()]
        return model_packages(self.sources, roots), min(places, default="")

    def url(self, metadata: Sequence[str]) -> list[Choice]:
        """What could be the URL: of the part of the repository that the metadata is in, if any."""
        folders = self._folders(metadata)
        near = [place for place in self.urls if place.root in folders]
        return [Choice(p.reference, p.what, p.where) for p in near or self.urls]

    def paths(self, metadata: Sequence[str], url: str) -> tuple[str, ...]:
        """What has to be on `sys.path` for those to be imported, from the project's folder."""
        module = self.sources.modules.get(url.partition(":")[0])
        folders = self._folders(metadata) | ({module.root} if module is not None else set())
        names = {folder.relative_to(self.here).as_posix() for folder in folders or {self.here}}
        return tuple(sorted(names))

    def _folders(self, metadata: Sequence[str]) -> set[Path]:
        modules = self.sources.modules
        users = [modules[name].root for r in self._chosen(metadata) for name in r.users]
        own = [r.module.root for r in self._chosen(metadata) if r.module is not None]
        return {*users, *own}

    def _chosen(self, metadata: Sequence[str]) -> list[Root]:
        return [root for root in self.roots if root.reference in metadata]


def _tables(count: int) -> str:
    return "no tables" if not count else "1 table" if count == 1 else f"{count} tables"
