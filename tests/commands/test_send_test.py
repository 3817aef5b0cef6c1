"""`send-test` as a whole command line, against a served emulator."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest

from reconciler.commands.console import Console
from reconciler.live.account import Account
from reconciler.sandbox.faults import Fault, Faults
from tests.commands.stage import Stage

MAIN = """\
key: main
id: "1161"
provider: twilio
name: Example Integration
settings:
  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}
  default_phone_number: "+14445550100"
"""
TO = ("--recipient", "+14445550199")


@pytest.fixture
def main(stage: Stage) -> Stage:
    """A stage with one manifest that names a secret."""
    stage.write("manifests/main.yaml", MAIN)
    return stage


def record(stage: Stage) -> list[dict[str, Any]]:
    """The bodies of the tests that are sent from now on."""
    sent: list[dict[str, Any]] = []
    real = Account.send_test

    def send(account: Account, integration: dict[str, Any], recipient: str) -> None:
        sent.append({"integration": integration, "recipient": recipient})
        real(account, integration, recipient)

    stage.patch.setattr(Account, "send_test", send)
    return sent


def methods(stage: Stage) -> list[str]:
    """Of the requests that came."""
    return [request.method for request in stage.world.log]


def test_one_message_is_sent_with_what_is_declared_over_what_is_live(main: Stage) -> None:
    """By the address or the id; nothing is changed; the values of secrets go into the request alone."""
    sent = record(main)
    ran = main.run("send-test", "twilio/main", *TO, "--yes")
    assert sent == [
        {
            "integration": {
                "id": "1161",
                "name": "Example Integration",
                "provider_id": "1000",
                "settings": {
                    "account_sid": "ACf00000000000000000000000000000000",
                    "auth_token": "desired-token",
                    "default_phone_number": "+14445550100",
                },
                "status": "active",
            },
            "recipient": "+14445550199",
        }
    ]
    assert [(provider, to) for _, provider, to in main.world.notifications] == [("twilio", "+14445550199")]
    assert methods(main) == ["GET", "POST", "GET"]
    assert "This sends a REAL message to +14445550199 by twilio" in ran.err
    assert ran.out.startswith("twilio/main (1161): a test message was sent to +14445550199.\n")
    assert "effective_status is active" in ran.out
    assert "desired-token" not in ran.out + ran.err
    assert main.world.writes == []
    main.run("send-test", "1161", *TO, "--yes")
    assert len(main.world.notifications) == 2


def test_the_document_tells_the_same(main: Stage) -> None:
    """With counts of requests."""
    document = main.run("send-test", "1161", *TO, "--yes", "--format", "json").document
    assert document["format"] == "reconciler.send-test/1"
    assert (document["status"], document["effective_status_before"], document["effective_status"]) == (
        "sent",
        "active",
        "active",
    )
    assert document["requests"] == {"get": 2, "patch": 0, "post": 1, "throttled": 0, "retried": 0}
    assert document["exit_code"] == 0


def test_nobody_to_agree_is_a_wrong_command_line(main: Stage) -> None:
    """64 before any request; so is a missing recipient."""
    assert "add --yes" in main.run("send-test", "twilio/main", *TO, code=64).err
    assert "--recipient" in main.run("send-test", "twilio/main", "--yes", code=64).err
    assert main.world.log == []


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("no", 4)])
def test_it_asks_on_a_terminal(main: Stage, typed: str, code: int) -> None:
    """Only yes sends it."""
    main.patch.setattr(Console, "asks", property(lambda _: True))
    main.patch.setattr("builtins.input", lambda: typed)
    ran = main.run("send-test", "twilio/main", *TO, code=code)
    assert "Send it? Only yes is yes: " in ran.err
    assert len(main.world.notifications) == (1 if code == 0 else 0)


def test_an_address_that_names_nothing_is_a_wrong_command_line(main: Stage) -> None:
    """An id of what no manifest describes too: the nearest address, or how it is written."""
    assert main.run("send-test", "twilio/mian", *TO, "--yes", code=64).err.endswith("did you mean twilio/main?\n")
    assert "give an address (twilio/main-sms), or an id" in main.run("send-test", "1170", *TO, "--yes", code=64).err


def test_an_empty_recipient_is_a_wrong_command_line(main: Stage) -> None:
    """As where a pipeline's variable is not set."""
    assert "--recipient is empty" in main.run("send-test", "twilio/main", "--recipient", " ", "--yes", code=64).err
    assert main.world.log == []


