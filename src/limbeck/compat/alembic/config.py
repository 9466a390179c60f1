"""``alembic.config``: the configuration, and the command line on argparse that others extend."""

from __future__ import annotations

import inspect
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypedDict

from limbeck.compat.alembic import __version__, command
from limbeck.compat.alembic.util.messaging import err
from limbeck.errors import CommandError
from limbeck.project.config import Config

__all__ = [
    "CommandFunction",
    "CommandLine",
    "Config",
    "MessagingOptions",
    "PostWriteHookConfig",
    "main",
]

PostWriteHookConfig = Mapping[str, str]


class MessagingOptions(TypedDict, total=False):
    """How much is said."""

    quiet: bool


class CommandFunction(Protocol):
    """A command: its parameters after the configuration are arguments of the command line."""

    __name__: str

    def __call__(self, config: Config, *args: Any, **kwargs: Any) -> Any: ...


_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "template": (("-t", "--template"), {"default": "generic", "help": "setup template"}),
    "message": (("-m", "--message"), {"help": "message of the revision"}),
    "sql": (("--sql",), {"action": "store_true", "help": "write SQL instead of running it"}),
    "tag": (("--tag",), {"help": "a value for env.py"}),
    "head": (("--head",), {"default": "head", "help": "the revision to build on"}),
    "splice": (("--splice",), {"action": "store_true", "help": "allow a non-head revision"}),
    "depends_on": (("--depends-on",), {"action": "append", "help": "revisions to depend on"}),
    "rev_id": (("--rev-id",), {"help": "the id of the revision"}),
    "version_path": (("--version-path",), {"help": "the folder of the file"}),
    "branch_label": (("--branch-label",), {"help": "a label of the new branch"}),
    "verbose": (("-v", "--verbose"), {"action": "store_true", "help": "say more"}),
    "resolve_dependencies": (
        ("--resolve-dependencies",),
        {"action": "store_true", "help": "treat dependencies as down revisions"},
    ),
    "autogenerate": (("--autogenerate",), {"action": "store_true", "help": "compare models"}),
    "rev_range": (("-r", "--rev-range"), {"help": "[start]:[end]"}),
    "indicate_current": (
        ("-i", "--indicate-current"),
        {"action": "store_true", "help": "mark the current revision"},
    ),
    "purge": (("--purge",), {"action": "store_true", "help": "empty the version table first"}),
    "check_heads": (
        ("--check-heads",),
        {"action": "store_true", "help": "fail unless all heads are applied"},
    ),
    "package": (("--package",), {"action": "store_true", "help": "add __init__.py files"}),
}
_POSITIONAL = {
    "directory": "location of scripts directory",
    "revision": "revision identifier",
    "revisions": "one or more revisions, or 'heads' for all heads",
    "rev": "revision identifier",
}
_SEVERAL = {"stamp": {"revision": "revisions"}}

_COMMANDS = (
    "branches",
    "check",
    "current",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "revision",
    "show",
    "stamp",
    "upgrade",
)


class CommandLine:
    """Commands by name, with arguments taken from the functions' signatures."""

    def __init__(self, prog: str | None = None) -> None:
        self.parser = ArgumentParser(prog=prog)
        add = self.parser.add_argument
        add("--version", action="version", version=f"%(prog)s {__version__}")
        add("-c", "--config", action="append", help="configuration file (alembic.ini)")
        add("-n", "--name", default="alembic", help="section of the ini file")
        add("-x", action="append", help="a value for env.py")
        add("--raiseerr", action="store_true", help="raise errors as they are")
        add("-q", "--quiet", action="store_true", help="say nothing on standard output")
        self.subparsers = self.parser.add_subparsers()
        for name in _COMMANDS:
            self.register_command(getattr(command, name))

    def register_command(self, fn: CommandFunction) -> None:
        """Makes a function a command."""
        positional, keywords, help_text = self._inspect_function(fn)
        parser = self.subparsers.add_parser(fn.__name__, help=help_text)
        renamed = _SEVERAL.get(fn.__name__, {})
        for name in keywords:
            if name in _OPTIONS:
                flags, given = _OPTIONS[name]
                parser.add_argument(*flags, dest=name, **given)
        for name in positional:
            dest = renamed.get(name, name)
            several: dict[str, Any] = {"nargs": "+"} if dest == "revisions" else {}
            parser.add_argument(dest, help=_POSITIONAL.get(dest), **several)
        own = [renamed.get(name, name) for name in positional]
        parser.set_defaults(cmd=(fn, own, keywords))

    def _inspect_function(self, fn: Callable[..., Any]) -> tuple[list[str], list[str], str]:
        parameters = list(inspect.signature(fn).parameters.values())[1:]
        named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        positional = [p.name for p in named if p.default is p.empty]
        keywords = [p.name for p in named if p.default is not p.empty]
        help_text = " ".join((fn.__doc__ or "").partition("\n\n")[0].split()).replace("%", "%%")
        return positional, keywords, help_text

    def _inis_from_config(self, options: Namespace) -> tuple[str | None, str | None]:
        found = Config.find(options.config or ())
        return _text(found.config_file_name), _text(found.toml_file_name)

    def run_cmd(self, config: Config, options: Namespace) -> None:
        """Runs the command of parsed arguments; exits where it fails."""
        fn, positional, keywords = options.cmd
        arguments = [getattr(options, name, None) for name in positional]
        keyword_arguments = {name: getattr(options, name) for name in keywords if name in options}
        try:
            fn(config, *arguments, **keyword_arguments)
        except CommandError as error:
            if options.raiseerr:
                raise
            err(str(error), **config.messaging_opts)

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Parses arguments and runs what they say."""
        options = self.parser.parse_args(argv)
        if not hasattr(options, "cmd"):
            self.parser.error("too few arguments")
        config = Config.find(options.config or (), ini_section=options.name, cmd_opts=options)
        self.run_cmd(config, options)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kwargs: Any) -> None:
    """Runs the command line."""
    CommandLine(prog=prog).main(argv=argv)
