"""`accept` from outside: the program as a process, and what it leaves of the files."""

from __future__ import annotations

from tests.contract.account import LIVE_SECRET
from tests.contract.desk import MAIN, WITH_SECRET, Desk
from tests.contract.stand_in import StandIn

COMMENTED = WITH_SECRET.replace('"+14445550100"', "'+14445550100'   # ours").replace("name: Example", "name: My")


def test_drift_is_accepted_byte_for_byte(desk: Desk, api: StandIn) -> None:
    """Comments, quotes and CRLF stay; what is written is what is live; no secret is read, and nothing is sent."""
    for line_break in ("\n", "\r\n"):
        text = COMMENTED.replace("\n", line_break)
        desk.write("manifests/main.yaml", text)
        ran = desk.run("accept", "--yes", code=0, env={"HOOD_TWILIO_AUTH_TOKEN": None})
        wanted = text.replace("+14445550100", "+13345550100").replace("name: My", "name: Example")
        assert (desk.folder / "manifests/main.yaml").read_bytes() == wanted.encode()
        assert "1 secret left as it is" in ran.out
    assert {request.method for request in api.requests} == {"GET"}
    assert desk.plan("--detailed-exitcode", env={"HOOD_TWILIO_AUTH_TOKEN": LIVE_SECRET})["summary"]["unchanged"] == 1


def test_without_a_terminal_it_wants_yes(desk: Desk, api: StandIn) -> None:
    """64, and nothing is read or written."""
    desk.run("accept", code=64)
    assert (desk.folder / "manifests/main.yaml").read_text() == MAIN
    assert api.requests == []


def test_a_secret_that_is_asked_for_is_refused(desk: Desk) -> None:
    """6, and neither it nor anything else is written."""
    document = desk.run("accept", "--yes", "--field", "settings.auth_token", "--format", "json", code=6).document
    assert document["summary"]["refused"] == 1
    assert document["written"] is False
    assert (desk.folder / "manifests/main.yaml").read_text() == MAIN


def test_the_exit_codes_are_those_of_the_contract(desk: Desk, api: StandIn) -> None:
    """Not valid, not authorised, not understood, unreachable, another company."""
    desk.run("accept", "--yes", code=7, env={"OCAMBA_TOKEN": None})
    desk.run("accept", "--yes", code=7, env={"OCAMBA_TOKEN": "wrong"})
    desk.run("accept", "--yes", code=8, env={"RECONCILER_API": "http://127.0.0.1:9"})
    api.switches.definitions, api.switches.providers_listed = "empty", False
    desk.run("accept", "--yes", code=8)
    desk.write("reconciler.yaml", 'version: 1\naccounts: {main: {company_id: "1", path: manifests}}\n')
    desk.run("accept", "--yes", code=4)
    desk.write("manifests/main.yaml", MAIN + "unknown: 1\n")
    desk.run("accept", "--yes", code=3)
