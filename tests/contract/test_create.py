"""Creating, from outside: where nothing live is meant, a manifest that says so is planned as new."""

from __future__ import annotations

import pytest

from tests.contract.account import DESIRED_SECRET, mitto_item
from tests.contract.desk import Desk
from tests.contract.stand_in import StandIn

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
