"""What the rendering of one script is told, and what it collects on the way."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from sqlalchemy.engine import Dialect

from limbeck.operations.compiler import Compiler
from limbeck.script.layout import INDENT, LINE_LENGTH, Atom, Node
from limbeck.script.literals import from_source

RenderItem: TypeAlias = Callable[[str, Any, Any], "str | Literal[False] | None"]
"""`render_item(kind, object, context)`: source text, None to leave it out, False for our own."""

BODY_WIDTH = LINE_LENGTH - len(INDENT)
"""The columns that a statement in the body of ``upgrade()`` has."""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How a project wants its scripts.

    `render_item` is asked first, with SQLAlchemy's own objects, and gets the `RenderContext` as
    its third argument. `user_module_prefix` None means the module's own name and its import.
    `plain_types` writes what a type of the user's stores in its place, so that old scripts do not
    import the application.
    """

    op_prefix: str = "op."
    sqlalchemy_prefix: str = "sa."
    user_module_prefix: str | None = None
    render_as_batch: bool = False
    plain_types: bool = False
    render_item: RenderItem | None = None
    migration_context: Any = None
    opts: Mapping[str, Any] = field(default_factory=dict)


class RenderContext:
    """The state of one rendering: imports that its body needs, and remarks about its next call.

    `imports`, `dialect`, `opts`, `migration_context` and `metadata` are there for the hooks that
    users write.
    """

    def __init__(self, options: RenderOptions, dialect: Dialect) -> None:
        self.options = options
        self.dialect = dialect
        self.compiler = Compiler(dialect)
        self.imports: set[str] = set()
        self.remarks: list[str] = []
        self.op_prefix = options.op_prefix
        self.migration_context = options.migration_context
        self.opts: dict[str, Any] = {
            "sqlalchemy_module_prefix": options.sqlalchemy_prefix,
            "alembic_module_prefix": options.op_prefix,
            "user_module_prefix": options.user_module_prefix,
            "render_as_batch": options.render_as_batch,
            "render_item": options.render_item,
            **options.opts,
        }
        self.metadata = self.opts.get("target_metadata")

    def without_hooks(self) -> RenderContext:
        """A context of its own, for text that is to be tried: SQLAlchemy is ``sa`` there."""
        return RenderContext(RenderOptions(), self.dialect)

    def sa(self, name: str) -> str:
        """A name of SQLAlchemy's package as the script spells it."""
        return f"{self.options.sqlalchemy_prefix}{name}"

    def user(self, kind: str, item: Any) -> Node | None | Literal[False]:
        """What the user's hook makes of an object; False where it leaves it to us."""
        hook = self.options.render_item
        rendered = hook(kind, item, self) if hook is not None else False
        if rendered is False or rendered is None:
            return rendered
        return from_source(rendered) or Atom(rendered)

    def remark(self, text: str) -> None:
        """A comment above the statement that is being rendered."""
        if text not in self.remarks:
            self.remarks.append(text)

    def take_remarks(self, room: int) -> list[str]:
        """The remarks so far as comment lines, none of them left."""
        found = [line for text in self.remarks for line in comment(text, room)]
        self.remarks.clear()
        return found


def comment(text: str, room: int = BODY_WIDTH) -> list[str]:
    """A text as comment lines of at most `room` columns."""
    return textwrap.wrap(
        text, room, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )
