"""Secret keys are known by name; the values of secrets are shown nowhere, and are text of a sane size."""

from __future__ import annotations

import copy
import pickle

import pytest

from reconciler.desired.secrets import LARGEST, Fault, SecretKeys, Secrets, make_text, matches_any, refuse
from reconciler.errors import ReconcilerError
from reconciler.model import SecretRef


@pytest.mark.parametrize(
    "key",
    [
        "auth_token",
        "Auth-Token",
        "API KEY",
        "api_key",
        "apiKey",
        "password",
        "PASSWD",
        "x_pass_y",
        "pwd",
        "privateKey",
        "credentials",
        "client_secret",
        "webhook_url",
        "oauth",
        "ｔｏｋｅｎ",
        "to\u200bken",
        "pass\u00adword",
        "\u202eto\u2060k\ufeffen",
    ],
)
def test_the_floor_is_matched_without_case_and_dashes(key: str) -> None:
    """Each part of the floor makes a key secret, however it is written."""
    assert SecretKeys().matches(key)
    assert SecretKeys()[key]


@pytest.mark.parametrize("key", ["account_sid", "username", "port", "default_sender_email", "key", "sending_domain"])
def test_other_keys_are_not_secret(key: str) -> None:
    """Identifiers and addresses can be shown, until the configuration names them."""
    keys = SecretKeys(["Account-SID", "user", "-", "port", "email", "key", "domain"])
    assert not SecretKeys().matches(key)
    assert keys.matches(key)
    assert not keys.matches("title")


REF = SecretRef("env", "HOOD_A")


def test_a_reference_that_was_not_resolved_is_a_fault() -> None:
    """Asking for an unknown reference raises, and names it without a value."""
    secrets = Secrets({REF: "s3cret"})
    assert secrets.reveal(REF) == "s3cret"
    with pytest.raises(ReconcilerError, match=r"secret\(file:a\) was not resolved"):
        secrets.reveal(SecretRef("file", "a"))


def test_nothing_shows_the_values() -> None:
    """repr, str, format, vars, copies and pickles do not hold a secret."""
    secrets = Secrets({REF: "s3cret"})
    assert repr(secrets) == str(secrets) == f"{secrets}" == "Secrets(1 hidden)"
    with pytest.raises(TypeError):
        vars(secrets)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled or copied"):
            leak(secrets)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"s3cret", "s3cret"),
        (b"s3cret\n", "s3cret"),
        (b"s3cret\r\n", "s3cret"),
        (b"s3cret\n\n", "s3cret\n"),
        (b"s3cret\r", "s3cret\r"),
        (b" s3 cret ", " s3 cret "),
        ("gehéim\n".encode(), "gehéim"),
        (b"x" * LARGEST, "x" * LARGEST),
    ],
)
def test_one_line_break_is_taken_off(data: bytes, text: str) -> None:
    """The one that editors and commands write at the end; all else is kept as it is."""
    assert make_text(data, "it") == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (b"\r\n", "it is empty"),
        (b"s3cret\xff", "it is not text in UTF-8"),
        (b"x" * (LARGEST + 1), "it is larger than 64 KiB"),
    ],
)
def test_what_is_no_secret_is_a_fault(data: bytes, message: str) -> None:
    """It is told without a piece of it, and is no refusal."""
    fault = make_text(data, "it")
    assert isinstance(fault, Fault)
    assert (fault.message, fault.is_refused) == (message, False)
    assert "s3cret" not in repr(fault)


def test_globs_take_slashes() -> None:
    """`*` stands for any text; case counts."""
    assert matches_any("op/hood/a", ["x", "op/*"])
    assert not matches_any("OP/hood", ["op/*"])
    assert not matches_any("op", [])
    assert refuse("a", "b").is_refused
