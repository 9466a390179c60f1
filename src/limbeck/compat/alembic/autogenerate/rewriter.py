"""``alembic.autogenerate.rewriter``: functions that replace operations before they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.runtime.environment import ProcessRevisionDirectiveFn
from limbeck.compat.alembic.util.langhelpers import Dispatcher, to_tuple

__all__ = ["ProcessRevisionDirectiveFn", "Rewriter"]

F = TypeVar("F", bound=Callable[..., Any])


class Rewriter:
    """A `process_revision_directives` hook made of one function for each class of operation.

    A function ``(context, revision, op)`` gives the operation or others in its place. What a
    function has given is not given to it again; what a container holds is visited too.
    """

    _traverse = Dispatcher()
    _chained: tuple[Any, ...] = ()

    def __init__(self) -> None:
        self.dispatch = Dispatcher()

    def chain(self, other: Any) -> Rewriter:
        """A rewriter that does what this one does, and then the other."""
        made = type(self)()
        made.__dict__.update(self.__dict__)
        made._chained = (*self._chained, other)
        return made

    def rewrites(self, operator: Any) -> Callable[[F], F]:
        """Registers a function for a class of operations, or for several."""

        def register(function: F) -> F:
            for one in to_tuple(operator, ()) or ():
                self.dispatch.dispatch_for(one)(function)
            return function

        return register

    def __call__(self, context: Any, revision: Any, directives: list[Any]) -> None:
        self.process_revision_directives(context, revision, directives)

    def process_revision_directives(
        self, context: Any, revision: Any, directives: list[Any]
    ) -> None:
        """Rewrites the directives in place."""
        self._traverse_list(context, revision, directives)
        for other in self._chained:
            other(context, revision, directives)

    def _rewrite(self, context: Any, revision: Any, directive: Any) -> Iterator[Any]:
        function = None if self in directive._mutations else self.dispatch.find(directive)
        if function is None:
            yield directive
            return
        rewritten = function(context, revision, directive)
        given: Iterable[Any] = to_tuple(rewritten, ()) or ()
        for one in given:
            one._mutations = one._mutations | {self}
            yield from self._rewrite(context, revision, one)

    def _traverse_for(self, context: Any, revision: Any, directive: Any) -> list[Any]:
        found = list(self._rewrite(context, revision, directive))
        for one in found:
            self._traverse_any_directive(context, revision, one)
        return found

    def _traverse_list(self, context: Any, revision: Any, directives: list[Any]) -> None:
        directives[:] = [
            one
            for directive in directives
            for one in self._traverse_for(context, revision, directive)
        ]

    def _traverse_any_directive(self, context: Any, revision: Any, directive: Any) -> None:
        visit = self._traverse.find(directive)
        if visit is not None:
            visit(self, context, revision, directive)

    def _only(self, context: Any, revision: Any, container: Any) -> Any:
        found = self._traverse_for(context, revision, container)
        if len(found) != 1:
            raise ValueError(
                f"Can only return single object for {type(container).__name__} traverse"
            )
        return found[0]


@Rewriter._traverse.dispatch_for(ops.MigrationScript)
def _traverse_script(self: Rewriter, context: Any, revision: Any, directive: Any) -> None:
    directive.upgrade_ops = [
        self._only(context, revision, container) for container in directive.upgrade_ops_list
    ]
    directive.downgrade_ops = [
        self._only(context, revision, container) for container in directive.downgrade_ops_list
    ]


@Rewriter._traverse.dispatch_for(ops.OpContainer)
def _traverse_op_container(self: Rewriter, context: Any, revision: Any, directive: Any) -> None:
    self._traverse_list(context, revision, directive.ops)
