"""Setting up native mode: the settings that an application's sources lead to, and a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limbeck.errors import CommandError, ConfigurationError
from limbeck.project.config import Config
from limbeck.project.pyproject import write_table
from limbeck.project.survey.survey import Choice, Survey

FOLDER = "migrations"
"""Where revisions go; the default of `script_location`."""

_GIVEN = "given"
_NO_URL = "$DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Setup:
    """What was written to `file`: the values of `[tool.limbeck]`, and where each comes from.

    `made` is whether the file is new. `notes` say what a reader should know.
    """

    file: Path
    made: bool
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    notes: tuple[str, ...]


def init_native(
    config: Config,
    *,
    metadata: Sequence[str] = (),
    models: Sequence[str] = (),
    url: str | None = None,
) -> Setup:
    """Writes `[tool.limbeck]` into the current folder's pyproject.toml, and makes the folder.

    What is given is taken as it is; the rest is found in the sources, which are read and not
    run. Where several things fit, the user chooses (`config.choose`).
    Raises ConfigurationError with the choices where nobody is there to choose, and where there is
    no metadata; CommandError where the project has a configuration. Nothing is written then.
    """
    here = Path.cwd()
    _refuse_configured(config, here)
    survey = Survey(here)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    notes = [f"{place} could not be read" for place in survey.sources.unread]

    def say(name: str, value: Any, source: str) -> None:
        values[name], sources[name] = value, source

    if metadata:
        say("metadata", _one_or_list(metadata), _GIVEN)
    else:
        chosen = _choose(config.choose, "metadata", survey.metadata(), _no_metadata(here))
        say("metadata", chosen.value, f"{chosen.where}, {chosen.what}")
    named = tuple(metadata) or (values["metadata"],)
    _say_models(survey, named, models, say)
    if url is not None:
        say("url", url, _GIVEN)
    elif not (urls := survey.url(named)):
        say("url", _NO_URL, "no URL was found")
        notes.append(f"Set {_NO_URL[1:]} in the environment or in .env, or name another url.")
    else:
        chosen = _choose(config.choose, "url", urls, "")
        say("url", chosen.value, f"{chosen.where}, {chosen.what}")
    paths = survey.paths(named, values["url"])
    if not {*paths} <= {".", "src"}:
        say("prepend_sys_path", list(paths), "where the imports start")
    file = here / "pyproject.toml"
    made = not file.exists()
    write_table(file, values)
    (here / FOLDER).mkdir(exist_ok=True)
    return Setup(file, made, values, sources, tuple(notes))


def _say_models(
    survey: Survey,
    metadata: Sequence[str],
    given: Sequence[str],
    say: Callable[[str, Any, str], None],
) -> None:
    if given:
        say("models", list(given), _GIVEN)
        return
    found, where = survey.models(metadata)
    if found:
        say("models", list(found), f"{where}, the first table")


def _one_or_list(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _choose(
    choose: Callable[[str, Sequence[str]], int] | None,
    name: str,
    choices: Sequence[Choice],
    nothing: str,
) -> Choice:
    """The one that fits, or the one that the user chooses."""
    if not choices:
        raise ConfigurationError(nothing)
    if len(choices) == 1:
        return choices[0]
    question = f"Several things could be the {name}:"
    if choose is not None:
        return choices[choose(question, [str(choice) for choice in choices])]
    listed = "".join(f"  --{name} {choice}\n" for choice in choices)
    raise ConfigurationError(f"{question}\n{listed}Say which one. Nothing was written.")


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
