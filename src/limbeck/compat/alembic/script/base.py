"""``alembic.script.base``: revision files, with the names that programs know them by."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar, cast

from limbeck.command import explain
from limbeck.compat.alembic.script.revision import Revision, RevisionMap
from limbeck.compat.alembic.util.langhelpers import rev_id, to_tuple
from limbeck.database.steps import MigrationStep, stamp_step
from limbeck.errors import CommandError, RevisionError
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision import describe
from limbeck.revision.graph import Graph
from limbeck.revision.revision import Revision as Value
from limbeck.revision.rows import stamp_path
from limbeck.revision.walk import downgrade_path, upgrade_path
from limbeck.script import directory
from limbeck.script.header import header_of

__all__ = ["Script", "ScriptDirectory"]

S = TypeVar("S", bound="ScriptDirectory")


class Script(Revision):
    """One revision with its file."""

    path: str = ""
    _db_current_indicator: bool | None = None

    def __init__(self, module: ModuleType, rev_id: str, path: str | os.PathLike[str]) -> None:
        header = header_of(os.fspath(path), {**vars(module), "revision": rev_id}, module.__doc__)
        _, down, depends_on, labels, doc, longdoc, date = header
        value = Value(rev_id, down, depends_on, labels, doc, longdoc, os.fspath(path), date)
        self._set(value, None, lambda: module)

    @classmethod
    def _of(cls, value: Value, scripts: ScriptDirectory) -> Script:
        made = cls.__new__(cls)
        made._set(value, scripts.revision_map, lambda: scripts.module(value))
        return made

    def _set(self, value: Value, map_: RevisionMap | None, load: Callable[[], ModuleType]) -> None:
        self._value = value
        self._map = map_
        self._load = load
        self.path = value.path or ""
        self._name()

    @property
    def module(self) -> ModuleType:
        """The module of its file, loaded when it is first asked for."""
        return self._load()

    @property
    def doc(self) -> str:
        """The first paragraph of its docstring."""
        return self._value.doc

    @property
    def longdoc(self) -> str:
        """All of its docstring."""
        return self._value.longdoc

    @property
    def log_entry(self) -> str:
        """All that its header says, over several lines."""
        return describe.log_entry(self._graph, self._value, current=self._current)

    @property
    def _current(self) -> tuple[str, ...]:
        return (self.revision,) if self._db_current_indicator else ()

    def _format_down_revision(self) -> str:
        return describe.down_text(self._value.down)

    def _head_only(
        self,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
        head_indicators: bool = True,
    ) -> str:
        text = self.revision
        if include_parents:
            depends = ", ".join(self._value.depends_on)
            extra = f" ({depends})" if depends else ""
            text = f"{self._format_down_revision()}{extra} -> {text}"
        if include_branches and self.branch_labels:
            text += f" ({', '.join(self._graph.labels(self.revision))})"
        if head_indicators or tree_indicators:
            text += " (head)" if self._is_real_head else ""
            text += " (effective head)" if self.is_head and not self._is_real_head else ""
            text += " (current)" if self._db_current_indicator else ""
        if tree_indicators:
            text += " (branchpoint)" if self.is_branch_point else ""
            text += " (mergepoint)" if self.is_merge_point else ""
        return f"{text}, {self.doc}" if include_doc else text

    def cmd_format(
        self,
        verbose: bool,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
    ) -> str:
        """One line, or all of the header with `verbose`."""
        if verbose:
            return self.log_entry
        return self._head_only(include_branches, include_doc, include_parents, tree_indicators)

    def __str__(self) -> str:
        return describe.summary(self._graph, self._value)


class RevisionStep(MigrationStep):
    """One revision up or down."""

    __slots__ = ()

    def __init__(self, revision_map: RevisionMap, revision: Any, is_upgrade: bool) -> None:
        from dataclasses import fields

        from limbeck.database.steps import revision_step
        from limbeck.revision.walk import Move

        direction = "upgrade" if is_upgrade else "downgrade"
        move = Move(revision._value, cast(Any, direction))

        def run(**kw: Any) -> Any:
            return getattr(revision.module, direction)(**kw)

        made = revision_step(revision_map._graph, move, run)
        for field in fields(made):
            object.__setattr__(self, field.name, getattr(made, field.name))
        object.__setattr__(self, "revision", revision)

    def __repr__(self) -> str:
        revision: Any = self.revision
        return f"RevisionStep({revision.revision!r}, is_upgrade={self.is_upgrade!r})"


class StampStep(MigrationStep):
    """A change of the version table's rows that runs nothing."""

    __slots__ = ()


