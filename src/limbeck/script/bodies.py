"""What the functions of a revision file consist of, read without running it."""

from __future__ import annotations

import ast
from pathlib import Path


def is_empty(path: str, function: str) -> bool:
    """Whether a function of that file does nothing: ``pass``, a docstring, ``...``, ``return``.

    False for a function that is not there, and for a file that is not Python source.
    """
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (SyntaxError, ValueError, OSError):
        return False
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return all(_does_nothing(statement) for statement in node.body)
    return False


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Return(value=value):
            return value is None or isinstance(value, ast.Constant)
        case _:
            return False
