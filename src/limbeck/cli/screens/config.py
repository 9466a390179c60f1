"""`limbeck config`."""

from __future__ import annotations

import json
from typing import Any

from limbeck.cli.output import Document, without_passwords
from limbeck.project.config import Config


def config(config: Config, json_: bool = False) -> Document | None:
    """Shows every setting with the place it came from; passwords are hidden.

    Raises ConfigurationError where no project is configured.
    """
    from limbeck.commands.config import settings

    config.require_found()
    found = settings(config)
    if json_:
        rows = [{"name": s.name, "value": _hidden(s.value), "source": s.source} for s in found]
        return Document({"settings": rows})
    lines = [(f"{s.name} = {_shown(s.value)}", s.source) for s in found]
    width = min(max(len(text) for text, _ in lines), 60)
    for text, source in lines:
        config.print_stdout("%s", f"{text:<{width}}  # {source}")
    return None


def _shown(value: Any) -> str:
    return json.dumps(_hidden(value), default=str, ensure_ascii=False)


def _hidden(value: Any) -> Any:
    """A value without the passwords of the URLs in it."""
    match value:
        case str():
            return without_passwords(value)
        case list() | tuple():
            return [_hidden(item) for item in value]
        case dict():
            return {key: _hidden(item) for key, item in value.items()}
        case _:
            return value
