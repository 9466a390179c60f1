"""The interpreter of a run, bound to the running context, and what the verbs call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from limbeck.operations.base import Operation, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.plan.steps import Step
from limbeck.runtime.state import State


class Sink(Protocol):
    """Where steps go: a server, an SQL file, or a list."""

    def run(self, step: Step) -> None:
        """Carries the step out."""


class Interpreter:
    """Runs operations one by one: compiles each against the state before it, hands it on.

    `context` is the migration context that scripts get from ``op.get_context()``. `left` says
    what is left to do of an operation that an earlier run began, None for all of it.
    """

    def __init__(
        self, scope: Scope, compiler: Compiler, sink: Sink, state: State, context: Any = None
    ) -> None:
        self.scope = scope
        self.compiler = compiler
        self.sink = sink
        self.state = state
        self.context = context
        self.gathers: Callable[[Operation], None] | None = None
        """Told of each operation that a batch gathers, when its verb is called."""
        self.left: Callable[[Operation], tuple[Statement, ...] | None] = lambda operation: None

    def invoke(self, operation: Operation) -> Any:
        """Runs one operation and returns what its verb returns."""
        statements = self.left(operation)
        if statements is None:
            statements = self.compiler.compile(operation, self.state)
        self.sink.run(Step(operation, self.state, statements))
        if operation.opaque:
            self.state.forget()
        self.state.advance(operation)
        return operation.result()

    def verb(self, build: Callable[..., Operation], *args: Any, **kw: Any) -> Any:
        """Builds the operation of a verb in this run's scope, and runs it."""
        return self.invoke(build(self.scope, *args, **kw))


_running: ContextVar[Interpreter | None] = ContextVar("limbeck_interpreter", default=None)


@contextmanager
def running(interpreter: Interpreter) -> Iterator[Interpreter]:
    """Binds the interpreter for as long as the block runs, also when it fails."""
    token = _running.set(interpreter)
    try:
        yield interpreter
    finally:
        _running.reset(token)


def current(verb: str) -> Interpreter:
    """The interpreter of the run that is under way.

    Raises NameError when there is none, as Alembic's users know it.
    """
    interpreter = _running.get()
    if interpreter is None:
        raise NameError(
            f"Can't invoke function '{verb}', as the proxy object has not yet been established "
            "for the 'Operations' class: no migration is running.  "
            "Try placing this code inside a callable."
        )
    return interpreter
