from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.errors import ScriptError
from limbeck.script.header import Header, read_header
from limbeck.script.module import header_by_import


def write(tmp_path: Path, text: str, name: str = "rev.py") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(tmp_path: Path, text: str, name: str = "rev.py") -> Header:
    header = read_header(write(tmp_path, text, name))
    assert header is not None
    return header


def test_a_header_is_read_without_running_the_file(tmp_path: Path) -> None:
    header = read(
        tmp_path,
        '"""add users\n\nCreate Date: 2026-01-02 03:04:05\n\n"""\n'
        "import no_such_module_anywhere\n"
        'revision: str = "b"\ndown_revision: str | None = "a"\n'
        'branch_labels = ("x", "y")\ndepends_on = ["d"]\n',
    )
    assert header == Header(
        revision="b",
        down_revision=("a",),
        depends_on=("d",),
        branch_labels=("x", "y"),
        doc="add users",
        longdoc="add users\n\nCreate Date: 2026-01-02 03:04:05",
        create_date="2026-01-02 03:04:05",
    )


def test_the_last_assignment_counts(tmp_path: Path) -> None:
    assert read(tmp_path, 'revision = "a"\ndown_revision = None\nrevision = "b"\n')[0] == "b"


def test_an_annotation_without_a_value_assigns_nothing(tmp_path: Path) -> None:
    text = 'revision = "a"\ndown_revision = None\nbranch_labels: str\n'
    assert read(tmp_path, text).branch_labels == ()


def test_a_set_of_ids_comes_out_sorted(tmp_path: Path) -> None:
    header = read(tmp_path, 'revision = "a"\ndown_revision = {"c", "b", "d"}\n')
    assert header.down_revision == ("b", "c", "d")


def test_an_old_file_has_its_id_in_its_name(tmp_path: Path) -> None:
    assert read(tmp_path, "down_revision = None\n", "1a2b3c.py").revision == "1a2b3c"


@pytest.mark.parametrize(
    "computed",
    [
        'revision = "".join("ab")\ndown_revision = None\n',
        'PREVIOUS = "x"\nrevision = "ab"\ndown_revision = PREVIOUS\n',
        'if True:\n    revision = "ab"\ndown_revision = None\n',
        "from os.path import sep as revision\ndown_revision = None\n",
        'revision, down_revision = "ab", None\n',
        'revision = "ab"\nglobals()["down_revision"] = None\n',
        "from os.path import *\ndown_revision = None\n",
    ],
)
def test_only_running_the_file_can_tell_a_computed_header(tmp_path: Path, computed: str) -> None:
    assert read_header(write(tmp_path, computed)) is None


def test_a_computed_header_is_what_the_module_holds(tmp_path: Path) -> None:
    path = write(tmp_path, '"""doc"""\nrevision = "".join("ab")\ndown_revision = None\n')
    assert header_by_import(path)[:2] == ("ab", ())


def test_a_syntax_error_names_file_line_and_text(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as caught:
        read_header(write(tmp_path, 'revision = "a"\ndown_revision = = None\n'))
    assert str(tmp_path / "rev.py") in str(caught.value)
    assert "line 2" in str(caught.value)
    assert "down_revision = = None" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("down_revision = None\n", "Could not determine revision id from filename rev.py"),
        ('revision = "a"\n', "has no 'down_revision' variable"),
        ("revision = 3\ndown_revision = None\n", "must be a string, not 3"),
        ('revision = "a"\ndown_revision = (1, 2)\n', "down_revision in .* must be None, a string"),
    ],
)
def test_a_header_that_is_wrong_is_explained(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ScriptError, match=message):
        _ = read_header(path) or header_by_import(path)


def test_bytes_that_are_no_source_are_an_error_of_the_script(tmp_path: Path) -> None:
    path = tmp_path / "rev.py"
    path.write_bytes(b"revision = '\x00'\n")
    with pytest.raises(ScriptError, match=r"not Python source|rev\.py, line"):
        read_header(str(path))


def test_an_encoding_cookie_is_honoured(tmp_path: Path) -> None:
    path = tmp_path / "rev.py"
    text = '# coding: latin-1\n"""Größe"""\nrevision = "a"\ndown_revision = None\n'
    path.write_bytes(text.encode("latin-1"))
    header = read_header(str(path))
    assert header is not None
    assert header.doc == "Größe"
