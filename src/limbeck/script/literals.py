"""Python values and source text as expressions for a script, spelled as a formatter spells them."""

from __future__ import annotations

import ast
import datetime
import decimal
import enum
import keyword
import math
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from limbeck.script.layout import Atom, Bracket, Keyword, Node, call, flat


def string(value: str | bytes) -> str:
    """A string literal in double quotes, in single ones where that saves escapes."""
    prefix = "b" if isinstance(value, bytes) else ""
    plain = repr(value if isinstance(value, bytes) else str(value)).removeprefix(prefix)
    body = plain[1:-1]
    if plain[0] == "'":
        body = body.replace("\\'", "'")  # here, and only here, repr has escaped single quotes
    if body.count('"') > body.count("'"):
        return f"{prefix}'{_escaped(body, chr(39))}'"
    return f'{prefix}"{_escaped(body, chr(34))}"'


def _escaped(body: str, quote: str) -> str:
    return body.replace(quote, f"\\{quote}")


def keywords(pairs: Iterable[tuple[str, Node]]) -> tuple[Node, ...]:
    """``key=value`` for each pair; keys that are no identifiers come as ``**{…}``."""
    given = tuple(pairs)
    plain = [Keyword(f"{k}=", v) for k, v in given if k.isidentifier() and not keyword.iskeyword(k)]
    odd = [
        Keyword(f"{string(k)}: ", v)
        for k, v in given
        if not k.isidentifier() or keyword.iskeyword(k)
    ]
    return (*plain, Keyword("**", Bracket("{", tuple(odd), "}"))) if odd else tuple(plain)


def literal(value: Any, imports: set[str]) -> Node:
    """A value as the expression that makes it; what that needs is added to `imports`.

    Raises TypeError for a value that has no literal.
    """
    match value:
        case enum.Enum():
            return literal(value.name, imports)
        case str() | bytes():
            return Atom(string(value))
        case None | bool() | int():
            return Atom(repr(value))
        case float():
            if math.isfinite(value):
                return Atom(repr(value).replace("e+", "e"))
            return call("float", Atom(string(repr(value))))
        case list() | tuple():
            opening, closing = "[]" if isinstance(value, list) else "()"
            return Bracket(opening, tuple(literal(v, imports) for v in value), closing)
        case Mapping():
            pairs = ((literal(k, imports), literal(v, imports)) for k, v in value.items())
            return dictionary(pairs)
        case decimal.Decimal():
            imports.add("import decimal")
            return call("decimal.Decimal", Atom(string(str(value))))
        case uuid.UUID():
            imports.add("import uuid")
            return call("uuid.UUID", Atom(string(str(value))))
        case datetime.date() | datetime.time() | datetime.timedelta():
            found = from_source(repr(value))
            if found is not None:
                imports.add("import datetime")
                return found
    raise TypeError(f"{value!r} has no literal")


def dictionary(pairs: Iterable[tuple[Node, Node]]) -> Bracket:
    """``{key: value}``; keys are short enough never to be split."""
    return Bracket("{", tuple(Keyword(f"{flat(k)}: ", v) for k, v in pairs), "}")


def from_source(text: str) -> Node | None:
    """A simple expression's source (calls, names, literals) as a tree; None for anything else."""
    try:
        return from_ast(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, NotSimple):
        return None


class NotSimple(Exception):
    """The expression holds what a tree cannot."""


def from_ast(node: ast.expr) -> Node:
    """An expression's syntax tree as one that can be laid out."""
    match node:
        case ast.Constant(value=value) if value is not ...:
            return literal(value, set())
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return Atom(f"-{value!r}")
        case ast.Name() | ast.Attribute():
            return Atom(dotted(node))
        case ast.List(elts=elements):
            return Bracket("[", tuple(map(from_ast, elements)), "]")
        case ast.Tuple(elts=elements):
            return Bracket("(", tuple(map(from_ast, elements)), ")")
        case ast.Dict(keys=keys, values=values) if all(keys):
            return dictionary(
                (from_ast(k), from_ast(v)) for k, v in zip(keys, values, strict=True) if k
            )
        case ast.Call(func=function, args=args, keywords=named):
            return call(dotted(function), *map(from_ast, args), *map(from_keyword, named))
    raise NotSimple


def from_keyword(node: ast.keyword) -> Node:
    """A keyword argument of a call."""
    return Keyword("**" if node.arg is None else f"{node.arg}=", from_ast(node.value))


def dotted(node: ast.expr) -> str:
    """A name or dotted name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
    raise NotSimple
