"""Contract, section 5: the plan as JSON, field by field, and its bytes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.contract.account import mitto_item, twilio_item
from tests.contract.desk import MAIN, PHONE, REPOSITORY, WITH_SECRET, Desk
from tests.contract.stand_in import StandIn, serving

CONFIG = 'version: 1\naccounts:\n  main: {company_id: "6197120", path: manifests}\n'
DROP = WITH_SECRET + '  defualt_phone_number: "x"\n'


def check(document: Any, schema: str) -> None:
    """Against the published schema."""
    Draft202012Validator(json.loads((REPOSITORY / "schemas" / schema).read_text())).validate(document)


def test_every_field_of_a_plan(desk: Desk, api: StandIn) -> None:
    """The shape and the values of section 5."""
    desk.write("reconciler.yaml", CONFIG)
    desk.write("manifests/main.yaml", DROP)
    plan = desk.plan()
    check(plan, "plan.schema.json")
    assert (plan["format"], plan["api"]) == ("reconciler.plan/1", api.url)
    assert (plan["account"], plan["company_id"]) == ("main", "6197120")
    created, expires = (datetime.strptime(plan[key], "%Y-%m-%dT%H:%M:%SZ") for key in ("created", "expires"))  # noqa: DTZ007
    assert expires - created == timedelta(days=7)
    assert all(plan[key].startswith("sha256:") and len(plan[key]) == 71 for key in ("config", "digest", "seal"))
    summary = {"create": 0, "update": 1, "unchanged": 0, "unmanaged": 1, "out_of_scope": 0, "dropped": 1, "unseen": 0}
    assert plan["summary"].items() >= summary.items()
    assert plan["summary"]["requests"] >= 3
    assert isinstance(plan["summary"]["seconds"], float | int)
    assert plan["unmanaged"] == [{"id": "1170", "name": "Old", "provider": "mitto"}]
    assert [one["code"] for one in plan["warnings"]] == ["dropped-setting"]
    assert plan["warnings"][0]["source"] == {"file": "manifests/main.yaml", "line": 10, "column": 3}


def test_every_field_of_a_change(desk: Desk, api: StandIn) -> None:
    """Fields, drops, precondition and body; secrets as references, before and after null."""
    desk.write("manifests/main.yaml", DROP)
    change = desk.plan()["changes"][0]
    plain = {
        "action": "update",
        "address": "twilio/main-sms",
        "id": "1161",
        "provider": "twilio",
        "name": "Example Integration",
    }
    assert change.items() >= plain.items()
    assert change["source"] == {"file": "manifests/main.yaml", "line": 1, "column": 1}
    fields = {one["path"][-1]: one for one in change["fields"]}
    place = {"file": "manifests/main.yaml", "line": 8, "column": 25}
    expected = {"path": PHONE, "before": "+13345550100", "after": "+14445550100", "secret": False, "source": place}
    assert fields["default_phone_number"].items() >= expected.items()
    secret = {"path": ["settings", "auth_token"], "before": None, "after": None, "secret": True}
    assert fields["auth_token"].items() >= secret.items()
    assert fields["auth_token"]["source"] == {"file": "manifests/main.yaml", "line": 9, "column": 15}
    reference = {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"}
    assert change["body"] == {"settings": {"auth_token": reference, "default_phone_number": "+14445550100"}}
    assert change["seen"]["update_time"] == "2024-05-23 06:33:01"
    assert change["seen"]["digest"].startswith("sha256:")
    assert change["unseen"] == []
    assert [one["suggestion"] for one in change["dropped"]] == ["default_phone_number"]


def test_a_masked_secret_is_unseen_and_no_difference(desk: Desk, api: StandIn) -> None:
    """Counted as unseen, never a change, and the text says so."""
    api.switches.masks = {"auth_token": "stars"}
    desk.write("manifests/main.yaml", WITH_SECRET.replace("+14445550100", "+13345550100"))
    plan = desk.plan("--detailed-exitcode")
    assert plan["summary"]["unseen"] == 1
    assert plan["summary"]["update"] == 0
    assert [one["unseen"] for one in plan["changes"]] == [[["settings", "auth_token"]]]
    text = desk.run("plan", code=0).out
    assert "auth_token" in text
    assert "in sync" not in text.lower()


def test_same_input_same_bytes(desk: Desk, api: StandIn, tmp_path: Path) -> None:
    """All but created, expires and seal; whatever the order of files and live objects, envelope and total."""
    parts = {"a.yaml": DROP, "z/b.yaml": 'id: "1170"\nprovider: mitto\nsettings: {default_sender: NEW}\n'}
    for name, text in parts.items():
        desk.write(f"manifests/{name}", text)
    (tmp_path / "manifests/main.yaml").unlink()
    desk.run("plan", "--out", "one.json", code=0)
    first = desk.plan()
    with serving([]) as other:
        other.account.items = {"1170": mitto_item(), "1161": twilio_item()}
        other.switches.backwards = other.switches.total_as_text = True
        other.switches.envelope = "items"
        again = desk.plan("--api", other.url)
    desk.run("plan", "--out", "two.json", code=0)
    saved = [json.loads((tmp_path / name).read_text()) for name in ("one.json", "two.json")]
    assert saved[0]["digest"] == saved[1]["digest"] == first["digest"]
    for one in (*saved, first, again):
        for key in ("created", "expires", "seal"):
            del one[key]
    assert json.dumps(saved[0]) == json.dumps(saved[1]) == json.dumps(first)
    assert again["changes"] == first["changes"]


def test_created_expires_and_seal_alone_may_differ(desk: Desk, tmp_path: Path) -> None:
    """Line by line, as a reviewer's diff shows it."""
    desk.run("plan", "--out", "one.json", code=0)
    desk.run("plan", "--out", "two.json", code=0)
    lines = [(tmp_path / name).read_text().splitlines() for name in ("one.json", "two.json")]
    differing = {one.strip().split('"')[1] for one, two in zip(*lines, strict=True) if one != two}
    assert differing <= {"created", "expires", "seal"}
    assert len(lines[0]) > 5


