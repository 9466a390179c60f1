"""A script before it is written: what was found, and what hooks make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from limbeck.commands.autogenerate import Difference
from limbeck.commands.directives import Directives, MigrationScript, directives_in_force
from limbeck.database.migration import MigrationContext

if TYPE_CHECKING:
    from limbeck.commands.proof import Claim

Hook = Callable[[MigrationContext, Any, list[Any]], None]


@dataclass
class Draft:
    """One command's scripts in the shape that hooks see; several where hooks add some.

    `contexts` are the databases of env.py in their order, `found` what was found in each.
    """

    empty: MigrationScript
    hooks: Sequence[Hook] = ()
    shape: Directives = field(default_factory=directives_in_force)
    contexts: list[MigrationContext] = field(default_factory=list)
    found: list[Difference] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.script = self.shape.script(self.empty)
        self.directives: list[Any] = [self.script]

    def add(self, found: Difference) -> None:
        """Puts what was found into the script: one list for each database of env.py."""
        upgrade, downgrade = self.shape.found(found, self.script.imports)
        if not self.found:
            self.script.upgrade_ops, self.script.downgrade_ops = upgrade, downgrade
        else:
            self.script.upgrade_ops_list.append(upgrade)
            self.script.downgrade_ops_list.append(downgrade)
        self.found.append(found)

    def run_hooks(self, context: MigrationContext, rows: tuple[str, ...]) -> None:
        """Lets hooks change it, those of the caller and that of env.py."""
        self.contexts.append(context)
        own = context.opts.get("process_revision_directives")
        for hook in [*self.hooks, *([own] if own else [])]:
            hook(context, rows, self.directives)

    def written(self) -> list[MigrationScript]:
        """The scripts as hooks left them."""
        context = self.contexts[-1] if self.contexts else None
        return [self.shape.written(item, context) for item in self.directives]

    def expand(self, scripts: Sequence[MigrationScript]) -> None:
        """Puts steps that make nobody wait in the place of plain ones (`plan.expand`)."""
        from limbeck.plan.expand import after, expand

        for number, (context, found) in enumerate(zip(self.contexts, self.found, strict=True)):
            dialect, compiler = context.limbeck_dialect, context.interpreter.compiler
            schema = found.before
            up = [o for s in scripts for o in s.upgrade_ops_list[number : number + 1]]
            down = [o for s in scripts[::-1] for o in s.downgrade_ops_list[number : number + 1]]
            for ops in (*up, *down):
                plain = tuple(ops.ops)
                ops.ops = list(expand(plain, schema, dialect, compiler))
                schema = after(plain, schema)

    def claims(self, scripts: Sequence[MigrationScript]) -> list[Claim]:
        """What those scripts are for, one for each database."""
        from limbeck.commands.proof import Claim

        claims = []
        for number, (context, found) in enumerate(zip(self.contexts, self.found, strict=True)):
            up = [s.upgrade_ops_list[number] for s in scripts if s.upgrade_ops_list[number:]]
            down = [s.downgrade_ops_list[number] for s in scripts if s.downgrade_ops_list[number:]]
            going_up = tuple(item for ops in up for item in ops.ops)
            going_down = tuple(item for ops in down for item in ops.ops)
            claims.append(Claim(context, found, going_up, going_down))
        return claims
