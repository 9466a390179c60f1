"""One new revision on top of several."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.commands.new import GeneratedScript, new_revision
from limbeck.project.project import Project


def merge(
    project: Project,
    revisions: Sequence[str],
    message: str | None = None,
    *,
    branch_label: str | Sequence[str] | None = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> GeneratedScript:
    """Write a revision whose `down_revision` is all of `revisions` (`heads` for every head)."""
    if project.runs_env_for_revisions:
        from limbeck.commands.revision import revision

        [script] = revision(
            project,
            message,
            head=tuple(revisions),
            splice=splice,
            branch_label=branch_label,
            rev_id=rev_id,
        )
        return script
    return new_revision(
        project,
        message,
        rev_id=rev_id,
        head=tuple(revisions),
        splice=splice,
        branch_labels=branch_label,
    )
