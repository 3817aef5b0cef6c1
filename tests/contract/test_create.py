"""Creating, from outside: where nothing live is meant, a manifest that says so is planned as new."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.account import DESIRED_SECRET, mitto_item
from tests.contract.desk import Desk
from tests.contract.stand_in import Fault, StandIn

NEW = """\
key: launch
provider: mitto
name: Launch
status: active
settings:
  api_key: {secret: "env:HOOD_MITTO_API_KEY"}
  default_sender: LAUNCH
  defualt_sender: LAUNCH
lifecycle: {create: true}
"""
SECRET = {"HOOD_MITTO_API_KEY": DESIRED_SECRET}


def test_it_is_shown_with_all_its_fields(desk: Desk, api: StandIn) -> None:
    """In text with `+` and as JSON; dropped keys are told as with any; nothing but GETs leaves."""
    desk.write("manifests/main.yaml", NEW)
    plan = desk.plan(env=SECRET)
    (change,) = plan["changes"]
    assert (change["action"], change["id"], change["seen"]) == ("create", None, None)
    assert change["body"] == {
        "name": "Launch",
        "provider_id": "1003",
        "settings": {"api_key": {"secret": "env:HOOD_MITTO_API_KEY"}, "default_sender": "LAUNCH"},
        "status": "active",
    }
    assert [(one["path"], one["action"]) for one in change["fields"]] == [
        (["name"], "add"),
        (["status"], "add"),
        (["settings", "api_key"], "add"),
        (["settings", "default_sender"], "add"),
    ]
    assert [one["suggestion"] for one in change["dropped"]] == ["default_sender"]
    assert (plan["summary"]["create"], plan["summary"]["unmanaged"], plan["summary"]["requests"]) == (1, 2, 3)
    text = desk.run("plan", "--detailed-exitcode", code=2, env=SECRET).out
    for part in (
        "+ mitto/launch   ",
        '+ name                      "Launch"',
        "+ settings.api_key          secret(env:HOOD_MITTO_API_KEY) is added",
        "Plan: 1 to create, 0 to update, 0 unchanged, 1 setting dropped",
        "Apply needs 3 requests",
    ):
        assert part in text, text
    assert {one.method for one in api.requests} == {"GET"}


def test_a_live_twin_is_never_created_again(desk: Desk, api: StandIn) -> None:
    """It is compared, as without the permission."""
    api.account.items["1190"] = mitto_item("1190", "Launch", "OLD")
    desk.write("manifests/main.yaml", NEW)
    (change,) = desk.plan(env=SECRET)["changes"]
    assert (change["action"], change["id"]) == ("update", "1190")


@pytest.mark.parametrize("listing", ["absent", "slim", "always slim"])
def test_nothing_is_created_unseen(desk: Desk, api: StandIn, listing: str) -> None:
    """Without a list nobody can tell what exists: shown, refused by apply, and no override; a slim one tells names."""
    api.switches.listing = listing  # type: ignore[assignment]
    desk.write("manifests/main.yaml", NEW)
    plan = desk.plan(env=SECRET)
    refused = [one["rule"] for one in plan["changes"][0]["refused"]]
    assert refused == (["list-incomplete"] if listing == "absent" else [])
    if refused:
        assert "refused by list-incomplete" in desk.run("plan", code=0, env=SECRET).out
        assert "manifests/main.yaml:1:1" in desk.run("apply", "--yes", code=4, env=SECRET).err
        assert [one for one in api.requests if one.method != "GET"] == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("provider: mitto", "provider: mito", 'did you mean "mitto"? it has: custom_email, mitto, twilio'),
        ("  default_sender: LAUNCH\n", "", "mitto requires this key to be created"),
        ("  default_sender: LAUNCH", "  default_sender: 007", 'write "007"'),
        ("name: Launch\n", "", "name: is missing"),
    ],
)
def test_what_cannot_be_created_is_an_error(desk: Desk, api: StandIn, old: str, new: str, words: str) -> None:
    """At its place, before any write."""
    desk.write("manifests/main.yaml", NEW.replace(old, new))
    ran = desk.run("plan", code=3, env=SECRET)
    assert words in ran.err, ran.err
    assert "manifests/main.yaml:" in ran.err


def test_two_manifests_may_not_create_the_same(desk: Desk, api: StandIn) -> None:
    """Each is told of the other, by whatever name the provider goes."""
    desk.write("manifests/main.yaml", NEW)
    desk.write("manifests/twin.yaml", NEW.replace("launch", "twin").replace("mitto\n", '"1003"\n'))
    err = desk.run("plan", code=3, env=SECRET).err
    assert "manifests/main.yaml:1:1: mitto/launch: would create what 1003/twin at manifests/twin.yaml:1:1" in err
    assert "manifests/twin.yaml:1:1: 1003/twin: would create what mitto/launch" in err


def test_more_than_five_are_refused_without_any_configuration(desk: Desk, api: StandIn) -> None:
    """The number may be configured, or overridden once."""
    texts = [NEW.replace("launch", f"l{n}").replace("Launch", f"L{n}") for n in range(6)]
    desk.write("manifests/main.yaml", "---\n".join(texts))
    rules = [[rule["rule"] for rule in one["refused"]] for one in desk.plan(env=SECRET)["changes"]]
    assert rules == [["max_creates"]] * 6
    assert "--override max_creates" in desk.run("apply", "--yes", code=4, env=SECRET).err
    plan = desk.plan("--override", "max_creates", env=SECRET)
    assert not any(one["refused"] for one in plan["changes"])
    desk.write("reconciler.yaml", "version: 1\nguard: {max_creates: 6}\naccounts: {main: {path: manifests}}\n")
    assert not any(one["refused"] for one in desk.plan(env=SECRET)["changes"])


def apply_new(desk: Desk, *args: str, code: int = 0) -> Any:
    """The report of an apply of the one manifest, which may be created."""
    desk.write("manifests/main.yaml", NEW)
    return desk.apply(*args, code=code, env=SECRET)


def named(api: StandIn) -> list[dict[str, Any]]:
    """What is named Launch."""
    return [item for item in api.account.items.values() if item["name"] == "Launch"]


def test_it_is_created_and_read_back_and_then_nothing_is_left_to_do(desk: Desk, api: StandIn) -> None:
    """A look-up right before the POST, the id in the outcome, a verdict per field; the secret is in no output."""
    report = apply_new(desk)
    (outcome,) = report["outcomes"]
    assert (outcome["action"], outcome["status"], outcome["id"], outcome["attempts"]) == (
        "create",
        "applied",
        "2000",
        1,
    )
    assert {field["verdict"] for field in outcome["fields"]} == {"applied"}
    (post,) = api.sent("POST")
    assert post.body["settings"] == {"api_key": DESIRED_SECRET, "default_sender": "LAUNCH"}
    trail = [(one.method, one.path.rpartition("/")[2]) for one in api.requests]
    at = trail.index(("POST", "integrations"))
    assert (trail[at - 1], trail[at + 1]) == (("GET", "integrations"), ("GET", "2000"))
    assert report["requests"] == {"get": len(api.sent("GET")), "patch": 0, "post": 1, "throttled": 0, "retried": 0}
    assert desk.plan(env=SECRET)["changes"][0]["action"] == "none"
    text = desk.run("apply", "--yes", env=SECRET, code=0).out
    assert "No changes" in text


def test_the_text_of_a_report_shows_what_was_created(desk: Desk, api: StandIn) -> None:
    """With `+` and the new id."""
    desk.write("manifests/main.yaml", NEW)
    ran = desk.run("apply", "--yes", env=SECRET, code=0)
    assert "+ mitto/launch (2000)" in ran.out
    assert "1 POST" in ran.out


def test_a_saved_plan_creates_once_however_often_it_is_applied(desk: Desk, api: StandIn) -> None:
    """The second time it is unchanged; changed by hand it is stale, field by field."""
    desk.write("manifests/main.yaml", NEW)
    desk.run("plan", "--out", "plan.json", code=0, env=SECRET)
    for status in ("applied", "unchanged"):
        report = desk.run("apply", "plan.json", "--format", "json", code=0, env=SECRET).document
        assert (report["outcomes"][0]["status"], report["outcomes"][0]["id"]) == (status, "2000")
    api.settings("2000")["default_sender"] = "BY HAND"
    report = desk.run("apply", "plan.json", "--format", "json", code=5, env=SECRET).document
    (moved,) = report["outcomes"][0]["moved"]
    assert (moved["path"], moved["then"], moved["now"], moved["wanted"]) == (
        ["settings", "default_sender"], None, "BY HAND", "LAUNCH",
    )  # fmt: skip
    assert len(named(api)) == len(api.sent("POST")) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "written"), [("answer", True), ("reset", True), ("page", True), ("answer", False)])
def test_a_create_of_unknown_outcome_is_looked_up_first(desk: Desk, api: StandIn, kind: str, written: bool) -> None:
    """There is one in the end, and a second POST only where none has shown."""
    fault = Fault("POST", kind=kind, status=503, written=written)
    page = Fault("POST", status=200, raw=b"<html>Log in</html>", written=written)
    api.faults = [page if kind == "page" else fault]
    report = apply_new(desk)
    assert report["outcomes"][0]["status"] == "applied"
    assert (len(named(api)), len(api.sent("POST"))) == (1, 1 if written else 2)
    assert report["requests"]["retried"] == (0 if written else 1)


def test_an_empty_201_is_looked_up(desk: Desk, api: StandIn) -> None:
    """Its id stands in the outcome all the same."""
    api.switches.empty_201 = True
    report = apply_new(desk)
    assert (report["outcomes"][0]["status"], report["outcomes"][0]["id"]) == ("applied", "2000")
    assert len(api.sent("POST")) == 1


def test_a_refused_create_has_failed_and_is_sent_once(desk: Desk, api: StandIn) -> None:
    """400, with its trace id."""
    api.faults = [Fault("POST", status=400, times=9)]
    report = apply_new(desk, code=6)
    assert (report["outcomes"][0]["status"], report["outcomes"][0]["trace_id"]) == ("failed", "trace-400")
    assert len(api.sent("POST")) == 1


def test_a_list_that_vanishes_before_the_apply_refuses_with_a_line_on_stderr(desk: Desk, api: StandIn) -> None:
    """Exit 4; nothing was sent."""
    desk.write("manifests/main.yaml", NEW)
    desk.run("plan", "--out", "plan.json", code=0, env=SECRET)
    api.switches.listing = "absent"
    ran = desk.run("apply", "plan.json", code=4, env=SECRET)
    assert "mitto/launch: the list of live objects is absent" in ran.err
    assert api.sent("POST") == []
