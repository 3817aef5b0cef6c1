"""`show` as a whole command line, against a served emulator."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

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


def rows_of(stage: Stage, *argv: str, **more: Any) -> dict[str, Any]:
    """The integrations by id."""
    document = stage.run("show", "--format", "json", *argv, **more).document
    return {row["id"]: row for row in document["integrations"]}


def test_every_integration_is_listed_with_gets_alone(stage: Stage) -> None:
    """Managed ones with their addresses, others with a dash; one page is read."""
    ran = stage.run("show")
    assert ran.out.splitlines()[1].split()[:2] == ["twilio/backup", "1162"]
    assert "12 integrations: 1 managed (in sync: 1 no), 11 not managed." in ran.out
    assert [request.method for request in stage.world.log] == ["GET"]
    document = stage.run("show", "--format", "json").document
    assert document["format"] == "reconciler.show/1"
    assert document["summary"] == {"managed": 1, "unmanaged": 11, "in_sync": {"no": 1}}
    assert document["company_id"] == "999999999"
    assert document["complete"] is True


def test_no_reference_is_resolved(stage: Stage) -> None:
    """The variable may be missing; neither value is shown."""
    stage.patch.delenv("HOOD_TWILIO_AUTH_TOKEN")
    stage.write("manifests/main.yaml", MAIN.replace("+14445550100", "+13345550100"))
    assert rows_of(stage)["1161"]["in_sync"] == "unseen"
    ran = stage.run("show", "twilio/main")
    assert "secret(env:HOOD_TWILIO_AUTH_TOKEN)  (secret)" in ran.out
    assert "not compared" in ran.out
    assert "fake-token" not in ran.out + ran.err


def test_one_is_shown_by_its_address_or_id(stage: Stage) -> None:
    """With the place of each desired value, in one request."""
    stage.write("manifests/main.yaml", MAIN)
    for name in ("twilio/main", "1161"):
        (row,) = stage.run("show", name, "--format", "json").document["integrations"]
        fields = {field["path"][-1]: field for field in row["fields"]}
        assert fields["default_phone_number"] == {
            "path": ["settings", "default_phone_number"],
            "desired": "+14445550100",
            "live": "+13345550100",
            "verdict": "differs",
            "declared": True,
            "live_state": "value",
            "secret": False,
            "source": {"file": "manifests/main.yaml", "line": 7, "column": 25},
            "overlay": False,
            "variables": [],
        }
        assert fields["auth_token"]["desired"] == {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}
        assert fields["auth_token"]["live"] is None
    assert len(stage.world.log) == 2


def test_one_that_no_manifest_describes_is_shown_by_its_id(stage: Stage) -> None:
    """An id that nobody knows is a wrong command line, and so is an address that none has."""
    assert "not managed" in stage.run("show", "1170").out
    assert "the API knows no such id" in stage.run("show", "4711", code=64).err
    assert stage.run("show", "twilio/bakcup", code=64).err == (
        "error: twilio/bakcup names no manifest\n  -> did you mean twilio/backup?\n"
    )


def test_targets_narrow_the_list(stage: Stage) -> None:
    """Addresses and globs, ids of others too; one that names nothing is a wrong command line."""
    stage.write("manifests/main.yaml", MAIN)
    stage.write("manifests/backup.yaml", 'key: backup\nid: "1162"\nprovider: twilio\nname: Backup SMS\n')
    assert set(rows_of(stage, "--target", "twilio/*")) == {"1161", "1162"}
    assert set(rows_of(stage, "--target", "twilio/main", "--target", "118?")) == {"1161", "1180", "1181", "1182"}
    assert "--target zzz names no manifest" in stage.run("show", "--target", "zzz", code=64).err


def test_an_account_without_manifests_is_listed(stage: Stage) -> None:
    """Nobody starts on a green field: the folder may be missing or empty."""
    (stage.folder / "manifests" / "main.yaml").unlink()
    assert "12 integrations: 0 managed, 12 not managed." in stage.run("show").out
    (stage.folder / "manifests").rmdir()
    assert "12 integrations: 0 managed, 12 not managed." in stage.run("show").out


def test_all_that_is_wrong_comes_before_any_request(stage: Stage) -> None:
    """Broken manifests and a missing token at once."""
    stage.write("manifests/bad.yaml", "provider: [\n")
    assert stage.run("show", "--format", "json", code=3).document["format"] == "reconciler.validate/1"
    ran = stage.run("show", code=7, OCAMBA_TOKEN="")
    assert "manifests/bad.yaml:" in ran.err
    assert "OCAMBA_TOKEN is empty" in ran.err
    assert stage.world.log == []


def test_a_literal_secret_is_let_pass_and_not_shown(stage: Stage) -> None:
    """With its flag."""
    stage.write("manifests/main.yaml", MAIN.replace('{secret: "env:HOOD_TWILIO_AUTH_TOKEN"}', "literal-value-123"))
    ran = stage.run("show", "1161", "--allow-literal-secrets")
    assert "secret(literal)" in ran.out
    assert "literal-value-123" not in ran.out + ran.err
    stage.run("show", code=3)


def test_what_is_blocked_is_shown_and_the_exit_code_is_zero(stage: Stage) -> None:
    """An id that the API does not know, a manifest without a twin, another provider."""
    stage.write("manifests/gone.yaml", 'key: gone\nid: "4711"\nprovider: twilio\nname: Gone\n')
    stage.write("manifests/new.yaml", "provider: twilio\nname: Nobody Has This\n")
    stage.write("manifests/other.yaml", 'id: "1164"\nprovider: twilio\nname: Alerts\n')
    ran = stage.run("show")
    assert "in sync: 1 no, 1 missing, 1 blocked, 1 invalid" in ran.out
    assert "manifests/gone.yaml:1:1: twilio/gone: the API does not know id 4711" in ran.out


def test_objects_of_another_company_are_shown_and_said(stage: Stage) -> None:
    """Nothing is written here, so that nothing is refused."""
    stage.write("manifests/reconciler.yaml", 'version: 1\naccounts:\n  main: {company_id: "6197120"}\n')
    ran = stage.run("show")
    assert "warning: account main is company 6197120" in ran.out
    assert "12 integrations" in ran.out


@pytest.mark.parametrize(("hidden", "shown"), [("same", "error"), ("hidden", "error")])
def test_effective_status_is_found_where_any_view_tells_it(stage: Stage, hidden: str, shown: str) -> None:
    """In the list, and of one."""
    stage.world.switches = msgspec.structs.replace(stage.world.switches, effective_status=hidden)
    stage.world.lens.switches = stage.world.switches
    assert rows_of(stage)["1181"]["effective_status"] == shown
    assert rows_of(stage, "1181")["1181"]["effective_status"] == shown


def test_the_sandbox_marks_every_line(stage: Stage) -> None:
    """And needs no token."""
    stage.patch.delenv("OCAMBA_TOKEN")
    ran = stage.run("show", "--sandbox")
    assert all(line.startswith("SANDBOX") for line in ran.out.splitlines())
    assert stage.run("show", "--sandbox", "--format", "json").document["api"] == "sandbox"
