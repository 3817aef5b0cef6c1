"""`import`, `new`, `schema` and `providers` from outside: the program as a process, against a stand-in of the API."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.contract.account import LIVE_SECRET, SID, UNDEFINED_VALUE, integration, mitto_item, twilio_item
from tests.contract.desk import Desk
from tests.contract.stand_in import StandIn, serving
from tests.needs import need

READS = {"GET"}


def make_desk(api: StandIn, folder: Path) -> Desk:
    """A folder without manifests."""
    desk = Desk(folder, api.url)
    desk.environ |= {"RECONCILER_PER_SECOND": "10000", "RECONCILER_PER_MINUTE": "100000"}
    return desk


def read_shell(file: Path) -> dict[str, str]:
    """What a shell reads of a dotenv."""
    ran = subprocess.run(["/bin/sh", "-ac", f". {file}; env -0"], capture_output=True, check=True, env={})
    return dict(row.decode().split("=", 1) for row in ran.stdout.split(b"\0") if row)


def odd_settings() -> dict[str, object]:
    """A secret of odd characters, an undefined key, a number."""
    return {"account_sid": SID, "auth_token": LIVE_SECRET, "default_phone_number": 13345550100, "zz": UNDEFINED_VALUE}


@pytest.mark.parametrize("listing", ["full", "slim", "always slim", "absent"])
@pytest.mark.parametrize("definitions", ["told", "absent"])
def test_import_then_plan_is_empty(tmp_path: Path, listing: str, definitions: str) -> None:
    """GETs only, no secret in any stream or manifest, a dotenv for its owner alone, and nothing to change after it."""
    (tmp_path / "desk").mkdir()
    secrets = tmp_path / "secrets.env"
    items = [twilio_item(), mitto_item(), integration("1180", "1000", "Ödd: \x1b[1m\n", odd_settings())]
    with serving(items) as api:
        api.switches.listing, api.switches.definitions = listing, definitions  # type: ignore[assignment]
        desk = make_desk(api, tmp_path / "desk")
        what = ["1161", "1170", "1180"] if listing == "absent" else ["--all"]
        ran = desk.run("import", *what, "--to", "manifests", "--secrets-to", str(secrets), code=0)
        assert {request.method for request in api.requests} == READS
        assert "\x1b" not in ran.out
        assert "settings.zz: left out: twilio does not define it" in ran.out
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
        names = [line[7:-1] for line in ran.out.splitlines() if line.startswith("export ")]
        told = read_shell(secrets)
        assert {told[name] for name in names} == {LIVE_SECRET}
        plan = desk.plan("--detailed-exitcode", env={name: told[name] for name in names})
        assert plan["summary"]["update"] == plan["summary"]["unmanaged"] == 0
        assert [one["code"] for one in plan["warnings"]] == ["type-differs-live"]
        before = {path: path.read_bytes() for path in desk.folder.rglob("*.yaml")}
        desk.run("import", *what, "--to", "manifests", code=0)
        assert {path: path.read_bytes() for path in desk.folder.rglob("*.yaml")} == before
        assert desk.run("validate", code=0).out.startswith("Checked 3 manifests in 3 files")


def test_masked_secrets_are_references_and_never_written(tmp_path: Path) -> None:
    """The dotenv is not made where there is nothing to put into it."""
    with serving([twilio_item()]) as api:
        api.switches.masks = {"auth_token": "tail"}
        desk = make_desk(api, tmp_path)
        ran = desk.run("import", "--all", "--to", "manifests", "--secrets-to", "secrets.env", code=0)
        assert "export HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN=" in ran.out
        assert not (tmp_path / "secrets.env").exists()
        plan = desk.plan("--detailed-exitcode", env={"HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN": "any"})
        assert plan["summary"]["unseen"] == 1


def test_a_work_tree_takes_up_no_secret(tmp_path: Path) -> None:
    """Exit 4, before any request, unless the file is ignored."""
    need("git")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with serving([twilio_item()]) as api:
        desk = make_desk(api, tmp_path)
        desk.run("import", "--all", "--secrets-to", "secrets.env", code=4)
        assert api.requests == []
        assert not (tmp_path / "manifests").exists()
        outside = tmp_path.parent / f"{tmp_path.name}.env"
        desk.run("import", "--all", "--secrets-to", os.path.relpath(outside, tmp_path), code=0)
        assert LIVE_SECRET in read_shell(outside).values()


def test_the_account_writes_its_own_schemas(tmp_path: Path) -> None:
    """Found by `validate`; out of date once the API moves on."""
    with serving([mitto_item()]) as api:
        desk = make_desk(api, tmp_path)
        desk.run("schema", code=0)
        desk.run("schema", "--check", code=0)
        desk.write("manifests/a.yaml", 'id: "1170"\nprovider: mitto\nsettings: {defualt_sender: "A"}\n')
        (warning,) = desk.run("validate", "--format", "json", code=0).document["warnings"]
        assert (warning["code"], warning["fix"]) == ("dropped-setting", 'did you mean "default_sender"?')
        api.account.providers[2]["settings"].append({"name": "new_key", "type": "string"})
        ran = desk.run("schema", "--check", code=2)
        assert "schemas/providers/mitto.json: is out of date" in ran.out
        assert {request.method for request in api.requests} == READS


def test_a_new_manifest_validates(tmp_path: Path) -> None:
    """With every key of the catalogue, which `providers` lists."""
    with serving([]) as api:
        desk = make_desk(api, tmp_path)
        (row,) = [one for one in desk.run("providers", "--format", "json").document["providers"] if one["id"] == "1003"]
        text = desk.run("new", "mitto", "--name", "Ops", "--create", code=0).out
        assert all(one["name"] in text for one in row["settings"])
        assert text.index("default_sender:") < text.index("api_key:") < text.index("# route: left out")
        desk.write("manifests/a.yaml", text)
        desk.run("validate", "--strict", code=0)
