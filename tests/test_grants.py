"""What the operator grants: variables, folders, and commands from a file that no repository can change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.load import Document, load_text
from reconciler.desired.validate import check_config
from reconciler.errors import InvalidError, RefusedError, UsageError
from reconciler.grants import make_commands, read_allowed, read_commands
from reconciler.model import Allowed, Command, Plain, Source
from reconciler.options import Options
from reconciler.schema_files import EXEC

GOOD = (
    'version: 1\ncommands:\n  op: {run: ["op", "read", "op://{arg}"], timeout: 2m, args: ["hood/*"]}\n  s: {run: [s]}\n'
)
API = "https://api.ocamba.com/v1/hood"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A good file of commands beside the repository."""
    path = tmp_path / "operator" / "exec.yaml"
    path.parent.mkdir()
    path.write_text(GOOD)
    path.chmod(0o644)
    return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Git work tree, to work in."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def ask(repository: Path, named: Path | str, **more: Any) -> dict[str, Command] | None:
    """The commands of a file, for a run in the repository."""
    options = Options(api=API, account="main", root=repository / "manifests", **more)
    return read_commands(options, {"RECONCILER_EXEC": str(named)}, repository)


def test_variables_are_narrowed_by_the_file_and_widened_by_the_environment(tmp_path: Path) -> None:
    """HOOD_* and RECONCILER_SECRET_ENV are granted; the file's lists narrow, and cannot add."""
    narrow = Options(api=API, account="main", root=tmp_path, secret_env=("HOOD_T*",), secret_files=("a",))
    assert read_allowed(narrow, {}, tmp_path, commands=True) == Allowed(
        ("HOOD_*",), ("HOOD_T*",), files=("a",), withheld=("OCAMBA_*", "OCAMBA_TOKEN", "RECONCILER_KEY")
    )
    environ = {
        "RECONCILER_SECRET_ENV": "VAULT_*, X",
        "RECONCILER_SECRET_FILES": "secrets, /run/secrets/",
        "RECONCILER_TOKEN_ENV": "MY_*",
    }
    options = Options(api=API, account="main", root=tmp_path, token_env="MY_TOKEN", secret_exec=("op/*",))
    assert read_allowed(options, environ, tmp_path, commands=False) == Allowed(
        ("HOOD_*", "VAULT_*", "X"),
        None,
        folders=(str(tmp_path / "secrets"), "/run/secrets"),
        calls=("op/*",),
        withheld=("OCAMBA_*", "MY_*", "MY_TOKEN", "RECONCILER_KEY"),
    )


def test_the_file_of_commands_is_read_where_it_is_needed(outside: Path, repository: Path) -> None:
    """Without RECONCILER_EXEC there are none."""
    options = Options(api=API, account="main", root=repository)
    environ = {"RECONCILER_EXEC": str(outside)}
    commands = {"op": Command(("op", "read", "op://{arg}"), 120.0, ("hood/*",)), "s": Command(("s",))}
    assert read_allowed(options, environ, repository, commands=True).commands == commands
    assert read_allowed(options, environ, repository, commands=False).commands is None
    assert read_commands(options, {"RECONCILER_EXEC": ""}, repository) is None


@pytest.mark.parametrize("name", ["exec.yaml", "../operator", "/nowhere/exec.yaml"])
def test_a_file_that_is_not_there_is_a_wrong_command_line(outside: Path, repository: Path, name: str) -> None:
    """As for RECONCILER_CONFIG."""
    with pytest.raises(UsageError, match="RECONCILER_EXEC: there is no file"):
        ask(repository, name)


def test_a_file_within_the_repository_is_refused(outside: Path, repository: Path, tmp_path: Path) -> None:
    """The work tree of the working directory, of the configuration, of the manifests; by its real path."""
    inside = repository / "deep" / "exec.yaml"
    inside.parent.mkdir()
    outside.rename(inside)
    outside.symlink_to(inside)
    for named in (inside, outside, "deep/exec.yaml"):
        with pytest.raises(RefusedError, match="lies in the repository"):
            ask(repository, named)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    beside = Options(api=API, account="main", root=tmp_path / "m", config_file="../repository/deep/reconciler.yaml")
    with pytest.raises(RefusedError, match="lies in the repository"):
        read_commands(beside, {"RECONCILER_EXEC": str(outside)}, elsewhere)
    for root in (repository / "manifests", inside.parent):
        options = Options(api=API, account="main", root=root)
        with pytest.raises(RefusedError, match="lies in the repository"):
            read_commands(options, {"RECONCILER_EXEC": str(outside)}, elsewhere)


