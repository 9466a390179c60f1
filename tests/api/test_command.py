"""`limbeck.command` as programs use it."""

from __future__ import annotations

import inspect
import io
from pathlib import Path

import pytest

import limbeck
from limbeck import Config, command
from limbeck.errors import CommandError, RevisionError


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A project with two branches, a100 - b100 and a100 - b200, whose output is kept."""
    config = Config(stdout=io.StringIO())
    command.init(Config(tmp_path / "alembic.ini", stdout=io.StringIO()), str(tmp_path / "m"))
    config.set_main_option("script_location", str(tmp_path / "m"))
    command.revision(config, "a", rev_id="a100")
    command.revision(config, "b", rev_id="b100")
    command.revision(config, "c", rev_id="b200", head="a100", splice=True, branch_label="side")
    config.stdout = io.StringIO()
    return config


def printed(config: Config) -> str:
    assert isinstance(config.stdout, io.StringIO)
    return config.stdout.getvalue()


def test_the_public_face_is_lazy_and_complete() -> None:
    assert limbeck.command is command
    assert limbeck.Config is Config
    assert set(limbeck.__all__) <= set(dir(limbeck))
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = limbeck.nope  # type: ignore[attr-defined]  # that is the point


def test_a_revision_gives_back_what_was_written(config: Config) -> None:
    script = command.revision(config, "it's new", rev_id="c1", head="b100")
    assert not isinstance(script, list)
    assert (script.revision, script.down_revision, script.doc) == ("c1", "b100", "it's new")
    assert Path(script.path).name == "c1_it_s_new.py"
    assert printed(config) == f"Generating {script.path} ...  done\n"


def test_a_merge_takes_a_symbol_or_a_list(config: Config) -> None:
    script = command.merge(config, ["b100", "b200"], message="both", rev_id="m1")
    assert script.down_revision == ("b100", "b200")
    command.revision(config, rev_id="z1", head="base")
    assert command.merge(config, "heads", rev_id="m2").down_revision == ("m1", "z1")


def test_a_revision_may_have_several_heads_and_dependencies(config: Config) -> None:
    script = command.revision(config, rev_id="m1", head=["b100", "side@head"], depends_on=["a100"])
    assert not isinstance(script, list)
    assert script.down_revision == ("b100", "b200")
    assert '= "a100"' in Path(script.path).read_text()


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (
            lambda config: command.show(config, "head"),
            "Multiple head revisions are present for given argument 'head'; please specify a "
            "specific target revision, '<branchname>@head' to narrow to a specific head, or "
            "'heads' for all heads",
        ),
        (
            lambda config: command.history(config, "b100:b200"),
            "Requested range b100:b200 does not refer to ancestor/descendant revisions along the "
            "same branch",
        ),
        (lambda config: command.show(config, "nope"), "Can't locate revision identified by 'nope'"),
        (lambda config: command.show(config, "b"), "Multiple revisions start with 'b'"),
        (lambda config: command.show(config, "side@a1x"), "Can't locate revision"),
        (command.revision, "Multiple heads are present; please specify"),
        (
            lambda config: command.revision(config, head=["b100", "b100"]),
            "Duplicate head revisions specified",
        ),
        (
            lambda config: command.revision(config, head="b100", depends_on="base"),
            "can't depend on 'base'",
        ),
    ],
)
def test_what_the_graph_refuses_is_a_command_error(
    config: Config, run: object, message: str
) -> None:
    with pytest.raises(CommandError) as caught:
        run(config)  # type: ignore[operator]  # a function, see above
    assert message in str(caught.value)
    assert not isinstance(caught.value, RevisionError)


def test_commands_keep_their_names_signatures_and_first_lines() -> None:
    for name in command.__all__:
        function = getattr(command, name)
        assert function.__name__ == name
        assert next(iter(inspect.signature(function).parameters)) == "config"
        assert function.__doc__
    parameters = inspect.signature(command.revision).parameters.values()
    assert [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY] == [
        "config",
        "message",
        "autogenerate",
        "sql",
        "head",
        "splice",
        "branch_label",
        "version_path",
        "rev_id",
        "depends_on",
        "process_revision_directives",
    ]
    assert list(inspect.signature(command.stamp).parameters) == [
        "config",
        "revision",
        "sql",
        "tag",
        "purge",
    ]


def test_a_template_without_a_labels_section_is_found_out(config: Config, tmp_path: Path) -> None:
    template = tmp_path / "m" / "script.py.mako"
    text = template.read_text().replace("${repr(branch_labels)}", "None")
    template.write_text(text)
    with pytest.raises(CommandError, match="does not have them; have you upgraded"):
        command.revision(config, rev_id="c1", head="b100", branch_label="late")
