"""Secrets that travel along with an undo, by the references of the manifests at hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.commands.carried import carry_secrets, refuse_to_reveal
from reconciler.commands.request import Request
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import ReconcilerError
from reconciler.model import Json, Live, Manifest, Provider, SecretRef, Snapshot, Source
from reconciler.options import Flags, Options
from tests.commands.stage import Stage

WITH_SECRET = 'id: "1"\nprovider: twilio\nsettings: {auth_token: {secret: "env:HOOD_TOKEN"}, account_sid: AC1}\n'
BACK = Manifest("twilio/1", "twilio", Source("a.yaml", 1, 1), id="1", settings={"account_sid": "AC0"})
TOKEN = SecretRef("env", "HOOD_TOKEN")


def carry(
    stage: Stage, token: Json, *, back: Manifest = BACK, environ: dict[str, str] | None = None, **options: Any
) -> dict[str, Any]:
    """The settings of what is planned, with this live token."""
    live = Live("1", "5", Provider("1000", "twilio"), "One", "active", {"account_sid": "AC1", "auth_token": token})
    chosen = Options(api="https://a", account="main", root=stage.folder / "manifests")
    found = carry_secrets(
        [back],
        Snapshot({"1": live}, {}, complete=True),
        msgspec.structs.replace(chosen, **options),
        Request(flags=Flags(), environ={"HOOD_TOKEN": "x1"} if environ is None else environ, cwd=stage.folder),
        SecretKeys(),
    )
    settings = found.manifests[0].settings
    if "auth_token" in settings:
        assert found.reveal(TOKEN) == "x1"
    return settings


@pytest.fixture
def declared(stage: Stage) -> Stage:
    """A manifest of the object that names its token."""
    stage.write("manifests/main.yaml", WITH_SECRET)
    return stage


@pytest.mark.parametrize("token", ["****1234", None, ""])
def test_what_is_hidden_is_carried(declared: Stage, token: Json) -> None:
    """A mask, or nothing at all where the account shows no secret."""
    assert carry(declared, token) == {"auth_token": TOKEN, "account_sid": "AC0"}


def test_what_is_shown_is_not(declared: Stage) -> None:
    """It is among the live settings already, and an undo changes no secret."""
    assert carry(declared, "live-token") == BACK.settings


def test_where_nothing_is_sent_whole_nothing_is_carried(declared: Stage) -> None:
    """Changed keys alone, or no settings at all: no reference is read."""
    assert carry(declared, "****1234", settings_patch="changed") == BACK.settings
    bare = msgspec.structs.replace(BACK, settings={}, name="Old")
    assert carry(declared, "****1234", back=bare) == {}


def test_without_manifest_or_secret_nothing_is_carried(declared: Stage) -> None:
    """Whatever is wrong with them: the guard tells what stands in the way."""
    assert carry(declared, "****1234", environ={}) == BACK.settings
    declared.write("manifests/main.yaml", "nonsense: [")
    assert carry(declared, "****1234") == BACK.settings


def test_nothing_else_is_revealed() -> None:
    """Whatever a plan may name."""
    with pytest.raises(ReconcilerError, match="no secret of this undo"):
        refuse_to_reveal(TOKEN)
