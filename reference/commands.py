"""The page of commands: the grammar of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

import click

from limbeck import command
from limbeck.cli.main import _WITHOUT_WHERE, group
from limbeck.cli.own import OWN_COMMANDS
from limbeck.cli.parameters import (
    ARGUMENTS,
    COMMANDS,
    GLOBAL_OPTIONS,
    WHERE_OPTIONS,
    Grammar,
)
from reference.links import COMMANDS as LINKS
from reference.text import MADE, more, stub, table

_TOP = """# Commands and options

What `limbeck COMMAND --help` says, on one page; [commands](../commands.md) tells how they are
used, how [revisions are named](../commands.md#naming-a-revision), and what the [exit
codes](../commands.md#exit-codes) mean.
"""
_ALEMBICS = """\
Where a function of `limbeck.command` is shown, the command is Alembic's too, with its
name and its options; the others are Limbeck's own.
"""
_RUNS = {
    "always": "It runs the project's own code: models, revision files, an `env.py`.",
    "for current": "It runs the project's own code where it is asked for what is `current`.",
    "for autogenerate": "It runs the project's own code where it compares the models.",
    "never": "It runs none of the project's own code.",
}


def page() -> str:
    """Markdown: the options that all commands have, then each command."""
    made = group().commands
    everywhere = [p for p in made["heads"].params if all(p in c.params for c in made.values())]
    grammars = sorted((*COMMANDS, *OWN_COMMANDS), key=lambda grammar: grammar.name)
    index = [(f"[`{g.name}`](#{g.name})", made[g.name].help or "") for g in grammars]
    shared = {*everywhere, *WHERE_OPTIONS}
    parts = [
        MADE + _TOP,
        table(("command", "what it does"), index),
        "",
        _ALEMBICS,
        "## Options before the command\n",
        table(("option", "meaning"), map(_option, GLOBAL_OPTIONS)),
        "\n## Options of every command\n",
        table(("option", "meaning"), _rows([*everywhere, *WHERE_OPTIONS])),
        f"\n`--database` and `--tenant` are not for {_listed(_WITHOUT_WHERE)}. "
        "[JSON](../json.md) has what each command prints with `--json`.\n",
        *(_command(grammar, made[grammar.name], shared) for grammar in grammars),
    ]
    return "\n".join(parts)


def _command(grammar: Grammar, made: click.Command, shared: Set[click.Parameter]) -> str:
    own = [parameter for parameter in made.params if parameter not in shared]
    usage = " ".join(made.collect_usage_pieces(click.Context(made)))
    lines = [f"## {grammar.name}\n", f"```text\nlimbeck {grammar.name} {usage}\n```\n"]
    lines.append(f"{made.help}{more(LINKS, grammar.name)} {_RUNS[grammar.runs_project]}\n")
    if own:
        lines += [table(("argument or option", "meaning"), _rows(own)), ""]
    function = getattr(command, grammar.name, None)
    if function is not None:
        lines += ["In `limbeck.command`:\n", f"{stub(grammar.name, function)}\n"]
    return "\n".join(lines)


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in sorted(names)]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _rows(parameters: Sequence[click.Parameter]) -> Iterator[tuple[str, str]]:
    for parameter in parameters:
        match parameter:
            case click.Option():
                yield _option(parameter)
            case _:
                name = parameter.human_readable_name.strip("[]")
                yield f"`{name}`", ARGUMENTS[parameter.name or ""]


def _option(option: click.Option) -> tuple[str, str]:
    """How it is written, and what it means.

    Raises ValueError for an option without help.
    """
    if not option.help:
        raise ValueError(f"the option {option.opts[0]} has no help")
    names = [*option.opts, *option.secondary_opts]
    value = ""
    if isinstance(option.type, click.Choice):
        value = " " + "\\|".join(map(str, option.type.choices))
    elif not option.is_flag:
        value = f" {option.metavar or option.type.name.upper().partition(' ')[0]}"
    written = ", ".join(f"`{name}{value}`" for name in names)
    return written.replace("\\|", "|"), option.help
