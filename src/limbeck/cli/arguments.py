"""Reading arguments: revisions such as `-1`, mistyped commands, and what env.py sees of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import click

from limbeck.cli.parameters import ARGUMENTS, MANY_NAMES, Grammar
from limbeck.errors import CommandError, ConfigurationError
from limbeck.project.config import Config
from limbeck.project.settings import Settings

_NEGATIVE = re.compile(r"-\d")
_MASK = "\x00"


class CommandOptions(SimpleNamespace):
    """`config.cmd_opts`: the arguments as attributes, with `name in options`.

    `cmd` is the function of the command, the names of its positional arguments and of its
    options. An option that was not given and may be given several times is None.
    """

    cmd: tuple[Callable[..., Any], list[str], list[str]]

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__


class RevisionCommand(click.Command):
    """A command whose arguments may be relative revisions: `-1` is a value, not an option.

    Its help says what the arguments are.
    """

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        arguments = [p for p in self.params if isinstance(p, click.Argument)]
        rows = [(p.human_readable_name.strip("[]"), ARGUMENTS[p.name or ""]) for p in arguments]
        if rows:
            with formatter.section("Arguments"):
                formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        masked = [f"{_MASK}{arg}" if _NEGATIVE.match(arg) else arg for arg in args]
        rest = super().parse_args(ctx, masked)
        ctx.params = {name: _unmask(value) for name, value in ctx.params.items()}
        return rest


def _unmask(value: Any) -> Any:
    match value:
        case str():
            return value.replace(_MASK, "")
        case tuple():
            return tuple(_unmask(item) for item in value)
        case _:
            return value


class CommandGroup(click.Group):
    """The commands; a mistyped one is answered with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0].replace("-", "_")
        if name in self.commands:
            return name, self.commands[name], args[1:]
        if args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        near = difflib.get_close_matches(name, self.commands, n=1, cutoff=0.5)
        advice = f"Did you mean '{near[0]}'?" if near else f"Choose from {', '.join(self.commands)}"
        ctx.fail(f"No such command '{args[0]}'. {advice}")


def repeated(values: Mapping[str, Any], name: str) -> list[str] | None:
    """A repeatable option as a list, or None when it was not given."""
    given = values.get(name)
    return list(given) if given else None


def native_defaults(command: str, options: CommandOptions, config: Config) -> None:
    """What a command means where less was said: native mode generates, and goes to the heads.

    Without metadata in the settings there is nothing to generate from.
    Raises UsageError as click does where an Alembic-style folder needs a revision.
    """
    if command == "revision":
        empty = options.__dict__.pop("empty")
        if empty and options.autogenerate:
            raise click.UsageError("--empty and --autogenerate cannot go together")
        native = config.native
        options.autogenerate = options.autogenerate or (
            native is not None and bool(native.metadata) and not empty
        )
    elif command == "upgrade" and options.revision is None:
        if config.native is None:
            config.require_found()
            raise click.UsageError("Missing argument 'REVISION'.")
        options.revision = "heads"


_WITHOUT_TENANT = frozenset(
    {"branches", "edit", "heads", "history", "lint", "merge", "report", "revision", "show"}
    | {"verify"}
)
"""Commands about the history, which all tenants share."""

_WITHOUT_DATABASE = frozenset({"report"})
"""Commands that see to all databases themselves where none is named."""


def means_several(grammar: Grammar, config: Config, options: CommandOptions) -> bool:
    """Whether a command is about several databases or tenants.

    One that reads is about all where none is named, as is an upgrade of tenants; what else changes
    all of them has to be asked for with --all. Raises CommandError for options of several where
    there is one.
    """
    if grammar.for_each == "never":
        return False
    settings = config.native
    databases = settings is not None and bool(settings.databases) and config.database is None
    tenants = settings is not None and _has_tenants(grammar.name, settings, options)
    if not databases and not tenants:
        if any(getattr(options, name, None) for name in MANY_NAMES):
            raise CommandError(
                "--all, --jobs, --canary and --executor need 'databases' or 'tenants', and none of "
                "them named."
            )
        return False
    unasked = grammar.for_each == "reads" or (grammar.name == "upgrade" and not databases)
    return options.all_ or unasked


_EACH = frozenset({"branches", "heads", "history", "lint", "log", "plan", "verify"})
"""Commands that read one history after the other."""


def one_after_the_other(
    grammar: Grammar, config: Config, options: CommandOptions
) -> tuple[str, ...]:
    """The databases that a command is for in turn: all of several, where none is named."""
    settings = config.native
    if grammar.name not in _EACH or settings is None or config.database is not None:
        return ()
    if getattr(options, "json_", False) or _has_tenants(grammar.name, settings, options):
        return ()
    return tuple(settings.databases)


def require_one(grammar: Grammar, config: Config, options: CommandOptions) -> None:
    """Raises ConfigurationError where one of several databases or tenants has to be named."""
    settings = config.native
    if settings is None:
        if config.database is not None or config.tenant is not None:
            raise ConfigurationError("--database and --tenant need native settings.")
        return
    every = " --all means all of them." if grammar.for_each != "never" else ""
    if settings.databases and config.database is None and grammar.name not in _WITHOUT_DATABASE:
        names = ", ".join(settings.databases)
        raise ConfigurationError(f"Which database? Name one with --database: {names}.{every}")
    if _has_tenants(grammar.name, settings, options):
        raise ConfigurationError(f"Which tenant? Name one with --tenant.{every}")


def _has_tenants(command: str, settings: Settings, options: CommandOptions) -> bool:
    """Whether the command is about one of several tenants, and none is named."""
    if settings.tenants is None or settings.schema is not None or command in _WITHOUT_TENANT:
        return False
    against = getattr(options, "against", None) or settings.against
    return command != "check" or against == "database"
