"""Where the manifests are at hand, a saved plan sends only what they declare still, whatever neighbours merge."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.contract.account import DESIRED_SECRET, mitto_item
from tests.contract.desk import MAIN, WITH_SECRET, Desk
from tests.contract.stand_in import StandIn

CONFIG = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'
OTHER = 'id: "1170"\nprovider: mitto\nname: Old\nsettings: {default_sender: OLD}\n'
NAMED = "provider: mitto\nname: Old\nsettings: {default_sender: NEW}\n"
KEY = {"RECONCILER_KEY": "a long key"}


@pytest.fixture
def saved(desk: Desk, api: StandIn) -> Path:
    """A plan of one change with a secret; the manifests and another document lie beside it."""
    desk.write("reconciler.yaml", CONFIG)
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.write("manifests/other.yaml", OTHER)
    desk.run("plan", "--out", "plan.json", code=0)
    api.requests.clear()
    return desk.folder / "plan.json"


def forge(path: Path, document: Any) -> None:
    """Writes a plan anew with a seal and a digest of its own, as anybody can who has no need of a key."""
    document = json.loads(json.dumps(document))
    bare = {**document, "created": "", "expires": "", "digest": "", "seal": ""}
    text = json.dumps(bare, indent=2) + "\n"
    document["digest"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    document["seal"] = ""
    text = json.dumps(document, indent=2) + "\n"
    seal = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    path.write_text(re.sub(r'"seal": ""', f'"seal": "{seal}"', text, count=1))


def test_an_untouched_plan_is_applied(desk: Desk, api: StandIn, saved: Path) -> None:
    """Also where it was only written anew."""
    forge(saved, json.loads(saved.read_text()))
    desk.run("apply", "plan.json", code=0)
    assert api.settings("1161")["default_phone_number"] == "+14445550100"


OUTDATED = [
    (WITH_SECRET.replace("+14445550100", "+15555555555"), "8:25", 'would send "+14445550100"'),
    (WITH_SECRET.replace("HOOD_TWILIO_AUTH_TOKEN", "HOOD_TWILIO_OTHER"), "9:15", "env:HOOD_TWILIO_AUTH_TOKEN"),
    (WITH_SECRET.replace("Example Integration", "Another Name"), "1:1", "does not declare what it did"),
    (WITH_SECRET.replace("status: active", "status: inactive"), "1:1", "does not declare what it did"),
    (WITH_SECRET.replace("1161", "1199"), "2:5", "declares 1199"),
    (WITH_SECRET + "lifecycle: {ignore: [settings.default_phone_number]}\n", "8:25", "lifecycle.ignore"),
    (WITH_SECRET + "lifecycle: {guard: [settings.default_phone_number]}\n", "1:1", "does not declare what it did"),
    (re.sub("  default_phone.*\n", "", WITH_SECRET), "7:3", "does not name it"),
]


@pytest.mark.parametrize(("text", "place", "words"), OUTDATED)
def test_an_outdated_plan_is_refused(desk: Desk, api: StandIn, saved: Path, text: str, place: str, words: str) -> None:
    """4 before any request; the document at its place, what differs, what to type; the variable is not even read."""
    desk.write("manifests/main.yaml", text)
    ran = desk.run("apply", "plan.json", code=4, env={"HOOD_TWILIO_OTHER": DESIRED_SECRET})
    assert f"manifests/main.yaml:{place}" in ran.err
    assert words in ran.err
    assert "twilio/main-sms" in ran.err
    assert "reconciler plan --out plan.json" in ran.err
    assert api.requests == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifests/other.yaml", OTHER.replace("OLD", "NEW")),
        ("manifests/other.yaml", "nonsense: [\n"),
        ("manifests/more.yaml", 'id: "1180"\nprovider: mitto\nname: More\nsettings: {default_sender: X}\n'),
        ("manifests/more.yaml", 'id: "1180"\nkey: main-sms\nprovider: twilio\nname: More\n'),
        ("manifests/main.yaml", f"# moved down\n\n{WITH_SECRET}x-owner: somebody\n---\n{OTHER}"),
        ("manifests/main.yaml", f"{WITH_SECRET}---\nid: 5\n"),
    ],
)
def test_a_neighbours_merge_does_not_stop_it(desk: Desk, api: StandIn, saved: Path, name: str, text: str) -> None:
    """Other documents change, come and break; this one moves, and gets words for people."""
    desk.write(name, text)
    desk.run("apply", "plan.json", code=0)
    assert api.settings("1161")["default_phone_number"] == "+14445550100"


def test_a_document_that_is_gone_is_refused(desk: Desk, api: StandIn, saved: Path) -> None:
    """Named by its address and the place where it was."""
    (desk.folder / "manifests/main.yaml").unlink()
    ran = desk.run("apply", "plan.json", code=4)
    assert "manifests/main.yaml:1:1: twilio/main-sms: no manifest declares it any more" in ran.err
    assert api.requests == []


def test_a_document_that_is_no_longer_valid_is_an_error(desk: Desk, api: StandIn, saved: Path) -> None:
    """3 with what is wrong in it, at its place."""
    desk.write("manifests/main.yaml", WITH_SECRET.replace('"+14445550100"', "+14445550100"))
    ran = desk.run("apply", "plan.json", code=3)
    assert "manifests/main.yaml:8:25" in ran.err
    assert api.requests == []


def test_the_first_wins_where_both_hold(desk: Desk, api: StandIn, saved: Path) -> None:
    """Both are told; a refusal is the graver."""
    desk.write("manifests/other.yaml", OTHER.replace("OLD", "NEW"))
    desk.run("plan", "--out", "plan.json", code=0)
    desk.write("manifests/other.yaml", OTHER.replace("OLD", "NEWER"))
    desk.write("manifests/main.yaml", "nonsense: [\n")
    ran = desk.run("apply", "plan.json", code=4)
    assert "manifests/other.yaml:4:28" in ran.err
    assert "manifests/main.yaml:" in ran.err
    assert api.sent("PATCH") == []


def test_a_target_narrows_what_is_compared(desk: Desk, api: StandIn, saved: Path) -> None:
    """What is not sent may differ."""
    desk.write("manifests/other.yaml", OTHER.replace("OLD", "NEW"))
    desk.run("plan", "--out", "plan.json", code=0)
    desk.write("manifests/other.yaml", OTHER.replace("OLD", "NEWER"))
    desk.run("apply", "plan.json", "--target", "twilio/*", code=0)


def edit(document: Any, *steps: Any, value: Any) -> None:
    """Sets a value within the first change."""
    target = document["changes"][0]
    for step in steps[:-1]:
        target = target[step]
    target[steps[-1]] = value


FORGED: list[tuple[tuple[Any, ...], Any]] = [
    (("body", "settings", "default_phone_number"), "+1666"),
    (("body", "settings", "auth_token"), {"secret": "env:HOOD_ELSE"}),
    (("body", "settings", "auth_token"), "a-literal-of-the-forger"),
    (("body", "settings", "account_sid"), "ACf99999999999999999999999999999999"),
    (("body", "settings", "new_key"), "x"),
    (("body", "settings"), ["x"]),
    (("body", "settings", "default_phone_number"), "\ud800"),
    (("body", "name"), "Forged"),
    (("body", "status"), "active"),
    (("body", "is_default"), True),
    (("body", "provider_id"), "1003"),
    (("along",), {"account_sid": "x"}),
    (("id",), "1170"),
    (("declared",), "sha256:00"),
    (("fields",), []),
]


@pytest.mark.parametrize(("steps", "value"), FORGED)
def test_a_forged_plan_is_refused(desk: Desk, api: StandIn, saved: Path, steps: tuple[Any, ...], value: Any) -> None:
    """A plan whose seal is right and that says what no manifest declares: 4, and nothing is sent."""
    document = json.loads(saved.read_text())
    edit(document, *steps, value=value)
    forge(saved, document)
    ran = desk.run("apply", "plan.json")
    assert ran.code == 4, ran.all
    assert "forger" not in ran.all
    assert api.requests == []


def test_a_forged_change_that_is_shown_is_refused_too(desk: Desk, api: StandIn, saved: Path) -> None:
    """The fields and the body agree with each other, and not with the manifest."""
    document = json.loads(saved.read_text())
    edit(document, "body", "settings", "default_phone_number", value="+1666")
    (phone,) = (one for one in document["changes"][0]["fields"] if one["path"][1] == "default_phone_number")
    phone["after"] = "+1666"
    forge(saved, document)
    assert 'would send "+1666"' in desk.run("apply", "plan.json", code=4).err
    assert api.requests == []


def test_a_name_ties_a_document_without_id_to_its_object(desk: Desk, api: StandIn) -> None:
    """A forged id would write to an object of another name; where the plan still expects that name it is stale."""
    api.account.items["1171"] = mitto_item("1171", "Another")
    desk.write("manifests/main.yaml", NAMED)
    desk.run("plan", "--out", "plan.json", code=0)
    saved = desk.folder / "plan.json"
    good = json.loads(saved.read_text())
    forged = json.loads(saved.read_text())
    forged["changes"][0]["id"] = "1171"
    forge(saved, forged)
    desk.run("apply", "plan.json", code=5)
    forged["changes"][0]["seen"].update(paths=[["settings", "default_sender"]], values=[])
    forge(saved, forged)
    assert "does not have this name" in desk.run("apply", "plan.json", code=4).err
    assert api.sent("PATCH") == []
    forge(saved, good)
    desk.write("manifests/main.yaml", 'id: "1170"\n' + NAMED)
    desk.run("apply", "plan.json", code=0)
    assert api.settings("1170")["default_sender"] == "NEW"


def test_only_a_key_lets_a_plan_of_undo_differ(desk: Desk, api: StandIn, saved: Path) -> None:
    """What it puts back is what no manifest declares; without a key anybody could call a plan that."""
    desk.write("manifests/main.yaml", MAIN.replace("+14445550100", "+15555555555"))
    document = json.loads(saved.read_text())
    document["origin"] = "undo"
    forge(saved, document)
    desk.run("apply", "plan.json", code=4)
    forged = json.loads(saved.read_text())
    desk.run("apply", "plan.json", code=4, env=KEY)
    assert forged["origin"] == "undo"
    assert api.requests == []


def test_manifests_that_lie_elsewhere_are_compared_where_they_are_found(desk: Desk, api: StandIn) -> None:
    """A plan that was made from a PATH outside of the account's root."""
    desk.write("elsewhere/more.yaml", 'id: "1170"\nprovider: mitto\nname: Old\nsettings: {default_sender: NEW}\n')
    desk.run("plan", "elsewhere", "--out", "plan.json", code=0)
    desk.write("elsewhere/more.yaml", 'id: "1170"\nprovider: mitto\nname: Old\nsettings: {default_sender: NEWER}\n')
    assert "elsewhere/more.yaml:4:28" in desk.run("apply", "plan.json", code=4).err
    assert api.sent("PATCH") == []


CREATE = """\
key: launch
provider: mitto
name: Launch
settings: {default_sender: LAUNCH}
lifecycle: {create: true}
"""


def test_an_id_that_was_written_down_since_does_not_stop_a_resume(desk: Desk, api: StandIn) -> None:
    """The plan is applied again once the new id stands in the manifest: unchanged; with another id it is stale."""
    desk.write("manifests/main.yaml", CREATE)
    desk.run("plan", "--out", "plan.json", code=0)
    report = desk.run("apply", "plan.json", "--format", "json", code=0).document
    one = report["outcomes"][0]["id"]
    desk.write("manifests/main.yaml", f'id: "{one}"\n' + CREATE)
    report = desk.run("apply", "plan.json", "--format", "json", code=0).document
    assert [row["status"] for row in report["outcomes"]] == ["unchanged"]
    desk.write("manifests/main.yaml", 'id: "1170"\n' + CREATE)
    api.account.items[one]["name"] = "Renamed"
    report = desk.run("apply", "plan.json", "--format", "json", code=5).document
    assert "names id 1170 by now" in report["outcomes"][0]["error"]
    assert len(api.sent("POST")) == 1
