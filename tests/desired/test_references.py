"""References are found in manifests and resolved all at once, each once; what is wrong is told together."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.references import check_allowed, make_stand_ins, references, resolve
from reconciler.desired.secrets import Secrets
from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Allowed, Command, Lifecycle, Manifest, SecretRef, Source
from tests.desired.placing import ToldPlaces, make_desired

TEXT = """
provider: a
name: one
settings: {token: {secret: "env:HOOD_A"}, secret: {secret: "env:HOOD_B"}, plain: x}
---
provider: a
name: two
settings: {token: {secret: "env:HOOD_A"}, password: hunter2}
"""
LITERAL = SecretRef("literal", "a/two#settings.password")


def run(environ: dict[str, str], allowed: Allowed | None = None, text: str = TEXT) -> Secrets:
    """Resolves the references of a text."""
    desired = make_desired(text, allow_literals=True)
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
    assert secrets.reveal(LITERAL) == "hunter2"


def test_all_schemes_are_resolved(tmp_path: Path) -> None:
    """A variable, a file and a command's output."""
    (tmp_path / "b").write_text("from file\n")
    text = '{provider: a, name: new, settings: {token: {secret: "file:b"}, secret: {secret: "exec:say/x"}}}'
    commands = {"say": Command(("/bin/echo", "from {arg}"))}
    secrets = run({}, Allowed(folders=(str(tmp_path),), commands=commands), text)
    assert secrets.reveal(SecretRef("file", "b")) == "from file"
    assert secrets.reveal(SecretRef("exec", "say/x")) == "from x"


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
    """All refused names are told with the knob, and no value is shown."""
    with pytest.raises(RefusedError) as caught:
        run({"HOOD_A": "s3cret", "HOOD_B": "s3cret"}, allowed)
    assert caught.value.exit_code == 4
    assert caught.value.message == f"manifests may not read {names}"
    assert knob in str(caught.value.fix)
    assert all(one.code == "secret-refused" for one in caught.value.problems)
    assert caught.value.problems[0].source is not None
    assert "s3cret" not in str(caught.value.problems)


def test_refused_and_missing_ones_are_told_together() -> None:
    """Of all schemes, at every place; the message names what is refused, files and commands with their scheme."""
    text = TEXT + '---\n{provider: a, name: new, settings: {token: {secret: "file:b"}, pwd: {secret: "exec:op/x"}}}'
    with pytest.raises(RefusedError) as caught:
        run({}, Allowed(narrowed=("HOOD_A",)), text)
    assert caught.value.message == "manifests may not read HOOD_B, exec:op/x, file:b"
    assert sorted(one.code for one in caught.value.problems) == ["secret-missing"] * 2 + ["secret-refused"] * 3


MANIFEST = Manifest(
    address="a/one",
    provider="a",
    source=Source("m.yaml", 1, 1),
    settings={
        "token": SecretRef("env", "HOOD_A"),
        "pwd": SecretRef("exec", "op/x"),
        "auth": SecretRef("file", "x"),
        "password": SecretRef("literal", "a/one#settings.password"),
    },
)


def test_the_emulator_gets_stand_ins() -> None:
    """Behind each reference stands text made of its name: the emulator keeps what it is sent in a file."""
    secrets = make_stand_ins(references([MANIFEST]), {})
    assert [secrets.reveal(one.ref) for one in references([MANIFEST])] == [
        "stand-in for env:HOOD_A",
        "stand-in for exec:op/x",
        "stand-in for file:x",
        "stand-in for a/one#settings.password",
    ]


def test_the_emulator_refuses_variables_that_no_run_may_read() -> None:
    """Of files and commands the operator has said nothing there."""
    check_allowed(references([MANIFEST]), Allowed(), ToldPlaces())
    with pytest.raises(RefusedError, match="manifests may not read HOOD_A"):
        check_allowed(references([MANIFEST]), Allowed(narrowed=()), ToldPlaces())


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
