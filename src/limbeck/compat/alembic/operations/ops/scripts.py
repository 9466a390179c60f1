"""Operations in order, and scripts made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from limbeck.compat.alembic.operations.ops.base import MigrateOperation
from limbeck.compat.alembic.util.langhelpers import to_tuple


class OpContainer(MigrateOperation):
    """Operations in order. They may be made only when somebody looks at them."""

    _make: Callable[[], list[MigrateOperation]] | None = None
    _unseen: tuple[Any, ...] = ()
    """The operations of ours that `_make` makes them from."""

    def __init__(self, ops: Sequence[MigrateOperation] = ()) -> None:
        self._ops = list(ops)

    @property
    def ops(self) -> list[MigrateOperation]:
        """The operations."""
        if self._make is not None:
            self._ops, self._make = self._make(), None
        return self._ops

    @ops.setter
    def ops(self, ops: list[MigrateOperation]) -> None:
        self._ops, self._make = ops, None

    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.ops if self._make is None else self._unseen)

    def as_diffs(self) -> Any:
        """The operations in the form of `compare_metadata`'s result."""
        return list(OpContainer._ops_as_diffs(self))

    @classmethod
    def _ops_as_diffs(cls, migrations: OpContainer) -> Iterator[Any]:
        for op in migrations.ops:
            if isinstance(op, OpContainer):
                yield from cls._ops_as_diffs(op)
            else:
                yield op.to_diff_tuple()

    def _reversed(self) -> list[MigrateOperation]:
        return [op.reverse() for op in reversed(self.ops)]


class ModifyTableOps(OpContainer):
    """The operations on one table."""

    def __init__(
        self, table_name: str, ops: Sequence[MigrateOperation], *, schema: str | None = None
    ) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema

    def reverse(self) -> ModifyTableOps:
        """All of them taken back, last first."""
        return ModifyTableOps(self.table_name, self._reversed(), schema=self.schema)


class UpgradeOps(OpContainer):
    """The operations of ``upgrade()``."""

    def __init__(
        self, ops: Sequence[MigrateOperation] = (), upgrade_token: str = "upgrades"
    ) -> None:
        super().__init__(ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        """Puts the reverses into another container."""
        downgrade_ops.ops[:] = self._reversed()
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        """All of them taken back, last first."""
        return self.reverse_into(DowngradeOps())


class DowngradeOps(OpContainer):
    """The operations of ``downgrade()``."""

    def __init__(
        self, ops: Sequence[MigrateOperation] = (), downgrade_token: str = "downgrades"
    ) -> None:
        super().__init__(ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        """All of them taken back, last first."""
        return UpgradeOps(self._reversed())


class MigrationScript(MigrateOperation):
    """A script that is about to be written."""

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: Any,
        downgrade_ops: Any,
        *,
        message: str | None = None,
        imports: Iterable[str] = (),
        head: Any = None,
        splice: bool | None = None,
        branch_label: Any = None,
        version_path: Any = None,
        depends_on: Any = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports: set[str] = set(imports)
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self.upgrade_ops = upgrade_ops
        self.downgrade_ops = downgrade_ops

    @property
    def upgrade_ops(self) -> UpgradeOps | None:
        """The only ``upgrade()`` operations; ValueError where several databases have some each."""
        found: UpgradeOps | None = self._only(self._upgrade_ops, "upgrade_ops")
        return found

    @upgrade_ops.setter
    def upgrade_ops(self, ops: Any) -> None:
        self._upgrade_ops: list[Any] = _as_list(ops)

    @property
    def downgrade_ops(self) -> DowngradeOps | None:
        """The only ``downgrade()`` operations; ValueError where there are several."""
        found: DowngradeOps | None = self._only(self._downgrade_ops, "downgrade_ops")
        return found

    @downgrade_ops.setter
    def downgrade_ops(self, ops: Any) -> None:
        self._downgrade_ops: list[Any] = _as_list(ops)

    def _only(self, found: list[Any], name: str) -> Any:
        if len(found) > 1:
            raise ValueError(
                f"This MigrationScript instance has a multiple-entry list for {name}; please use "
                f"the {name}_list attribute."
            )
        return found[0] if found else None

    @property
    def upgrade_ops_list(self) -> list[UpgradeOps]:
        """The ``upgrade()`` operations of each database."""
        return self._upgrade_ops

    @property
    def downgrade_ops_list(self) -> list[DowngradeOps]:
        """The ``downgrade()`` operations of each database."""
        return self._downgrade_ops


def _as_list(ops: Any) -> list[Any]:
    return list(to_tuple(ops, ()) or ())
