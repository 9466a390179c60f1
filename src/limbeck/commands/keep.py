"""Which generated scripts are kept: those that are proven, and those that cannot be."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from limbeck.commands.against import sqlstate
from limbeck.commands.new import GeneratedScript
from limbeck.commands.proof import Claim, prove
from limbeck.commands.stage import Start, Unfit
from limbeck.database.runs import upgrade_steps
from limbeck.errors import DatabaseError, ProofFailed
from limbeck.project.project import Project

log = logging.getLogger("alembic.limbeck.proof")

MADE_ELSEWHERE = ("3F000", "42501", "42704", "42883")
"""PostgreSQL's codes for a schema, a right, a type or role, and a function that is not there:
somebody else has made them."""


def keep_if_proven(
    project: Project,
    written: Sequence[GeneratedScript],
    claims: Sequence[Claim],
    heads: tuple[str, ...],
    verify: bool | None,
    against: str | None,
) -> None:
    """Proves scripts that were written, and says so; removes them and raises where that fails.

    `heads` are those before. Where a proof cannot be had the scripts stay, and the log says why.
    `verify` takes the place of the project's setting; without either, nothing is started for it
    that does not run already.
    """
    setting = project.verify if verify is None else verify
    if setting is False or not written:
        return
    try:
        for claim in claims:
            if claim.upgrade or claim.downgrade:
                claim.context.opts["embedded"] = setting is True
                start = _start(project, claim, heads, against or project.against)
                _prove(start, claim, [script.revision for script in written], setting)
    except ProofFailed as failure:
        _remove(project, written)
        _explain(failure, written)
        raise
    except BaseException:
        _remove(project, written)
        raise


def _start(project: Project, claim: Claim, heads: tuple[str, ...], against: str) -> Start:
    steps = tuple(upgrade_steps(project.scripts, (), heads)) if heads else ()
    return Start(project.scripts, claim.context, steps, heads, claim.found, against)


def _prove(start: Start, claim: Claim, revisions: Sequence[str], setting: bool | None) -> None:
    """Raises ProofFailed where the scripts are at fault; says what came of it otherwise.

    Without a setting a project has not asked for this, and what its hooks have made, or what a
    scratch database lacks that somebody else made, is none of its faults.
    """
    try:
        log.info("%s", prove(start, claim, revisions))
    except ProofFailed as failure:
        if setting is True:
            raise
        if claim.is_changed:
            log.warning("Not proven, as hooks have changed the operations: %s", failure)
        elif sqlstate(failure.__cause__) in MADE_ELSEWHERE:
            log.warning("Not proven: %s", failure)
        else:
            raise
    except (DatabaseError, Unfit) as error:
        log.warning("Not proven: %s", error)
    except Exception as error:  # of whatever kind, it says nothing about the script
        log.warning("Not proven: %s: %s", type(error).__name__, error)


def _remove(project: Project, written: Sequence[GeneratedScript]) -> None:
    for script in written:
        os.remove(script.path)
    project.scripts.reload()


def _explain(failure: ProofFailed, written: Sequence[GeneratedScript]) -> None:
    """Adds to a failure what became of the scripts."""
    names = ", ".join(os.path.basename(script.path) for script in written)
    failure.args = (
        f"The generated script {names} is not kept, as it does not do what it should: "
        f"{failure}\nTo have it nevertheless: --no-verify",
    )
