from __future__ import annotations

import sys
from pathlib import Path

import pytest

from limbeck.errors import CommandError, ConfigurationError
from limbeck.script import hooks


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "a script.py"
    path.write_text("x = 1\n")
    return str(path)


def hook(**options: str) -> dict[str, str]:
    return {"_hook_name": "h", **options}


def test_the_file_takes_the_place_of_its_token(script: str) -> None:
    code = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    options = f'-c "{code}" REVISION_SCRIPT_FILENAME y'
    hooks.run_hook(hook(type="exec", executable=sys.executable, options=options), script)
    assert Path(script).read_text() == "x = 1\ny"


def test_without_the_token_the_file_comes_first(script: str) -> None:
    hooks.run_hook(hook(type="module", module="py_compile", options="-q"), script)


def test_a_console_script_is_found_by_its_entry_point(script: str) -> None:
    Path(script).write_text("x = ${1 + 1}\n")
    options = "--output-file REVISION_SCRIPT_FILENAME REVISION_SCRIPT_FILENAME"
    hooks.run_hook(hook(type="console_scripts", entrypoint="mako-render", options=options), script)
    assert Path(script).read_text() == "x = 2\n"


def test_a_status_other_than_zero_is_an_error_and_the_file_stays(script: str) -> None:
    with pytest.raises(CommandError, match=r"hook 'h' ended with exit status 3; .* is kept"):
        hooks.run_hook(
            hook(
                type="exec",
                executable=sys.executable,
                options="-c 'raise SystemExit(3)' REVISION_SCRIPT_FILENAME",
            ),
            script,
        )
    assert Path(script).exists()


def test_a_program_that_is_not_there_is_named(script: str) -> None:
    with pytest.raises(CommandError, match="can't start no-such-program-anywhere"):
        hooks.run_hook(hook(type="exec", executable="no-such-program-anywhere"), script)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"Key 'h\.type' \(or 'type' in toml\) is required"),
        ({"type": "nope"}, "No formatter with name 'nope' registered"),
        ({"type": "console_scripts"}, r"Key h\.entrypoint is required"),
        ({"type": "exec"}, r"Key h\.executable is required"),
        ({"type": "module", "module": "no_such_module"}, "Could not find module no_such_module"),
        (
            {"type": "console_scripts", "entrypoint": "nope"},
            r"Could not find entrypoint console_scripts\.nope",
        ),
    ],
)
def test_a_hook_that_is_configured_badly_is_explained(
    script: str, options: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        hooks.run_hook(hook(**options), script)


def test_a_function_can_be_a_hook(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "_registered", {})
    seen: list[tuple[str, dict[str, str]]] = []

    @hooks.register("mine")
    def mine(path: str, options: dict[str, str]) -> None:
        seen.append((path, options))

    hooks.run_hook(hook(type="mine", extra="1"), script)
    assert seen == [(script, {"_hook_name": "h", "type": "mine", "extra": "1"})]
