"""Setting up native mode: the settings that an application's sources lead to, and a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from limbeck.errors import CommandError, ConfigurationError
from limbeck.project.config import Config
from limbeck.project.pyproject import write_table
from limbeck.project.survey.survey import Choice, Part, Survey

Choose: TypeAlias = Callable[[str, Sequence[str]], int]

FOLDER = "migrations"
"""Where revisions go; the default of `script_location`."""

_GIVEN = "given"
_NO_URL = "$DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Setup:
    """What was written to `file`: the values of `[tool.limbeck]`, and where each comes from.

    `made` is whether the file is new. `notes` say what a reader should know. Of several databases
    the values are in ``values["databases"][name]``, and where they come from is in `sources` by
    ``databases.name.setting``.
    """

    file: Path
    made: bool
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def databases(self) -> tuple[str, ...]:
        """The names of several databases."""
        return tuple(self.values.get("databases", ()))


def init_native(
    config: Config,
    *,
    metadata: Sequence[str] = (),
    models: Sequence[str] = (),
    url: str | None = None,
) -> Setup:
    """Writes `[tool.limbeck]` into the current folder's pyproject.toml, and makes the folder.

    What is given is taken as it is; the rest is found in the sources, which are read and not
    run. Where there are several metadata, each with a URL of its own, each is a database. Where
    several things fit, the user chooses (`config.choose`).
    Raises ConfigurationError with the choices where nobody is there to choose, and where there is
    no metadata; CommandError where the project has a configuration. Nothing is written then.
    """
    here = Path.cwd()
    _refuse_configured(config, here)
    survey = Survey(here)
    if not metadata:
        _refuse_twins(survey)
    draft = _Draft(survey)
    given = bool(metadata or models or url)
    if not given and (parts := survey.databases() or _told(survey, config.choose)):
        draft.several(parts)
    else:
        draft.one(config, metadata, models, url)
    file = here / "pyproject.toml"
    made = not file.exists()
    write_table(file, draft.values)
    (here / FOLDER).mkdir(exist_ok=True)
    return Setup(file, made, draft.values, draft.sources, tuple(draft.notes))


class _Draft:
    """Settings on their way to the file."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.notes = [f"{place} could not be read" for place in survey.sources.unread]

    def one(
        self, config: Config, metadata: Sequence[str], models: Sequence[str], url: str | None
    ) -> None:
        """The settings of one database."""
        survey = self.survey
        if metadata:
            named = tuple(metadata)
            self._say("metadata", named[0] if len(named) == 1 else [*named], _GIVEN)
        else:
            found = survey.metadata()
            chosen = _choose(
                config.choose, "metadata", found, _no_metadata(survey.here), _tables_of(survey)
            )
            named = chosen.values
            self._say_choice("metadata", chosen)
        if models:
            self._say("models", [*models], _GIVEN)
        else:
            self._say_models(named)
        if url is not None:
            self._say("url", url, _GIVEN)
        elif not (urls := survey.url(named)):
            self._say("url", _NO_URL, "no URL was found")
            self.notes.append(
                f"Set {_NO_URL[1:]} in the environment or in .env, or name another url."
            )
        else:
            self._say_url(_choose(config.choose, "url", urls, ""))
        self._say_paths(named, [self.values["url"]])

    def several(self, parts: Sequence[Part]) -> None:
        """The settings of several databases, and of what they share."""
        metadata = [value for part in parts for value in part.metadata.values]
        self._say_paths(metadata, [value for part in parts for value in part.url.values])
        for part in parts:
            prefix = f"databases.{part.name}."
            self._say_choice(f"{prefix}metadata", part.metadata)
            self._say_models(part.metadata.values, prefix)
            self._say_url(part.url, prefix)

    def _say(self, name: str, value: Any, source: str) -> None:
        *tables, last = name.split(".")
        at = self.values
        for table in tables:
            at = at.setdefault(table, {})
        at[last], self.sources[name] = value, source

    def _say_choice(self, name: str, chosen: Choice) -> None:
        place = f"{chosen.where}, " if chosen.where else ""
        self._say(name, chosen.value, f"{place}{chosen.what}")

    def _say_models(self, metadata: Sequence[str], prefix: str = "") -> None:
        found, where = self.survey.models(metadata)
        if found:
            self._say(f"{prefix}models", list(found), f"{where}, the first table")

    def _say_url(self, chosen: Choice, prefix: str = "") -> None:
        self._say_choice(f"{prefix}url", chosen)
        if name := self.survey.unset(chosen.values[0]):
            self.notes.append(f"{name} has no value here: set it in the environment or in .env.")

    def _say_paths(self, metadata: Sequence[str], urls: Sequence[str]) -> None:
        paths = self.survey.paths(metadata, urls)
        if not {*paths} <= {".", "src"}:
            self._say("prepend_sys_path", list(paths), "where the imports start")


