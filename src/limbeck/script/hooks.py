"""Post-write hooks: programs that run over each generated script, such as a formatter."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping

from limbeck.errors import CommandError, ConfigurationError

REVISION_SCRIPT_TOKEN = "REVISION_SCRIPT_FILENAME"

HookOptions = Mapping[str, str]
Runner = Callable[[str, dict[str, str]], object]

_registered: dict[str, Runner] = {}


def register(name: str) -> Callable[[Runner], Runner]:
    """Make a function `(path, options)` available as the hook type `name`."""

    def decorate(function: Runner) -> Runner:
        _registered[name] = function
        return function

    return decorate


def run_hook(hook: HookOptions, path: str) -> None:
    """Run one hook over the file at `path`.

    Raises ConfigurationError when the hook is not configured well and CommandError when it
    cannot be started or ends with a status other than 0. The file stays in any case.
    """
    name = hook["_hook_name"]
    kind = hook.get("type")
    if kind is None:
        raise ConfigurationError(
            f"Key '{name}.type' (or 'type' in toml) is required for post write hook '{name}'"
        )
    if kind in _registered:
        _registered[kind](path, dict(hook))
        return
    _run(name, _command(kind, hook), hook, path)


def _command(kind: str, hook: HookOptions) -> list[str]:
    match kind:
        case "console_scripts":
            return _console_script(_required(hook, "entrypoint"))
        case "exec":
            return [_required(hook, "executable")]
        case "module":
            return _module(_required(hook, "module"))
        case _:
            raise ConfigurationError(f"No formatter with name '{kind}' registered")


def _required(hook: HookOptions, key: str) -> str:
    if key not in hook:
        name = hook["_hook_name"]
        raise ConfigurationError(f"Key {name}.{key} is required for post write hook '{name}'")
    return hook[key]


def _console_script(entrypoint: str) -> list[str]:
    from importlib.metadata import entry_points

    for found in entry_points(group="console_scripts", name=entrypoint):
        code = f"import {found.module}; {found.module}.{found.attr}()"
        return [sys.executable, "-c", code]
    raise ConfigurationError(f"Could not find entrypoint console_scripts.{entrypoint}")


def _module(module: str) -> list[str]:
    from importlib.util import find_spec

    try:
        found = find_spec(module)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise ConfigurationError(f"Could not find module {module}")
    return [sys.executable, "-m", module]


def _run(name: str, command: list[str], hook: HookOptions, path: str) -> None:
    options = hook.get("options", "")
    arguments = [
        argument.replace(REVISION_SCRIPT_TOKEN, path)
        for argument in shlex.split(options, posix=os.name != "nt")
    ]
    if REVISION_SCRIPT_TOKEN not in options:
        arguments.insert(0, path)
    try:
        status = subprocess.run(
            [*command, *arguments], cwd=hook.get("cwd") or None, check=False
        ).returncode
    except OSError as error:
        raise CommandError(
            f"Post write hook '{name}' can't start {command[0]}: {error.strerror}; {path} is kept"
        ) from None
    if status != 0:
        raise CommandError(
            f"Post write hook '{name}' ended with exit status {status}; {path} is kept"
        )
