"""`limbeck completion`."""

from __future__ import annotations

from click.shell_completion import get_completion_class

from limbeck.cli.output import Document
from limbeck.project.config import Config


def completion(config: Config, shell: str, json_: bool = False) -> Document | None:
    """Prints what a shell reads to complete commands, options and revisions."""
    from limbeck.cli.main import group

    complete = get_completion_class(shell)
    assert complete is not None  # the grammar lets no other shell through
    script = complete(group(), {}, "limbeck", "_LIMBECK_COMPLETE").source().strip()
    if json_:
        return Document({"shell": shell, "script": script})
    config.print_stdout("%s", script)
    return None
