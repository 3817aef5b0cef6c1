"""Contract, sections 3 and 7: what a person reads, where it goes, and colours."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from tests.contract.account import DESIRED_SECRET, mitto_item
from tests.contract.desk import REPOSITORY, WITH_SECRET, Desk
from tests.contract.stand_in import StandIn

DROP = WITH_SECRET + "  defualt_phone_number: x\n"


def lines_of(text: str) -> list[str]:
    """Lines that hold something, runs of blanks as one."""
    return [re.sub(r" +", " ", line).strip() for line in text.splitlines() if line.strip()]


def test_the_sample_of_section_7(desk: Desk, api: StandIn) -> None:
    """Marks, fields, secrets, drops, places, and the last two lines."""
    desk.write("manifests/main.yaml", DROP)
    out = desk.run("plan", code=0).out
    lines = lines_of(out)
    place = "manifests/main.yaml"
    assert lines[0] == f"~ twilio/main-sms (1161) {place}:1:1"
    assert f"~ settings.auth_token secret(env:HOOD_TWILIO_AUTH_TOKEN) changes {place}:9:15" in lines
    assert f'~ settings.default_phone_number "+13345550100" -> "+14445550100" {place}:8:25' in lines
    said = 'dropped: twilio does not define it, did you mean "default_phone_number"?'
    assert f"! settings.defualt_phone_number {said} {place}:10:3" in lines
    last = "Plan: 0 to create, 1 to update, 0 unchanged, 1 setting dropped; 1 not managed (--show-unmanaged)."
    assert lines[-2] == last
    assert re.fullmatch(r"Apply needs \d+ requests, about \d+ s within 8/s and 120/min\.", lines[-1])
    assert out.splitlines()[0].startswith("  ~ ")
    columns = {
        line.index(word)
        for line in out.splitlines()
        for word in ('"+13345550100"', "secret(env", "dropped: ")
        if word in line
    }
    assert len(columns) == 1
    assert "1170" in desk.run("plan", "--show-unmanaged", code=0).out


def test_added_and_cleared_keys_have_their_marks(desk: Desk, api: StandIn) -> None:
    """+ an added key, - a cleared one."""
    api.settings("1170")["prefix"] = "P"
    desk.write("manifests/main.yaml", 'id: "1170"\nprovider: mitto\nsettings:\n  prefix: null\n  suffix: S\n')
    lines = lines_of(desk.run("plan", code=0).out)
    assert any(line.startswith('- settings.prefix "P"') for line in lines)
    assert any(line.startswith('+ settings.suffix "S"') for line in lines)


def test_stdout_carries_the_answer_and_nothing_else(desk: Desk, api: StandIn) -> None:
    """JSON parses whole while warnings and logs go to stderr; -q silences them; an error leaves stdout empty."""
    desk.write("manifests/main.yaml", DROP)
    ran = desk.run("-v", "plan", "--format", "json", code=0)
    assert ran.document["format"] == "reconciler.plan/1"
    assert "GET" in ran.err
    assert desk.run("plan", "-q", "--format", "json", code=0).err == ""
    assert desk.run("plan", "-q", "--log-format", "json", code=0).err == ""
    logged = desk.run("plan", "-v", "--log-format", "json", "--format", "json", code=0)
    assert logged.err.strip()
    for line in logged.err.splitlines():
        assert isinstance(json.loads(line), dict)
    assert desk.run("plan", code=7, env={"OCAMBA_TOKEN": None}).out == ""


def test_global_flags_work_before_and_after_the_verb(desk: Desk, api: StandIn) -> None:
    """--config, --api, --color, -q, -v, --log-format, --account: the same bytes either way."""
    desk.write("other.yaml", "version: 1\naccounts: {one: {path: manifests}, two: {path: manifests}}\n")
    flags = [
        "--config",
        "other.yaml",
        "--api",
        api.url,
        "--color",
        "always",
        "-q",
        "--log-format",
        "json",
        "--account",
        "one",
    ]
    env = {"RECONCILER_API": "http://127.0.0.1:9/v1/hood"}
    before = desk.run(*flags, "plan", code=0, env=env)
    after = desk.run("plan", *flags, code=0, env=env)
    assert before.out == after.out
    assert "\x1b[" in before.out


def test_colours_follow_flag_and_environment(desk: Desk) -> None:
    """None in a pipe, always by flag, NO_COLOR over FORCE_COLOR, flag over NO_COLOR; never in JSON."""
    cases = [
        ((), {}, False),
        (("--color", "always"), {}, True),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "always", "--format", "json"), {}, False),
    ]
    for flags, env, coloured in cases:
        ran = desk.run("plan", *flags, code=0, env={**env})
        assert ("\x1b[" in ran.out) == coloured, (flags, env)


def test_control_and_bidi_characters_are_shown_escaped(desk: Desk, api: StandIn) -> None:
    """In live values, names and error messages of the API, in text and progress."""
    api.settings("1161")["default_phone_number"] = "+1\x1b[2J\u202e\r\x07\u200f"
    api.account.items["1170"]["name"] = "Old\x1b]0;x\x07\u2066"
    for args in (("plan", "--show-unmanaged"), ("apply", "--yes")):
        ran = desk.run(*args, code=0)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200f\u202e\u2066]", ran.all), ran.all


def test_long_values_are_cut_in_the_middle(desk: Desk, api: StandIn) -> None:
    """Lines stay readable; the JSON has the whole value."""
    long = "a" * 300 + "z" * 300
    desk.write("manifests/main.yaml", f'id: "1170"\nprovider: mitto\nsettings: {{default_sender: {long}}}\n')
    assert long not in desk.run("plan", code=0).out
    assert desk.plan()["changes"][0]["fields"][0]["after"] == long


def test_in_sync_says_so(desk: Desk, api: StandIn) -> None:
    """Apply, then the next plan: no changes, last two lines as ever."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    report = desk.run("apply", "--yes", code=0)
    assert "twilio/main-sms" in report.out
    assert "applied" in report.out
    out = desk.run("plan", code=0).out
    assert "No changes" in out
    assert "Plan: 0 to create, 0 to update, 1 unchanged; 1 not managed (--show-unmanaged)." in lines_of(out)
    assert api.settings("1161")["auth_token"] == DESIRED_SECRET


