"""What `[tool.limbeck]` should say, from what an application's sources say."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from limbeck.project.dotenv import read_dotenv
from limbeck.project.survey.models import Root, find_roots, model_packages
from limbeck.project.survey.modules import Sources, read_sources
from limbeck.project.survey.places import Place, words
from limbeck.project.survey.urls import Urls


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to what a setting should be: its values, what they are, and where they stand."""

    values: tuple[str, ...]
    what: str
    where: str

    @property
    def value(self) -> str | list[str]:
        """As the setting has it: a list for several."""
        return self.values[0] if len(self.values) == 1 else [*self.values]

    def __str__(self) -> str:
        place = f", {self.where}" if self.where else ""
        named = " and ".join(self.values)
        return f"{named}  ({self.what}{place})" if named else f"{self.what}{place}"


@dataclass(frozen=True, slots=True)
class Part:
    """One of several databases of a project: its name, and what its settings would be."""

    name: str
    metadata: Choice
    url: Choice


class Survey:
    """A look at the application in a folder, made once."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.sources: Sources = read_sources(here)
        self.roots: list[Root] = find_roots(self.sources)
        self._urls = Urls(self.sources, here, os.environ)

    def metadata(self) -> list[Choice]:
        """What could be the metadata: each, and of several that have tables all together."""
        found = [_metadata(root) for root in self.roots]
        if len(found) > 1 and all(root.tables for root in self.roots):
            every = tuple(root.reference for root in self.roots)
            found.append(Choice(every, "all of them, in one database", ""))
        return found

    def databases(self) -> list[Part]:
        """Several databases: one for each metadata with tables, where each has a URL of its own.

        Empty where there is one metadata only, or where it is not plain which URL belongs to which.
        """
        parts = [
            Part(name, _metadata(root), _url(urls[0]))
            for root, name in self._named()
            if len(urls := self._own_urls(root, name)) == 1
        ]
        distinct = {part.url.values for part in parts}
        whole = len(distinct) == len(self.roots)
        return sorted(parts, key=lambda part: part.name) if whole else []

    def unmatched(self) -> tuple[list[tuple[str, Choice]], list[Choice]]:
        """Names and metadata of what may be several databases, and the URLs that may be theirs.

        Both are empty where there are not enough URLs for that.
        """
        named, urls = self._named(), self._urls.best(self._urls.all)
        if not named or len(urls) < len(named):
            return [], []
        parts = [(name, _metadata(root)) for root, name in sorted(named, key=itemgetter(1))]
        return parts, [_url(place) for place in urls]

    def _named(self) -> list[tuple[Root, str]]:
        """Several metadata that have tables, each with what its database would be called."""
        if len(self.roots) < 2 or not all(root.tables for root in self.roots):
            return []
        names = _apart(
            [root.module.name if root.module else min(root.users) for root in self.roots]
        )
        return list(zip(self.roots, names, strict=False))

    def _own_urls(self, root: Root, name: str) -> list[Place]:
        """The URLs of one of several: in its folder, in its package, or named like it."""
        others = [other for other in self.roots if other is not root]
        folders = self._folders([root.reference])
        if not folders & self._folders([other.reference for other in others]):
            return self._urls.best(p for p in self._urls.all if p.root in folders)
        inside = [p for p in self._urls.all if name in p.reference.partition(":")[0].split(".")]
        return self._urls.best(
            inside or (p for p in self._urls.all if name.lower() in words(p.reference))
        )

    def models(self, metadata: Sequence[str]) -> tuple[tuple[str, ...], str]:
        """The packages of the models of those, and where the first of them stands."""
        roots = self._chosen(metadata)
        places = [where for root in roots for where in root.users.values()]
        return model_packages(self.sources, roots), min(places, default="")

    def url(self, metadata: Sequence[str]) -> list[Choice]:
        """What could be the URL: of the part of the repository that the metadata is in, if any."""
        folders = self._folders(metadata)
        best = self._urls.best(self._urls.all)
        near = [place for place in best if place.root in folders]
        return [_url(place) for place in near or best]

    def unset(self, url: str) -> str | None:
        """The environment variable that a URL is, where it has no value here."""
        name = url.removeprefix("$")
        known = name == url or name in os.environ or name in read_dotenv(self.here / ".env")
        return None if known else name

    def paths(self, metadata: Sequence[str], urls: Sequence[str]) -> tuple[str, ...]:
        """What has to be on `sys.path` for those to be imported, from the project's folder."""
        found = (self.sources.modules.get(url.partition(":")[0]) for url in urls)
        folders = self._folders(metadata) | {module.root for module in found if module is not None}
        names = {folder.relative_to(self.here).as_posix() for folder in folders or {self.here}}
        return tuple(sorted(names))

    def twins(self) -> tuple[str, tuple[str, str]] | None:
        """A module with tables that there is twice, and the folders that both are in."""
        for root in sorted({module.root for module in self.sources.hidden}):
            there = {m.name: m for m in self.sources.hidden if m.root == root}
            for found in find_roots(replace(self.sources, modules=there)):
                for name in found.users:
                    pair = (self.sources.modules[name].root, root)
                    first, second = (f.relative_to(self.here).as_posix() for f in pair)
                    return name, (first, second)
        return None

    def _folders(self, metadata: Sequence[str]) -> set[Path]:
        modules = self.sources.modules
        users = [modules[name].root for r in self._chosen(metadata) for name in r.users]
        own = [r.module.root for r in self._chosen(metadata) if r.module is not None]
        return {*users, *own}

    def _chosen(self, metadata: Sequence[str]) -> list[Root]:
        return [root for root in self.roots if root.reference in metadata]


def _metadata(root: Root) -> Choice:
    return Choice((root.reference,), f"{root.what}, {_tables(root.tables)}", root.where)


def _url(place: Place) -> Choice:
    return Choice((place.reference,), place.what, place.where)


def _tables(count: int) -> str:
    return "no tables" if not count else "1 table" if count == 1 else f"{count} tables"


def _apart(modules: Sequence[str]) -> list[str]:
    """The first part of each dotted name that tells them apart; nothing where none does."""
    for parts in zip(*(name.split(".") for name in modules), strict=False):
        if len(set(parts)) == len(modules):
            return [*parts]
        if len(set(parts)) > 1:
            return []
    return []
