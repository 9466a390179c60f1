"""Which generated scripts are kept: those that are proven, and those that cannot be."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from limbeck.commands.new import GeneratedScript
from limbeck.commands.proof import Claim, prove
from limbeck.commands.stage import Start, Unfit
from limbeck.database.runs import upgrade_steps
from limbeck.errors import DatabaseError, ProofFailed
from limbeck.project.project import Project

log = logging.getLogger("alembic.limbeck.proof")


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
    for claim in claims:
        if not claim.upgrade and not claim.downgrade:
            continue
        claim.context.opts["embedded"] = setting is True
        steps = tuple(upgrade_steps(project.scripts, (), heads)) if heads else ()
        start = Start(
            project.scripts,
            claim.context,
            steps,
            heads,
            claim.found,
            against or project.against,
        )
        try:
            proof = prove(start, claim, [script.revision for script in written])
        except ProofFailed as failure:
            _remove(project, written)
            _explain(failure, written)
            raise
        except (DatabaseError, Unfit) as error:
            log.warning("Not proven: %s", error)
        except Exception as error:  # of whatever kind, it says nothing about the script
            log.warning("Not proven: %s: %s", type(error).__name__, error)
        except BaseException:
            _remove(project, written)
            raise
        else:
            log.info("%s", proof)


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
