"""Writing a revision file: its name, its text from script.py.mako, and its safe arrival on disk."""

from __future__ import annotations

import ast
import datetime
import importlib.util
import os
import re
import sysconfig
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from limbeck.errors import ConfigurationError, ScriptError
from limbeck.script.header import script_syntax_error

_WORD = re.compile(r"\w+")
_ENDING_QUOTES = re.compile(r"""\"{3,}|'{3,}|\"+\Z|'+\Z""")
_LONGEST_TUPLE = 40


def slug(message: str | None, length: int) -> str:
    """The words of `message` for a file name, cut between words at `length` characters."""
    text = "_".join(_WORD.findall(message or "")).lower()
    return text if len(text) <= length else text[:length].rsplit("_", 1)[0] + "_"


def creation_date(timezone: str | None) -> datetime.datetime:
    """Now, in the configured time zone, or naive local time when there is none.

    Raises ConfigurationError for a zone that is not known.
    """
    if timezone is None:
        return datetime.datetime.now()
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    for name in (timezone, timezone.upper()):
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
        return datetime.datetime.now(datetime.timezone.utc).astimezone(zone)
    raise ConfigurationError(
        f"Can't locate timezone: {timezone}. It is a name such as Europe/Berlin or UTC; on a "
        "system without time zone data, install the package tzdata."
    )


def file_name(
    template: str, rev_id: str, message: str | None, length: int, date: datetime.datetime
) -> str:
    """The path of a new file below its versions folder, from the setting `file_template`.

    Raises ConfigurationError when the template cannot be filled in.
    """
    tokens: dict[str, Any] = {
        "rev": rev_id,
        "slug": slug(message, length),
        "epoch": int(date.timestamp()),
        "year": date.year,
        "month": date.month,
        "day": date.day,
        "hour": date.hour,
        "minute": date.minute,
        "second": date.second,
    }
    try:
        return f"{template % tokens}.py"
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"file_template {template!r} can't be filled in ({error}); its tokens are "
            + ", ".join(f"%({name})s" for name in tokens)
        ) from None


def as_comma(value: Any) -> str:
    """Ids for a docstring: `a, b`; nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)


class _Quoted(str):
    """Text whose `repr` uses double quotes, as formatters want it.

    Templates write ids with `repr`; so what they write is already formatted.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        plain = super().__repr__()
        if plain[0] == "'" and '"' not in plain:
            return f'"{plain[1:-1]}"'
        return plain


class _QuotedTuple(tuple[str, ...]):
    """Ids; many of them stand on a line each, as formatters of any line length want it."""

    __slots__ = ()

    def __repr__(self) -> str:
        plain = super().__repr__()
        if len(plain) <= _LONGEST_TUPLE:
            return plain
        return "".join(["(\n", *(f"    {item!r},\n" for item in self), ")"])


def quoted(value: Any) -> Any:
    """Ids and tuples of ids such that `repr` gives formatted source."""
    if isinstance(value, str):
        return _Quoted(value)
    if isinstance(value, tuple | list):
        return _QuotedTuple(_Quoted(item) for item in value)
    return value


def render_script(template: str, message: str, variables: Mapping[str, Any], encoding: str) -> str:
    """The text of a revision file, which compiles.

    Most templates paste `message` into a docstring. It is spelled so that the docstring of the
    result says exactly `message`, whatever quotes, backslashes or lines it holds.
    Raises ScriptError when the template fails or its result is not Python.
    """
    first_error: SyntaxError | ValueError | None = None
    fallback: str | None = None
    for spelling in _spellings(message):
        text = render_template(template, {**variables, "message": spelling})
        try:
            docstring = _compiled_docstring(text, encoding)
        except (SyntaxError, ValueError) as error:
            first_error = first_error or error
            continue
        if message in docstring:
            return text
        fallback = fallback if fallback is not None else text
    if fallback is not None:
        return fallback
    assert first_error is not None
    raise ScriptError(
        "The generated script does not compile, and is not kept: "
        f"{script_syntax_error(template, first_error)}\n"
        f"Look at {template} and at what the migration holds."
    ) from None


def _spellings(message: str) -> Iterator[str]:
    """`message` as a docstring may hold it: as it is, escaped, and on one line (for comments)."""
    if _is_plain(message):
        yield message
    escaped = _escape(message)
    yield escaped
    yield " ".join(escaped.split())


def _is_plain(message: str) -> bool:
    """Whether a docstring can hold it as it is, and cannot end because of it."""
    return not any(mark in message for mark in ("\\", '"""', "'''")) and all(
        char.isprintable() or char in "\n\t" for char in message
    )


def _escape(message: str) -> str:
    text = _ENDING_QUOTES.sub(
        lambda quotes: "".join(f"\\{quote}" for quote in quotes[0]), message.replace("\\", "\\\\")
    )
    return "".join(
        char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text
    )


def _compiled_docstring(text: str, encoding: str) -> str:
    """The docstring of a module's text. Raises SyntaxError or ValueError if it is not Python."""
    source = text.encode(encoding)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        warnings.simplefilter("error", DeprecationWarning)
        tree = ast.parse(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(source, "<script>", "exec", dont_inherit=True)
    return ast.get_docstring(tree, clean=False) or ""


def without_unused_import(text: str) -> str:
    """The text of a generated script without ``import sqlalchemy as sa`` where nothing uses it.

    Templates have that line for every script. Others of a template stay: somebody wrote them.
    """
    found = _SQLALCHEMY.search(text)
    if found is None:
        return text
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return text if "sa" in used else text[: found.start()] + text[found.end() :]


_SQLALCHEMY = re.compile(r"^import sqlalchemy as sa\n(?:\n(?=from |import ))?", re.MULTILINE)


def import_lines(imports: Iterable[str]) -> tuple[str, ...]:
    """Import statements as they stand below those of a template.

    Modules of the application come last, as a block of their own: sorters of imports want it so.
    """
    lines = sorted(set(imports))
    own = [line for line in lines if line.startswith("import ") and not _is_installed(line)]
    rest = [line for line in lines if line not in own]
    return (*rest, *(("", *own) if own else ()))


def _is_installed(line: str) -> bool:
    """Whether the module of an ``import`` lies where packages are installed."""
    package = line.split()[1].partition(".")[0]
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:  # a module that was not imported from a file
        return False
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec is not None else []
    folders = tuple(sysconfig.get_paths()[key] + os.sep for key in ("purelib", "platlib"))
    return any(place is not None and place.startswith(folders) for place in places)


def render_template(template: str, variables: Mapping[str, Any]) -> str:
    """The text of a Mako template. Raises ScriptError naming the template and its line."""
    from mako import exceptions
    from mako.template import Template

    try:
        text = Template(filename=template).render_unicode(**variables)
    except FileNotFoundError:
        raise ScriptError(
            f"Can't find the template {template}. Copy a script.py.mako there, for instance from "
            "a folder made by 'limbeck init'."
        ) from None
    except Exception as error:
        trace = exceptions.RichTraceback()
        raise ScriptError(
            f"Template rendering failed: {template}, line {trace.lineno}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return str(text)


def write_file(path: Path, text: str, encoding: str = "utf-8", *, replace: bool = False) -> None:
    """Write all of a file or nothing, making its folders.

    Raises ScriptError when the file exists already (unless `replace`) or cannot be written.
    """
    if path.exists() and not replace:
        raise ScriptError(f"{path} exists already; it is not overwritten")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(text.encode(encoding))
        os.replace(temporary, path)
    except OSError as error:
        raise ScriptError(f"Can't write {path}: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)
