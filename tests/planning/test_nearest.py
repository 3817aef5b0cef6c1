"""What a manifest without a live twin may have meant."""

from __future__ import annotations

import pytest

from reconciler.model import Live, Problem, Provider
from reconciler.planning.match import match_all
from reconciler.planning.nearest import fits
from tests.planning.build import TWILIO, make_live, make_manifest, make_snapshot

MITTO = Provider("1001", "mitto")
LIVE = (make_live(), make_live(id="2", name="Alerts", provider=MITTO))


def miss(provider: str, name: str, *objects: Live) -> Problem:
    """The error of a manifest that has no live twin."""
    manifest = make_manifest(id=None, name=name, provider=provider)
    return match_all([manifest], make_snapshot(*objects)).errors["twilio/one"]


def test_a_provider_fits_by_name_or_id() -> None:
    """Nothing else."""
    found = [fits(make_manifest(provider=word), make_live()) for word in ("twilio", "1000", "mitto")]
    assert found == [True, True, False]


@pytest.mark.parametrize("provider", ["mito", "MITTO", "Mitto", "mittoo"])
def test_a_misspelt_provider_is_asked_about(provider: str) -> None:
    """Its objects with the same name are named, with their provider."""
    problem = miss(provider, "Alerts", *LIVE)
    assert problem.fix == "did you mean provider: mitto?"
    assert problem.message.endswith('is named "Alerts"; nearest: "Alerts" (2, provider mitto)')


def test_only_objects_of_the_provider_that_is_meant_are_near() -> None:
    """An object of yet another provider would lead astray; without a near name only the provider is told."""
    problem = miss("TWILIO", "Alerts", *LIVE)
    assert problem.fix == "did you mean provider: twilio?"
    assert "nearest" not in problem.message


def test_an_unknown_provider_is_that_of_the_object_with_the_name() -> None:
    """The name alone tells which provider is meant; a name that is only near is shown and proves nothing."""
    assert miss("qqq", "Alerts", *LIVE).fix == "did you mean provider: mitto?"
    near = miss("qqq", "alert", *LIVE)
    assert near.message.endswith('nearest: "Alerts" (2, provider mitto)')
    assert near.fix == "write lifecycle: {create: true} to create it"


def test_a_provider_that_is_known_is_not_doubted() -> None:
    """It has no live object: those of others are named, and a new one may be made."""
    alerts = LIVE[1]
    manifest = make_manifest(id=None, name="Alerts")
    snapshot = make_snapshot(alerts, providers={one.id: one for one in (TWILIO, MITTO)})
    problem = match_all([manifest], snapshot).errors["twilio/one"]
    assert problem.message.endswith('nearest: "Alerts" (2, provider mitto)')
    assert problem.fix == "write lifecycle: {create: true} to create it"


def test_of_equal_names_the_lowest_ids_are_named() -> None:
    """Three at most."""
    objects = [make_live(id=str(number), name="One", provider=MITTO) for number in (11, 9, 10, 8)]
    problem = miss("mito", "one", *objects)
    assert [word in problem.message for word in ("(8,", "(9,", "(10,", "(11,")] == [True, True, True, False]
