"""One flag for every switch of the emulator."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner

from reconciler.cli.switches import add_switches, make_switches
from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.switches import Switches
from tests.commands.stage import Stage

FIELDS = [field.name for field in msgspec.structs.fields(Switches)]


def read_switches(*argv: str) -> Switches | None:
    """The switches of a command line that has nothing else."""
    made: list[Switches | None] = []

    @click.command()
    @add_switches
    def command(**given: Any) -> None:
        made.append(make_switches(given))

    result = CliRunner().invoke(command, argv)
    assert result.exit_code == 0, result.output
    return made[0]


def other_value(name: str) -> tuple[list[str], object]:
    """Words that set a switch to something else than its default, and that value."""
    hint, default = typing.get_type_hints(Switches)[name], getattr(Switches(), name)
    flag = "--" + name.replace("_", "-")
    if typing.get_origin(hint) is typing.Literal:
        value = next(one for one in typing.get_args(hint) if one != default)
        return [flag, str(value)], value
    if hint is bool:
        return [f"--no-{flag[2:]}" if default else flag], not default
    if typing.get_origin(hint) is tuple:
        return [flag, "one", flag, "two"], ("one", "two")
    if hint is str:
        return [flag, "paused"], "paused"
    return [flag, "7"], 7


@pytest.mark.parametrize("name", FIELDS)
def test_every_switch_has_a_flag(name: str) -> None:
    """It sets this switch and no other."""
    argv, value = other_value(name)
    assert read_switches(*argv) == msgspec.structs.replace(Switches(), **{name: value})


def test_no_flag_leaves_a_state_file_its_own_switches() -> None:
    """None, not the defaults."""
    assert read_switches() is None


@pytest.mark.parametrize(
    "argv", [["--page-maximum", "0"], ["--per-second", "-1"], ["--parallel", "0"], ["--port", "x"]]
)
def test_what_makes_no_sense_is_a_wrong_command_line(stage: Stage, argv: list[str]) -> None:
    """64 before anything is served."""
    assert stage.run("sandbox", *argv, code=64).err.startswith(f"error: invalid value for '{argv[0]}'")


def serve(stage: Stage, *argv: str, code: int = 130) -> tuple[str, dict[str, Any]]:
    """Runs the verb with a loop that ends at once; what was said, and what it was given."""
    seen: dict[str, Any] = {}

    def loop(world: Any, *, say: Any, port: int, state: Path | None, heard: Any) -> int:
        seen.update(world=world, port=port, state=state)
        heard(Request("GET", "/v1/hood/\x1b[2J", {"page": "1,100"}, {"authorization": "t"}, b"body"), Answer(200))
        heard(Request("PATCH", "/v1/hood/" + "x" * 999), Answer(500, fault="late"))
        say("SANDBOX http://127.0.0.1:1/v1/hood")
        return 130

    stage.patch.setattr("reconciler.commands.sandbox.main_loop", loop)
    return stage.run(*argv, code=code).out, seen


def test_the_verb_takes_the_global_flags_on_both_sides(stage: Stage) -> None:
    """They change nothing of its own switches."""
    said, seen = serve(
        stage, "--api", "http://127.0.0.1:1", "-q", "sandbox", "--color", "never", "--settings-patch", "replace"
    )
    assert said == "SANDBOX http://127.0.0.1:1/v1/hood\n"
    assert seen["world"].switches == Switches(settings_patch="replace")


def test_each_request_is_logged_where_that_is_asked_for(stage: Stage) -> None:
    """With -v: what was asked, and how it was answered; no header, no body."""
    serve(stage, "sandbox")
    told, silent = (stage.run(*flags, "sandbox", code=130).err for flags in (["-v"], []))
    assert silent == ""
    first, second = told.splitlines()
    assert first == "request method=GET path=/v1/hood/\\x1b[2J?page=1,100 status=200"
    assert second.endswith("x status=500 fault=late")
    assert len(second) < 300


def test_state_and_seed_are_read(stage: Stage) -> None:
    """A seed that is none ends the command with its reason."""
    stage.write("seed.json", '{"company_id": "77"}')
    _, seen = serve(stage, "sandbox", "--seed", "seed.json", "--state", "state.json", "--port", "0")
    assert seen["world"].account.company_id == "77"
    assert seen["state"] == Path("state.json")
    stage.write("seed.json", "[")
    ran = stage.run("sandbox", "--seed", "seed.json", code=3)
    assert ran.err.startswith("seed.json:1:1: not a seed")
