"""`limbeck init`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from limbeck import command
from limbeck.cli.screens.doctor import settings_lines
from limbeck.project.config import Config


def init(
    config: Config,
    directory: str | None,
    template: str | None = None,
    package: bool = False,
    metadata: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
    url: str | None = None,
) -> None:
    """Sets up native mode in the current folder; with `directory`, a folder with an env.py.

    Raises UsageError for options of one of them with the other.
    """
    if directory is None:
        if template is not None or package:
            raise click.UsageError("Missing argument 'DIRECTORY'.")
        _native(config, metadata or (), models or (), url)
        return
    if metadata or models or url:
        raise click.UsageError("--metadata, --models and --url go without DIRECTORY.")
    command.init(config, directory, template or "generic", package)


def _native(
    config: Config, metadata: Sequence[str], models: Sequence[str], url: str | None
) -> None:
    from limbeck.commands.init_native import init_native

    done = init_native(config, metadata=metadata, models=models, url=url)
    config.print_stdout("%s", f"{'Made' if done.made else 'Added to'} {done.file.name}:")
    for line in settings_lines(done.values, done.sources):
        config.print_stdout("%s", line)
    for note in done.notes:
        config.print_stdout("%s", f"Note: {note}")
    config.print_stdout('Next: limbeck revision -m "first tables", then limbeck upgrade')
