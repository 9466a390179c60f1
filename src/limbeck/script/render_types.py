"""Types of columns as Python expressions, with the imports that they need."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from limbeck.script.layout import Atom, Bracket, Chain, Keyword, Node, call, flat
from limbeck.script.literals import (
    NotSimple,
    dotted,
    from_ast,
    from_source,
    keywords,
    literal,
    string,
)
from limbeck.script.render_context import RenderContext


def type_(payload: TypeEngine[Any], context: RenderContext) -> Node:
    """A type, through the user's hook first, with its variants in order of dialect."""
    rendered = context.user("type", payload)
    if rendered is not False and rendered is not None:
        return rendered
    variants = getattr(payload, "_variant_mapping", None)  # no public reader exists
    base = _base(payload, context)
    if not variants:
        return base
    links = (
        Bracket(".with_variant(", (type_(variants[name], context), Atom(string(name))), ")")
        for name in sorted(variants)
    )
    return Chain(base, tuple(links))


def _base(payload: TypeEngine[Any], context: RenderContext) -> Node:
    """A type without its variants."""
    cls = type(payload)
    if not cls.__module__.startswith("sqlalchemy."):
        return _user_type(payload, context)
    if getattr(sys.modules.get(cls.__module__), cls.__name__, None) is not cls:
        return _disguised(payload, context)
    name = _sqlalchemy_name(cls, context)
    described = _described(payload, context)
    if described is not None:
        return call(name, *described)
    return _from_repr(payload, name, context) or call(name)


def _disguised(payload: TypeEngine[Any], context: RenderContext) -> Node:
    """A type that some package gives out as one of SQLAlchemy's: its `repr` says which."""
    parts = type(payload).__module__.split(".")
    text = context.sa(repr(payload))
    if parts[1:2] == ["dialects"] and len(parts) > 2:
        context.imports.add(f"from sqlalchemy.dialects import {parts[2]}")
        text = f"{parts[2]}.{payload!r}"
    return from_source(text) or Atom(text)


def _sqlalchemy_name(cls: type, context: RenderContext) -> str:
    """How a type of SQLAlchemy's is reached, its dialect's package imported where it has one."""
    if getattr(sa, cls.__name__, None) is cls:
        return context.sa(cls.__name__)
    if getattr(sa.types, cls.__name__, None) is cls:
        return context.sa(f"types.{cls.__name__}")
    parts = cls.__module__.split(".")
    if parts[:2] == ["sqlalchemy", "dialects"] and len(parts) > 2:
        package = importlib.import_module(".".join(parts[:3]))
        if getattr(package, cls.__name__, None) is cls:
            context.imports.add(f"from sqlalchemy.dialects import {parts[2]}")
            return f"{parts[2]}.{cls.__name__}"
    context.imports.add(f"import {cls.__module__}")
    return f"{cls.__module__}.{cls.__qualname__}"


def _described(payload: TypeEngine[Any], context: RenderContext) -> tuple[Node, ...] | None:
    """Arguments of the types whose `repr` leaves some out or says too much."""
    is_own = type(payload).__module__.startswith("sqlalchemy.dialects.postgresql.")
    match payload:
        case sa.types.SchemaType() if is_own and payload.__visit_name__ == "DOMAIN":
            return _domain(payload, context)
        case sa.Enum() if is_own or type(payload) is sa.Enum:
            return _enum(payload)
        case sa.Interval():
            given = [
                ("native", payload.native, True),
                ("second_precision", payload.second_precision, None),
                ("day_precision", payload.day_precision, None),
            ]
            return _given(given)
        case sa.PickleType():
            impl: Any = payload.impl
            if isinstance(impl, type) or type(impl) is sa.LargeBinary:
                return ()
            return (Keyword("impl=", type_(impl, context)),)
    return None


def _given(triples: list[tuple[str, Any, Any]]) -> tuple[Node, ...]:
    """Keyword arguments for the values that are not the default, the third of each."""
    return keywords((k, literal(v, set())) for k, v, default in triples if v != default)


def _enum(payload: sa.Enum) -> tuple[Node, ...]:
    longest = max((len(value) for value in payload.enums), default=0)
    return (
        *(Atom(string(value)) for value in payload.enums),
        *_given(
            [
                ("name", None if payload.name is None else str(payload.name), None),
                ("schema", None if payload.schema is None else str(payload.schema), None),
                ("native_enum", payload.native_enum, True),
                ("create_constraint", payload.create_constraint, False),
                ("length", payload.length, longest),
                ("create_type", getattr(payload, "create_type", True), True),
            ]
        ),
    )


