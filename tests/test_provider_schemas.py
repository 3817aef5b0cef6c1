"""A provider as a schema and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.desired.secrets import SecretKeys
from reconciler.model import Provider, SettingDefinition
from reconciler.provider_schemas import (
    Described,
    describe,
    lay_over,
    make_schema,
    make_words,
    mark_secrets,
    read_schema,
)

ROWS = (
    SettingDefinition("prefix", "Prefix"),
    SettingDefinition("route", "Route", deprecated=True),
    SettingDefinition("api_key", "API Key", required=True),
    SettingDefinition("retries", type="number"),
)
MITTO = Provider("1003", "mitto", "sms", ROWS)
secret = SecretKeys().matches


def described(provider: Provider) -> Described:
    """The provider as its definitions tell it."""
    return describe(provider, secret, {}, "About it.")


def test_a_schema_tells_titles_required_deprecated_and_secret_keys() -> None:
    """In an order that no answer of the API changes."""
    schema = make_schema(described(MITTO))
    assert list(schema["properties"]) == ["api_key", "prefix", "retries", "route"]
    key, prefix, retries, route = schema["properties"].values()
    assert key == {
        "title": "API Key",
        "description": 'Required by the provider. A secret: write {secret: "env:HOOD_MITTO_API_KEY"}.',
        "x-secret": True,
        "$ref": "../setting.schema.json#/$defs/requiredSecret",
    }
    assert prefix["$ref"].endswith("/text")
    assert (retries["title"], retries["x-type"]) == ("Retries", "number")
    assert retries["$ref"].endswith("/any")
    assert route["deprecated"] is True
    assert route["deprecationMessage"] == "mitto calls route deprecated"
    assert schema["x-provider"] == {"name": "mitto", "id": "1003", "type": "sms"}
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["complete"]["required"] == ["api_key"]
    turned = Provider("1003", "mitto", "sms", ROWS[::-1])
    assert make_schema(described(turned)) == schema


def test_a_provider_without_definitions_is_open() -> None:
    """Nobody told which keys there are, so every key is allowed."""
    for rows in (None, ()):
        schema = make_schema(described(Provider("1", "p", None, rows)))
        assert schema["additionalProperties"] == {"$ref": "../setting.schema.json#/$defs/any"}
        assert "$defs" not in schema
        told = read_schema(schema)
        assert told is not None
        assert told.is_open


texts = st.text(max_size=8)
rows = st.builds(
    SettingDefinition,
    name=texts,
    title=texts.filter(bool),
    type=st.sampled_from(["string", "number"]),
    required=st.booleans(),
    deprecated=st.booleans(),
)
providers = st.builds(
    Provider,
    id=texts,
    name=texts,
    type=st.none() | texts.filter(bool),
    settings=st.lists(rows, max_size=4, unique_by=lambda row: row.name).map(tuple),
)


@settings(deadline=None)
@given(providers)
def test_what_is_written_is_read_back(provider: Provider) -> None:
    """Every provider, however odd its names, comes back from its schema, which is a valid one."""
    schema = make_schema(described(provider))
    Draft202012Validator.check_schema(schema)
    told = read_schema(schema)
    assert told is not None
    assert make_schema(told) == schema
    assert told.secrets == described(provider).secrets
    assert {row.name: row for row in told.provider.settings or ()} == {row.name: row for row in provider.settings or ()}


def test_schemas_of_others_are_left_alone_and_damaged_ones_are_not() -> None:
    """A file without the mark may be anybody's."""
    assert read_schema({"type": "object"}) is None
    assert read_schema([]) is None
    for broken in ({"x-provider": 1}, {"x-provider": {"name": "a"}, "properties": {"a": {}}}):
        with pytest.raises(ValueError, match=r"Expected|missing"):
            read_schema(broken)


def test_the_configuration_decides_what_is_secret() -> None:
    """The marks of a file may be older."""
    one = described(MITTO)
    assert mark_secrets(one, secret) is one
    assert mark_secrets(one, SecretKeys(["prefix"]).matches).secrets == {"api_key", "prefix"}


def test_a_word_that_two_providers_claim_means_none() -> None:
    """Their ids still do."""
    two = [described(Provider("1", "same")), described(Provider("2", "same")), described(Provider("3", "a b"))]
    assert make_words(two) == [("1",), ("2",), ("3",)]


def test_what_an_account_tells_takes_the_place_of_what_is_shipped() -> None:
    """By name or by id; files never share a name."""
    shipped = {
        "mandrill.json": described(Provider("", "mandrill")),
        "twilio.json": described(Provider("1000", "twilio")),
    }
    told = [
        described(Provider("1000", "twilio_sms")),
        described(Provider("5", "Mandrill")),
        described(Provider("6", "a b")),
        described(Provider("7", "a-b")),
    ]
    laid = lay_over(shipped, told)
    assert {name: one.provider.name for name, one in laid.items()} == {
        "a-b.7.json": "a-b",
        "a-b.json": "a b",
        "mandrill.5.json": "Mandrill",
        "mandrill.json": "mandrill",
        "twilio_sms.json": "twilio_sms",
    }
    again: dict[str, Any] = lay_over(shipped, told[::-1])
    assert again == laid
