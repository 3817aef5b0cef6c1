"""Contract, sections 1 and 6, and the issue's budgets: which requests leave, how many, and what they hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.account import SID, mitto_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn


def fill(desk: Desk, api: StandIn, count: int, *, changed: int = 0) -> None:
    """Integrations from 2000 on, all declared; the first `changed` of them differ."""
    parts = []
    for number in range(count):
        id_ = str(2000 + number)
        api.account.items[id_] = mitto_item(id_, f"M{id_}", "OLD" if number < changed else "NEW")
        parts.append(f'id: "{id_}"\nprovider: mitto\nname: M{id_}\nsettings: {{default_sender: NEW}}\n')
    desk.write("manifests/many.yaml", "---\n".join(parts))


def test_planning_reads_in_bulk(desk: Desk, api: StandIn) -> None:
    """ceil(N/100) + 2 requests at most, GETs only; the list as documented."""
    fill(desk, api, 248, changed=2)
    plan = desk.plan()
    assert len(api.requests) <= 3 + 2
    assert {one.method for one in api.requests} == {"GET"}
    assert api.requests[0].query["page"] == "1,100"
    assert api.requests[0].query["sort"] == "id"
    assert plan["summary"]["update"] == 3
    assert plan["summary"]["unchanged"] == 246


def test_applying_takes_two_reads_of_each_page(desk: Desk, api: StandIn) -> None:
    """Five PATCHes and two reads of the one page that holds the changes; the plan forecasts as much."""
    fill(desk, api, 150, changed=5)
    (desk.folder / "manifests/main.yaml").unlink()
    desk.write("reconciler.yaml", "version: 1\nsettings_patch: changed\naccounts: {main: {path: manifests}}\n")
    desk.run("plan", "--out", "plan.json", code=0)
    forecast = desk.plan()["summary"]["requests"]
    api.requests.clear()
    report = desk.run("apply", "plan.json", "--format", "json", code=0).document
    assert report["summary"]["applied"] == 5
    assert len(api.sent("PATCH")) == 5
    assert len(api.sent("GET")) <= 2 + 1
    assert abs(forecast - len(api.requests)) <= 1


@pytest.mark.parametrize("listing", ["slim", "always slim", "absent"])
def test_a_list_that_is_slim_or_absent_is_made_up_for(desk: Desk, api: StandIn, listing: Any) -> None:
    """view=full, then GET by id; the plan is the same; both envelopes, either kind of total, a small page."""
    full = desk.plan()
    api.requests.clear()
    api.switches.listing = listing
    api.switches.envelope = "items"
    api.switches.total_as_text = True
    api.switches.page_max = 1
    plan = desk.plan()
    strip = [{**one, "seen": {**one["seen"], "page": None}} for one in full["changes"]]
    assert [{**one, "seen": {**one["seen"], "page": None}} for one in plan["changes"]] == strip
    assert ("full" in {one.query.get("view") for one in api.requests}) == (listing != "absent")
    assert desk.apply()["summary"]["applied"] == 1


def test_providers_absent_and_embedded_definitions(desk: Desk, api: StandIn) -> None:
    """The definitions of the object do; GET /providers may be missing."""
    api.switches.providers_listed = False
    assert desk.plan()["summary"]["update"] == 1


def test_only_what_differs_is_sent_and_dropped_keys_never(desk: Desk, api: StandIn) -> None:
    """The smallest body; a name alone; no key that the provider does not define."""
    desk.write("reconciler.yaml", "version: 1\nsettings_patch: changed\naccounts: {main: {path: manifests}}\n")
    text = MAIN.replace("name: Example Integration", "name: Renamed") + "  defualt_phone_number: x\n"
    desk.write("manifests/main.yaml", text)
    desk.apply()
    assert api.bodies() == {"1161": {"name": "Renamed", "settings": {"default_phone_number": "+14445550100"}}}
    desk.write("manifests/main.yaml", text.replace("Renamed", "Again"))
    desk.apply()
    assert api.bodies() == {"1161": {"name": "Again"}}


def test_what_is_unmanaged_never_changes(desk: Desk, api: StandIn) -> None:
    """Neither other keys nor other objects, whether PATCH merges or replaces."""
    desk.write(
        "manifests/main.yaml", 'id: "1161"\nprovider: twilio\nsettings: {default_phone_number: "+14445550100"}\n'
    )
    for merges in (True, False):
        api.switches.merges = merges
        before = {**api.settings("1161")}
        before["default_phone_number"] = "+14445550100"
        api.settings("1161")["default_phone_number"] = "+1"
        desk.apply()
        assert api.settings("1161") == before
        assert api.settings("1170") == {"default_sender": "OLD"}
        assert "auth_token" in api.bodies()["1161"]["settings"]


def test_merging_is_proven_and_then_relied_on(desk: Desk, api: StandIn) -> None:
    """The proof goes to the object that names every live key; what it loses is put back, and whole objects follow."""
    for merges in (True, False):
        api.switches.merges = merges
        for id_ in ("1171", "1172"):
            api.account.items[id_] = mitto_item(id_, f"M{id_}")
            api.settings(id_).update(prefix="P", suffix="S")
        whole = 'id: "1171"\nprovider: mitto\nsettings: {default_sender: NEW, prefix: P, suffix: S}\n'
        part = 'id: "1172"\nprovider: mitto\nsettings: {default_sender: NEW}\n'
        desk.write("manifests/main.yaml", whole + "---\n" + part)
        api.requests.clear()
        ran = desk.run("apply", "--yes", code=0)
        for id_ in ("1171", "1172"):
            assert api.settings(id_) == {"default_sender": "NEW", "prefix": "P", "suffix": "S"}
        patches = api.sent("PATCH")
        assert (patches[0].id, patches[0].body) == ("1171", {"settings": {"default_sender": "NEW"}})
        assert len(patches) == (2 if merges else 3)
        assert patches[-1].body["settings"].keys() == (
            {"default_sender"} if merges else {"default_sender", "prefix", "suffix"}
        )
        assert f"settings_patch: {'changed' if merges else 'whole'}" in ran.all


def test_an_unmanaged_mask_is_never_written_back(desk: Desk, api: StandIn) -> None:
    """Merging unproven and an unmanaged key masked: 4 with both ways out; with changed keys it goes through."""
    desk.write(
        "manifests/main.yaml", 'id: "1161"\nprovider: twilio\nsettings: {default_phone_number: "+14445550100"}\n'
    )
    api.switches.masks = {"auth_token": "tail"}
    ran = desk.run("apply", "--yes", code=4)
    assert "settings_patch: changed" in ran.all or "--settings-patch changed" in ran.all
    assert "auth_token" in ran.all
    assert api.sent("PATCH") == []
    secret = api.settings("1161")["auth_token"]
    desk.run("apply", "--yes", "--settings-patch", "changed", code=0)
    assert api.settings("1161") == {"account_sid": SID, "auth_token": secret, "default_phone_number": "+14445550100"}


@pytest.mark.parametrize("mask", ["tail", "stars", "hidden"])
def test_a_managed_mask_is_never_written_back(desk: Desk, api: StandIn, mask: Any) -> None:
    """A whole PATCH carries the secret that the manifest names, never its mask."""
    api.switches.masks = {"auth_token": mask}
    api.switches.merges = False
    desk.write("manifests/main.yaml", MAIN + '  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}\n')
    desk.run("apply", "--yes", "--settings-patch", "whole")
    for one in api.sent("PATCH"):
        assert "*" not in str(one.body["settings"]["auth_token"])
    assert "*" not in api.settings("1161")["auth_token"]


def test_limits_are_kept(desk: Desk, api: StandIn) -> None:
    """10/s in windows of the server: 20 changes earn no 429."""
    api.limits = (10, 150)
    fill(desk, api, 20, changed=20)
    report = desk.apply("--settings-patch", "changed")
    assert report["summary"]["applied"] == 21
    assert report["requests"]["throttled"] == 0
    assert {one.status for one in api.requests} == {200, 204}