def test_no_reference_but_its_own_is_resolved(main: Stage) -> None:
    """And its own must be there."""
    main.write("manifests/other.yaml", 'id: "1164"\nprovider: mitto\nsettings: {api_key: {secret: "env:HOOD_NO"}}\n')
    main.run("send-test", "twilio/main", *TO, "--yes")
    main.patch.delenv("HOOD_TWILIO_AUTH_TOKEN")
    assert "HOOD_TWILIO_AUTH_TOKEN is not set" in main.run("send-test", "twilio/main", *TO, "--yes", code=3).err


def test_what_the_api_hides_and_nobody_names_stops_it(main: Stage) -> None:
    """4 before it is sent, with what to write."""
    main.write("manifests/r.yaml", 'key: r\nid: "1171"\nprovider: mandrill\nname: Receipts\n')
    ran = main.run("send-test", "mandrill/r", *TO, "--yes", code=4)
    assert "mandrill/r: the API hides settings.api_key" in ran.err
    assert 'write api_key: {secret: "env:HOOD_…"} in the manifest' in ran.err
    assert "POST" not in methods(main)


def test_credentials_can_be_tested_before_there_is_an_integration(main: Stage) -> None:
    """Without an id in what is sent."""
    sent = record(main)
    main.write(
        "manifests/main.yaml",
        MAIN.replace('id: "1161"\n', "").replace("Example Integration", "New") + "  account_sid: AC\n",
    )
    ran = main.run("send-test", "twilio/main", *TO, "--yes")
    assert "id" not in sent[0]["integration"]
    assert "as the manifest declares it" in ran.err
    assert "is not there yet" in ran.out


def test_objects_of_another_company_are_never_used(main: Stage) -> None:
    """4 before it is sent."""
    main.write("manifests/reconciler.yaml", 'version: 1\naccounts:\n  main: {company_id: "6197120"}\n')
    main.run("send-test", "twilio/main", *TO, "--yes", code=4)
    assert "POST" not in methods(main)


def test_a_refusal_is_told_and_incomplete(main: Stage) -> None:
    """6 with the API's trace id, in both formats: here for a live port that is a number."""
    main.write("manifests/n.yaml", 'key: news\nid: "1170"\nprovider: custom_email\nname: Newsletter\n')
    ran = main.run("send-test", "custom_email/news", *TO, "--yes", code=6)
    assert "no test message was sent to +14445550199: the API refused it" in ran.out
    assert "then send again" in ran.out
    document = main.run("send-test", "custom_email/news", *TO, "--yes", "--format", "json", code=6).document
    assert (document["status"], document["exit_code"]) == ("refused", 6)
    assert document["trace_id"]


@pytest.mark.parametrize("kind", ["500", "reset"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_may_have_been_sent_is_never_sent_again(
    main: Stage, kind: Literal["500", "reset"], when: Literal["before", "after"]
) -> None:
    """8 after one POST, with what to do."""
    main.world.faults = Faults(script=(Fault(kind, method="POST", when=when),))
    ran = main.run("send-test", "twilio/main", *TO, "--yes", "--format", "json", code=8)
    assert ran.document["status"] == "unknown"
    assert "ask the recipient" in ran.document["fix"]
    assert methods(main).count("POST") == 1
    assert len(main.world.notifications) == (when == "after")


def test_a_status_that_cannot_be_read_takes_nothing_back(main: Stage) -> None:
    """The message was sent all the same."""
    real = Account.read_one

    def gone(account: Account, one: str, *, effective: bool = False) -> Any:
        return None

    main.patch.setattr(Account, "read_one", gone)
    assert "could not be read" in main.run("send-test", "twilio/main", *TO, "--yes").out

    def failing(account: Account, one: str, *, effective: bool = False) -> Any:
        account.stop(130)
        return real(account, one, effective=effective)

    main.patch.setattr(Account, "read_one", failing)
    assert "could not be read" in main.run("send-test", "twilio/main", *TO, "--yes").out


def test_the_sandbox_sends_nothing_anywhere(main: Stage) -> None:
    """Stand-ins for its references, and a word that it is the emulator."""
    main.patch.delenv("HOOD_TWILIO_AUTH_TOKEN")
    ran = main.run("send-test", "twilio/main", *TO, "--yes", "--sandbox")
    assert "SANDBOX The emulator takes a test message of twilio/main to +14445550199" in ran.err
    assert "REAL" not in ran.err
    assert main.world.log == []
    state = json.loads((main.folder / ".reconciler" / "sandbox.json").read_text())
    assert state["clock"] > 0
