"""Where runs on one account share its limits, and what is said where they cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.commands import ledgers, turns
from reconciler.errors import RefusedError
from reconciler.live.lease import CannotLockError
from reconciler.live.ledger import Ledger, LedgerError
from tests.commands.stage import Stage


def refuse(*_: object) -> Path:
    """Somebody else has put the folder there."""
    raise RefusedError("/tmp/reconciler-7: is a link", "remove it")


def fail(*_: object) -> Path:
    """No folder can be made."""
    raise CannotLockError("/gone: No space left on device")


@pytest.mark.parametrize(
    ("module", "name", "way", "why"),
    [
        (ledgers, "find_lock", lambda: None, "no way to lock a file"),
        (turns, "find_folder", fail, "No space left on device"),
        (turns, "find_folder", refuse, "reconciler-7: is a link"),
    ],
)
def test_a_host_that_cannot_share_is_told_of_and_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, module: object, name: str, way: Callable[..., object], why: str
) -> None:
    """Once, on stderr; a plan writes nothing, so that a planted folder does not stop it."""
    monkeypatch.setattr(module, name, way)
    ran = stage.run("plan")
    assert ran.err.count("the rate limits are not shared with other runs on this host") == 1
    assert why in ran.err
    assert "1 to update" in ran.out


def test_a_file_that_fails_later_is_told_of_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends as it would have."""

    def full(_: Ledger, __: float) -> None:
        raise LedgerError("No space left on device")

    monkeypatch.setattr(Ledger, "read", full)
    ran = stage.run("plan")
    assert ran.err.count("not shared with other runs on this host: No space left on device") == 1
    assert "1 to update" in ran.out


def test_the_ledger_lies_beside_the_lease(stage: Stage) -> None:
    """With a configured company both have one name; without it the account's name stands for it, before it is read."""
    stage.write("reconciler.yaml", 'version: 1\naccounts: {one: {company_id: "999999999", path: manifests}}\n')
    stage.run("apply", "--yes")
    (lease,) = (stage.runtime / "reconciler").glob("*.lock")
    (ledger,) = (stage.runtime / "reconciler").glob("*.pace")
    assert lease.stem == ledger.stem
    stage.write("reconciler.yaml", "version: 1\naccounts: {one: {path: manifests}}\n")
    stage.run("plan")
    assert len(list((stage.runtime / "reconciler").glob("*.pace"))) == 2


def test_limits_that_have_no_room_are_not_shared(stage: Stage) -> None:
    """Nor is anything said."""
    ran = stage.run("plan", RECONCILER_PER_MINUTE="2000")
    assert "shared" not in ran.err
    assert not list((stage.runtime / "reconciler").glob("*.pace"))
