"""A script that is run again: which of its statements the journal says have run already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from limbeck.database.journal import HalfDone, Line
from limbeck.errors import HalfDoneRevision


@dataclass(slots=True)
class _Group:
    """The lines of one operation, and how often it was met again."""

    lines: list[Line]
    met: int = 0

    @property
    def digest(self) -> str:
        return self.lines[0].digest

    @property
    def is_met(self) -> bool:
        return self.met >= self.lines[0].repeats

    @property
    def has_begun(self) -> bool:
        return any(line.state in ("done", "started") for line in self.lines)


class Replay:
    """Meets the operations of a script again.

    A script that was not edited does what it did, as far as it finds the same: one that looks
    first (`has_table`) leaves out what it did before, and goes on with what the journal has not.
    One that was edited must begin with what has run; what failed in it may have changed.
    """

    def __init__(self, half_done: HalfDone, checksum: str | None) -> None:
        self.half_done = half_done
        self.is_edited = any(line.script != checksum for line in half_done.lines)
        self._groups = _groups(half_done.lines)
        self._next = 0

    @property
    def last_step(self) -> int:
        """The number of the last operation in the journal."""
        return self._groups[-1].lines[0].step

    def meet(self, digest: str) -> list[Line] | None:
        """The lines of the operation; None where it was not begun.

        Raises HalfDoneRevision where an edited script did something else at this point.
        """
        left = [group for group in self._groups if not group.is_met]
        for group in left[:1] if self.is_edited else self._from_here():
            if group.digest == digest:
                self._pass(group)
                return group.lines
        if self.is_edited and any(group.has_begun for group in left):
            raise HalfDoneRevision(self._differs(left[0]))
        return None

    def _from_here(self) -> list[_Group]:
        """Those that were not met: first what follows, then what the script has left out."""
        order = self._groups[self._next :] + self._groups[: self._next]
        return [group for group in order if not group.is_met]

    def _pass(self, group: _Group) -> None:
        group.met += 1
        self._next = self._groups.index(group) + group.is_met

    @property
    def unmet(self) -> list[Line]:
        """The lines that the script has not come to."""
        return [line for group in self._groups if not group.is_met for line in group.lines]

    def _differs(self, group: _Group) -> str:
        revision, direction = self.half_done.revision, self.half_done.direction
        line = group.lines[0]
        done = sum(1 for line in self.half_done.lines if line.state == "done")
        return (
            f"Revision {revision} has run in part ({direction}, {done} statements). Its "
            "script was edited since, and no longer begins with them: the journal has here\n"
            f"  {shown(line.statement)}\n"
            "Put the script back as it was and run the command again. Or undo by hand what has "
            "run, and 'limbeck resolve --all --rolled-back' lets it start from its beginning. Or "
            "finish it by hand, and 'limbeck resolve --all --applied' takes it as applied."
        )


def in_doubt(half_done: HalfDone, line: Line) -> HalfDoneRevision:
    """What to tell the user of a statement whose end nobody saw."""
    return HalfDoneRevision(
        f"Revision {half_done.revision} has run in part ({half_done.direction}), and whether this "
        f"statement took effect cannot be told from the catalog:\n  {shown(line.statement)}\n"
        "Look, and run 'limbeck resolve --applied' if it did, or 'limbeck resolve --rolled-back' "
        "if it did not (undo by hand what it may have done in part). Then run the command again."
    )


def other_way(half_done: HalfDone, asked: str) -> HalfDoneRevision:
    """What to tell the user who wants to run something else first."""
    return HalfDoneRevision(
        f"Revision {half_done.revision} has run in part ({half_done.direction}): {asked} cannot "
        f"run before that is finished. Run 'limbeck {half_done.direction}' to go on with it; "
        "'limbeck resolve' shows what is done. Where its file is gone, undo by hand what has run, "
        "and 'limbeck resolve --all --rolled-back' forgets it."
    )


def brief(statement: str) -> str:
    """The first line of a statement, cut to what fits a message."""
    line = " ".join(statement.split())
    return line if len(line) <= 100 else line[:99] + "…"


def shown(statement: str, lines: int = 10) -> str:
    """A statement as a message shows it, cut where it is long."""
    parts = statement.strip().splitlines() or ["(no text)"]
    cut = parts if len(parts) <= lines else [*parts[: lines - 1], "…"]
    return "\n  ".join(cut)


def _groups(lines: Sequence[Line]) -> list[_Group]:
    groups: list[_Group] = []
    for line in lines:
        if groups and groups[-1].lines[0].step == line.step:
            groups[-1].lines.append(line)
        else:
            groups.append(_Group([line]))
    return groups
