"""`schema` as a whole command line, and what `validate` makes of what it wrote."""

from __future__ import annotations

import json
import os
import stat

from reconciler.schema_files import find_schemas
from tests.commands.stage import Stage
from tests.commands.test_providers import of, serve_seed


def test_schemas_are_written_checked_and_found(stage: Stage) -> None:
    """Beside the manifests; the second run writes nothing, and `validate` knows the keys."""
    ran = stage.run("schema")
    assert "schemas/providers/mitto.json: written" in ran.out
    assert ran.out.endswith("11 schemas written or removed, 0 schemas up to date.\n")
    written = {path: path.stat().st_mtime_ns for path in (stage.folder / "schemas").rglob("*.json")}
    assert stage.run("schema").out == stage.run("schema", "--check").out == "schemas: 11 schemas up to date.\n"
    assert {path: path.stat().st_mtime_ns for path in written} == written
    stage.write("manifests/main.yaml", 'id: "1164"\nprovider: "1004"\nsettings: {default_sneder: A}\n')
    (warning,) = stage.run("validate", "--format", "json").document["warnings"]
    assert warning["fix"] == 'did you mean "default_sender"?'
    assert {entry.method for entry in stage.world.log} == {"GET"}


def test_check_tells_each_file_that_is_out_of_date(stage: Stage) -> None:
    """Missing, changed, and of no provider any more; files of others are left alone. Then they are mended."""
    stage.run("schema")
    folder = stage.folder / "schemas"
    (folder / "setting.schema.json").unlink()
    (folder / "providers" / "twilio.json").write_text("{}")
    gone = json.loads((folder / "providers" / "mitto.json").read_text())
    gone["x-provider"] = {"name": "gone", "id": "9999"}
    stage.write("schemas/providers/gone.json", json.dumps(gone))
    stage.write("schemas/providers/theirs.json", '{"type": "object"}')
    stage.write("schemas/providers/broken.json", "{")
    ran = stage.run("schema", "--check", code=2)
    assert ran.out.splitlines() == [
        "schemas/setting.schema.json: is missing",
        "schemas/providers/twilio.json: is out of date",
        "schemas/providers/gone.json: is of no provider",
        "",
        "3 schemas out of date, 9 schemas up to date. To write them: reconciler schema",
    ]
    lines = stage.run("schema", "--check", "--to", "no where", "--account", "default", code=2).out.splitlines()
    assert lines[-1].endswith("To write them: reconciler schema --account default --to 'no where'")
    mended = stage.run("schema")
    assert "schemas/providers/gone.json: removed" in mended.out
    assert "schemas/providers/twilio.json: written anew" in mended.out
    stage.run("schema", "--check")
    assert sorted(path.name for path in (folder / "providers").iterdir())[:2] == ["broken.json", "custom_email.json"]


def test_the_schemas_lie_where_they_are_asked_for(stage: Stage) -> None:
    """--to, else where they lie already, else beside the configuration; as readable as any file."""
    os.umask(0o022)
    stage.write("conf/reconciler.yaml", "version: 1\naccounts: {main: {path: ../manifests}}\n")
    stage.run("schema", "--to", "x/y")
    assert stat.S_IMODE((stage.folder / "x/y/providers/twilio.json").stat().st_mode) == 0o644
    stage.run("schema", "--config", "conf/reconciler.yaml")
    assert (stage.folder / "conf/schemas/providers/twilio.json").is_file()
    stage.run("schema")
    assert (stage.folder / "schemas/providers/twilio.json").is_file()
    (stage.folder / "conf/schemas").rename(stage.folder / "kept")
    assert "conf/" not in stage.run("schema", "--config", "conf/reconciler.yaml").out


def test_a_folder_that_cannot_be_written_is_told(stage: Stage) -> None:
    """A file, the tool's own schemas, and a folder below a file."""
    stage.write("file", "")
    assert "is no folder" in stage.run("schema", "--to", "file", code=64).err
    own = str(find_schemas())
    assert "the tool itself" in stage.run("schema", "--to", own, code=64).err
    assert "file/below: cannot be written" in stage.run("schema", "--to", "file/below", code=64).err


def test_providers_that_tell_nothing_are_open_unless_they_are_documented(stage: Stage) -> None:
    """Of twilio the documentation tells enough; of mitto nobody does."""
    with serve_seed(provider_settings="empty") as server:
        stage.run("schema", **of(server))
    ten = json.loads((stage.folder / "schemas/providers/ten.json").read_text())
    assert ten["properties"] == {}
    assert ten["additionalProperties"] != False  # noqa: E712  # an empty mapping would not do either
    twilio = json.loads((stage.folder / "schemas/providers/twilio.json").read_text())
    assert "default_phone_number" in twilio["properties"]


def test_documented_sentences_stay_and_secret_keys_are_those_of_the_configuration(stage: Stage) -> None:
    """A sentence that calls a key no secret does not stay where the configuration makes it one."""
    stage.write("reconciler.yaml", "version: 1\nsecrets: {keys: [account_sid]}\naccounts: {a: {path: manifests}}\n")
    stage.run("schema")
    twilio = json.loads((stage.folder / "schemas/providers/twilio.json").read_text())["properties"]
    assert "E.164" in twilio["default_phone_number"]["description"]
    assert twilio["account_sid"]["x-secret"] is True
    assert "HOOD_TWILIO_ACCOUNT_SID" in twilio["account_sid"]["description"]
    assert twilio["account_sid"]["$ref"].endswith("/requiredSecret")
