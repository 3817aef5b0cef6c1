"""Contract, sections 3 to 5: a saved plan is applied as it is, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.account import mitto_item
from tests.contract.desk import WITH_SECRET, Desk
from tests.contract.stand_in import StandIn, serving

CONFIG = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'


@pytest.fixture
def saved(desk: Desk, api: StandIn) -> Path:
    """A plan of one change with a secret, saved."""
    desk.write("reconciler.yaml", CONFIG)
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.run("plan", "--out", "plan.json", code=0)
    return desk.folder / "plan.json"


def test_it_is_applied_as_it_is(desk: Desk, api: StandIn, saved: Path) -> None:
    """Without asking, known by its format and not by its name; applied again, nothing is left to do."""
    digest = json.loads(saved.read_text())["digest"]
    saved.rename(desk.folder / "anything.at-all")
    report = desk.run("apply", "anything.at-all", "--format", "json", code=0).document
    assert report["plan"] == digest
    assert api.settings("1161")["default_phone_number"] == "+14445550100"
    again = desk.run("apply", "anything.at-all", "--format", "json", code=0).document
    assert again["summary"]["unchanged"] == 1
    assert [one["status"] for one in again["outcomes"]] == ["unchanged"]
    assert len(api.sent("PATCH")) == 1


def test_it_is_applied_without_the_manifests(desk: Desk, api: StandIn, saved: Path) -> None:
    """A job that has only the plan file."""
    (desk.folder / "manifests/main.yaml").unlink()
    desk.run("apply", "plan.json", code=0)
    assert api.settings("1161")["default_phone_number"] == "+14445550100"


@pytest.mark.parametrize("moved", ["name", "status", "account_sid", "default_phone_number"])
def test_what_moved_is_left_alone(desk: Desk, api: StandIn, saved: Path, moved: str) -> None:
    """A managed name, status or visible setting that differs from what the plan saw: stale, 5, no PATCH."""
    target = api.account.items["1161"] if moved in {"name", "status"} else api.settings("1161")
    target[moved] = "elsewhere"
    report = desk.run("apply", "plan.json", "--format", "json", code=5).document
    assert [one["status"] for one in report["outcomes"]] == ["stale"]
    assert report["outcomes"][0]["error"]
    assert report["summary"]["stale"] == 1
    assert api.sent("PATCH") == []


def test_what_is_not_managed_may_move(desk: Desk, api: StandIn) -> None:
    """A newer update_time or another unmanaged key is no reason."""
    desk.write("manifests/main.yaml", 'id: "1170"\nprovider: mitto\nsettings: {default_sender: NEW}\n')
    desk.run("plan", "--out", "plan.json", code=0)
    api.account.items["1170"]["update_time"] = "2026-11-11 11:11:11"
    api.account.items["1170"]["name"] = "Renamed"
    api.settings("1170")["prefix"] = "P"
    desk.run("apply", "plan.json", code=0)
    assert api.settings("1170") == {"default_sender": "NEW", "prefix": "P"}
    assert api.account.items["1170"]["name"] == "Renamed"


def test_a_flipped_byte_anywhere_is_found(desk: Desk, api: StandIn, saved: Path) -> None:
    """Seven places over the whole file, a cut, an addition, and another plan's parts: 4, and nothing is sent."""
    good = saved.read_bytes()
    forged = []
    for step in range(7):
        at = len(good) * (step + 1) // 9
        while not good[at : at + 1].isalnum():
            at += 1
        forged.append(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    document = json.loads(good)
    document["changes"][0]["body"]["settings"]["default_phone_number"] = "+1666"
    forged += [json.dumps(document, indent=2).encode() + b"\n", good + b" ", good.replace(b"2026-", b"2027-", 1)]
    for raw in forged:
        saved.write_bytes(raw)
        ran = desk.run("apply", "plan.json")
        assert ran.code == 4, (ran.code, ran.all)
        assert "plan.json" in ran.err
    assert [one for one in api.requests if one.method != "GET"] == []
    digit = good.index(b"+1444") + 2
    saved.write_bytes(good[:digit] + b"5" + good[digit + 1 :])
    desk.run("apply", "plan.json", code=4)


def test_it_is_bound_to_its_account_api_and_company(desk: Desk, api: StandIn, saved: Path) -> None:
    """Made for another account, address or company: 4 before any request."""
    api.requests.clear()
    other = CONFIG + '  other: {company_id: "6197120", path: manifests}\n'
    desk.write("reconciler.yaml", other)
    desk.run("apply", "plan.json", "--account", "other", code=4)
    with serving([mitto_item()]) as elsewhere:
        desk.run("apply", "plan.json", "--api", elsewhere.url, "--account", "main", code=4)
        assert elsewhere.requests == []
    desk.write("reconciler.yaml", CONFIG.replace("6197120", "1"))
    desk.run("apply", "plan.json", code=4)
    desk.write("reconciler.yaml", CONFIG.replace("main:", "renamed:"))
    assert "made for account 'main'" in desk.run("apply", "plan.json", code=4).err
    desk.run("apply", "plan.json", "--account", "main", code=64)
    assert api.requests == []


def test_a_live_object_of_another_company_is_refused(desk: Desk, api: StandIn, saved: Path) -> None:
    """The token of another company shows other objects: 4, nothing is written."""
    api.account.items["1161"]["company_id"] = "2"
    desk.run("apply", "plan.json", code=4)
    assert api.sent("PATCH") == []


def test_it_expires(desk: Desk, api: StandIn, saved: Path) -> None:
    """A plan of seven days, applied on a clock that is eight days later: 4, and nothing is sent."""
    desk.write(
        "sitecustomize.py",
        "import datetime as d\nclass D(d.datetime):\n    @classmethod\n"
        "    def now(cls, tz=None):\n        return super().now(tz) + d.timedelta(days=8)\nd.datetime = D\n",
    )
    path = f"{desk.folder}:{desk.environ['PYTHONPATH']}"
    ran = desk.run("apply", "plan.json", code=4, env={"PYTHONPATH": path})
    assert "expire" in ran.err
    assert api.sent("PATCH") == []


def test_a_key_seals_it(desk: Desk, api: StandIn, saved: Path) -> None:
    """With RECONCILER_KEY the seal is an HMAC: without the key, or with another, it is refused."""
    desk.run("plan", "--out", "keyed.json", code=0, env={"RECONCILER_KEY": "a long key"})
    desk.run("apply", "keyed.json", code=4, env={"RECONCILER_KEY": "another key"})
    desk.run("apply", "keyed.json", code=4)
    desk.run("apply", "plan.json", code=4, env={"RECONCILER_KEY": "a long key"})
    assert api.sent("PATCH") == []
    desk.run("apply", "keyed.json", code=0, env={"RECONCILER_KEY": "a long key"})


def test_what_is_no_plan_is_not_valid(desk: Desk, api: StandIn) -> None:
    """Other JSON, other formats, emptiness and missing files: 3 or 64, never a traceback."""
    texts = ["", "{}", "[]", '{"format": "reconciler.plan/2"}', '{"format": "reconciler.report/1"}', "[" * 99999, "\0"]
    for text in texts:
        desk.write("plan.json", text)
        assert desk.run("apply", "plan.json", "--yes").code in {3, 4}, text[:40]
    assert desk.run("apply", "missing.json", "--yes").code in {3, 64}
    assert api.sent("PATCH") == []


def test_a_missing_variable_is_told_before_any_write(desk: Desk, api: StandIn, saved: Path) -> None:
    """The secret of a saved plan is read when it is applied."""
    ran = desk.run("apply", "plan.json", code=3, env={"HOOD_TWILIO_AUTH_TOKEN": None})
    assert "HOOD_TWILIO_AUTH_TOKEN" in ran.err
    assert api.sent("PATCH") == []


def test_a_target_narrows_a_saved_plan(desk: Desk, api: StandIn) -> None:
    """What is out of the target is not written."""
    desk.write("manifests/other.yaml", 'id: "1170"\nprovider: mitto\nname: Old\nsettings: {default_sender: NEW}\n')
    desk.run("plan", "--out", "plan.json", code=0)
    desk.run("apply", "plan.json", "--target", "mitto/*", code=0)
    assert [one.id for one in api.sent("PATCH")] == ["1170"]