def test_a_link_within_the_repository_leads_to_the_operators_file(outside: Path, repository: Path) -> None:
    """What counts is where the file really lies; without a work tree the manifests' folder is the repository."""
    (repository / "link.yaml").symlink_to(outside)
    assert ask(repository, "link.yaml")
    (repository / ".git").rmdir()
    plain = Options(api=API, account="main", root=outside.parent)
    with pytest.raises(RefusedError, match="lies in the repository"):
        read_commands(plain, {"RECONCILER_EXEC": str(outside)}, repository)


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o620])
def test_a_file_that_others_can_change_is_refused(outside: Path, repository: Path, mode: int) -> None:
    """With what to type."""
    outside.chmod(mode)
    with pytest.raises(RefusedError) as caught:
        ask(repository, outside)
    assert caught.value.fix == "chmod go-w ../operator/exec.yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("¦version: 1\n", "commands: is missing"),
        ("version: ¦2\ncommands: {a: {run: [a]}}", "version"),
        ("version: 1\ncommands: ¦{}", "commands: is empty"),
        ("version: 1\ncommands: {a: {run: ¦[]}}", "commands.a.run: is empty"),
        ("version: 1\ncommands: {a: ¦{}}", "commands.a.run: is missing"),
        ("version: 1\ncommands: {a: {run: ¦op read}}", "commands.a.run: is text where a list is expected"),
        ("version: 1\ncommands: {a: {run: [a, ¦1]}}", "commands.a.run[1]: is not in quotes"),
        ("version: 1\ncommands: {a: {run: [¦'{arg}']}}", "commands.a.run[0]: is not written"),
        ("version: 1\ncommands: {a: {run: [¦'/bin/{arg}']}}", "commands.a.run[0]: is not written"),
        ("version: 1\ncommands: {a: {run: [¦./a]}}", "commands.a.run[0]: is not written"),
        ("version: 1\ncommands: {a: {run: [¦'']}}", "commands.a.run[0]: is not written"),
        ("version: 1\ncommands: {a: {run: [a], timeout: ¦10}}", "commands.a.timeout"),
        ("version: 1\ncommands: {a: {run: [a], timeout: ¦0s}}", "commands.a.timeout"),
        ("version: 1\ncommands: {a: {run: [a], args: ¦[]}}", "commands.a.args: is empty"),
        ("version: 1\ncommands: {a: {run: [a], ¦shell: true}}", "commands.a.shell: unknown key"),
        ("version: 1\ncommands: {¦'a b': {run: [a]}}", "commands.a b: is not written"),
        ("version: 1\n¦more: 1\ncommands: {a: {run: [a]}}", "more: unknown key"),
        ("version: 1\ncommands: {a: {run: [sh, -c, ¦'x {arg}']}}", "commands.a.run[2]: a shell would run"),
        ("version: 1\ncommands: {a: {run: [/bin/bash, -ec, ¦'{arg}']}}", "commands.a.run[2]: a shell would"),
        ("version: 1\ncommands: {a: {run: [a]}}\n---\n¦x: 1", "one YAML document"),
    ],
)
def test_the_file_is_strict(outside: Path, repository: Path, text: str, said: str) -> None:
    """Every error stands at its place and says what to write."""
    before = text.partition("¦")[0].split("\n") if text else [""]
    outside.write_text(text.replace("¦", ""))
    with pytest.raises(InvalidError) as caught:
        ask(repository, outside)
    (problem,) = caught.value.problems
    assert problem.source == Source("../operator/exec.yaml", len(before), len(before[-1]) + 1)
    assert said in problem.message
    assert problem.fix


def test_a_shell_may_get_arg_behind_its_script(outside: Path, repository: Path) -> None:
    """There it is a value of the script, not a piece of it."""
    outside.write_text('version: 1\ncommands: {a: {run: [sh, -c, "echo $1", sh, "{arg}"]}, b: {run: [sh, "{arg}"]}}')
    assert ask(repository, outside)


scalars = st.sampled_from(
    ["a", "", "./a", "/a", "10s", "0s", "{arg}", Plain(1, "1"), Plain(None, ""), Plain(True, "true")]
)
lists = st.lists(scalars, max_size=3)
command = st.fixed_dictionaries(
    {}, optional={"run": st.one_of(lists, scalars), "timeout": scalars, "args": st.one_of(lists, scalars), "x": scalars}
)
documents = st.fixed_dictionaries(
    {"version": st.one_of(st.just(Plain(1, "1")), scalars)},
    optional={"commands": st.one_of(st.dictionaries(st.sampled_from(["a", "b c"]), command, max_size=2), scalars)},
)


@given(documents)
def test_schema_and_types_agree(data: Any) -> None:
    """What the schema has nothing against becomes commands; what it has is told without a fault of the tool."""
    document = Document(data, Source("exec.yaml", 1, 1), 0)
    if not check_config(data, EXEC):
        assert make_commands(document).keys() == data["commands"].keys()
        return
    with pytest.raises(InvalidError):
        make_commands(document)


def test_the_readmes_shape_is_read() -> None:
    """As people write it."""
    assert list(make_commands(load_text(GOOD.encode(), "x.yaml")[0][0])) == ["op", "s"]
