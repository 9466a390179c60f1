"""``alembic.operations.base``: the verbs as methods, on a migration context."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck import op as native
from limbeck.compat.alembic.util.langhelpers import Dispatcher, ModuleClsProxy
from limbeck.operations.base import Operation
from limbeck.operations.batch import Recreate
from limbeck.runtime import batch
from limbeck.runtime.invoke import Interpreter, running

if TYPE_CHECKING:
    from limbeck.compat.alembic.operations.batch import BatchOperationsImpl

__all__ = ["AbstractOperations", "BatchOperations", "Operations"]

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., Any])

BUILT_IN: set[str] = set()
CUSTOMISED: set[type] = set()
"""Operation classes that somebody gave another implementation."""
"""The verbs that are ours: those of third parties are put into `limbeck.op` too."""


class AbstractOperations(ModuleClsProxy):
    """What can be invoked on a migration context."""

    _to_impl: ClassVar[Dispatcher] = Dispatcher()

    def __init__(self, migration_context: Any, impl: Any = None) -> None:
        self.migration_context = migration_context
        self._impl = impl

    @property
    def impl(self) -> Any:
        """The dialect's side, or the batch's."""
        return self._impl if self._impl is not None else self.migration_context.impl

    @property
    def _interpreter(self) -> Interpreter:
        found: Interpreter = self.migration_context.interpreter
        return found

    @property
    def schema_obj(self) -> Any:
        """Makes SQLAlchemy's objects."""
        from limbeck.compat.alembic.operations.schemaobj import SchemaObjects

        return SchemaObjects(self.migration_context)

    @classmethod
    def register_operation(cls, name: str, sourcename: str | None = None) -> Callable[[C], C]:
        """Makes a class method of an operation class a method here, and a verb of `alembic.op`."""

        def register(op_cls: C) -> C:
            source = sourcename or name
            if not hasattr(op_cls, source):
                raise TypeError(f"{op_cls.__name__} has no class method {source!r}")
            setattr(cls, name, _method(op_cls, name, source))
            if issubclass(cls, Operations):
                _publish(name, op_cls)
            return op_cls

        return register

    @classmethod
    def implementation_for(cls, op_cls: type, replace: bool = False) -> Callable[[F], F]:
        """Makes a function ``(operations, operation)`` what invoking such an operation does."""

        def register(function: F) -> F:
            if cls._to_impl.find(op_cls) is not None:
                CUSTOMISED.add(op_cls)
            cls._to_impl.dispatch_for(op_cls, replace=replace)(function)
            return function

        return register

    @classmethod
    @contextmanager
    def context(cls, migration_context: Any) -> Iterator[Operations]:
        """The verbs of `alembic.op` work on that context for as long as the block runs."""
        with running(migration_context.interpreter):
            yield operations_of(migration_context)

    def invoke(self, operation: Any) -> Any:
        """Runs an operation."""
        if isinstance(operation, Operation):
            return self._run(operation)
        function = self._to_impl.dispatch(operation, self.migration_context.dialect.name)
        return function(self, operation)

    def _run(self, operation: Operation) -> Any:
        return self._interpreter.invoke(operation)

    @contextmanager
    def batch_alter_table(
        self,
        table_name: str,
        schema: str | None = None,
        recreate: Recreate = "auto",
        partial_reordering: Sequence[Sequence[str]] | None = None,
        copy_from: sa.Table | None = None,
        table_args: Sequence[sa.schema.SchemaItem] = (),
        table_kwargs: Mapping[str, Any] | None = None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
        naming_convention: Mapping[str, Any] | None = None,
    ) -> Iterator[BatchOperations]:
        """Changes of one table that belong together; they run when the block has ended."""
        from limbeck.compat.alembic.operations.batch import BatchOperationsImpl

        if table_kwargs is None:
            table_kwargs = {}
        opened = batch.batch_alter_table(
            table_name,
            schema,
            recreate,
            partial_reordering,
            copy_from,
            table_args,
            table_kwargs,
            reflect_args,
            reflect_kwargs,
            naming_convention,
        )
        with running(self._interpreter), opened as gathered:
            impl = BatchOperationsImpl(self, gathered, table_name, schema, recreate)
            yield BatchOperations(self.migration_context, impl)

    def get_context(self) -> Any:
        """The migration context."""
        return self.migration_context

    def get_bind(self) -> Any:
        """The connection; None with ``--sql``."""
        self._interpreter.state.forget()
        return self.migration_context.bind

    def f(self, name: str) -> conv:
        """Marks a name as final: no naming convention is applied to it."""
        return conv(name)

    def inline_literal(self, value: Any, type_: Any = None) -> Any:
        """A value that is written into the SQL text."""
        with running(self._interpreter):
            return native.inline_literal(value, type_)

    def run_async(
        self, async_function: Callable[..., Awaitable[Any]], *args: Any, **kw_args: Any
    ) -> Any:
        """Calls an async function with an `AsyncConnection` on this migration's connection."""
        with running(self._interpreter):
            return native.run_async(async_function, *args, **kw_args)


