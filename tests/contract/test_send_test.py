"""`send-test` from outside: one POST and no write, and no secret anywhere but in it."""

from __future__ import annotations

import pytest

from tests.contract.account import COMPANY, DESIRED_SECRET
from tests.contract.desk import WITH_SECRET, Desk
from tests.contract.stand_in import Fault, StandIn

SEND = ("send-test", "twilio/main-sms", "--recipient", "+15550199", "--yes")


@pytest.mark.parametrize("form", ["text", "json"])
def test_one_post_with_the_resolved_settings(desk: Desk, api: StandIn, form: str) -> None:
    """The manifest over what is live; nothing is changed, and nothing is printed of it."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.run(*SEND, "--format", form, code=0)
    (post,) = api.sent("POST")
    assert post.path == "/v1/hood/test-notification"
    assert post.body["recipient"] == "+15550199"
    sent = post.body["integration"]
    assert (sent["id"], sent["provider_id"], sent["status"]) == ("1161", "1000", "active")
    assert sent["settings"]["auth_token"] == DESIRED_SECRET
    assert sent["settings"]["default_phone_number"] == "+14445550100"
    assert {request.method for request in api.requests} == {"GET", "POST"}


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (Fault("POST", status=400), 6, "refused"),
        (Fault("POST", status=400, raw=b'{"message": "echo: ' + DESIRED_SECRET.encode() + b'"}'), 6, "refused"),
        (Fault("POST", status=500), 8, "unknown"),
        (Fault("POST", status=503, written=True), 8, "unknown"),
        (Fault("POST", kind="reset"), 8, "unknown"),
        (Fault("POST", kind="truncated", status=200, raw=b'{"sent": true}'), 8, "unknown"),
    ],
)
def test_an_unknown_outcome_is_never_sent_again(desk: Desk, api: StandIn, fault: Fault, code: int, status: str) -> None:
    """Each ends with its code, with one POST, and with what to do."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    api.faults.append(fault)
    document = desk.run(*SEND, "--format", "json", code=code).document
    assert (document["status"], document["exit_code"]) == (status, code)
    assert document["fix"]
    assert len(api.sent("POST")) == 1


def test_a_wrong_token_and_another_company_send_nothing(desk: Desk, api: StandIn) -> None:
    """7 and 4."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.run(*SEND, code=7, env={"OCAMBA_TOKEN": "wrong"})
    desk.write("reconciler.yaml", f'version: 1\naccounts: {{main: {{company_id: "{COMPANY}1", path: manifests}}}}\n')
    desk.run(*SEND, code=4)
    assert api.sent("POST") == []


def test_nobody_is_there_to_agree(desk: Desk, api: StandIn) -> None:
    """64 without --yes, before any request."""
    desk.run(*SEND[:-1], code=64)
    assert api.requests == []


def test_a_mask_that_nobody_names_is_never_sent(desk: Desk, api: StandIn) -> None:
    """4, and no tail of it is shown."""
    api.switches.masks["auth_token"] = "tail"
    ran = desk.run(*SEND, code=4)
    assert "settings.auth_token" in ran.err
    assert "****" not in ran.all
    assert api.sent("POST") == []
