"""Secrets that the API hides: remembered by fingerprints, sent again, refused, or not compared, as asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.account import DESIRED_SECRET, twilio_item
from tests.contract.desk import MAIN, WITH_SECRET, Desk
from tests.contract.stand_in import Fault, StandIn

TOKEN_PATH = ["settings", "auth_token"]
KEY = {"RECONCILER_KEY": "k" * 40}
ROTATED = {**KEY, "HOOD_TWILIO_AUTH_TOKEN": DESIRED_SECRET[::-1]}
STATE = ("--state", "state.json")


@pytest.fixture(params=["stars", "hidden", "tail"])
def hiding(desk: Desk, api: StandIn, request: pytest.FixtureRequest) -> Desk:
    """A desk whose manifest names a secret that the API hides; nothing else differs."""
    api.account.switches.masks = {"auth_token": request.param}
    phone = "+13345550100"
    desk.write("manifests/main.yaml", WITH_SECRET.replace("+14445550100", phone))
    return desk


def kept(desk: Desk) -> Any:
    """The state file."""
    return json.loads((desk.folder / "state.json").read_text())


def changes(plan: Any) -> list[Any]:
    """The changes that an apply would send."""
    return [change for change in plan["changes"] if change["action"] != "none"]


def settle(desk: Desk) -> None:
    """Sends the secret once, so that it is remembered."""
    report = desk.apply(*STATE, "--resend-secrets", env={**KEY})
    (field,) = report["outcomes"][0]["fields"]
    assert field["verdict"] == "masked"


def test_a_rotation_is_one_change_once(hiding: Desk, api: StandIn) -> None:
    """As last applied: nothing is sent; another value: exactly one change; after its apply: none."""
    settle(hiding)
    text = hiding.run("plan", *STATE, "--detailed-exitcode", code=0, env={**KEY}).out
    assert "as last applied; the API hides what is live" in text
    assert "1 setting not compared" in text
    plan = hiding.plan(*STATE, env={**KEY})
    assert plan["changes"][0]["unseen"] == plan["changes"][0]["remembered"] == [TOKEN_PATH]
    rotated = hiding.plan(*STATE, "--detailed-exitcode", code=2, env={**ROTATED})
    (change,) = changes(rotated)
    assert [field["path"] for field in change["fields"]] == [TOKEN_PATH]
    assert change["unseen"] == change["rotated"] == [TOKEN_PATH]
    assert (change["fields"][0]["before"], change["fields"][0]["after"]) == (None, None)
    said = hiding.run("plan", *STATE, "--out", "plan.json", code=0, env={**ROTATED})
    assert "secret(env:HOOD_TWILIO_AUTH_TOKEN) changes: it is not what was last applied" in said.out
    assert "reconciler apply plan.json --state state.json" in said.err
    sent = len(api.sent("PATCH"))
    hiding.run("apply", "plan.json", *STATE, code=0, env={**ROTATED})
    assert len(api.sent("PATCH")) == sent + 1
    assert api.sent("PATCH")[-1].body["settings"]["auth_token"] == DESIRED_SECRET[::-1]
    assert changes(hiding.plan(*STATE, env={**ROTATED})) == []
    assert changes(hiding.plan(*STATE, env={**KEY})) != []
    kept_before = kept(hiding)
    again = hiding.run("apply", "plan.json", *STATE, "--format", "json", code=0, env={**ROTATED})
    assert again.document["summary"]["unchanged"] == 1
    assert len(api.sent("PATCH")) == sent + 1
    assert kept(hiding) == kept_before
    hiding.run("apply", "plan.json", code=0, env={**ROTATED})
    assert len(api.sent("PATCH")) == sent + 2


def test_the_state_file_is_safe_to_commit(hiding: Desk) -> None:
    """Fingerprints by account and id, a check value of the key, and the same bytes for the same content."""
    settle(hiding)
    state = kept(hiding)
    assert state["format"] == "reconciler.state/1"
    assert state["accounts"]["default"]["company_id"] == "6197120"
    (mark,) = state["accounts"]["default"]["settings"]["1161"].values()
    assert mark.startswith("hmac-sha256:")
    assert "k" * 8 not in json.dumps(state)
    before = (hiding.folder / "state.json").read_bytes()
    hiding.apply(*STATE, "--resend-secrets", env={**KEY})
    assert (hiding.folder / "state.json").read_bytes() == before


def test_without_a_fingerprint_the_ways_out_are_named(hiding: Desk, api: StandIn) -> None:
    """Nothing is sent, and the text says how it becomes comparable."""
    ran = hiding.run("plan", *STATE, "--detailed-exitcode", code=0, env={**KEY})
    for way in ("--state FILE", "RECONCILER_KEY", "--resend-secrets", "secrets.when_hidden: resend"):
        assert way in ran.out
    assert not (hiding.folder / "state.json").exists()
    plan = hiding.plan("--resend-secrets")
    assert [field["path"] for field in changes(plan)[0]["fields"]] == [TOKEN_PATH]
    hiding.run("apply", "--yes", "--resend-secrets", code=0)
    assert api.sent("PATCH")[-1].body["settings"]["auth_token"] == DESIRED_SECRET
    assert not (hiding.folder / "state.json").exists()


def test_the_flag_sends_what_is_remembered_too(hiding: Desk, api: StandIn) -> None:
    """Someone may have changed it in the console; a configured resend leaves what is as last applied."""
    settle(hiding)
    assert changes(hiding.plan(*STATE, "--resend-secrets", env={**KEY}))
    config = "version: 1\nsecrets: {{when_hidden: {}}}\naccounts: {{default: {{path: manifests}}}}\n"
    hiding.write("reconciler.yaml", config.format("resend"))
    assert not changes(hiding.plan(*STATE, env={**KEY}))
    assert changes(hiding.plan())
    hiding.write("reconciler.yaml", config.format("fail"))
    assert not changes(hiding.plan(*STATE, env={**KEY}))
    assert len(changes(hiding.plan(*STATE, env={**ROTATED}))) == 1
    ran = hiding.run("plan", code=3)
    assert "manifests/main.yaml:9:15: settings.auth_token: the API hides its live value" in ran.err


@pytest.mark.parametrize(
    ("flags", "env", "said"),
    [
        (("--state", "s.json"), {}, "RECONCILER_KEY"),
        ((), {"RECONCILER_STATE": "s.json"}, "RECONCILER_KEY"),
        (("--state", "none/s.json"), KEY, "mkdir"),
        (("--state", "manifests"), KEY, "is no ordinary file"),
        (("--state", "manifests/main.yaml"), KEY, "it stays"),
    ],
)
def test_what_cannot_be_a_state_is_a_wrong_command_line(
    desk: Desk, api: StandIn, flags: tuple[str, ...], env: dict[str, str], said: str
) -> None:
    """Exit 64 before any request, by plan and apply."""
    for verb in (("plan",), ("apply", "--yes")):
        assert said in desk.run(*verb, *flags, code=64, env={**env}).err
    assert api.requests == []


@pytest.mark.parametrize("content", ["", "{}", "[]", "nonsense", '{"format": "reconciler.state/2"}', "<<<<<<< HEAD\n"])
def test_a_damaged_state_is_not_valid(desk: Desk, api: StandIn, content: str) -> None:
    """Exit 3; the file stays as it is."""
    path = desk.write("state.json", content)
    assert "state.json:1:1" in desk.run("apply", "--yes", *STATE, code=3, env={**KEY}).err
    assert path.read_text() == content
    assert api.requests == []


def test_another_key_or_company_is_refused(hiding: Desk, api: StandIn) -> None:
    """Exit 4 before any write; another account in the same file is kept."""
    settle(hiding)
    sent = len(api.sent("PATCH"))
    before = (hiding.folder / "state.json").read_text()
    ran = hiding.run("apply", "--yes", *STATE, code=4, env={"RECONCILER_KEY": "j" * 40})
    assert "made with another key" in ran.err
    hiding.write("state.json", before.replace("6197120", "77"))
    ran = hiding.run("apply", "--yes", *STATE, "--resend-secrets", code=4, env={**KEY})
    assert "company 77, this is company 6197120" in ran.err
    assert len(api.sent("PATCH")) == sent
    hiding.write("state.json", before)
    hiding.write("reconciler.yaml", "version: 1\naccounts: {other: {path: manifests}}\n")
    hiding.apply(*STATE, "--resend-secrets", env={**KEY})
    state = kept(hiding)
    assert sorted(state["accounts"]) == ["default", "other"]
    marks = {json.dumps(one["settings"]) for one in state["accounts"].values()}
    assert len(marks) == 2


def test_equal_secrets_of_two_integrations_have_different_fingerprints(desk: Desk, api: StandIn) -> None:
    """Nobody sees from the file that two are the same."""
    api.account.items["1162"] = twilio_item("1162", "Second")
    api.account.switches.masks = {"auth_token": "stars"}
    desk.write("manifests/main.yaml", WITH_SECRET + "---\n" + WITH_SECRET.replace("1161", "1162").replace("main", "b"))
    desk.apply(*STATE, "--resend-secrets", env={**KEY})
    marks = [one["auth_token"] for one in kept(desk)["accounts"]["default"]["settings"].values()]
    assert len(set(marks)) == 2


def test_what_is_uncertain_is_sent_again(hiding: Desk, api: StandIn) -> None:
    """A refused write changes nothing that is remembered; of a lost answer nobody knows, so that it is a change."""
    settle(hiding)
    before = (hiding.folder / "state.json").read_bytes()
    api.faults = [Fault("PATCH", status=400, times=1)]
    hiding.run("apply", "--yes", *STATE, code=6, env={**ROTATED})
    assert (hiding.folder / "state.json").read_bytes() == before
    api.faults = [Fault("PATCH", kind="reset", times=9)]
    hiding.run("apply", "--yes", *STATE, code=6, env={**ROTATED})
    api.faults = []
    assert "unsure" in (hiding.folder / "state.json").read_text()
    assert len(changes(hiding.plan(*STATE, env={**KEY}))) == 1
    assert len(changes(hiding.plan(*STATE, env={**ROTATED}))) == 1
    hiding.apply(*STATE, env={**ROTATED})
    assert changes(hiding.plan(*STATE, env={**ROTATED})) == []


def test_a_run_that_is_killed_leaves_no_wrong_fingerprint(hiding: Desk, api: StandIn) -> None:
    """While it sends, the file says that nobody knows."""
    settle(hiding)
    processes: list[Any] = []
    seen: list[str] = []

    def kill(request: Any) -> None:
        if request.method == "PATCH":
            seen.append((hiding.folder / "state.json").read_text())
            processes[0].kill()

    api.watch = kill
    processes.append(hiding.start("apply", "--yes", *STATE, env={**ROTATED}))
    hiding.finish(processes[0], -9)
    api.watch = None
    assert "unsure" in seen[0]
    assert len(changes(hiding.plan(*STATE, env={**KEY}))) == 1
    assert len(changes(hiding.plan(*STATE, env={**ROTATED}))) == 1


def test_a_plan_without_secrets_reads_none(desk: Desk, api: StandIn) -> None:
    """No variable is needed; what is live is not compared, and said; such a plan can be saved and applied."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    gone: dict[str, str | None] = {"HOOD_TWILIO_AUTH_TOKEN": None}
    plan = desk.plan("--no-secrets", env=gone)
    (change,) = changes(plan)
    assert [field["path"] for field in change["fields"]] == [["settings", "default_phone_number"]]
    assert plan["no_secrets"] is True
    assert change["unseen"] == change["unread"] == [TOKEN_PATH]
    assert plan["summary"]["unseen"] == 1
    assert [one["code"] for one in plan["warnings"]] == ["secrets-not-compared"]
    ran = desk.run("plan", "--no-secrets", "--out", "plan.json", code=0, env=gone)
    assert "not compared, as asked (--no-secrets)" in ran.out
    assert "not compared, as asked: --no-secrets" in ran.out
    desk.run("apply", "plan.json", code=3, env=gone)
    report = desk.run("apply", "plan.json", "--format", "json", code=0).document
    assert report["summary"]["applied"] == 1
    in_sync = desk.plan("--no-secrets", "--detailed-exitcode", env=gone)
    assert in_sync["summary"] == {**in_sync["summary"], "unchanged": 1, "unseen": 1, "update": 0}
    assert "all that is declared is live" not in desk.run("plan", "--no-secrets", env=gone).out


