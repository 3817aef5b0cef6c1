"""`import` as a whole command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.commands.import_ import Asked, warn
from reconciler.model import Snapshot
from reconciler.options import Options
from reconciler.sandbox.server import serve
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.commands.stage import Stage
from tests.commands.test_providers import of

EXAMPLE = "manifests/twilio/example-integration.yaml"
OLD = "manifests/telegram/old-ops-chat.yaml"


def rows(*pairs: tuple[str, str]) -> Any:
    """A server of twilio objects with these ids and names."""
    settings = {"account_sid": "AC", "auth_token": "live-secret", "default_phone_number": "+1"}
    items = [{"id": one, "name": name, "provider_id": "1000", "settings": settings} for one, name in pairs]
    return serve(World(switches=Switches(per_second=0, per_minute=0), seed={"integrations": items}))


def test_all_that_is_not_managed_is_imported(stage: Stage) -> None:
    """A file each, what is managed is said, then the variables; the second run writes nothing. GETs only."""
    ran = stage.run("import", "--all", "--to", "manifests")
    lines = ran.out.splitlines()
    assert f"+ {EXAMPLE} (1161)" in lines
    assert ". 1162: is managed already, by manifests/main.yaml:1:1" in lines
    assert "Import: 11 manifests written, 1 managed already." in lines
    assert "export HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN=" in lines
    assert "fake-token" not in ran.out + ran.err
    assert (stage.folder / EXAMPLE).read_text() == (
        "# yaml-language-server: $schema=../../schemas/manifest.schema.json\n"
        "# twilio: provider 1000, sms\n"
        'id: "1161"\nprovider: twilio\nname: Example Integration\nstatus: active\nsettings:\n'
        "  account_sid: ACf00000000000000000000000000000000\n"
        '  auth_token: {secret: "env:HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN"}\n'
        '  default_phone_number: "+13345550100"\n'
    )
    again = stage.run("import", "--all")
    assert "Import: 0 manifests written, 12 managed already." in again.out
    assert "export" not in again.out
    assert {entry.method for entry in stage.world.log} == {"GET"}
    stage.run("validate", "--strict")


def test_what_was_imported_is_json_for_machines(stage: Stage) -> None:
    """Files, what was left out, what was skipped, variables without values."""
    document = stage.run("import", "1161", "1162", "77", "--format", "json", code=6).document
    assert document["format"] == "reconciler.import/1"
    assert document["account"] == "default"
    (file,) = document["files"]
    assert file == {
        "file": EXAMPLE,
        "id": "1161",
        "provider": "twilio",
        "name": "Example Integration",
        "left_out": [],
    }
    assert [(one["id"], one["reason"]) for one in document["skipped"]] == [("77", "unknown-id"), ("1162", "managed")]
    assert document["skipped"][1]["source"] == {"file": "manifests/main.yaml", "line": 1, "column": 1}
    (variable,) = document["variables"]
    assert variable == {
        "name": "HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN",
        "file": EXAMPLE,
        "id": "1161",
        "path": ["settings", "auth_token"],
        "shown": True,
    }
    assert document["secrets_file"] is None


def test_what_is_to_be_imported_must_be_named(stage: Stage) -> None:
    """Ids or --all, and not both; an id that nobody knows ends 6."""
    assert "not both" in stage.run("import", code=64).err
    assert "not both" in stage.run("import", "1161", "--all", code=64).err
    assert "x 77: the API does not know the id 77" in stage.run("import", "77", code=6).out


def test_an_object_that_is_managed_by_its_name_is_managed(stage: Stage) -> None:
    """By the very provider; another provider's manifest of that name is of another object."""
    stage.write("manifests/a.yaml", "provider: twilio\nname: Example Integration\n")
    stage.write("manifests/b.yaml", "provider: mitto\nname: Default SMS\n")
    document = stage.run("import", "1161", "1163", "--format", "json").document
    assert [one["source"]["file"] for one in document["skipped"]] == ["manifests/a.yaml"]
    assert [one["id"] for one in document["files"]] == ["1163"]


def test_files_that_are_there_stay(stage: Stage) -> None:
    """The id makes another name; where that is there too nothing is written, and the run ends 6."""
    outside = "elsewhere/twilio/example-integration"
    stage.write(f"{outside}.yaml", "mine\n")
    ran = stage.run("import", "1161", "--to", "elsewhere")
    assert f"warning: {outside}.yaml is there already, and stays: 1161 was written to {outside}.1161.yaml" in ran.out
    assert (stage.folder / f"{outside}.yaml").read_text() == "mine\n"
    again = stage.run("import", "1161", "--to", "elsewhere")
    assert f". 1161: is described already, by {outside}.1161.yaml" in again.out
    stage.write(f"{outside}.1161.yaml", "other: 1\n")
    refused = stage.run("import", "1161", "--to", "elsewhere", code=6)
    assert f"x 1161: {outside}.yaml is there already, and stays: it describes another" in refused.out
    assert "Import: 0 manifests written, 1 not imported." in refused.out


