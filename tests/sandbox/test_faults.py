"""Faults: which request they strike, what it gets, and what became of the write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, Faults, Kind
from tests.sandbox.asking import ALL, ONE, TWILIO, ask, get, make_world, patch, settings

STATUSES: dict[Kind, int] = {"500": 500, "502-html": 502, "503": 503, "504": 504, "429": 429, "429-parallel": 429}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", [*STATUSES, "reset", "timeout", "not-json"])
def test_a_fault_strikes_before_or_after_the_write(kind: Kind, when: Any) -> None:
    """The answer is the same, the object is not."""
    world = make_world(1, faults=Faults((Fault(kind, when),)))
    answer = ask(world, "PATCH", ONE, body={"name": "new"})
    assert answer.status == STATUSES.get(kind, answer.status)
    assert answer.fault == (kind if kind in ("reset", "timeout") else None)
    assert world.objects()["1161"]["name"] == ("new" if when == "after" else "n0")
    assert len(world.writes) == (1 if when == "after" else 0)
    assert world.log[0].fault == kind
    assert patch(world, {"name": "again"}) == 204


def test_the_struck_answers_look_as_documented_or_as_a_proxys() -> None:
    """500 has no message, 502 and 504 are HTML, 429 has Retry-After and no X-RateLimit, the garbage is no JSON."""
    kinds: tuple[Kind, ...] = ("500", "502-html", "504", "429", "429-parallel", "not-json")
    script = tuple(Fault(kind, nth=number, retry_after=7) for number, kind in enumerate(kinds, 1))
    world = make_world(1, faults=Faults(script), per_minute=100)
    answers = dict(zip(kinds, [ask(world) for _ in kinds], strict=True))
    assert sorted(json.loads(answers["500"].body)) == ["code", "title", "trace_id"]
    assert answers["502-html"].headers["Content-Type"] == answers["504"].headers["Content-Type"] == "text/html"
    assert [answers[kind].headers["Retry-After"] for kind in ("429", "429-parallel")] == ["7", "-1"]
    assert "X-RateLimit-Limit" not in answers["429"].headers
    assert "X-RateLimit-Limit" in answers["500"].headers
    with pytest.raises(json.JSONDecodeError):
        json.loads(answers["not-json"].body)


def test_truncated_and_late_answers_are_the_real_ones() -> None:
    """The shell cuts or delays them."""
    world = make_world(1, faults=Faults((Fault("truncated"), Fault("late", nth=2, seconds=4.0))))
    real = get(make_world(1), ONE)
    cut, late = ask(world, path=ONE), ask(world, path=ONE)
    assert (cut.fault, late.fault, late.seconds) == ("truncated", "late", 4.0)
    assert json.loads(cut.body) == json.loads(late.body) == real


def test_a_refusal_after_which_a_fault_strikes_is_a_refusal_no_more() -> None:
    """A fault after the request covers a 400 too; a truncated 400 stays one."""
    world = make_world(1, faults=Faults((Fault("503", "after"), Fault("truncated", nth=2))))
    assert patch(world, {}) == 503
    assert patch(world, {}) == 400


def test_a_silent_drop_answers_as_if_it_were_written() -> None:
    """All of a PATCH, single keys of it, or a whole POST."""
    script = (Fault("silent-drop"), Fault("silent-drop", nth=2, keys=("name", "auth_token", "account_sid")))
    world = make_world(1, faults=Faults(script))
    world.remove_setting("1161", "account_sid")
    sent = {"name": "new", "settings": {**TWILIO, "auth_token": "fake-new", "default_phone_number": "+2"}}
    assert patch(world, sent) == 204
    assert world.writes == []
    assert patch(world, sent) == 204
    assert world.objects()["1161"]["name"] == "n0"
    assert settings(world) == {"auth_token": "fake-token", "default_phone_number": "+2"}
    world = make_world(faults=Faults((Fault("silent-drop"),)))
    answer = ask(world, "POST", ALL, body={"name": "n", "provider_id": "1006", "settings": {}})
    assert (answer.status, world.objects()) == (201, {})


def test_a_lost_key_is_one_that_the_write_did_not_name() -> None:
    """The first one by name; where all are named nothing is lost; a PATCH without settings loses one too."""
    world = make_world(1, faults=Faults((Fault("lost", count=0),)))
    patch(world, {"settings": {"account_sid": "AC1"}})
    assert settings(world) == {"account_sid": "AC1", "default_phone_number": "+1555"}
    patch(world, {"settings": settings(world)})
    assert settings(world) == {"account_sid": "AC1", "default_phone_number": "+1555"}
    patch(world, {"name": "x"})
    assert settings(world) == {"default_phone_number": "+1555"}


def test_a_script_chooses_by_method_path_and_count() -> None:
    """The second and third GET of this one path, and no other request."""
    fault = Fault("500", method="G*", path=r"/1161$", nth=2, count=2)
    world = make_world(2, faults=Faults((fault,)))
    statuses = [ask(world, path=path).status for path in (ONE, ALL, ONE, ALL, ALL + "/1162", ONE, ONE)]
    assert statuses == [200, 200, 500, 200, 200, 500, 200]
    assert patch(world, {"name": "x"}) == 204


def test_a_fault_for_good_and_write_faults_that_spare_reads() -> None:
    """Count 0 never ends; silent-drop and lost do not count reads."""
    world = make_world(1, faults=Faults((Fault("503", nth=2, count=0),)))
    assert [ask(world).status for _ in range(4)] == [200, 503, 503, 503]
    assert not Fault("lost").fits("GET", ALL)


def test_chance_is_the_same_in_every_run_and_can_be_limited() -> None:
    """The same seed strikes the same requests; another seed others; at_most ends it; methods narrow it."""
    runs = [
        [faults.strike("GET", ALL) for _ in range(200)]
        for faults in (Faults(rate=0.2, seed=1), Faults(rate=0.2, seed=1), Faults(rate=0.2, seed=2))
    ]
    assert runs[0] == runs[1] != runs[2]
    assert 20 < sum(fault is not None for fault in runs[0]) < 60
    few = Faults(rate=1.0, at_most=3)
    assert sum(few.strike("GET", ALL) is not None for _ in range(10)) == 3
    writes = Faults(rate=1.0, methods="PATCH")
    assert writes.strike("GET", ALL) is None
    assert writes.strike("PATCH", ALL) is not None