class Operations(AbstractOperations):
    """The verbs of `alembic.op`."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class BatchOperations(AbstractOperations):
    """The verbs of one table: what is invoked is gathered, and runs when the block has ended."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    impl: BatchOperationsImpl

    def _run(self, operation: Operation) -> Any:
        self.impl.gather(operation)

    def create_table(self, *args: Any, **kw: Any) -> Any:
        """Raises NotImplementedError: a batch is about one table that exists."""
        raise NotImplementedError("Can't create table in batch mode")

    def drop_table(self, *args: Any, **kw: Any) -> Any:
        """Raises NotImplementedError: a batch is about one table that stays."""
        raise NotImplementedError("Can't drop table in batch mode")


def operations_of(migration_context: Any) -> Operations:
    """The verbs on that context, the same ones each time."""
    found = getattr(migration_context, "operations", None)
    return found if isinstance(found, Operations) else Operations(migration_context)


def _method(op_cls: type, name: str, source: str) -> Callable[..., Any]:
    function = getattr(op_cls, source)

    @functools.wraps(function)
    def method(self: AbstractOperations, *args: Any, **kw: Any) -> Any:
        return getattr(op_cls, source)(self, *args, **kw)

    method.__name__ = name
    method.__qualname__ = name
    del method.__wrapped__
    method.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]  # for help()
    return method


def _publish(name: str, op_cls: type) -> None:
    """Makes a verb a function of the module `alembic.op`, and a foreign one of `limbeck.op`."""
    if op_cls.__module__.startswith(__name__.rpartition(".")[0]) or name in BUILT_IN:
        BUILT_IN.add(name)
    else:
        setattr(native, name, verb(name))
    module = sys.modules.get("limbeck.compat.alembic.op")
    if module is not None:
        setattr(module, name, verb(name))


def verb(name: str) -> Callable[..., Any]:
    """The function of a module that calls that method on the run that is under way."""
    from limbeck.runtime.invoke import current

    method = getattr(Operations, name)
    direct = getattr(native, name, None) if name in BUILT_IN else None

    def call(*args: Any, **kw: Any) -> Any:
        context = current(name).context
        if direct is not None and _is_ours(name, method, context):
            return direct(*args, **kw)
        return getattr(operations_of(context), name)(*args, **kw)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = method.__doc__
    signature = inspect.signature(method)
    own = [p for p in signature.parameters.values() if p.name not in ("self", "operations")]
    call.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]  # for help()
    return call


def _is_ours(name: str, method: Callable[..., Any], context: Any) -> bool:
    """Whether nobody has a hand in that verb: then it need not go through Alembic's objects."""
    from limbeck.compat.alembic.ddl.impl import foreign_impl

    return (
        not CUSTOMISED
        and getattr(Operations, name) is method
        and foreign_impl(context.dialect.name) is None
    )