def _domain(payload: Any, context: RenderContext) -> tuple[Node, ...]:
    def text(value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return context.compiler.clause(value)

    name = None if payload.name is None else str(payload.name)
    return (
        literal(name, set()),
        type_(payload.data_type, context),
        *_given(
            [
                ("collation", payload.collation, None),
                ("default", text(payload.default), None),
                ("constraint_name", payload.constraint_name, None),
                ("not_null", payload.not_null, False),
                ("check", text(payload.check), None),
                ("schema", None if payload.schema is None else str(payload.schema), None),
                ("create_type", payload.create_type, True),
            ]
        ),
    )


def _from_repr(payload: TypeEngine[Any], name: str, context: RenderContext) -> Node | None:
    """The type's `repr`, called by `name`; types inside it get their own names.

    None where the repr is no call of the class.
    """
    try:
        parsed = ast.parse(repr(payload), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    cls = type(payload)
    if not isinstance(parsed, ast.Call):
        return None
    try:
        spelled = dotted(parsed.func)
        if spelled.rsplit(".", 1)[-1] != cls.__name__:
            return None
        inner = list(_inner_types(payload))
        args = [_argument(arg, inner, cls, context) for arg in parsed.args]
        args += [
            Keyword(f"{k.arg}=" if k.arg else "**", _argument(k.value, inner, cls, context))
            for k in parsed.keywords
            if k.arg != "metadata"
        ]
    except NotSimple:
        return None
    return call(name, *args)


def _inner_types(payload: Any) -> Iterator[TypeEngine[Any]]:
    """The types that a type is made of, as its attributes hold them."""
    for holder in (payload, getattr(payload, "impl_instance", None)):
        for value in vars(holder).values() if holder is not None else ():
            for item in value if isinstance(value, list | tuple) else (value,):
                if isinstance(item, TypeEngine):
                    yield item


def _argument(
    node: ast.expr, inner: list[TypeEngine[Any]], cls: type, context: RenderContext
) -> Node:
    """An argument in a type's repr; one that is a type is rendered from the type itself."""
    if isinstance(node, ast.Call):
        name = dotted(node.func).rsplit(".", 1)[-1]
        for item in inner:
            if type(item).__name__ == name:
                return type_(item, context)
        found = getattr(sys.modules[cls.__module__], name, None) or getattr(sa, name, None)
        if isinstance(found, type) and issubclass(found, TypeEngine):
            plain = from_ast(node)
            assert isinstance(plain, Bracket)
            return Bracket(f"{_any_name(found, context)}(", plain.items, ")")
    return from_ast(node)


def _any_name(cls: type, context: RenderContext) -> str:
    if cls.__module__.startswith("sqlalchemy."):
        return _sqlalchemy_name(cls, context)
    return _user_name(cls, context)


def _user_type(payload: TypeEngine[Any], context: RenderContext) -> Node:
    """A type of the user's or of a library, where the script can make it again.

    Else what it stores stands in for it, with a remark.
    """
    if context.options.plain_types:
        stored = _plain_type(payload, context)
        if stored is not None:
            return type_(stored, context)
    cls = type(payload)
    place = f"{cls.__module__}.{cls.__qualname__}"
    plain = context.without_hooks()
    if _is_made(call(place), payload, plain):
        return call(_user_name(cls, context))
    written = _from_repr(payload, place, plain)
    if written is not None and _is_made(written, payload, plain):
        return _from_repr(payload, _user_name(cls, context), context) or written
    failure = f"{place} cannot be made again from its repr, {_shown(payload)}"
    if isinstance(payload, TypeDecorator):
        context.remark(f"{failure}: what it stores stands here instead.")
        return type_(_stored(payload, context), context)
    context.remark(f"{failure}: complete its arguments.")
    name = _user_name(cls, context)
    return _from_repr(payload, name, context) or call(name)


def _user_name(cls: type, context: RenderContext) -> str:
    """How a type of the user's is reached: by its module, or by the prefix of the project."""
    prefix = context.options.user_module_prefix
    if prefix is not None:
        return f"{prefix}{cls.__qualname__}"
    context.imports.add(f"import {cls.__module__}")
    return f"{cls.__module__}.{cls.__qualname__}"


def _shown(payload: TypeEngine[Any]) -> str:
    return " ".join(repr(payload).split())


def _plain_type(payload: TypeEngine[Any], context: RenderContext) -> TypeEngine[Any] | None:
    """SQLAlchemy's type under a user's: what a decorator stores, or the class it is derived from.

    None for one that has nothing under it and brings its own DDL.
    """
    if isinstance(payload, TypeDecorator):
        return _stored(payload, context)
    for base in type(payload).__mro__[1:]:
        if base.__module__.startswith("sqlalchemy."):
            bare = base in (TypeEngine, UserDefinedType) or not issubclass(base, TypeEngine)
            return None if bare else payload.adapt(base)
    return None


def _stored(payload: TypeDecorator[Any], context: RenderContext) -> TypeEngine[Any]:
    """The type that a decorator stores its values in."""
    found: TypeEngine[Any] = payload.load_dialect_impl(context.dialect)
    return found


def _is_made(candidate: Node, payload: TypeEngine[Any], context: RenderContext) -> bool:
    """Whether the expression, run in a script, gives that type again."""
    module = type(payload).__module__
    if module == "__main__":
        return False
    text = flat(candidate)
    names: dict[str, Any] = {"sa": sa}
    try:
        for line in sorted({f"import {module}", *context.imports}):
            exec(line, names)
        made = eval(text, names)
    except Exception:
        return False  # a constructor or an import of the user's may raise anything
    if type(made) is not type(payload) or repr(made) != repr(payload):
        return False
    return _compiled(made, context) == _compiled(payload, context)


def _compiled(payload: TypeEngine[Any], context: RenderContext) -> str | None:
    try:
        return str(context.dialect.type_compiler_instance.process(payload))
    except (SQLAlchemyError, NotImplementedError, TypeError, AttributeError):
        return None  # this dialect has no such type: another one's variant, perhaps
