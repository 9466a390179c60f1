from __future__ import annotations

import ast
import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.errors import ConfigurationError, ScriptError
from limbeck.script.template import (
    creation_date,
    file_name,
    quoted,
    render_script,
    slug,
    without_unused_import,
    write_file,
)

DATE = datetime.datetime(2026, 3, 4, 5, 6, 7)
RAW = '"""${message}\n\nRevision ID: x\n"""\nrevision = ${repr(up_revision)}\n'


def docstring(text: str) -> str:
    found = ast.get_docstring(ast.parse(text), clean=False)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("template") / "script.py.mako"
    path.write_text(RAW)
    return str(path)


@pytest.mark.parametrize(
    ("message", "length", "expected"),
    [
        ("Add a Users table!", 40, "add_a_users_table"),
        (None, 40, ""),
        ("größe ändern", 40, "größe_ändern"),
        ("one two three four", 10, "one_two_"),
        ("unbreakablelongword", 10, "unbreakabl_"),
    ],
)
def test_a_slug_is_the_words_of_the_message_cut_between_words(
    message: str | None, length: int, expected: str
) -> None:
    assert slug(message, length) == expected


def test_a_file_name_may_hold_dates_and_folders() -> None:
    template = "%(year)d/%(month).2d/%(day).2d_%(hour).2d%(minute).2d%(second).2d-%(rev)s_%(slug)s"
    assert file_name(template, "ab", "x y", 40, DATE) == "2026/03/04_050607-ab_x_y.py"


def test_a_file_template_with_an_unknown_token_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"file_template .* its tokens are %\(rev\)s"):
        file_name("%(revision)s", "ab", None, 40, DATE)


def test_a_time_zone_is_found_by_name_and_in_upper_case() -> None:
    assert str(creation_date("utc").tzinfo) == "UTC"
    assert creation_date(None).tzinfo is None
    with pytest.raises(ConfigurationError, match="Can't locate timezone: Mars/Olympus"):
        creation_date("Mars/Olympus")


MESSAGES = [
    "plain",
    'say "hi"',
    '"',
    '"""',
    'x""""',
    'x\\"',
    'ends with a quote"',
    "ends with a backslash\\",
    "C:\\new\\table \\N{x} \\x",
    "two\nlines",
    "carriage\r\nreturn",
    '"""\nimport os\n"""',
    "${config} <% raise %> ## x",
    "% if x:",
    "'''",
    "\x00 null \x1b escape",
    "ünïcödé 🜲",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_docstring_says_the_message_whatever_it_holds(template: str, message: str) -> None:
    text = render_script(template, message, {"up_revision": quoted("ab")}, "utf-8")
    assert docstring(text) == f"{message}\n\nRevision ID: x\n"


@given(st.text(max_size=30).filter(lambda text: text.isascii()))
def test_the_docstring_says_any_message(template: str, message: str) -> None:
    text = render_script(template, message, {"up_revision": quoted("ab")}, "utf-8")
    assert docstring(text).startswith(message)


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize(
    "source",
    [
        "'''${message}'''\n",
        '"""${message}"""\n',
        'r"""${message}\n"""\n',
        "# ${message}\nx = 1\n",
        "${repr(message)}\n",
        '"""x"""\nmessage = """${message}"""\n',
    ],
)
def test_templates_of_every_kind_give_a_script_that_compiles(
    tmp_path: Path, source: str, message: str
) -> None:
    path = tmp_path / "script.py.mako"
    path.write_text(source)
    text = render_script(str(path), message, {}, "utf-8")
    compile(text, "script", "exec")
    assert "import os" not in {
        ast.unparse(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)
    }


def test_a_message_without_anything_special_is_left_alone(template: str) -> None:
    text = render_script(template, 'say "hi"', {"up_revision": quoted("ab")}, "utf-8")
    assert text.startswith('"""say "hi"\n')


def test_ids_are_written_as_a_formatter_would() -> None:
    assert repr(quoted("ab")) == '"ab"'
    assert repr(quoted(None)) == "None"
    assert repr(quoted(("a", "b"))) == '("a", "b")'
    assert repr(quoted(("a",))) == '("a",)'
    many = tuple(f"{n:012}" for n in range(4))
    assert ast.literal_eval(repr(quoted(many))) == many
    assert repr(quoted(many)).endswith(",\n)")


def test_a_template_that_fails_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "script.py.mako"
    path.write_text("fine\n${1 / 0}\n")
    with pytest.raises(ScriptError, match=r"script\.py\.mako, line 2: ZeroDivisionError"):
        render_script(str(path), "m", {}, "utf-8")


def test_a_missing_template_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"Can't find the template .*limbeck init"):
        render_script(str(tmp_path / "script.py.mako"), "m", {}, "utf-8")


def test_what_does_not_compile_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "script.py.mako"
    path.write_text('"""${message}"""\nx = = 1\n')
    with pytest.raises(ScriptError, match="does not compile, and is not kept"):
        render_script(str(path), "m", {}, "utf-8")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.py"
    write_file(path, "ä = 1\n")
    assert path.read_bytes() == "ä = 1\n".encode()
    with pytest.raises(ScriptError, match="exists already"):
        write_file(path, "b = 1\n")
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "new" / "c.py", "ä", "ascii")
    assert [entry.name for entry in path.parent.iterdir()] == ["a.py"]


def test_a_generated_script_imports_sqlalchemy_where_it_uses_it() -> None:
    head = '"""x"""\n\nfrom collections.abc import Sequence\n\nimport sqlalchemy as sa\n\n'
    rest = "from limbeck import op\nimport mine\n\n\ndef upgrade():\n    op.drop_table('t')\n"
    without = '"""x"""\n\nfrom collections.abc import Sequence\n\n' + rest
    assert without_unused_import(head + rest) == without
    using = rest.replace("'t'", "sa.text('t')")
    assert without_unused_import(head + using) == head + using
    flat = "from alembic import op\nimport sqlalchemy as sa\n\n\nop.x()\n"
    assert without_unused_import(flat) == "from alembic import op\n\n\nop.x()\n"