def test_a_schema_is_published_for_every_document() -> None:
    """Each is a valid JSON Schema."""
    names = {path.name for path in (REPOSITORY / "schemas").glob("*.json")}
    assert names >= {"manifest.schema.json", "config.schema.json", "plan.schema.json", "report.schema.json"}
    for path in (REPOSITORY / "schemas").rglob("*.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_the_config_digest_tells_of_the_file_alone(desk: Desk) -> None:
    """Without a file it is null; another content is another digest."""
    assert desk.plan()["config"] is None
    desk.write("reconciler.yaml", CONFIG)
    first = desk.plan()["config"]
    desk.write("reconciler.yaml", CONFIG + "plan: {expires: 1h}\n")
    assert desk.plan()["config"] not in {first, None}


def test_the_plan_goes_to_stdout_also_with_out(desk: Desk, tmp_path: Path) -> None:
    """--out saves, and the text is shown all the same; a folder that is missing is an error."""
    assert "Plan: 0 to create, 1 to update" in desk.run("plan", "--out", "plan.json", code=0).out
    assert (tmp_path / "plan.json").stat().st_size > 100
    failed = desk.run("plan", "--out", "no/such/folder/plan.json")
    assert failed.code not in {0, 2}
    assert "no/such/folder" in failed.err


def test_names_with_twins_keep_their_manifest_source_with_a_modeline(desk: Desk) -> None:
    """The source of a change is where its document begins, after comments, in a folder below."""
    desk.write("manifests/main.yaml", "# yaml-language-server: $schema=x\n" + MAIN)
    assert desk.plan()["changes"][0]["source"] == {"file": "manifests/main.yaml", "line": 2, "column": 1}
