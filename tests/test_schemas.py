"""The schema files hold together, with each other and with the tables in the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.desired.documented import DOCUMENTED
from reconciler.desired.secrets import SecretKeys
from reconciler.schema_files import find_schemas, read_schemas

WRITTEN = ["config.schema.json", "manifest.schema.json", "setting.schema.json"]
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


def test_schemas_are_found_in_a_wheel_too(tmp_path: Path) -> None:
    """An installed package finds them inside itself, a source checkout beside itself."""
    package = tmp_path / "reconciler"
    package.mkdir()
    assert find_schemas(package) == tmp_path / "schemas"
    (package / "schemas").mkdir()
    (package / "schemas" / "a.json").write_text('{"x": 1}', encoding="utf-8")
    assert find_schemas(package) == package / "schemas"
    assert read_schemas(package / "schemas") == {"a.json": {"x": 1}}