def _told(survey: Survey, choose: Choose | None) -> list[Part]:
    """Several databases, where the user says so and which URL belongs to which; else nothing."""
    parts, urls = survey.unmatched()
    if choose is None or not parts:
        return []
    names = " and ".join(value for _, metadata in parts for value in metadata.values)
    answers = ["one database, for one of them or for all", "a database for each"]
    if not choose(f"There are {names}:", answers):
        return []
    told = []
    for name, metadata in parts:
        question = f"The url of the database {name!r}:"
        chosen = urls[choose(question, [str(url) for url in urls])] if urls[1:] else urls[0]
        urls.remove(chosen)
        told.append(Part(name, metadata, chosen))
    return told


def _tables_of(survey: Survey) -> str:
    """What can be written by hand where each metadata may be a database."""
    tables = [f"[tool.limbeck.databases.{name}]" for name, _ in survey.unmatched()[0]]
    if not tables:
        return ""
    return f"; for a database each, write {' and '.join(tables)} with metadata and url"


def _choose(
    choose: Choose | None,
    name: str,
    choices: Sequence[Choice],
    nothing: str,
    otherwise: str = "",
) -> Choice:
    """The one that fits, or the one that the user chooses.

    Raises ConfigurationError with the choices, and `otherwise`, where nobody is asked.
    """
    if not choices:
        raise ConfigurationError(nothing)
    if len(choices) == 1:
        return choices[0]
    question = f"Several things could be the {name}:"
    if choose is not None:
        return choices[choose(question, [str(choice) for choice in choices])]
    listed = "".join(f"  {_typed(name, choice)}\n" for choice in choices)
    raise ConfigurationError(f"{question}\n{listed}Say which one{otherwise}. Nothing was written.")


def _typed(name: str, choice: Choice) -> str:
    """The options that choose it, and what it is."""
    options = " ".join(f"--{name} {value}" for value in choice.values)
    place = f", {choice.where}" if choice.where else ""
    return f"{options}  ({choice.what}{place})"


def _refuse_twins(survey: Survey) -> None:
    twins = survey.twins()
    if twins is not None:
        name, (first, second) = twins
        raise ConfigurationError(
            f"There are two modules '{name}', in {first} and in {second}, which cannot be imported "
            f"together. Set up each by itself: cd {first} && limbeck init. Nothing was written."
        )


def _no_metadata(here: Path) -> str:
    return (
        f"No declarative base, MetaData, SQLModel or Flask-SQLAlchemy was found below {here}. "
        "Name yours with --metadata module:Base, or make one: "
        "class Base(sqlalchemy.orm.DeclarativeBase)."
    )


def _refuse_configured(config: Config, here: Path) -> None:
    if config.native is not None:
        raise CommandError(f"{config.native.file} has [tool.limbeck]: the project is set up.")
    ini = config.config_file_name
    if config.toml_alembic_config or (ini is not None and os.path.exists(ini)):
        raise CommandError(
            "This is an Alembic project, which runs as it is. 'limbeck doctor' tells what native "
            "mode would need, and 'limbeck adopt' writes its settings."
        )
    env_py = here / FOLDER / "env.py"
    if env_py.exists():
        beside = here / FOLDER / "alembic.ini"
        advice = f"'limbeck -c {FOLDER}/alembic.ini doctor'" if beside.exists() else "-c FILE"
        raise CommandError(
            f"{FOLDER}/env.py is Alembic's: its history runs as it is, see {advice}. "
            "Nothing was written."
        )
