"""An apply that kept its report is undone by it: an ordinary plan, shown, asked for and applied."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.account import DESIRED_SECRET, SID, mitto_item
from tests.contract.desk import MAIN, PHONE, WITH_SECRET, Desk
from tests.contract.stand_in import StandIn, serving
from tests.contract.test_plan_document import check

RENAMED = MAIN.replace("name: Example Integration", "name: Renamed")


@pytest.fixture
def applied(desk: Desk, api: StandIn) -> Any:
    """The account as it was, and then an apply of a name and a phone number, kept in report.json."""
    before = json.loads(json.dumps(api.account.items))
    desk.write("manifests/main.yaml", RENAMED)
    desk.apply("--report", "report.json")
    return before


def shown(api: StandIn) -> dict[str, Any]:
    """Name, status and settings of all, without the times of changes."""
    return {one: {key: item[key] for key in ("name", "status", "settings")} for one, item in api.account.items.items()}


def test_it_brings_back_what_was_there(desk: Desk, api: StandIn, applied: Any) -> None:
    """Applied, undone, undone again: nothing is left to do."""
    assert api.account.items["1161"]["name"] == "Renamed"
    ran = desk.run("undo", "report.json", "--yes", code=0)
    assert '~ name                            "Renamed" -> "Example Integration"' in ran.out
    assert "revert them too" in ran.out
    assert shown(api) == {
        one: {key: item[key] for key in ("name", "status", "settings")} for one, item in applied.items()
    }
    assert "Undo: 1 applied" in ran.out
    assert "Apply: " not in ran.out
    assert "No changes" in desk.run("undo", "report.json", "--yes", code=0).out
    assert len(api.sent("PATCH")) == 2


def test_an_undo_is_undone_by_its_own_report(desk: Desk, api: StandIn, applied: Any) -> None:
    """And so what was applied first is there again."""
    after = shown(api)
    report = desk.run("undo", "report.json", "--yes", "--format", "json", "--report", "undo.json", code=0).document
    check(report, "report.schema.json")
    assert report == json.loads((desk.folder / "undo.json").read_text())
    assert report["origin"] == "undo"
    assert "origin" not in json.loads((desk.folder / "report.json").read_text())
    assert shown(api) != after
    desk.run("undo", "undo.json", "--yes", code=0)
    assert shown(api) == after


def test_nobody_to_ask_is_a_wrong_command_line(desk: Desk, api: StandIn, applied: Any) -> None:
    """64 before any request; so is a report that is no file, or that would be replaced."""
    api.requests.clear()
    assert "add --yes, or --out plan.json" in desk.run("undo", "report.json", code=64).err
    for flags in (["--out", "report.json"], ["--report", "report.json"], ["--report", "."]):
        desk.run("undo", "report.json", "--yes", *flags, code=64)
    assert "gone.json: cannot be read" in desk.run("undo", "gone.json", "--yes", code=64).err
    assert api.requests == []


def test_saved_it_is_a_plan_like_any_other(desk: Desk, api: StandIn, applied: Any) -> None:
    """Only shown and saved; then what it says."""
    api.requests.clear()
    plan = desk.run("undo", "report.json", "--out", "plan.json", "--format", "json", code=0).document
    check(plan, "plan.schema.json")
    assert [one for one in api.requests if one.method != "GET"] == []
    assert plan["origin"] == "undo"
    assert plan["unmanaged"] == []
    (change,) = plan["changes"]
    assert change["body"] == {"name": "Example Integration", "settings": {PHONE[1]: "+13345550100"}}
    assert change["source"]["file"] == "manifests/main.yaml"
    assert "manifests-stand" in [one["code"] for one in plan["warnings"]]


def test_what_has_moved_since_is_left_alone(desk: Desk, api: StandIn, applied: Any) -> None:
    """Field by field, 5; the other objects go back, and in the report it is stale."""
    api.account.items["1161"]["name"] = "By hand"
    ran = desk.run("undo", "report.json", "--yes", code=5)
    assert 'name: applied "Renamed", now "By hand", before "Example Integration"' in ran.out
    report = desk.run("undo", "report.json", "--yes", "--format", "json", code=5).document
    assert [one["status"] for one in report["outcomes"]] == ["stale"]
    told = {"path": ["name"], "then": "Renamed", "now": "By hand", "wanted": "Example Integration", "secret": False}
    assert report["outcomes"][0]["moved"] == [told]
    assert len(api.sent("PATCH")) == 1
    desk.run("undo", "report.json", "--out", "plan.json", code=5)
    saved = desk.run("apply", "plan.json", "--format", "json", code=5).document
    assert (saved["summary"]["stale"], saved["outcomes"][0]["moved"]) == (1, [told])


def test_what_is_back_already_is_no_reason(desk: Desk, api: StandIn, applied: Any) -> None:
    """One field by hand, the other by undo."""
    api.account.items["1161"]["name"] = "Example Integration"
    desk.run("undo", "report.json", "--yes", code=0)
    assert "name" not in api.bodies()["1161"]
    assert api.settings("1161")[PHONE[1]] == "+13345550100"


def test_a_secret_is_not_brought_back_and_that_is_said(desk: Desk, api: StandIn) -> None:
    """The rest is; 6, since something is left."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.apply("--report", "report.json")
    ran = desk.run("undo", "report.json", "--yes", code=6)
    assert "settings.auth_token: not undone: its old value is not kept" in ran.out
    assert api.settings("1161")["auth_token"] == DESIRED_SECRET
    assert api.settings("1161")[PHONE[1]] == "+13345550100"