def test_what_is_surely_absent_is_a_change_without_secrets(desk: Desk, api: StandIn) -> None:
    """It carries the reference, which the apply resolves."""
    api.account.items["1163"] = twilio_item("1163", "Other")
    del api.account.items["1161"]["settings"]["auth_token"]
    desk.write("manifests/main.yaml", WITH_SECRET)
    (change,) = changes(desk.plan("--no-secrets", env={"HOOD_TWILIO_AUTH_TOKEN": None}))
    field = next(one for one in change["fields"] if one["path"] == TOKEN_PATH)
    assert (field["action"], field["reference"]) == ("add", "env:HOOD_TWILIO_AUTH_TOKEN")
    assert change["body"]["settings"]["auth_token"] == {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}
    assert change["unseen"] == []
    desk.run("plan", "--no-secrets", "--out", "plan.json", code=0, env={"HOOD_TWILIO_AUTH_TOKEN": None})
    desk.run("apply", "plan.json", code=0)
    assert api.account.items["1161"]["settings"]["auth_token"] == DESIRED_SECRET


@pytest.mark.parametrize("flags", [("--no-secrets", "--state", "s.json"), ("--no-secrets", "--resend-secrets")])
def test_flags_that_contradict_each_other(desk: Desk, api: StandIn, flags: tuple[str, ...]) -> None:
    """Exit 64; a state of the environment is left aside."""
    desk.run("plan", *flags, code=64, env={**KEY})
    desk.run("plan", "--no-secrets", code=0, env={"RECONCILER_STATE": "s.json"})
    desk.run("plan", "--out", "plan.json", code=0)
    desk.run("apply", "plan.json", "--resend-secrets", code=64)


def test_a_short_key_is_warned_of(desk: Desk) -> None:
    """Whoever sees the file could try them all."""
    desk.write("manifests/main.yaml", MAIN)
    ran = desk.run("plan", *STATE, code=0, env={"RECONCILER_KEY": "short"})
    assert "RECONCILER_KEY has less than 16 characters" in ran.all
    assert "short" not in ran.all.replace("shorter", "")
