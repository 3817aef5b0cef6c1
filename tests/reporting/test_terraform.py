"""The shape of `terraform show -json`."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from reconciler.model import Seen
from reconciler.reporting.terraform import render_terraform
from tests.reporting.corpus import INJECTIONS, make_nasty_plan
from tests.reporting.samples import SAMPLE, make_change, make_full_plan, make_plan


def changes_of(plan: Any) -> list[dict[str, Any]]:
    """The resource_changes."""
    found: list[dict[str, Any]] = json.loads(render_terraform(plan))["resource_changes"]
    return found


def test_an_update_has_both_sides_and_marks_what_is_secret() -> None:
    """No value of a secret; what was seen and does not change stands on both sides."""
    seen = Seen(None, "sha256:00", (), ((("status",), "active"), (("settings", "x"), "1")))
    (row,) = changes_of(make_plan(make_change(seen=seen)))
    assert row["address"] == 'ocamba_integration.twilio["twilio/main-sms"]'
    change = row["change"]
    assert change["actions"] == ["update"]
    assert change["before"]["settings"] == {"auth_token": None, "default_phone_number": "+13345550100", "x": "1"}
    assert change["after"]["settings"] == {"auth_token": None, "default_phone_number": "+14445550100", "x": "1"}
    assert change["before"]["status"] == change["after"]["status"] == "active"
    assert change["before_sensitive"] == change["after_sensitive"] == {"settings": {"auth_token": True}}


def test_a_create_has_no_before_and_an_unknown_id() -> None:
    """And what is only said is a no-op."""
    rows = {row["index"]: row["change"] for row in changes_of(make_full_plan())}
    assert rows["mitto/late"]["actions"] == ["create"]
    assert rows["mitto/late"]["before"] is None
    assert rows["mitto/late"]["after"]["status"] == "active"
    assert rows["mitto/late"]["after_unknown"] == {"id": True}
    assert rows["twilio/typo"]["actions"] == ["no-op"]


def test_what_stands_in_the_way_is_told() -> None:
    """A refused plan is not applyable, a blocked object makes it errored."""
    whole = json.loads(render_terraform(SAMPLE))
    assert (whole["errored"], whole["applyable"], whole["complete"]) == (False, True, True)
    full = json.loads(render_terraform(make_full_plan()))
    assert (full["errored"], full["applyable"], full["complete"]) == (True, False, False)
    assert json.loads(render_terraform(msgspec.structs.replace(SAMPLE, changes=())))["applyable"] is False


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_any_text_is_json(text: str) -> None:
    """Names of resources are plain words."""
    for row in changes_of(make_nasty_plan(text)):
        assert row["name"].replace("_", "").replace("-", "").isalnum()
