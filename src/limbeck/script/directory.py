"""The folder of one project's env.py, template and revision files."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from limbeck.errors import CommandError, ConfigurationError
from limbeck.revision.graph import Graph, Revision
from limbeck.script.header import read_header
from limbeck.script.index import read_headers
from limbeck.script.module import header_by_import, load_module

DEFAULT_FILE_TEMPLATE = "%(rev)s_%(slug)s"
DEFAULT_SLUG_LENGTH = 40

_SOURCE = re.compile(r"(?!\.#|__init__).*\.py$")
_SOURCE_OR_COMPILED = re.compile(r"(?!\.#|__init__).*\.py[co]?$")


class ScriptDirectory:
    """Revision files on disk, read when they are first asked for.

    `version_locations` may be assigned until then, and after: the revisions are read anew.
    With a `default_template`, the folder may lack a script.py.mako, and need not exist yet.
    Raises CommandError when `dir` does not exist otherwise.
    """

    def __init__(
        self,
        dir: str | os.PathLike[str],
        file_template: str = DEFAULT_FILE_TEMPLATE,
        truncate_slug_length: int | None = DEFAULT_SLUG_LENGTH,
        version_locations: Sequence[str | os.PathLike[str]] | None = None,
        sourceless: bool = False,
        output_encoding: str = "utf-8",
        timezone: str | None = None,
        hooks: Sequence[Mapping[str, str]] = (),
        recursive_version_locations: bool = False,
        messaging_opts: Mapping[str, Any] | None = None,
        default_template: str | None = None,
    ) -> None:
        self.dir = os.path.abspath(resource_path(os.fspath(dir)))
        self.file_template = file_template
        self.truncate_slug_length = truncate_slug_length or DEFAULT_SLUG_LENGTH
        self._locations = version_locations
        self.sourceless = sourceless
        self.output_encoding = output_encoding
        self.timezone = timezone
        self.hooks = tuple(hooks)
        self.recursive_version_locations = recursive_version_locations
        self.messaging_opts = dict(messaging_opts or {})
        self._default_template = default_template
        self._graph: Graph | None = None
        self._adopted: dict[str, Revision] = {}
        self._modules: dict[str, ModuleType] = {}
        if default_template is None and not os.path.exists(self.dir):
            raise CommandError(
                f"Path doesn't exist: {self.dir}.  "
                "Please use the 'init' command to create a new scripts folder."
            )

    @property
    def version_locations(self) -> Sequence[str | os.PathLike[str]] | None:
        """The folders of revision files as they were given."""
        return self._locations

    @version_locations.setter
    def version_locations(self, locations: Sequence[str | os.PathLike[str]] | None) -> None:
        self._locations = locations
        self.reload()

    @property
    def version_paths(self) -> tuple[str, ...]:
        """The folders of revision files, absolute; `versions` where none were given."""
        given = self.version_locations or [os.path.join(self.dir, "versions")]
        return tuple(os.path.abspath(resource_path(os.fspath(location))) for location in given)

    @property
    def env_py(self) -> str:
        """Where env.py stands, if there is one."""
        return os.path.join(self.dir, "env.py")

    @property
    def template(self) -> str:
        """The script.py.mako in use: the folder's own, else the default one."""
        own = os.path.join(self.dir, "script.py.mako")
        if self._default_template is not None and not os.path.exists(own):
            return self._default_template
        return own

    @property
    def graph(self) -> Graph:
        """All revisions. Raises ScriptError for a file and RevisionError for a graph."""
        if self._graph is None:
            self._graph = Graph([*self.revisions(), *self._adopted.values()])
        return self._graph

    def with_own_modules(self) -> ScriptDirectory:
        """The same revisions, whose files are run anew: they may hold something for one run."""
        other = copy(self)
        other._adopted, other._modules = dict(self._adopted), {}
        return other

    def reload(self) -> None:
        """Forget what was read; files are looked at again when next asked for."""
        self._graph = None
        self._modules.clear()

    def adopt(self, sources: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
        """Takes in revisions that have no file, from their text, and what they rest on.

        Returns the ids of those that were found. They stand in a folder that goes with the process.
        """
        folder = Path(tempfile.mkdtemp(prefix="limbeck-history-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        open_, found, with_files = list(wanted), [], {r.id for r in self.revisions()}
        while open_:
            id_ = open_.pop()
            if id_ in with_files or id_ in self._adopted or id_ not in sources:
                continue
            path = folder / f"{id_}.py"
            path.write_text(sources[id_], encoding="utf-8")
            header = read_header(str(path)) or header_by_import(str(path))
            id_, down, depends_on, labels, doc, longdoc, date = header
            self._adopted[id_] = Revision(
                id_, down, depends_on, labels, doc, longdoc, str(path), date
            )
            found.append(id_)
            open_ += [*down, *depends_on]
        self._graph = None
        return found

    def adopted_text(self, id_: str) -> str | None:
        """The text of a revision that was taken in so; None for one that has a file."""
        revision = self._adopted.get(id_)
        if revision is None or revision.path is None:
            return None
        return Path(revision.path).read_text(encoding="utf-8")

    def revisions(self) -> list[Revision]:
        """The revisions of all files, in file order, read now."""
        found = []
        for directory, files in self._files():
            headers = read_headers(directory, files)
            for file, (id_, down, depends_on, labels, doc, longdoc, date) in zip(
                files, headers, strict=True
            ):
                found.append(Revision(id_, down, depends_on, labels, doc, longdoc, file.path, date))
        return found

    def module(self, revision: Revision | str) -> ModuleType:
        """The module of a revision's file, run once and kept.

        Raises ScriptError when the file fails to compile or to import.
        """
        path = (self.graph[revision] if isinstance(revision, str) else revision).path
        if path is None:
            raise CommandError(f"Revision {revision} has no file")
        if path not in self._modules:
            self._modules[path] = load_module(path)
        return self._modules[path]

    def _files(self) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
        """Folders with their revision files, each file once however it is reached."""
        seen: set[str] = set()
        for location in self.version_paths:
            for directory in self._folders(location):
                files = []
                real_directory = os.path.realpath(directory) + os.sep
                for file in _entries(directory, self.sourceless):
                    is_link = file.is_symlink()
                    real = os.path.realpath(file.path) if is_link else real_directory + file.name
                    if real in seen:
                        warnings.warn(
                            f"File {file.path} loaded twice! ignoring. "
                            "Please ensure version_locations is unique.",
                            stacklevel=2,
                        )
                        continue
                    seen.add(real)
                    files.append(file)
                if files:
                    yield directory, files

    def _folders(self, location: str) -> Iterator[str]:
        if not os.path.isdir(location):
            return
        if not self.recursive_version_locations:
            yield location
            if self.sourceless:
                yield os.path.join(location, "__pycache__")
            return
        for directory, below, _ in os.walk(location):
            below.sort()
            if not self.sourceless and "__pycache__" in below:
                below.remove("__pycache__")
            yield directory


def _entries(directory: str, sourceless: bool) -> list[os.DirEntry[str]]:
    """Revision files of one folder, sorted by name."""
    pattern = _SOURCE_OR_COMPILED if sourceless else _SOURCE
    try:
        with os.scandir(directory) as entries:
            found = [entry for entry in entries if pattern.match(entry.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    found.sort(key=attrgetter("name"))
    if os.path.basename(directory) == "__pycache__":
        beside = {entry.name for entry in _entries(os.path.dirname(directory), sourceless)}
        return [entry for entry in found if f"{entry.name.split('.')[0]}.py" not in beside]
    return list(_without_compiled_twins(found)) if sourceless else found


def _without_compiled_twins(entries: Iterable[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """A `.pyc` or `.pyo` whose `.py` stands beside it is not a second revision."""
    sources = set()
    for entry in entries:
        source = entry.name[: entry.name.rindex(".py") + 3]
        if source not in sources:
            sources.add(source)
            yield entry


def resource_path(location: str) -> str:
    """`location`, or the folder in an installed package that `package:folder` names.

    Raises ConfigurationError when that package cannot be found.
    """
    if ":" not in location or os.path.isabs(location):
        return location
    from importlib.resources import files

    package, *parts = location.split(":")
    try:
        found = files(package)
    except (ImportError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"Can't find package '{package}' of the location '{location}': {error}"
        ) from None
    for part in parts:
        found = found.joinpath(*Path(part).parts)
    return str(found)
