"""What the functions of a revision file do, read without running it."""

from __future__ import annotations

import ast


def does_something(path: str, function: str) -> bool:
    """Whether the file has that function and it does more than ``pass`` or say what it is.

    A function whose body raises something does nothing. True where the file cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            tree = ast.parse(stream.read(), path)
    except (OSError, SyntaxError, ValueError):
        return True
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return any(not _is_idle(statement) for statement in node.body)
    return False


def _is_idle(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Raise() | ast.Expr(value=ast.Constant()):
            return True
        case _:
            return False
