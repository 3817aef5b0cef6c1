"""The schema files hold together, with each other and with the tables in the code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.desired.documented import DOCUMENTED, make_documented, make_table
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError
from reconciler.model import Provider, SettingDefinition
from reconciler.names import is_word
from reconciler.provider_schemas import describe, make_manifest_schema, make_overlay_schema, make_schema
from reconciler.schema_files import (
    SHIPPED,
    find_schemas,
    find_written,
    make_homes,
    read_schemas,
    read_shipped,
    read_written,
)

WRITTEN = [
    "config.schema.json",
    "exec.schema.json",
    "manifest.schema.json",
    "overlay.schema.json",
    "setting.schema.json",
]
PROVIDERS = ["custom_email", "mandrill", "twilio"]
NAMES = [*WRITTEN, *(f"providers/{name}.json" for name in PROVIDERS)]


def make_validator(name: str) -> Draft202012Validator:
    """A validator as an editor makes it: references are relative to the file."""
    folder = find_schemas().as_uri() + "/"
    pairs = ((folder + path, Resource.from_contents(schema)) for path, schema in read_schemas().items())
    registry: Registry[Any] = Registry().with_resources(pairs)
    return Draft202012Validator({"$ref": folder + name}, registry=registry)


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_a_schema(name: str) -> None:
    """Every written schema is valid under draft 2020-12 and says what it is."""
    schema = read_schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    assert schema["description"]
    assert "$id" not in schema  # editors would resolve references against it, and fetch


@pytest.mark.parametrize("name", NAMES)
def test_each_reference_leads_to_a_file_beside_it(name: str) -> None:
    """Every relative $ref names an existing file, so that editors need no network."""
    file = find_schemas() / name
    for target in re.findall(r'"\$ref": "([^"#]+)', file.read_text(encoding="utf-8")):
        assert (file.parent / target).is_file()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_provider_schema_and_table_agree(provider: str) -> None:
    """The table for quick checks holds the same keys, secrets and required keys as the provider's schema."""
    schema = read_schemas()[f"providers/{provider}.json"]
    kinds = {key: value["$ref"].rpartition("/")[2] for key, value in schema["properties"].items()}
    documented = DOCUMENTED[provider]
    assert documented.name == provider
    assert documented.keys == set(kinds)
    assert documented.secrets == {key for key, kind in kinds.items() if kind in {"secret", "requiredSecret"}}
    assert documented.required == {key for key, kind in kinds.items() if kind.startswith("required")}
    assert documented.required == set(schema.get("$defs", {}).get("complete", {}).get("required", []))
    assert documented.is_open == (schema["additionalProperties"] is not False)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_shipped_schemas_are_of_the_form_that_is_written(provider: str) -> None:
    """What `reconciler schema` makes of a shipped provider is the shipped file."""
    described = read_shipped()[f"{provider}.json"]
    assert make_documented(described) == DOCUMENTED[provider]
    made = make_schema(described)
    shipped = read_schemas()[f"providers/{provider}.json"]
    assert made | {"$defs": shipped.get("$defs")} == shipped | {"$defs": shipped.get("$defs")}
    assert made.get("$defs") == shipped.get("$defs")
    assert described.words == tuple(name for name, one in DOCUMENTED.items() if one.name == provider)


def test_the_shipped_manifest_schema_is_the_one_that_is_made_of_them() -> None:
    """So that an account's own providers make a schema of the same rules."""
    shipped = read_schemas()
    assert make_manifest_schema(shipped["manifest.schema.json"], read_shipped()) == shipped["manifest.schema.json"]
    assert make_overlay_schema(shipped["manifest.schema.json"]) == shipped["overlay.schema.json"]
    assert SHIPPED.files == shipped
    assert make_table(SHIPPED) is DOCUMENTED


def test_words_are_what_the_schema_says() -> None:
    """The quick check's pattern and the schema's are one."""
    (pattern,) = {read_schemas()["manifest.schema.json"]["properties"][key]["pattern"] for key in ("key", "provider")}
    for text in ("twilio", "a b", "a/b", "a*", "a]", "", "x" * 100, "x" * 101, "a\n", "\x7f", "ü"):
        assert is_word(text) == bool(re.search(pattern, text)), text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_secret_keys_of_schemas_are_secret_by_the_floor(provider: str) -> None:
    """What a schema calls secret is what the built-in floor calls secret, and nothing else."""
    documented = DOCUMENTED[provider]
    assert {key for key in documented.keys if SecretKeys().matches(key)} == documented.secrets


def test_every_provider_schema_is_dispatched_to() -> None:
    """manifest.schema.json names each provider that the table knows, by the same names."""
    schema = read_schemas()["manifest.schema.json"]
    named = {
        name: rule["then"]["properties"]["settings"]["$ref"]
        for rule in schema["allOf"]
        for name in rule["if"]["properties"]["provider"].get("enum", ())
        if "#" not in rule["then"]["properties"]["settings"]["$ref"]
    }
    assert named == {name: f"providers/{documented.name}.json" for name, documented in DOCUMENTED.items()}
    assert set(schema["allOf"][-1]["if"]["properties"]["provider"]["not"]["enum"]) == set(DOCUMENTED)


