from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from limbeck.script import index
from limbeck.script.directory import ScriptDirectory

OLD = 1_600_000_000_000_000_000


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    folder = tmp_path / "versions"
    folder.mkdir()
    return folder


def write(versions: Path, name: str, revision: str, *, mtime_ns: int = OLD) -> Path:
    path = versions / name
    path.write_text(f'revision = "{revision}"\ndown_revision = None\n')
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def ids(versions: Path) -> list[str]:
    return [revision.id for revision in ScriptDirectory(versions.parent).revisions()]


def cache(versions: Path) -> Path:
    return Path(index._cache_path(str(versions)))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose headers were read rather than remembered."""
    seen: list[str] = []
    read = index._read

    def spy(file: str) -> index.Header:
        seen.append(os.path.basename(file))
        return read(file)

    monkeypatch.setattr(index, "_read", spy)
    return seen


def test_an_unchanged_file_is_read_once(versions: Path, reads: list[str]) -> None:
    write(versions, "a.py", "a")
    assert ids(versions) == ["a"]
    assert ids(versions) == ["a"]
    assert reads == ["a.py"]


def test_only_a_changed_file_is_read_again(versions: Path, reads: list[str]) -> None:
    write(versions, "a.py", "a")
    write(versions, "b.py", "b")
    ids(versions)
    write(versions, "b.py", "c", mtime_ns=OLD + 1)
    assert ids(versions) == ["a", "c"]
    assert reads == ["a.py", "b.py", "b.py"]


def test_a_change_of_size_is_seen_even_when_the_time_stands_still(versions: Path) -> None:
    write(versions, "a.py", "a")
    ids(versions)
    write(versions, "a.py", "longer")
    assert ids(versions) == ["longer"]


def test_a_file_written_a_moment_ago_is_not_remembered(versions: Path) -> None:
    now = time.time_ns()
    write(versions, "a.py", "a", mtime_ns=now)
    ids(versions)
    write(versions, "a.py", "b", mtime_ns=now)  # same size, same time
    assert ids(versions) == ["b"]


def test_a_removed_file_is_forgotten(versions: Path, reads: list[str]) -> None:
    write(versions, "a.py", "a")
    write(versions, "b.py", "b")
    ids(versions)
    (versions / "a.py").unlink()
    assert ids(versions) == ["b"]
    write(versions, "a.py", "a")
    ids(versions)
    assert reads.count("a.py") == 2


def _flip_a_byte(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content + b"x",
        lambda content: b"limbeck headers 0 another version\n" + content,
        lambda content: b"\xff" * 100,
        _flip_a_byte,
    ],
    ids=["empty", "cut", "longer", "version", "noise", "flipped"],
)
def test_a_damaged_cache_is_made_anew(versions: Path, reads: list[str], damage: object) -> None:
    write(versions, "a.py", "a")
    ids(versions)
    good = cache(versions).read_bytes()
    cache(versions).write_bytes(damage(good))  # type: ignore[operator]  # a function, see above
    assert ids(versions) == ["a"]
    assert reads == ["a.py", "a.py"]
    assert cache(versions).read_bytes() == good


def test_a_cache_that_cannot_be_written_changes_nothing(versions: Path) -> None:
    write(versions, "a.py", "a")
    (versions / "__pycache__").write_text("a file where the folder should be")
    assert ids(versions) == ["a"]
    assert (versions / "__pycache__").read_text() == "a file where the folder should be"


def test_nothing_but_the_cache_is_left_behind(versions: Path) -> None:
    write(versions, "a.py", "a")
    ids(versions)
    assert [path.name for path in (versions / "__pycache__").iterdir()] == [cache(versions).name]


def test_a_pycache_prefix_is_where_the_cache_goes(versions: Path, tmp_path: Path) -> None:
    write(versions, "a.py", "a")
    code = (
        "from limbeck.script.directory import ScriptDirectory; "
        f"print(len(ScriptDirectory({str(tmp_path)!r}).revisions()))"
    )
    prefix = tmp_path / "prefix"
    subprocess.run(
        [sys.executable, "-X", f"pycache_prefix={prefix}", "-c", code],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert not (versions / "__pycache__").exists()
    assert list(prefix.rglob(cache(versions).name))
