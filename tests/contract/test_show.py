"""`show` from outside: nothing but GETs, no secret anywhere, the truth about what was not compared."""

from __future__ import annotations

import pytest

from tests.contract.account import mitto_item, twilio_item
from tests.contract.desk import WITH_SECRET, Desk
from tests.contract.stand_in import StandIn


@pytest.mark.parametrize("args", [(), ("twilio/main-sms",), ("1170",), ("--target", "twilio/*")])
@pytest.mark.parametrize("form", ["text", "json"])
def test_it_sends_gets_alone_and_shows_no_secret(desk: Desk, api: StandIn, args: tuple[str, ...], form: str) -> None:
    """Neither the desired nor the live one; the desk looks for both."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    ran = desk.run("show", *args, "--format", form, code=0)
    assert {request.method for request in api.requests} == {"GET"}
    assert ("1170" if args == ("1170",) else "1161") in ran.out


def test_a_reference_needs_no_value_and_is_no_yes(desk: Desk, api: StandIn) -> None:
    """Unset, and a secret that the API shows: in sync is never said of it."""
    desk.write("manifests/main.yaml", WITH_SECRET.replace("+14445550100", "+13345550100"))
    document = desk.run("show", "--format", "json", code=0, env={"HOOD_TWILIO_AUTH_TOKEN": None}).document
    assert {row["id"]: (row["managed"], row["in_sync"]) for row in document["integrations"]} == {
        "1161": (True, "unseen"),
        "1170": (False, None),
    }


def test_a_thousand_integrations_are_read_in_pages(desk: Desk, api: StandIn) -> None:
    """No request for each."""
    for number in range(1000):
        item = mitto_item(str(5000 + number), f"Number {number}")
        api.account.items[item["id"]] = item
    document = desk.run("show", "--format", "json", code=0).document
    assert document["summary"]["unmanaged"] == 1001
    assert len(api.requests) <= 12


def test_masks_and_another_company_are_told(desk: Desk, api: StandIn) -> None:
    """No tail of a mask is shown; foreign objects are."""
    api.switches.masks["auth_token"] = "tail"
    api.account.items["9"] = twilio_item("9", "Foreign", company_id="77")
    desk.write("manifests/main.yaml", WITH_SECRET)
    ran = desk.run("show", "twilio/main-sms", code=0)
    assert "(hidden)" in ran.out
    assert "****" not in ran.out
    assert "77" in desk.run("show", code=0).out