CONTRACT = {
    "key": "main-sms",
    "id": "1161",
    "provider": "twilio",
    "name": "Example Integration",
    "status": "active",
    "settings": {
        "account_sid": "ACf00000000000000000000000000000000",
        "auth_token": {"secret": "env:HOOD_TWILIO_AUTH_TOKEN"},
        "default_phone_number": "+13345550100",
    },
    "lifecycle": {"ignore": ["status"], "guard": ["settings.account_sid"], "create": False},
    "x-owner": "messaging-team",
}


def test_the_contracts_manifest_is_valid_in_an_editor() -> None:
    """The example of the contract has no error when references are resolved against the files."""
    assert list(make_validator("manifest.schema.json").iter_errors(CONTRACT)) == []


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({"provider": "never-heard-of", "settings": {"a": ["x"], "b": 1}}, True),
        ({"settings": {"account_sid": None}}, False),
        ({"settings": {"account_sid": {"secret": "env:HOOD_SID"}}}, True),
        ({"settings": {"auth_token": "text"}}, False),
        ({"settings": {"defualt_phone_number": "x"}}, False),
        ({"settings": {"account_sid": "x"}, "lifecycle": {"create": True}}, False),
        ({"provider": "mandrill", "settings": {"anything": "x", "api_key": None}}, True),
        ({"provider": "custom_email", "settings": {"port": 587}}, False),
    ],
)
def test_editors_see_the_rules_of_providers(change: dict[str, Any], valid: bool) -> None:
    """Each provider's rules apply through the dispatch, and unknown providers are left in peace."""
    assert make_validator("manifest.schema.json").is_valid(CONTRACT | change) is valid


@pytest.mark.parametrize(
    ("overlay", "valid"),
    [
        ({"provider": "twilio", "key": "main-sms", "settings": {"default_phone_number": "+1"}}, True),
        ({"provider": "twilio", "key": "main-sms", "id": "88", "lifecycle": {"create": True}}, True),
        ({"provider": "twilio", "name": "Main SMS", "status": "inactive"}, True),
        ({"provider": "twilio", "settings": {"default_phone_number": "+1"}}, False),
        ({"key": "main-sms", "status": "inactive"}, False),
        ({"provider": "twilio", "key": "main-sms", "settings": {"phone": "+1"}}, False),
        (
            {"provider": "twilio", "key": "main-sms", "settings": {"account_sid": "x"}, "lifecycle": {"create": True}},
            True,
        ),
    ],
)
def test_editors_take_an_overlay_for_what_it_is(overlay: dict[str, Any], valid: bool) -> None:
    """It names a manifest, and needs nothing that this one has; its settings are the provider's all the same."""
    assert make_validator("overlay.schema.json").is_valid(overlay) is valid


def test_schemas_are_found_in_a_wheel_too(tmp_path: Path) -> None:
    """An installed package finds them inside itself, a source checkout beside itself."""
    package = tmp_path / "reconciler"
    package.mkdir()
    assert find_schemas(package) == tmp_path / "schemas"
    (package / "schemas").mkdir()
    (package / "schemas" / "a.json").write_text('{"x": 1}', encoding="utf-8")
    assert find_schemas(package) == package / "schemas"
    assert read_schemas(package / "schemas") == {"a.json": {"x": 1}}


def write_provider(folder: Path, name: str = "mitto") -> Path:
    """A schema as `reconciler schema` writes it, in a folder of schemas."""
    provider = Provider("1003", name, "sms", (SettingDefinition("sender"), SettingDefinition("api_key")))
    path = folder / "providers" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(make_schema(describe(provider, SecretKeys().matches, {}, ""))))
    return path


def test_written_schemas_are_found_beside_configuration_or_manifests(tmp_path: Path) -> None:
    """The configuration's first; the shipped ones are none that were written."""
    config, root = tmp_path / "conf" / "reconciler.yaml", tmp_path / "live" / "manifests"
    homes = make_homes(config, root)
    assert homes == [tmp_path / "conf" / "schemas", tmp_path / "live" / "schemas"]
    assert find_written(homes) is None
    write_provider(homes[1])
    assert find_written(homes) == homes[1]
    write_provider(homes[0])
    assert find_written(homes) == homes[0]
    assert find_written([find_schemas(), homes[0]]) is None
    assert make_homes(None, root) == make_homes(root.parent / "reconciler.yaml", root) == [homes[1]]


def test_written_schemas_are_read_and_damaged_ones_told(tmp_path: Path) -> None:
    """Each damaged file at its place; files of others are nobody's business."""
    path = write_provider(tmp_path)
    (path.parent / "theirs.json").write_text("{}")
    (path.parent / "with-comments.json").write_text("{} // theirs")
    (described,) = read_written(tmp_path, SecretKeys(["sender"]).matches)
    assert described.provider.name == "mitto"
    assert described.secrets == {"api_key", "sender"}
    (path.parent / "a.json").write_text('<<<<<<<\n{"x-provider": ')
    (path.parent / "b.json").write_text('{"x-provider": []}')
    (path.parent / "c.json").mkdir()
    with pytest.raises(InvalidError) as caught:
        read_written(tmp_path, SecretKeys().matches)
    assert [Path(one.source.file).name for one in caught.value.problems if one.source] == ["a.json", "b.json", "c.json"]


def test_a_folder_that_may_not_be_looked_into_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is not there."""
    write_provider(tmp_path / "schemas")

    def refuse(_self: Path, _other: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    assert find_written([tmp_path / "schemas"]) == tmp_path / "schemas"
    monkeypatch.setattr(Path, "samefile", refuse)
    assert find_written([tmp_path / "schemas"]) is None
