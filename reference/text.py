"""From signatures and docstrings to Markdown."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

MADE = "<!-- Made from the code: python -m reference -->\n\n"
WIDTH = 100
_SIMPLE = re.compile(r"``([^`]+)``")


def words(doc: str | None) -> str:
    """A docstring as Markdown: its lines joined to paragraphs."""
    paragraphs = inspect.cleandoc(doc or "").split("\n\n")
    return "\n\n".join(_SIMPLE.sub(r"`\1`", " ".join(part.split())) for part in paragraphs)


def sentence(doc: str | None) -> str:
    """The first paragraph of a docstring."""
    return words(doc).partition("\n\n")[0]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def more(links: Mapping[str, tuple[str, str]], name: str) -> str:
    """The pages that tell more of a name: their words and where they are."""
    return "" if name not in links else f" See [{links[name][0]}](../{links[name][1]})."


def stub(
    name: str,
    function: Callable[..., Any],
    *,
    leaving_out: Sequence[str] = (),
    returns: bool = True,
) -> str:
    """``def name(…): ...`` in a block of code, as a formatter would break its lines.

    Parameters of the names `leaving_out` are not the caller's. Without `returns` nothing is said
    of what comes back.
    """
    signature = inspect.signature(inspect.unwrap(function))
    given = [p for p in signature.parameters.values() if p.name not in leaving_out]
    parts = [*_parameters(given)]
    returned = _annotation(signature.return_annotation) if returns else ""
    start = "async def" if inspect.iscoroutinefunction(function) else "def"
    end = f"){f' -> {returned}' if returned else ''}: ..."
    for text in (
        f"{start} {name}({', '.join(parts)}{end}",
        f"{start} {name}(\n    {', '.join(parts)}\n{end}",
    ):
        if max(map(len, text.split("\n"))) <= WIDTH:
            return f"```python\n{text}\n```"
    lines = "".join(f"    {part},\n" for part in parts)
    return f"```python\n{start} {name}(\n{lines}{end}\n```"


def class_stub(cls: type) -> str:
    """``class …`` with the arguments that make one."""
    if "__init__" not in vars(cls):
        base = getattr(cls, "__orig_bases__", cls.__bases__)[0]
        named = re.sub(r"~|\b\w+\.(?=\w)|<class '|'>", "", repr(base))
        return f"```python\nclass {cls.__name__}({named}): ...\n```"
    start, *rest = stub("__init__", vars(cls)["__init__"], returns=False).split("\n")
    lines = [f"    {line}" for line in rest[:-1]]
    return "\n".join([start, f"class {cls.__name__}:", *lines, rest[-1]])


def _parameters(parameters: Sequence[inspect.Parameter]) -> Iterable[str]:
    starred, given_by_place = False, False
    for parameter in parameters:
        if given_by_place and parameter.kind is not parameter.POSITIONAL_ONLY:
            yield "/"
        given_by_place = parameter.kind is parameter.POSITIONAL_ONLY
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            yield "*"
        starred |= parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        annotation = _annotation(parameter.annotation)
        text = f"{_STARS.get(parameter.kind, '')}{parameter.name}"
        text += f": {annotation}" if annotation else ""
        if parameter.default is not parameter.empty:
            equals = " = " if annotation else "="
            text += f"{equals}{_default(parameter.default)}"
        yield text


_STARS: Mapping[Any, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}


def _annotation(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    text = annotation if isinstance(annotation, str) else annotation.__name__
    without = re.sub(r" \| (Literal\[)?Unset(\.UNSET\])?", "", text.replace("'", ""))
    return without.replace("Literal[Unset.UNSET]", "")


def _default(value: Any) -> str:
    """The default as it would be typed; an ellipsis for one that cannot be given."""
    if isinstance(value, enum.Enum):
        return "..."
    return f'"{value}"' if isinstance(value, str) else repr(value)