def test_what_was_created_stays_and_that_is_said(desk: Desk, api: StandIn) -> None:
    """The API deletes nothing: 6, and what to do."""
    new = "provider: mitto\nname: New\nsettings: {default_sender: S}\nlifecycle: {create: true}\n"
    desk.write("manifests/main.yaml", new)
    desk.apply("--report", "report.json")
    ran = desk.run("undo", "report.json", "--yes", code=6)
    assert "mitto/new: not undone: it was created, and the API deletes nothing" in ran.out
    assert "New" in [item["name"] for item in api.account.items.values()]


def test_what_was_absent_is_cleared(desk: Desk, api: StandIn) -> None:
    """Null for a key that was not there; a required one stays, and that is said."""
    api.account.items["1170"]["settings"] = {"default_sender": "OLD"}
    desk.write("reconciler.yaml", "version: 1\nsettings_patch: changed\n")
    desk.write("manifests/main.yaml", 'id: "1170"\nprovider: mitto\nsettings: {prefix: P}\n')
    desk.apply("--report", "report.json")
    desk.run("undo", "report.json", "--yes", code=0)
    assert api.bodies()["1170"] == {"settings": {"prefix": None}}
    assert api.settings("1170") == {"default_sender": "OLD"}


def test_it_is_bound_like_a_plan(desk: Desk, api: StandIn, applied: Any) -> None:
    """Another API, account or company: 4 before any request."""
    api.requests.clear()
    with serving([mitto_item()]) as elsewhere:
        desk.run("undo", "report.json", "--yes", "--api", elsewhere.url, code=4)
        assert elsewhere.requests == []
    desk.write("reconciler.yaml", "version: 1\naccounts:\n  other: {path: manifests}\n")
    assert "is of account default, this is other" in desk.run("undo", "report.json", "--yes", code=4).err
    desk.write("reconciler.yaml", 'version: 1\naccounts:\n  default: {company_id: "7", path: manifests}\n')
    assert "is of company 6197120" in desk.run("undo", "report.json", "--yes", code=4).err
    assert api.requests == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["settings", "default_phone_number"], {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}),
        (["settings", "auth_token"], "forged"),
        (["settings", "auth_token"], {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}),
        (["name"], {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}),
        (["name"], None),
    ],
)
def test_a_forged_report_reaches_no_secret(desk: Desk, api: StandIn, applied: Any, path: Any, value: Any) -> None:
    """It may say what was there before, and that is shown and asked for; it resolves nothing and writes no secret."""
    file = desk.folder / "report.json"
    report = json.loads(file.read_text())
    report["outcomes"][0]["before"] = [[path, value]]
    file.write_text(json.dumps(report))
    before = shown(api)
    desk.run("undo", "report.json", "--yes", code=6)
    assert shown(api) == before


@pytest.mark.parametrize("path", [["id"], ["settings"], ["settings", "a", "b"], []])
def test_a_report_of_what_no_integration_has_is_no_report(desk: Desk, api: StandIn, applied: Any, path: Any) -> None:
    """3, as anything else that is no report."""
    file = desk.folder / "report.json"
    report = json.loads(file.read_text())
    report["outcomes"][0]["before"] = [[path, "x"]]
    for text in (json.dumps(report), "{}", "nonsense", "[" * 100_000, json.dumps({**report, "api": ""})):
        desk.write("bad.json", text)
        assert "report.json" in desk.run("undo", "bad.json", "--yes", code=3).err
    desk.run("undo", "bad.json", "--yes", "--format", "json", code=3)


