"""Plans without a token: what is live is kept in a file."""

from __future__ import annotations

import json

import pytest

from tests.commands.stage import Stage

KEY = "k" * 32
TEXT = (
    'key: one\nid: "1161"\nprovider: twilio\nname: New\nsettings:\n'
    '  auth_token: {secret: "env:HOOD_TWILIO_AUTH_TOKEN"}\n  nonsense: "1"\n'
)


@pytest.fixture
def kept(stage: Stage) -> Stage:
    """One manifest that differs in its name; the live token is not the desired one."""
    stage.write("manifests/main.yaml", TEXT)
    stage.world.set_setting("1161", "auth_token", "live-token-value", now=1.0)
    return stage


def offline(stage: Stage) -> None:
    """From here on there is no token, no secret and no server."""
    for name in ("OCAMBA_TOKEN", "HOOD_TWILIO_AUTH_TOKEN"):
        stage.patch.delenv(name)
    stage.world.log.clear()


def test_a_plan_needs_no_token_and_no_request(kept: Stage) -> None:
    """The same changes as with one, but for secrets, which it says it did not compare; its age is told."""
    online = kept.run("plan", "--no-secrets", "--format", "json").document
    said = kept.run("snapshot", "--out", "live.json").out
    assert said == "Kept 12 integrations with no secrets in live.json.\n"
    assert "live-token-value" not in (kept.folder / "live.json").read_text()
    offline(kept)
    ran = kept.run("plan", "--live", "live.json")
    assert "Live is a snapshot of 20" in ran.out
    assert "such a plan cannot be applied." in ran.out
    assert "Apply needs" not in ran.out
    document = kept.run("plan", "--live", "live.json", "--format", "json").document
    assert kept.world.log == []
    assert document["origin"] == "snapshot"
    assert document["live_as_of"] == json.loads((kept.folder / "live.json").read_text())["created"]
    assert [change["fields"] for change in document["changes"]] == [change["fields"] for change in online["changes"]]
    assert document["summary"]["unseen"] == 1
    assert document["unmanaged"] == online["unmanaged"]
    assert kept.run("plan", "--live", "live.json", "--detailed-exitcode", code=2).code == 2
    assert "cannot be applied" in kept.run("plan", "--live", "live.json", "--format", "markdown").out


def test_such_a_plan_cannot_be_applied(kept: Stage) -> None:
    """4 before any request."""
    kept.run("snapshot", "--out", "live.json")
    kept.run("plan", "--live", "live.json", "--out", "plan.json")
    kept.world.log.clear()
    assert "was made from a snapshot" in kept.run("apply", "plan.json", code=4).err
    assert kept.world.log == []


def test_with_the_key_secrets_are_compared(kept: Stage) -> None:
    """Equal is in sync, different is a change; another key or none compares nothing."""
    kept.run("snapshot", "--out", "live.json", RECONCILER_KEY=KEY)
    kept.patch.delenv("OCAMBA_TOKEN")
    differs = kept.run("plan", "--live", "live.json", "--format", "json", RECONCILER_KEY=KEY).document
    assert [field["path"][-1] for field in differs["changes"][0]["fields"]] == ["name", "auth_token"]
    environ = {"RECONCILER_KEY": KEY, "HOOD_TWILIO_AUTH_TOKEN": "live-token-value"}
    same = kept.run("plan", "--live", "live.json", "--format", "json", code=0, **environ).document
    assert [field["path"][-1] for field in same["changes"][0]["fields"]] == ["name"]
    assert same["summary"]["unseen"] == 0
    kept.patch.setenv("HOOD_TWILIO_AUTH_TOKEN", "x")
    unseen = kept.run("plan", "--live", "live.json", "--format", "json").document["summary"]["unseen"]
    assert unseen == 1


def test_what_is_no_snapshot_of_this_account_is_told(kept: Stage) -> None:
    """Not valid, refused, not there; and an id that it does not know blocks its object."""
    kept.write("live.json", "{}")
    assert "is no reconciler.snapshot/1" in kept.run("plan", "--live", "live.json", code=3).err
    kept.run("plan", "--live", "gone.json", code=64)
    kept.run("snapshot", "--out", "live.json")
    kept.write("manifests/reconciler.yaml", "version: 1\naccounts:\n  other: {path: .}\n")
    assert "is of account default" in kept.run("plan", "--live", "live.json", code=4).err
    (kept.folder / "manifests/reconciler.yaml").unlink()
    kept.write("manifests/gone.yaml", TEXT.replace("key: one", "key: gone").replace("1161", "9999"))
    assert "does not know id 9999" in kept.run("plan", "--live", "live.json", code=3).out
    kept.run("plan", "--live", "live.json", "--target", "twilio/one")
    kept.run("snapshot", "--out", "manifests", code=64)


def test_the_sandbox_has_snapshots_too(kept: Stage) -> None:
    """Marked as such."""
    assert kept.run("snapshot", "--sandbox", "--out", "live.json").out.startswith("SANDBOX Kept ")
    kept.run("plan", "--live", "live.json", "--sandbox")


def test_drift_is_looked_for_in_a_snapshot_too(kept: Stage) -> None:
    """Without a request."""
    kept.run("snapshot", "--out", "live.json")
    offline(kept)
    assert "Drift: 0 to create, 1 to update" in kept.run("drift", "--live", "live.json", code=2).out
    assert kept.world.log == []
