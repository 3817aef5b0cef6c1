"""Secret keys are known by name; references are resolved all at once and their values are shown nowhere."""

from __future__ import annotations

import copy
import pickle

import pytest

from reconciler.desired.secrets import SecretKeys, Secrets, make_stand_ins, references, resolve
from reconciler.errors import InvalidError, ReconcilerError, RefusedError
from reconciler.model import Allowed, Lifecycle, Manifest, SecretRef, Source
from tests.desired.placing import ToldPlaces, make_desired


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


TEXT = """
provider: a
name: one
settings: {token: {secret: "env:HOOD_A"}, secret: {secret: "env:HOOD_B"}, plain: x}
---
provider: a
name: two
settings: {token: {secret: "env:HOOD_A"}, password: hunter2}
"""


def run(environ: dict[str, str], allowed: Allowed | None = None) -> Secrets:
    """Resolves the references of TEXT."""
    desired = make_desired(TEXT, allow_literals=True)
    return resolve(
        references(desired.manifests),
        environ=environ,
        allowed=allowed or Allowed(),
        literals=desired.literals,
        places=ToldPlaces(),
    )


def test_references_come_with_their_manifest() -> None:
    """Each reference is listed with the path where it stands, literals too."""
    found = references(make_desired(TEXT, allow_literals=True).manifests)
    assert [(str(one.ref), one.path, one.manifest.address) for one in found] == [
        ("secret(env:HOOD_A)", ("settings", "token"), "a/one"),
        ("secret(env:HOOD_B)", ("settings", "secret"), "a/one"),
        ("secret(env:HOOD_A)", ("settings", "token"), "a/two"),
        ("secret(literal)", ("settings", "password"), "a/two"),
    ]


def test_values_are_kept_as_they_are() -> None:
    """The environment's text is revealed byte for byte, a line break at its end too; literals as well."""
    secrets = run({"HOOD_A": "s3cret\n", "HOOD_B": " b "})
    assert secrets.reveal(SecretRef("env", "HOOD_A")) == "s3cret\n"
    assert secrets.reveal(SecretRef("env", "HOOD_B")) == " b "
    assert secrets.reveal(SecretRef("literal", "a/two#settings.password")) == "hunter2"


def test_a_reference_that_was_not_resolved_is_a_fault() -> None:
    """Asking for an unknown reference raises, and names it without a value."""
    with pytest.raises(ReconcilerError, match=r"secret\(env:HOOD_C\) was not resolved"):
        run({"HOOD_A": "x", "HOOD_B": "y"}).reveal(SecretRef("env", "HOOD_C"))


def test_nothing_shows_the_values() -> None:
    """repr, str, format, vars, copies and pickles do not hold a secret."""
    secrets = run({"HOOD_A": "s3cret", "HOOD_B": "y"})
    assert repr(secrets) == str(secrets) == f"{secrets}" == "Secrets(3 hidden)"
    with pytest.raises(TypeError):
        vars(secrets)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled or copied"):
            leak(secrets)


def test_all_missing_variables_are_told_at_once() -> None:
    """Missing and empty variables are problems at each place that needs them, with what to type."""
    with pytest.raises(InvalidError) as caught:
        run({"HOOD_B": ""})
    assert [(str(one.source), one.code, one.message, one.fix) for one in caught.value.problems] == [
        ("settings.secret:2:2", "secret-missing", "settings.secret: HOOD_B is empty", "export HOOD_B=…"),
        ("settings.token:2:2", "secret-missing", "settings.token: HOOD_A is not set", "export HOOD_A=…"),
        ("settings.token:6:2", "secret-missing", "settings.token: HOOD_A is not set", "export HOOD_A=…"),
    ]


@pytest.mark.parametrize(
    ("allowed", "names", "knob"),
    [
        (Allowed(narrowed=("HOOD_B*",)), "HOOD_A", 'add "HOOD_A" to secrets.env in reconciler.yaml'),
        (Allowed(granted=("X_*",), narrowed=("*",)), "HOOD_A, HOOD_B", "RECONCILER_SECRET_ENV=HOOD_A"),
        (Allowed(granted=("hood_*",)), "HOOD_A, HOOD_B", "RECONCILER_SECRET_ENV=HOOD_B"),
        (Allowed(narrowed=()), "HOOD_A, HOOD_B", 'add "HOOD_B" to secrets.env'),
    ],
)
def test_what_may_not_be_read_is_refused(allowed: Allowed, names: str, knob: str) -> None:
    """All refused names are told with the knob, before anything is said of missing ones, and no value is shown."""
    with pytest.raises(RefusedError) as caught:
        run({"HOOD_A": "s3cret"}, allowed)
    assert caught.value.exit_code == 4
    assert caught.value.message == f"manifests may not read {names}"
    assert knob in str(caught.value.fix)
    assert all(one.code == "secret-refused" for one in caught.value.problems)
    assert caught.value.problems[0].source is not None
    assert "s3cret" not in str(caught.value.problems)


def test_the_emulator_gets_stand_ins() -> None:
    """Behind each reference stands text made of its name: the emulator keeps what it is sent in a file."""
    manifest = Manifest(
        address="a/one",
        provider="a",
        source=Source("m.yaml", 1, 1),
        settings={"token": SecretRef("env", "HOOD_A"), "password": SecretRef("literal", "a/one#settings.password")},
    )
    environ, literals = make_stand_ins(references([manifest]))
    assert environ == {"HOOD_A": "stand-in for env:HOOD_A"}
    assert literals == {SecretRef("literal", "a/one#settings.password"): "stand-in for a/one#settings.password"}


def test_what_is_ignored_is_not_read() -> None:
    """A reference that is never compared and never sent needs no variable."""
    manifest = Manifest(
        address="a/one",
        provider="a",
        source=Source("m.yaml", 1, 1),
        settings={"token": SecretRef("env", "HOOD_A"), "password": SecretRef("env", "HOOD_B")},
        lifecycle=Lifecycle(ignore=(("settings", "token"),)),
    )
    assert [one.ref.name for one in references([manifest])] == ["HOOD_B"]