def test_objects_of_one_name_get_their_ids(stage: Stage) -> None:
    """Files and variables alike; what another manifest refers to is not taken."""
    stage.write(
        "manifests/main.yaml",
        'provider: p\nid: "9"\nsettings: {api_key: {secret: "env:HOOD_TWILIO_THIRD_AUTH_TOKEN"}}\n',
    )
    with rows(("1", "Main"), ("2", "main"), ("3", "Third")) as server:
        document = stage.run("import", "--all", "--format", "json", **of(server)).document
    assert [one["file"] for one in document["files"]] == [
        "manifests/twilio/main.1.yaml",
        "manifests/twilio/main.2.yaml",
        "manifests/twilio/third.yaml",
    ]
    assert [one["name"] for one in document["variables"]] == [
        "HOOD_TWILIO_MAIN_1_AUTH_TOKEN",
        "HOOD_TWILIO_MAIN_2_AUTH_TOKEN",
        "HOOD_TWILIO_THIRD_3_AUTH_TOKEN",
    ]


ACCOUNTS = (
    "version: 1\nsecrets: {env: ['HOOD_MITTO_*']}\naccounts: {main: {path: manifests}, other: {path: manifests}}\n"
)


def test_several_accounts_have_ids_of_their_own(stage: Stage) -> None:
    """And what the configuration does not let manifests read is warned of."""
    stage.write("reconciler.yaml", ACCOUNTS)
    ran = stage.run("import", "1161", "--account", "main")
    assert 'id: {main: "1161"}\n' in (stage.folder / EXAMPLE).read_text()
    assert 'add "HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN" to secrets.env in reconciler.yaml' in ran.out
    # The other account has an object of the same provider and name: the same manifest is meant.
    assert "is managed already" in stage.run("import", "1161", "--account", "other").out
    assert "several accounts" in stage.run("import", "1161", code=64).err


def test_broken_manifests_stop_the_run(stage: Stage) -> None:
    """What they manage cannot be told; so does the company of another account, and an API without a list."""
    stage.write("manifests/main.yaml", "provider: [\n")
    assert "manifests/main.yaml" in stage.run("import", "1161", code=3).err
    stage.write("manifests/main.yaml", 'provider: twilio\nid: "1162"\n')
    stage.write("reconciler.yaml", 'version: 1\naccounts: {main: {company_id: "7", path: manifests}}\n')
    assert "company" in stage.run("import", "1161", code=4).err
    (stage.folder / "reconciler.yaml").unlink()
    with serve(World(switches=Switches(listing="absent"))) as server:
        assert "no list of integrations" in stage.run("import", "--all", code=8, **of(server)).err
    assert not (stage.folder / "manifests/twilio").exists()


def test_a_list_that_was_not_read_whole_is_told() -> None:
    """Some objects may be missing."""
    snapshot, asked = Snapshot(objects={}, providers={}, complete=False), Asked((), True, None, None)
    options = Options(api="", account="a", root=Path())
    assert [one.code for one in warn(snapshot, asked, options, ())] == ["list-incomplete"]
    named = msgspec.structs.replace(asked, ids=("1",), all=False)
    assert list(warn(snapshot, named, options, ())) == []


def test_secrets_go_to_a_file_of_their_own(stage: Stage) -> None:
    """For its owner alone, told how to be read; one that is there stays, and nothing is imported then."""
    ran = stage.run("import", "1161", "1171", "--secrets-to", "secrets.env")
    path = stage.folder / "secrets.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN=fake-token-of-the-seed\n" in path.read_text()
    assert "RECEIPTS" not in path.read_text()
    assert "1 value written, to be read by: set -a; . ./secrets.env; set +a\nThe API hides 1 value.\n" in ran.out
    assert "secrets.env: is there already" in stage.run("import", "1163", "--secrets-to", "secrets.env", code=64).err
    assert not (stage.folder / "manifests/twilio/default-sms.yaml").exists()
    assert stage.run("import", "1161", "--secrets-to", "secrets.env", "--format", "json").document["files"] == []