class _ScriptMap(RevisionMap):
    """The map of a script directory: its graph, whenever that is read anew."""

    def __init__(self, scripts: ScriptDirectory) -> None:
        super().__init__(lambda: (Script._of(value, scripts) for value in scripts.graph))
        self._scripts = scripts
        self._seen: Graph | None = None

    @property
    def _graph(self) -> Graph:
        graph = self._scripts.graph
        if graph is not self._seen:
            self._seen = graph
            self._read = None
        return graph


class ScriptDirectory(directory.ScriptDirectory):
    """A project's revision files."""

    _map: RevisionMap | None = None

    @classmethod
    def from_config(cls: type[S], config: Config) -> S:
        """The revision files that a configuration leads to."""
        return cls(**Project(config).script_options())

    # -- files ----------------------------------------------------------------------------------

    @property
    def version_locations(self) -> Any:
        """The folders of revision files as they were given."""
        return self._locations

    @version_locations.setter
    def version_locations(self, locations: Any) -> None:
        self.__dict__.pop("_version_locations", None)
        self._locations = locations
        self.reload()

    @cached_property
    def _version_locations(self) -> Sequence[str | os.PathLike[str]]:
        return [Path(path) for path in super().version_paths]

    @property
    def version_paths(self) -> tuple[str, ...]:
        """The folders of revision files, absolute."""
        return tuple(os.path.abspath(path) for path in self._version_locations)

    @property
    def versions(self) -> str:
        """The one folder of revision files; CommandError for several."""
        if len(self.version_paths) > 1:
            raise CommandError("Multiple version_locations present")
        return self.version_paths[0]

    @property
    def env_py_location(self) -> str:
        """Where env.py stands."""
        return self.env_py

    def run_env(self) -> None:
        """Runs env.py, in the EnvironmentContext that is entered."""
        from limbeck.compat.alembic.util.pyfiles import load_python_file

        load_python_file(self.dir, "env.py")

    @property
    def revision_map(self) -> RevisionMap:
        """The map of its revisions."""
        if self._map is None:
            self._map = _ScriptMap(self)
        return self._map

    @revision_map.setter
    def revision_map(self, map_: RevisionMap) -> None:
        """Reads the files anew; another map's revisions count as they are."""
        self._map = None
        self.reload()
        own = map_._generator == self._load_revisions
        if not own and not isinstance(map_, _ScriptMap):
            self._graph = map_._graph
            self._map = map_

    def _load_revisions(self) -> Iterator[Script]:
        for value in self.revisions():
            yield Script._of(value, self)

    # -- asking ---------------------------------------------------------------------------------

    @contextmanager
    def _catch_revision_errors(
        self,
        ancestor: str | None = None,
        multiple_heads: str | None = None,
        start: Any = None,
        end: Any = None,
        resolution: str | None = None,
        command: str = "history",
    ) -> Iterator[None]:
        try:
            yield
        except RevisionError as error:
            raise CommandError(explain(command, error)) from error

    def walk_revisions(self, base: str = "base", head: str = "heads") -> Iterator[Script]:
        """Revisions from `head` down to `base`, newest first."""
        with self._catch_revision_errors():
            yield from self.revision_map.iterate_revisions(head, base, inclusive=True)

    def iterate_revisions(self, upper: Any, lower: Any, **kw: Any) -> Iterator[Script]:
        """Revisions from `upper` down to `lower`, which is left out."""
        with self._catch_revision_errors():
            yield from self.revision_map.iterate_revisions(upper, lower, **kw)

    def get_revision(self, id_: Any) -> Script | None:
        """One revision by any identifier."""
        with self._catch_revision_errors():
            found: Script | None = self.revision_map.get_revision(id_)
            return found

    def get_revisions(self, id_: Any) -> tuple[Script, ...]:
        """Revisions by any identifier."""
        with self._catch_revision_errors():
            return self.revision_map.get_revisions(id_)

    def get_all_current(self, id_: Any) -> set[Script]:
        """The rows of the version table with the tips that they imply."""
        with self._catch_revision_errors():
            return self.revision_map._get_all_current(id_)

    def as_revision_number(self, id_: Any) -> Any:
        """The id of an identifier: a tuple for ``heads``, None for base."""
        with self._catch_revision_errors():
            found, _ = self.revision_map._resolve_revision_number(id_)
        if not found:
            return None
        return found if id_ == "heads" else found[0]

    def get_heads(self, consider_depends_on: bool = False) -> list[str]:
        """The heads; without those that another branch depends on, if asked."""
        graph = self.graph
        return list(graph.real_heads if consider_depends_on else graph.heads)

    def get_current_head(self) -> str | None:
        """The one head; CommandError for several."""
        heads = self.graph.heads
        if len(heads) > 1:
            raise CommandError(
                "The script directory has multiple heads (due to branching)."
                "Please use get_heads(), or merge the branches using alembic merge."
            )
        return heads[0] if heads else None

    def get_bases(self) -> list[str]:
        """The bases."""
        return list(self.graph.bases)

    def get_base(self) -> str | None:
        """The one base; CommandError for several."""
        bases = self.graph.bases
        if len(bases) > 1:
            raise CommandError("The script directory has multiple bases. Please use get_bases().")
        return bases[0] if bases else None

    # -- steps ----------------------------------------------------------------------------------

    def _upgrade_revs(self, destination: Any, current_rev: Any) -> list[RevisionStep]:
        with self._catch_revision_errors(command="upgrade"):
            moves = upgrade_path(self.graph, to_tuple(current_rev, ()) or (), destination)
        return [self._step(move.revision.id, True) for move in moves]

    def _downgrade_revs(self, destination: Any, current_rev: Any) -> list[RevisionStep]:
        with self._catch_revision_errors(command="downgrade"):
            moves = downgrade_path(self.graph, to_tuple(current_rev, ()) or (), destination)
        return [self._step(move.revision.id, False) for move in moves]

    def _step(self, revision_id: str, is_upgrade: bool) -> RevisionStep:
        map_ = self.revision_map
        return RevisionStep(map_, map_.get_revision(revision_id), is_upgrade)

    def _stamp_revs(self, revision: Any, heads: Any) -> list[MigrationStep]:
        with self._catch_revision_errors(command="stamp"):
            moves = stamp_path(self.graph, to_tuple(heads, ()) or (), revision)
        return [stamp_step(self.graph, move) for move in moves]

    # -- writing --------------------------------------------------------------------------------

    def generate_revision(
        self,
        revid: str | None,
        message: str | None,
        head: Any = None,
        splice: bool | None = False,
        branch_labels: Any = None,
        version_path: str | os.PathLike[str] | None = None,
        file_template: str | None = None,
        depends_on: Any = None,
        **kw: Any,
    ) -> Script | None:
        """Writes a revision file; further keywords are variables of the template."""
        from limbeck.commands.new import new_revision

        kept = self.file_template
        self.file_template = file_template or kept
        project = SimpleNamespace(scripts=self, config=kw.pop("config", None))
        try:
            made = new_revision(
                cast(Project, project),
                message,
                rev_id=revid or rev_id(),
                head="head" if head is None else head,
                splice=bool(splice),
                branch_labels=branch_labels,
                version_path=version_path,
                depends_on=depends_on,
                template_args=kw,
            )
        finally:
            self.file_template = kept
        return self._written(made.path, made.revision)

    def _written(self, path: str, revision: str) -> Script | None:
        """Says what was written, runs the post-write hooks over it, and reads it again."""
        from limbeck.compat.alembic.util.messaging import write_outstream
        from limbeck.script.hooks import run_hook

        quiet = bool(self.messaging_opts.get("quiet"))
        write_outstream(sys.stdout, f"Generating {path} ...  done\n", quiet=quiet)
        for hook in self.hooks:
            run_hook(hook, path)
        self.reload()
        return self.get_revision(revision)
