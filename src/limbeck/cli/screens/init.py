"""`limbeck init`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from limbeck import command
from limbeck.cli.output import Document
from limbeck.cli.screens.doctor import settings_content, settings_lines
from limbeck.project.config import Config


def init(
    config: Config,
    directory: str | None,
    template: str | None = None,
    package: bool = False,
    metadata: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    url: str | None = None,
    json_: bool = False,
) -> Document | None:
    """Sets up native mode in the current folder; with `directory`, a folder with an env.py.

    Raises UsageError for options of one of them with the other.
    """
    if directory is None:
        if template is not None or package:
            raise click.UsageError("Missing argument 'DIRECTORY'.")
        return _native(config, metadata or (), models or (), url, json_)
    if metadata or models or url:
        raise click.UsageError("--metadata, --models and --url go without DIRECTORY.")
    if json_:
        return _made(config, directory, template or "generic", package)
    command.init(config, directory, template or "generic", package)
    return None


def _made(config: Config, directory: str, template: str, package: bool) -> Document:
    from limbeck.commands.init import init as run

    done = run(config, directory, template=template, package=package)
    files = [{"path": str(action.path), "done": action.done} for action in done.actions]
    return Document({"files": files, "edit_next": done.edit_next})


def _native(
    config: Config, metadata: Sequence[str], models: Sequence[str], url: str | None, json_: bool
) -> Document | None:
    from limbeck.commands.init_native import init_native

    done = init_native(config, metadata=metadata, models=models, url=url)
    if json_:
        return Document(settings_content(done.file, done.values, done.sources, done.notes))
    config.print_stdout("%s", f"{'Made' if done.made else 'Added to'} {done.file.name}:")
    for line in settings_lines(done.values, done.sources):
        config.print_stdout("%s", line)
    for note in done.notes:
        config.print_stdout("%s", f"Note: {note}")
    for database in done.databases:
        config.print_stdout("%s", f'Next: limbeck revision --database {database} -m "first tables"')
    config.print_stdout(
        "Then: limbeck upgrade --all"
        if done.databases
        else 'Next: limbeck revision -m "first tables", then limbeck upgrade'
    )
    return None
