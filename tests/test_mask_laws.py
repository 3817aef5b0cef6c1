"""The law of hidden secrets: with a state file and a key, masks change nothing about convergence.

Apply, then plan: no change. Rotate a secret: exactly one change, once. Then none.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.errors import ApiError, InvalidError, RefusedError
from reconciler.model import Plan
from reconciler.sandbox.switches import Switches
from tests.pipeline import Bench, changes_of
from tests.test_laws import switches, worlds

LAW: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
MASKS = ("full", "last4", "absent", "null", "empty", "none")

hiding = st.builds(lambda chosen, masks: msgspec.structs.replace(chosen, masks=masks), switches, st.sampled_from(MASKS))


def fields_of(plan: Plan) -> list[tuple[str, ...]]:
    """What an apply would send, as address and path."""
    return [(change.address, *item.path) for change in plan.changes for item in change.fields]


def hold_the_law(world: Any, chosen: Switches, mode: str, which: int) -> None:
    """Applies everything once, rotates one secret, applies that."""
    rows, manifests, environ = world
    assume(environ)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            rows, manifests, environ=environ, switches=chosen, settings_patch=mode, state=Path(folder) / "state.json"
        )
        bench.resend = True
        try:
            applied = bench.apply()
        except (ApiError, RefusedError, InvalidError):
            return
        bench.resend = False
        if applied.code != 0:
            return
        bench.clock.time += 60
        assert changes_of(bench.plan()) == []
        name = sorted(environ)[which % len(environ)]
        bench.environ[name] = f"rotated-{environ[name]}"
        _, number, key = name.split("_", 2)
        provider = next(one["provider"] for one in manifests if one["key"] == f"k{number}")
        assert fields_of(bench.plan()) == [(f"{provider}/k{number}", "settings", key.lower())]
        if bench.apply().code != 0:
            return
        bench.clock.time += 60
        assert changes_of(bench.plan()) == []
        assert changes_of(bench.plan()) == []


@settings(max_examples=300, **LAW)
@given(worlds(), hiding, st.sampled_from(["auto", "auto", "whole"]), st.integers(0, 9))
def test_a_rotation_is_one_change_once_whatever_the_api_hides(
    world: Any, chosen: Switches, mode: str, which: int
) -> None:
    """Over random manifests, live states, masks and switches."""
    hold_the_law(world, chosen, mode, which)


@pytest.mark.nightly
@settings(max_examples=5000, **LAW)
@given(worlds(), hiding, st.sampled_from(["auto", "auto", "whole"]), st.integers(0, 9))
def test_a_rotation_is_one_change_once_in_many_more_cases(world: Any, chosen: Switches, mode: str, which: int) -> None:
    """The same law, for a night."""
    hold_the_law(world, chosen, mode, which)


@pytest.mark.parametrize("masks", MASKS)
def test_the_law_is_not_empty(masks: Any, tmp_path: Path) -> None:
    """Each step is seen to work, and what is hidden is counted as unseen throughout."""
    live = {"account_sid": "AC1", "auth_token": "old-secret-1234", "default_phone_number": "+1"}
    rows = [{"id": "1", "name": "One", "provider_id": "1000", "settings": live}]
    manifests = [{"provider": "twilio", "id": "1", "settings": {"auth_token": {"secret": "env:HOOD_A"}}}]
    switched = Switches(masks=masks)
    bench = Bench(rows, manifests, environ={"HOOD_A": "new-secret-1234"}, switches=switched, state=tmp_path / "s.json")
    assert len(changes_of(bench.plan())) == (masks == "none")
    bench.resend = True
    assert bench.apply().code == 0
    bench.resend = False
    plan = bench.plan()
    assert changes_of(plan) == []
    assert plan.summary.unseen == (masks != "none")
    bench.environ["HOOD_A"] = "newer-secret-1234"
    assert len(changes_of(bench.plan())) == 1
    assert bench.apply().code == 0
    assert bench.world.objects()["1"]["settings"]["auth_token"] == "newer-secret-1234"
    assert changes_of(bench.plan()) == []