def test_warnings_read_like_errors(desk: Desk, api: StandIn) -> None:
    """587 for "587": a warning at its place, no change."""
    api.account.items["1171"] = mitto_item("1171", "M1171")
    api.settings("1171")["prefix"] = 587
    desk.write("manifests/main.yaml", 'id: "1171"\nprovider: mitto\nsettings:\n  prefix: "587"\n')
    assert "manifests/main.yaml:4:11: " in desk.run("plan", "--detailed-exitcode", code=0).all


def test_help_and_version(desk: Desk) -> None:
    """Each verb has its help with an example; --version tells the tool's."""
    desk.run("--version", code=0)
    text = desk.run("--help", code=0).out
    for verb in ("validate", "plan", "apply", "sandbox"):
        assert verb in text
        assert "--help" in desk.run(verb, "--help", code=0).out


def test_sandbox_tells_its_own_story(desk: Desk, api: StandIn) -> None:
    """plan, apply and plan again: changes, applied, none; each line marked; its state ignored by Git."""
    shutil.rmtree(desk.folder / "manifests")
    shutil.copytree(REPOSITORY / "manifests", desk.folder / "manifests")
    subprocess.run(["git", "init", "-q"], cwd=desk.folder, check=True)
    secrets = {"HOOD_TWILIO_AUTH_TOKEN": DESIRED_SECRET, "HOOD_MANDRILL_API_KEY": DESIRED_SECRET}
    env: dict[str, str | None] = {**secrets, "OCAMBA_TOKEN": None, "RECONCILER_API": None}
    ran = [desk.run("plan", "--sandbox", "--detailed-exitcode", code=2, env=env)]
    ran.append(desk.run("apply", "--sandbox", "--yes", code=0, env=env))
    ran.append(desk.run("--sandbox", "plan", "--detailed-exitcode", code=0, env=env))
    for one in ran:
        assert [line for line in one.all.splitlines() if line and not line.startswith("SANDBOX")] == []
    assert "applied" in ran[1].out
    assert "No changes" in ran[2].out
    status = subprocess.run(["git", "status", "--short"], cwd=desk.folder, check=True, capture_output=True, text=True)
    assert status.stdout == "?? manifests/\n"
    assert api.requests == []


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_a_sandbox_plan_and_a_real_one_do_not_mix(desk: Desk, api: StandIn, verb: str) -> None:
    """A plan saved in the sandbox is refused without --sandbox, and the other way round."""
    first, second = (("--sandbox",), ()) if verb == "plan" else ((), ("--sandbox",))
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.run("plan", *first, "--out", "plan.json", code=0)
    desk.run("apply", *second, "plan.json", code=4)
    assert api.sent("PATCH") == []
