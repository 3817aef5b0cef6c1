"""`validate` as a whole command line: no network, all accounts."""

from __future__ import annotations

import json

import pytest

from reconciler.desired.secrets import SecretKeys
from reconciler.model import Provider, SettingDefinition
from reconciler.provider_schemas import describe, make_schema
from tests.commands.stage import Stage

TWO = 'version: 1\naccounts:\n  main: {company_id: "1", path: manifests}\n  other: {company_id: "2", path: PATH}\n'


def test_what_is_right_is_valid(stage: Stage) -> None:
    """Nothing is asked of the network, and no token is needed."""
    stage.patch.delenv("OCAMBA_TOKEN")
    assert stage.run("validate").out == "Checked 1 manifest in 1 file: valid.\n"
    assert stage.run("validate", "--format", "json").document["errors"] == []
    assert stage.world.log == []


def test_all_errors_come_with_their_places(stage: Stage) -> None:
    """Sorted by place, once each."""
    stage.write("manifests/a.yaml", "provider: twilio\nnonsense: 1\n")
    ran = stage.run("validate", code=3)
    assert "manifests/a.yaml:2:1: nonsense" in ran.out
    assert "2 files" in ran.out


def test_strict_makes_errors_of_dropped_settings_alone(stage: Stage) -> None:
    """A setting that the documented provider does not define."""
    stage.write("manifests/main.yaml", 'id: "1161"\nprovider: twilio\nsettings:\n  nonsense: "1"\n')
    assert stage.run("validate", "--format", "json").document["warnings"][0]["code"] == "dropped-setting"
    document = stage.run("validate", "--strict", "--format", "json", code=3).document
    assert [error["code"] for error in document["errors"]] == ["dropped-setting"]
    assert document["warnings"] == []


def test_every_account_is_validated_unless_one_is_named(stage: Stage) -> None:
    """Files of different folders are counted together, shared ones once."""
    stage.write("reconciler.yaml", TWO.replace("PATH", "elsewhere"))
    stage.write("elsewhere/b.yaml", "provider: [\n")
    assert "elsewhere/b.yaml" in stage.run("validate", code=3).out
    assert "1 manifest in 1 file" in stage.run("validate", "--account", "main").out
    assert "1 manifest in 1 file" in stage.run("validate", RECONCILER_ACCOUNT="main").out
    stage.write("elsewhere/b.yaml", 'key: b\nid: "5"\nprovider: twilio\nname: B\n')
    assert "2 manifests in 2 files" in stage.run("validate").out
    stage.write("reconciler.yaml", TWO.replace("PATH", "manifests"))
    assert "1 manifest in 1 file" in stage.run("validate").out


def test_an_empty_folder_is_told_relative_to_where_one_is(stage: Stage) -> None:
    """As every place."""
    (stage.folder / "manifests" / "main.yaml").unlink()
    ran = stage.run("validate", code=3)
    assert ran.out.startswith("manifests:1:1: holds no manifest")


def test_the_schemas_of_the_account_are_found(stage: Stage) -> None:
    """Beside the manifests, or first beside the configuration; a damaged file is told at its place."""
    rows = (SettingDefinition("sender"), SettingDefinition("api_key"))
    schema = make_schema(describe(Provider("1004", "mitto", "sms", rows), SecretKeys().matches, {}, ""))
    path = stage.write("schemas/providers/mitto.json", json.dumps(schema))
    stage.write("manifests/main.yaml", 'id: "1"\nprovider: mitto\nsettings:\n  sendr: "1"\n')
    (warning,) = stage.run("validate", "--format", "json").document["warnings"]
    assert (warning["code"], warning["fix"]) == ("dropped-setting", 'did you mean "sender"?')
    assert warning["source"] == {"file": "manifests/main.yaml", "line": 4, "column": 3}
    stage.write("reconciler.yaml", "version: 1\naccounts: {main: {path: manifests}}\n")
    stage.run("validate", "--strict", code=3)
    path.write_text('{"x-provider": ')
    ran = stage.run("validate", code=3)
    assert ran.out.startswith("schemas/providers/mitto.json:1:1: is a schema of reconciler's that is damaged")
    assert "reconciler schema" in ran.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("manifests/typo.yaml", "manifests/typo.yaml:1:1: does not exist"),
        ("manifests/notes.txt", "manifests/notes.txt:1:1: is no manifest file"),
        ("manifests/empty", "manifests/empty:1:1: holds no manifest"),
        ("x" * 300, "cannot be read (ENAMETOOLONG)"),
    ],
)
@pytest.mark.parametrize("verb", [["validate"], ["plan"], ["drift"]])
def test_a_path_that_names_no_manifest_is_an_error(stage: Stage, verb: list[str], path: str, said: str) -> None:
    """Within the account's folder too: it would narrow the run to nothing without a word."""
    stage.write("reconciler.yaml", "version: 1\n")
    stage.write("manifests/empty/.keep", "")
    stage.write("manifests/notes.txt", "text")
    ran = stage.run(*verb, path, "manifests", code=3)
    assert said in ran.out + ran.err
    assert stage.world.log == []


def test_the_configuration_and_what_is_excluded_may_be_named(stage: Stage) -> None:
    """As hooks do that name each file of a commit."""
    stage.write("reconciler.yaml", 'version: 1\nexclude: ["manifests/drafts/**"]\n')
    stage.write("manifests/drafts/one.yaml", "nothing: [")
    stage.run("validate", "reconciler.yaml", "manifests/drafts/one.yaml")
