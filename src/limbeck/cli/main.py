"""`limbeck COMMAND`: from arguments to a function of `limbeck.command`, and to an exit status."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

from limbeck import __version__, command
from limbeck.cli.arguments import (
    CommandGroup,
    CommandOptions,
    RevisionCommand,
    means_several,
    native_defaults,
    one_after_the_other,
    repeated,
    require_one,
)
from limbeck.cli.output import (
    Document,
    fail,
    for_document,
    print_json,
    show_progress,
    show_warning,
)
from limbeck.cli.own import OWN_COMMANDS
from limbeck.cli.parameters import COMMANDS, GLOBAL_OPTIONS, JSON, WHERE_OPTIONS, Grammar
from limbeck.cli.prompt import asker, chooser
from limbeck.errors import CommandError, ConfigurationError, RevisionError, ScriptError, Terminated
from limbeck.project.config import Config
from limbeck.project.locate import INI_NAME
from limbeck.project.project import Project
from limbeck.script.module import importing

_RUN_SCRIPTS = ("upgrade", "downgrade")
_WITHOUT_WHERE = ("adopt", "completion", "doctor", "init", "list_templates")
_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


def main(argv: Sequence[str] | None = None) -> None:
    """The console script: run a command and exit with its status."""
    # Thousands of tables and revisions are values that stay; looking for garbage among them costs
    # a quarter of the time that `check` takes. Scripts of the user's run with the collector on.
    gc.disable()
    warnings.showwarning = show_warning
    status = run(argv)
    gc.freeze()  # else Python looks for garbage among all of them once more before it ends
    sys.exit(status)


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command and give its exit status: 0, 255 for a failure, 2 for wrong usage.

    With `--raiseerr` a failure is raised as it is.
    """
    commands = group()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return int(commands.main(arguments, prog_name="limbeck", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        print("Interrupted", file=sys.stderr)
        cause = error.__cause__  # click has an exception of its own for Ctrl-C
        return cause.status if isinstance(cause, Terminated) else 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def group() -> click.Group:
    """The command line: every command of the grammar."""
    made = CommandGroup(
        name="limbeck",
        params=[*GLOBAL_OPTIONS],
        context_settings=_HELP_OPTIONS,
        help="Database migrations for SQLAlchemy.",
        callback=_remember_globals,
    )
    click.version_option(__version__, prog_name="limbeck", message="%(prog)s %(version)s")(made)
    for grammar in sorted((*COMMANDS, *OWN_COMMANDS), key=lambda grammar: grammar.name):
        made.add_command(_click_command(grammar))
    return made


@click.pass_context
def _remember_globals(ctx: click.Context, /, **values: Any) -> None:
    ctx.obj = values


def _click_command(grammar: Grammar) -> click.Command:
    where = () if grammar.name in _WITHOUT_WHERE else WHERE_OPTIONS

    @click.pass_context
    def callback(ctx: click.Context, /, **values: Any) -> int:
        chosen = {option.name: values.pop(option.name or "", None) for option in where}
        values["json_"] = values["json_"] or values.get("format_") == "json"
        return _execute(grammar, ctx.obj, values, chosen)

    return RevisionCommand(
        grammar.name,
        params=[*grammar.parameters, JSON, *where],
        callback=callback,
        help=grammar.help or (_function(grammar).__doc__ or "").partition("\n\n")[0],
        context_settings=_HELP_OPTIONS,
    )


def _function(grammar: Grammar, values: Mapping[str, Any] = {}) -> Callable[..., Any]:
    """The function of a command; only one of Limbeck's own has a module to import."""
    named = grammar.function
    if not named and values.get("json_"):
        named = f"limbeck.cli.screens.documents:{grammar.name}"
    if not named:
        found: Callable[..., Any] = getattr(command, grammar.name)
        return found
    module, _, name = named.partition(":")
    own: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return own


def _execute(
    grammar: Grammar,
    globals_: dict[str, Any],
    values: dict[str, Any],
    where: Mapping[Any, Any],
) -> int:
    options = _options(grammar, _function(grammar, values), globals_, values)
    try:
        config = _config(grammar, globals_, options)
        config.ask, config.choose = asker(), chooser()
        config.database, config.tenant = where.get("database_"), where.get("tenant_")
        native_defaults(grammar.name, options, config)
        if each := one_after_the_other(grammar, config, options):
            return max(_execute_for(name, grammar, config, options) for name in each)
        several = means_several(grammar, config, options)
        if where and grammar.name != "config" and not several:
            require_one(grammar, config, options)
        if values.get("json_"):
            return _run_for_document(grammar, config, options, several)
        return _status(_run(grammar, config, options, several))
    except (KeyboardInterrupt, BrokenPipeError, click.ClickException):
        raise
    except Exception as error:
        return _failed(grammar, options, error)


def _execute_for(name: str, grammar: Grammar, config: Config, options: CommandOptions) -> int:
    """Runs a command for one of several databases; where it fails the others still have theirs."""
    config.print_stdout(f"{name}:")
    try:
        return _status(_run(grammar, config.narrowed(name), options, False))
    except (KeyboardInterrupt, BrokenPipeError, click.ClickException):
        raise
    except Exception as error:
        return _failed(grammar, options, error)


def _failed(grammar: Grammar, options: CommandOptions, error: Exception) -> int:
    """Says what went wrong, and gives the exit status."""
    if options.raiseerr:
        raise error
    if isinstance(error, RevisionError):
        error = CommandError(command.explain(grammar.name, error))
    return fail(error)


def _status(found: Any) -> int:
    return found if isinstance(found, int) else 0


def _config(grammar: Grammar, globals_: dict[str, Any], options: CommandOptions) -> Config:
    """The project that is meant; a shell that starts in a broken one is to have its completion."""
    if grammar.name == "completion":
        return Config(cmd_opts=options)
    named = (path for path in globals_["config"] if path != INI_NAME)  # which may be left out
    missing = [path for path in named if not os.path.exists(path)]
    if missing and grammar.name != "init":
        raise ConfigurationError(f"There is no {missing[0]}, which -c names.")
    return Config.find(globals_["config"], ini_section=globals_["name"], cmd_opts=options)


def _run_for_document(
    grammar: Grammar, config: Config, options: CommandOptions, several: bool
) -> int:
    """Runs a command and prints what it tells as JSON, and nothing else.

    Raises CommandError where its output would be a script.
    """
    if getattr(options, "sql", False):
        raise CommandError("--sql prints a script, and --json what has run: choose one.")
    with for_document() as stream:
        document: Document = _run(grammar, config, options, several)
        if not options.quiet:
            print_json(document.content, stream)
    if document.failure is not None:
        raise document.failure
    return document.status


def _options(
    grammar: Grammar,
    function: Callable[..., Any],
    globals_: dict[str, Any],
    values: dict[str, Any],
) -> CommandOptions:
    repeatable = {"config", "x", "depends_on", "rename", "metadata", "models"}
    given = {**globals_, **values}
    named = {name: repeated(given, name) for name in repeatable & given.keys()}
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    cmd = (function, grammar.positional, grammar.keywords)
    return CommandOptions(**{**given, **lists, **named, "cmd": cmd})


def _run(grammar: Grammar, config: Config, options: CommandOptions, several: bool) -> Any:
    if grammar.name in _RUN_SCRIPTS:
        importlib.import_module(f"limbeck.commands.{grammar.name}")
        gc.freeze()  # what is imported stays, and is not looked through
        gc.set_threshold(100_000, 20, 20)
        gc.enable()
    with _watched(grammar):
        return _call(grammar, config, options, several)


def _watched(grammar: Grammar) -> AbstractContextManager[None]:
    """Shows how far the command has come, where it may take long and somebody sits there."""
    if grammar.runs_project == "never" or not (sys.stderr and sys.stderr.isatty()):
        return nullcontext()
    from limbeck.cli.progress import shown

    return shown()


def _call(grammar: Grammar, config: Config, options: CommandOptions, several: bool) -> Any:
    if several:
        from limbeck.cli.screens import many

        _prepare(config)
        return many.run(grammar.name, config, options)
    function, positional, keywords = options.cmd
    given = vars(options)
    arguments = [given[name] for name in positional]
    keyword_arguments = {name: given[name] for name in keywords}
    if _runs_project(grammar, config, given):
        _prepare(config)
        return function(config, *arguments, **keyword_arguments)
    try:
        return function(config, *arguments, **keyword_arguments)
    except ScriptError as error:
        # A revision file that computes its header is run for it, and imports its tool.
        if not isinstance(error.__cause__, ImportError):
            raise
        _prepare(config)
        return function(config, *arguments, **keyword_arguments)


def _runs_project(grammar: Grammar, config: Config, given: dict[str, Any]) -> bool:
    match grammar.runs_project:
        case "always":
            return True
        case "for current":
            named = f"{given.get('rev') or ''}{given.get('rev_range') or ''}"
            return "current" in named or bool(given.get("indicate_current"))
        case "for autogenerate":
            return bool(given.get("autogenerate")) or Project(config).runs_env_for_revisions
        case "never":
            return False


def _prepare(config: Config) -> None:
    """Make ready to run the project's own code.

    An Alembic-style folder imports `alembic` and sets up logging itself. A native one does not, but
    may have scripts from when it was one.
    """
    if config.native is not None:
        importing.alembic = _install
        show_progress()
        return
    _install()


def _install() -> None:
    from limbeck.compat.alembic import install

    install()
