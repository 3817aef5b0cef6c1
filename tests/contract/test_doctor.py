"""`doctor` from outside: no write whatever it meets, a handful of requests, the contract's exit codes, no secret."""

from __future__ import annotations

import pytest

from tests.contract.account import COMPANY
from tests.contract.desk import WITH_SECRET, Desk
from tests.contract.stand_in import Fault, StandIn


@pytest.mark.parametrize("form", ["text", "json"])
def test_it_sends_gets_alone_to_a_server_that_it_does_not_know(desk: Desk, api: StandIn, form: str) -> None:
    """No POST to what may mean anything there; at most six requests."""
    desk.write("manifests/main.yaml", WITH_SECRET)
    desk.write("reconciler.yaml", f'version: 1\naccounts: {{main: {{company_id: "{COMPANY}", path: manifests}}}}\n')
    ran = desk.run("doctor", "--format", form, code=0, env={"HOOD_TWILIO_AUTH_TOKEN": None})
    assert {request.method for request in api.requests} == {"GET"}
    assert len(api.requests) <= 6
    assert COMPANY in ran.out


@pytest.mark.parametrize(
    ("fault", "code", "name"),
    [
        (Fault("GET", status=401, times=9), 7, "token"),
        (Fault("GET", status=403, times=9), 7, "token"),
        (Fault("GET", status=500, times=9), 8, "api"),
        (Fault("GET", kind="reset", times=9), 8, "api"),
        (Fault("GET", status=200, raw=b"<html>login</html>", times=9), 8, "api"),
        (Fault("GET", status=404, times=9), 8, "api"),
    ],
)
def test_what_is_wrong_is_named_with_its_code(desk: Desk, api: StandIn, fault: Fault, code: int, name: str) -> None:
    """Every failure says what to do."""
    api.faults.append(fault)
    document = desk.run("doctor", "--format", "json", code=code).document
    failures = {check["name"]: check for check in document["checks"] if check["level"] == "failure"}
    assert name in failures
    assert all(check["fix"] for check in failures.values())


def test_the_worst_code_wins(desk: Desk, api: StandIn) -> None:
    """A missing token before broken manifests, and these alone."""
    desk.write("manifests/bad.yaml", "provider: [\n")
    desk.run("doctor", code=7, env={"OCAMBA_TOKEN": None})
    desk.run("doctor", code=3)


def test_credentials_of_a_proxy_are_told_nowhere(desk: Desk) -> None:
    """Only its host and port."""
    env = {"HTTPS_PROXY": "http://user:proxy-canary@127.0.0.1:9", "RECONCILER_API": "https://api.example.com/v1/hood"}
    for form in ("text", "json"):
        ran = desk.run("doctor", "--format", form, code=8, env=env)
        assert "proxy-canary" not in ran.all
        assert "127.0.0.1:9" in ran.out


def test_masks_and_slim_lists_are_seen(desk: Desk, api: StandIn) -> None:
    """No tail of a mask is shown."""
    api.switches.masks["auth_token"] = "tail"
    api.switches.listing = "slim"
    api.switches.total_as_text = True
    api.switches.envelope = "items"
    ran = desk.run("doctor", code=0)
    for part in ("1 setting masked", "view=full only", "a number as text", "in a list of one"):
        assert part in ran.out
    assert "****" not in ran.all
