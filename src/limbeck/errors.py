"""Every exception that Limbeck raises, one tree under `LimbeckError`.

A message says what is wrong, where, and what to do next. It never holds a password.
`CommandError` and its kin keep the names that Alembic's users catch.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from typing import Any

_OURS = os.path.join(os.path.realpath(os.path.dirname(__file__)), "")


def locate(error: BaseException, path: str, what: str) -> None:
    """Notes on an error where it happened: the innermost line of `path` on its traceback.

    The first note stays: it is the innermost. `where(error)` reads it.
    """
    if where(error) is None:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
        place = f"{path}, line {lines[-1]}" if lines else path
        error.__dict__["limbeck_where"] = f"{place} ({what})"


def placed(error: BaseException, path: str, line: int, what: str) -> None:
    """Notes on an error the place that it comes from, where its traceback does not lead there."""
    error.__dict__["limbeck_where"] = f"{path}, line {line} ({what})"
    if hasattr(error, "add_note"):  # Python 3.11
        error.add_note(f"Sent by {error.__dict__['limbeck_where']}")


def user_line(error: BaseException) -> str | None:
    """`file, line N` of the innermost line of the user's own code that the error went through."""
    import sysconfig

    libraries = [os.path.realpath(path) + os.sep for path in sysconfig.get_paths().values()]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = os.path.realpath(frame.filename)
        if os.path.exists(path) and not path.startswith((_OURS, *libraries)):
            return f"{frame.filename}, line {frame.lineno}"
    return None


def where(error: BaseException) -> str | None:
    """Where an error happened, in words; None where nobody noted it."""
    noted: str | None = getattr(error, "limbeck_where", None)
    return noted


def said(error: BaseException) -> str:
    """The type of an error and its text."""
    return f"{type(error).__name__}: {invalid(error) or error}"


def invalid(error: BaseException) -> str | None:
    """What pydantic found wrong, without the values that it read: one may be a password.

    None for other errors.
    """
    if not type(error).__module__.startswith("pydantic") or not hasattr(error, "errors"):
        return None
    faults = error.errors()
    text = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults)
    missing = any(fault["type"].endswith("missing") for fault in faults)
    return f"{text}. Set what is missing in the environment or in .env." if missing else text


class Terminated(KeyboardInterrupt):
    """A signal such as SIGTERM, in the shape in which drivers know that they have to cancel.

    `status` is the exit status, 128 and the signal's number.
    """

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class LimbeckError(Exception):
    """The root of every error that Limbeck raises on purpose."""


class CommandError(LimbeckError):
    """A command cannot do what it was asked; the message is for the user."""


class ConfigurationError(CommandError):
    """A setting is missing, unknown or of the wrong kind; names the setting and its file."""


class ScriptError(CommandError):
    """A revision file, an env.py or a template cannot be read or run; names file and line."""


class ModelImportError(CommandError):
    """A module below a models package failed to import; names the module and why."""


class DatabaseError(CommandError):
    """The server cannot be reached, a driver is missing, or a statement was refused."""


class LockNotGiven(DatabaseError):
    """Another runner works on the database and did not end in time."""


class TooSlow(DatabaseError):
    """A statement took longer than `statement_timeout`, or `op.timeouts`, allows."""


class LockLost(DatabaseError):
    """The lease of this run ran out and somebody else may have it: nothing more is committed."""


class UnsupportedOperation(CommandError):
    """This dialect cannot do what the operation asks; the message names the alternative."""


class DataLossRefused(CommandError):
    """An upgrade would lose data that nobody allowed by name, and `protect` is set."""


class NotReversible(CommandError):
    """The operation cannot be taken back from what is known about the state before it."""


class HalfDoneRevision(CommandError):
    """A revision has run in part, and how to go on is for the user to say; names the statement."""


class SchemaConflict(CommandError):
    """An operation does not fit the schema it is applied to (missing or duplicate object)."""


class RenameError(CommandError):
    """What a model or an option says of a rename does not fit; names the hint."""


class UnseenModels(CommandError):
    """Models would not be compared, as their modules or their metadata are missing; names them."""


class UnsafeDrop(CommandError):
    """A revision would drop what nobody is likely to want dropped; names the tables."""


class HistoryFailed(CommandError):
    """The revisions do not run on an empty scratch database."""


class ProofFailed(CommandError):
    """A generated script does not do what it should; names what is left over, or the error."""


class AutogenerateDiffsDetected(CommandError):
    """`check` found differences between the models and the database.

    `diffs` holds them in the field's tuple form.
    """

    def __init__(
        self, message: str, revision_context: Any = None, diffs: Sequence[Any] = ()
    ) -> None:
        super().__init__(message)
        self.revision_context = revision_context
        self.diffs = list(diffs)


class RevisionNotFound(CommandError):
    """`adopt --database`: the database has the schema of no revision, or not of the one named."""


class DatabaseNotAtHead(CommandError):
    """The database is not on all head revisions; `pending` names those that have not run."""

    def __init__(self, message: str, pending: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.pending = tuple(pending)


class DatabaseAhead(CommandError):
    """The database is at revisions that the files do not know, which `revisions` names."""

    def __init__(self, message: str, revisions: Sequence[str]) -> None:
        super().__init__(message)
        self.revisions = tuple(revisions)


class RevisionError(LimbeckError):
    """The revision graph cannot answer; through a command it becomes a `CommandError`."""


class RangeNotAncestorError(RevisionError):
    """`lower` is not an ancestor of `upper`."""

    def __init__(self, lower: Any, upper: Any) -> None:
        self.lower = lower
        self.upper = upper
        super().__init__(
            f"Revision {lower or 'base'} is not an ancestor of revision {upper or 'base'}"
        )


class MultipleHeads(RevisionError):
    """One head was asked for and there are several."""

    def __init__(self, heads: Sequence[str], argument: str | None) -> None:
        self.heads = heads
        self.argument = argument
        super().__init__(
            f"Multiple heads are present for given argument '{argument}'; {', '.join(heads)}"
        )


class ResolutionError(RevisionError):
    """An identifier names no revision, or more than one; `hint` says what may be meant."""

    def __init__(self, message: str, argument: str, hint: str = "") -> None:
        super().__init__(message)
        self.argument = argument
        self.hint = hint


class CycleDetected(RevisionError):
    """Revisions are each other's ancestors; `revisions` names all of the cycle."""

    kind = "Cycle"

    def __init__(self, revisions: Sequence[str], where: str = "") -> None:
        self.revisions = revisions
        super().__init__(f"{self.kind} is detected in revisions ({', '.join(revisions)}){where}")


class DependencyCycleDetected(CycleDetected):
    """The cycle goes through at least one `depends_on`."""

    kind = "Dependency cycle"


class LoopDetected(CycleDetected):
    """A revision is its own `down_revision`."""

    kind = "Self-loop"


class DependencyLoopDetected(DependencyCycleDetected, LoopDetected):
    """A revision depends on itself."""

    kind = "Dependency self-loop"