def test_the_schema_is_found_where_there_is_one(stage: Stage) -> None:
    """Where it lies, or where `schema` would write it; never by a path of the machine."""
    outside = stage.folder.parent / f"{stage.folder.name}-outside"
    stage.write("conf/reconciler.yaml", "version: 1\naccounts: {main: {path: ../manifests}}\n")
    head = "# yaml-language-server: $schema="
    stage.run("import", "1161", "--config", "conf/reconciler.yaml")
    assert (stage.folder / EXAMPLE).read_text().startswith(f"{head}../../schemas/manifest.schema.json\n")
    stage.run("import", "1170", "--to", str(outside / "x"))
    text = (outside / "x/custom_email/newsletter.yaml").read_text()
    assert text.startswith(f"{head}../../schemas/manifest.schema.json\n")
    stage.run("schema", "--config", "conf/reconciler.yaml", "--to", "conf/schemas")
    stage.run("import", "1163", "--to", "conf/live", "--config", "conf/reconciler.yaml")
    text = (stage.folder / "conf/live/twilio/default-sms.yaml").read_text()
    assert text.startswith(f"{head}../../schemas/manifest.schema.json\n")
    stage.run("schema", "--to", "schemas")
    stage.run("import", "1164", "--to", "manifests/deep")
    text = (stage.folder / "manifests/deep/mitto/alerts.yaml").read_text()
    assert text.startswith(f"{head}../../../schemas/manifest.schema.json\n")


def test_places_that_nobody_looks_at_are_told(stage: Stage) -> None:
    """A folder that no plan reads by itself, a schema that is not there; once both are right, nothing is said."""
    ran = stage.run("import", "1161", "--to", "else where")
    assert "warning: else where lies outside manifests" in ran.out
    assert "-> reconciler plan 'else where'\n" in ran.out
    assert "-> reconciler schema --to schemas\n" in ran.out
    stage.run("schema", "--to", "schemas")
    assert "warning" not in stage.run("import", "1163").out
    assert "-> reconciler plan --sandbox more\n" in stage.run("import", "1164", "--to", "more", "--sandbox").out


def test_a_link_that_leaves_the_folder_is_not_followed(stage: Stage) -> None:
    """Nothing is written there."""
    away = stage.folder.parent / f"{stage.folder.name}-away"
    away.mkdir()
    (stage.folder / "elsewhere").mkdir()
    (stage.folder / "elsewhere/twilio").symlink_to(away)
    ran = stage.run("import", "1161", "--to", "elsewhere", code=6)
    assert "elsewhere/twilio is a link that leaves the folder" in ran.out
    assert list(away.iterdir()) == []


def test_what_would_not_be_valid_is_not_written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each manifest is read by the reader of manifests before it is written."""
    monkeypatch.setattr("reconciler.commands.shelf.make_text", lambda *_: "provider: [\n")
    ran = stage.run("import", "1161", code=6)
    assert "x 1161: its manifest would not be valid: " in ran.out
    assert not (stage.folder / EXAMPLE).exists()


def test_a_file_that_comes_to_be_meanwhile_stays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was first wins."""
    monkeypatch.setattr("reconciler.commands.shelf.create_file", lambda *_args, **_how: False)
    ran = stage.run("import", "1161", code=6)
    assert f"x 1161: {EXAMPLE} has come to be meanwhile, and stays" in ran.out


def test_what_is_documented_as_text_is_written_as_text(stage: Stage) -> None:
    """Though the API says a number: the reader of manifests goes by the documentation."""
    provider = {"id": "1000", "name": "twilio", "type": "sms"}
    rows = [{"name": "default_phone_number", "type": "number"}, {"name": "size", "type": "number"}]
    item = {"id": "1", "name": "One", "provider_id": "1000", "settings": {"default_phone_number": 5, "size": 5}}
    with serve(World(seed={"providers": [{**provider, "settings": rows}], "integrations": [item]})) as server:
        stage.run("schema", "--to", "kept", **of(server))
        stage.run("import", "1", RECONCILER_API=server.url, OCAMBA_TOKEN=server.world.token)
    text = (stage.folder / "manifests/twilio/one.yaml").read_text()
    assert text.endswith('settings:\n  default_phone_number: "5"\n  size: 5\n')


def test_the_sandbox_tells_the_true_story(stage: Stage) -> None:
    """Import, and plan is empty: each new reference stands for the emulator's own value; others for a stand-in."""
    (stage.folder / "manifests/main.yaml").unlink()
    ran = stage.run("import", "--all", "--sandbox")
    assert all(line.startswith("SANDBOX") for line in ran.out.splitlines())
    assert "in the sandbox each stands for the emulator's own value" in ran.out
    stage.run("plan", "--sandbox", "--detailed-exitcode")
    kept = stage.folder / ".reconciler/stand-ins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["env:HOOD_MITTO_ALERTS_API_KEY"] == "fake-mitto-key"
    stage.run("import", "--all", "--sandbox")
    kept.write_text("damaged")
    assert "secret(env:HOOD_MITTO_ALERTS_API_KEY) changes" in stage.run("plan", "--sandbox").out
