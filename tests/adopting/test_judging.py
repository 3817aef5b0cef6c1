"""What of a live object a manifest holds: the table of the module, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adopting.judging import Item, Judge, adopt
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Live, Provider, SettingDefinition

ROWS = (
    SettingDefinition("text", required=True),
    SettingDefinition("number", type="number"),
    SettingDefinition("api_key"),
    SettingDefinition("auth_token", required=True, deprecated=True),
)


def make_live(name: str | None = "Main", **settings: Any) -> Live:
    """An object of a provider with ROWS."""
    return Live("1", "9", Provider("7", "p", "sms", ROWS), name, "active", settings)


def judge(*, shown: bool = True, texts: tuple[str, ...] = ()) -> Judge:
    """The floor's secret keys."""
    return Judge(SecretKeys().matches, shown, lambda _provider, key: key in texts)


def items_of(live: Live, how: Judge | None = None) -> dict[str, tuple[str, Any]]:
    """Kind, and value or reason, by key."""
    items = adopt(live, how or judge()).items
    return {item.key: (item.kind, item.reason or item.value) for item in items}


FULL = {"text": "t", "auth_token": "s"}


@pytest.mark.parametrize(
    ("settings", "key", "kind", "told"),
    [
        ({"text": "x"}, "text", "value", "x"),
        ({"text": ""}, "text", "value", ""),
        ({"text": 587}, "text", "value", "587"),
        ({"text": True}, "text", "value", "true"),
        ({"text": 1e22}, "text", "value", "1e22"),
        ({"text": ["a"]}, "text", "left", "it is a list where p defines a string"),
        ({"text": {"a": 1}}, "text", "left", "it is an object where p defines a string"),
        ({"text": "****1234"}, "text", "left", "the API shows only a mask of it"),
        ({"text": None}, "text", "left", "p requires it, and the account has no value: write one"),
        ({"number": 587}, "number", "value", 587),
        ({"number": False}, "number", "value", False),
        ({"number": "587"}, "number", "value", "587"),
        ({"number": [1, "a"]}, "number", "value", [1, "a"]),
        ({"number": [None]}, "number", "left", "it is a list of more than plain values"),
        ({"number": {}}, "number", "left", "it is an object where p defines number"),
        ({"auth_token": "s3"}, "auth_token", "reference", "s3"),
        ({"auth_token": 5}, "auth_token", "reference", "5"),
        ({"auth_token": "****1234"}, "auth_token", "reference", None),
        ({"auth_token": ""}, "auth_token", "left", "it is an empty secret, and no variable can be read as one"),
        ({"auth_token": ["a"]}, "auth_token", "left", "it is a secret that is no text"),
        ({"auth_token": "a\0"}, "auth_token", "left", "it is a secret with a character that no variable can hold"),
        ({"zz": "x"}, "zz", "left", "p does not define it"),
    ],
)
def test_each_kind_of_value_has_its_answer(settings: dict[str, Any], key: str, kind: str, told: Any) -> None:
    """In an account that shows secrets."""
    assert items_of(make_live(**(FULL | settings)))[key] == (kind, told)


def test_what_is_not_there_is_not_written() -> None:
    """Absent and null are one; only what is required is told."""
    assert items_of(make_live(text="t", number=None)) == {
        "text": ("value", "t"),
        "auth_token": ("left", "p requires it, and the account has no value: write one"),
    }


@pytest.mark.parametrize("hidden", [{}, {"api_key": None, "auth_token": None}, {"api_key": "", "auth_token": ""}])
def test_secrets_that_an_account_does_not_show_are_offered(hidden: dict[str, Any]) -> None:
    """A required one is surely set; of others nobody knows."""
    assert items_of(make_live(text="t", **hidden), judge(shown=False)) == {
        "text": ("value", "t"),
        "api_key": ("hidden", None),
        "auth_token": ("reference", None),
    }


def test_documentation_that_says_text_beats_the_api() -> None:
    """Since the reader of manifests goes by it."""
    assert items_of(make_live(number=5, **FULL), judge(texts=("number",)))["number"] == ("value", "5")


def test_without_definitions_nothing_can_be_planned() -> None:
    """So all is left out, once for each key."""
    for rows in (None, ()):
        live = Live("1", "9", Provider("7", "p", None, rows), "n", "active", {"b": "x", "a": "y"})
        told = items_of(live)
        assert list(told) == ["a", "b"]
        assert {kind for kind, _ in told.values()} == {"left"}


def test_keys_that_are_too_long_for_a_mapping_are_left_out() -> None:
    """YAML allows so many characters, and no more."""
    live = Live("1", "9", Provider("7", "p", None, (SettingDefinition("k" * 251),)), "n", "active", {"k" * 251: "x"})
    assert items_of(live)["k" * 251][0] == "left"


@pytest.mark.parametrize(
    ("name", "kept", "left"),
    [("a", "a", 0), (None, None, 0), ("", None, 1), ("x" * 100, "x" * 100, 0), ("x" * 101, None, 1)],
)
def test_a_name_that_no_manifest_can_hold_is_left_out(name: str | None, kept: str | None, left: int) -> None:
    """None at all is nothing to tell."""
    adopted = adopt(make_live(name), judge())
    assert (adopted.name, len(adopted.left)) == (kept, left)


def test_order_and_deprecation_come_from_the_definitions() -> None:
    """Undefined keys come last."""
    adopted = adopt(make_live(zz="1", number=2, **FULL), judge())
    assert [item.key for item in adopted.items] == ["text", "number", "auth_token", "zz"]
    assert [item.key for item in adopted.items if item.deprecated] == ["auth_token"]


def test_no_repr_shows_a_secret() -> None:
    """An item holds one on its way to the dotenv."""
    assert "value" not in repr(Item("auth_token", "reference", "value-of-it"))