def test_a_target_narrows_it(desk: Desk, api: StandIn) -> None:
    """An address of the report; one that names nothing is told."""
    desk.write("manifests/other.yaml", 'id: "1170"\nprovider: mitto\nname: New\n')
    desk.apply("--report", "report.json")
    desk.run("undo", "report.json", "--yes", "--target", "mitto/*", code=0)
    assert api.account.items["1170"]["name"] == "Old"
    assert api.settings("1161")[PHONE[1]] == "+14445550100"
    assert "names no manifest" in desk.run("undo", "report.json", "--yes", "--target", "nothing", code=64).err


def test_the_guards_hold_for_it(desk: Desk, api: StandIn) -> None:
    """The way back may deactivate what the way forth activated: the rule is named, and --override lets it through."""
    api.account.items["1161"]["status"] = "inactive"
    desk.apply("--report", "report.json")
    said = desk.run("undo", "report.json", "--yes", code=4).err
    assert "if it is meant: reconciler undo report.json --override deactivate" in said
    desk.run("undo", "report.json", "--yes", "--override", "deactivate", code=0)
    assert api.account.items["1161"]["status"] == "inactive"


def test_where_the_manifests_are_at_hand_a_saved_one_is_sealed_with_the_key(
    desk: Desk, api: StandIn, applied: Any
) -> None:
    """Since no manifest vouches for it; without the key it is refused before any write."""
    assert "RECONCILER_KEY" in desk.run("undo", "report.json", "--out", "plan.json", code=0).err
    assert "RECONCILER_KEY" in desk.run("apply", "plan.json", code=4).err
    key = {"RECONCILER_KEY": "0123456789abcdef0123"}
    assert "RECONCILER_KEY" not in desk.run("undo", "report.json", "--out", "plan.json", env=key, code=0).err
    desk.run("apply", "plan.json", env=key, code=0)
    assert api.account.items["1161"]["name"] == "Example Integration"


def test_all_or_nothing_holds_for_it(desk: Desk, api: StandIn) -> None:
    """One object moved, so that the other is left alone too."""
    desk.write("manifests/other.yaml", 'id: "1170"\nprovider: mitto\nname: New\n')
    desk.apply("--report", "report.json")
    api.account.items["1170"]["name"] = "By hand"
    report = desk.run("undo", "report.json", "--yes", "--all-or-nothing", "--format", "json", code=5).document
    assert sorted(one["status"] for one in report["outcomes"]) == ["skipped", "stale"]
    assert len(api.sent("PATCH")) == 2


@pytest.mark.parametrize("mask", ["tail", "stars", "hidden"])
def test_hidden_secrets_travel_along_by_the_manifests_references(desk: Desk, api: StandIn, mask: Any) -> None:
    """An API that replaces settings would lose them; without the manifests, or the secret, it is refused instead."""
    api.switches.merges = False
    api.switches.masks = {"auth_token": mask}
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.apply("--report", "report.json")
    assert api.settings("1161")["auth_token"] == DESIRED_SECRET
    desk.run("undo", "report.json", "--yes", code=4, env={"HOOD_TWILIO_AUTH_TOKEN": None})
    desk.write("manifests/main.yaml", "nonsense: [")
    assert "hidden-unmanaged" in desk.run("undo", "report.json", "--yes", code=4).err
    desk.write("manifests/main.yaml", WITH_SECRET)
    ran = desk.run("undo", "report.json", "--yes", code=0)
    assert "sent along, so that it is kept" in ran.out
    assert api.settings("1161") == {
        "account_sid": SID,
        "auth_token": DESIRED_SECRET,
        "default_phone_number": "+13345550100",
    }


def test_it_works_in_the_sandbox(desk: Desk) -> None:
    """The same story with no account."""
    desk.write("manifests/main.yaml", 'id: "1162"\nprovider: twilio\nname: Backup\n')
    desk.write("reconciler.yaml", 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n')
    desk.run("apply", "--sandbox", "--yes", "--report", "report.json", code=0)
    desk.run("undo", "report.json", "--yes", code=4)
    ran = desk.run("undo", "report.json", "--sandbox", "--yes", code=0)
    assert all(line.startswith("SANDBOX") for line in (ran.out + ran.err).splitlines())
    assert "1 to update" in desk.run("plan", "--sandbox", code=0).out
