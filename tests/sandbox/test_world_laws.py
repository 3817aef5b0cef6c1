"""What holds of the World whatever is asked of it, in which order and when."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.sandbox.asking import ALL, NOW, ONE, TWILIO, ask, make_world

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["get", "list", "name", "status", "phone", "null", "post", "bad", "lost", "console"]),
        st.integers(0, 3),
        st.floats(0, 30),
    ),
    max_size=12,
)


def _step(world: World, what: str, number: int, now: float) -> bytes:
    path = f"{ALL}/{1161 + number}"
    match what:
        case "get":
            return ask(world, path=path, now=now).body
        case "list":
            return ask(world, query={"page": f"{1 + number},2"}, now=now).body
        case "name" | "status":
            return ask(world, "PATCH", path, body={what: f"{what}{number}"}, now=now).body
        case "phone" | "null":
            value = None if what == "null" else f"+{number}"
            return ask(world, "PATCH", path, body={"settings": {"default_phone_number": value}}, now=now).body
        case "post":
            return ask(world, "POST", ALL, body={"name": "p", "provider_id": "1000", "settings": TWILIO}, now=now).body
        case "bad":
            return ask(world, "PATCH", path, body=b"{", now=now).body
        case "console":
            world.add("mitto", "c", {"api_key": "fake"}, masked=("api_key",))
    return ask(world, path="/lost", now=now).body


@given(
    before=STEPS,
    after=STEPS,
    switches=st.builds(
        Switches,
        settings_patch=st.sampled_from(["merge", "replace"]),
        read_lag=st.sampled_from([0.0, 5.0]),
        moving_rows=st.booleans(),
        windows=st.sampled_from(["aligned", "first"]),
        per_second=st.integers(0, 3),
        per_minute=st.integers(0, 20),
    ),
    rate=st.sampled_from([0.0, 0.4]),
)
def test_a_dumped_world_goes_on_as_if_nothing_had_happened(
    before: list[tuple[str, int, float]], after: list[tuple[str, int, float]], switches: Switches, rate: float
) -> None:
    """dump, JSON, load, dump gives the same data, and both Worlds give the same answers from then on."""
    world = World(switches=switches, faults=Faults(rate=rate, seed=7), seed=make_seed_of(3))
    now = NOW
    for what, number, wait in before:
        now += wait
        _step(world, what, number, now)
    data = json.loads(json.dumps(world.dump()))
    twin = World.load(data)
    assert twin.dump() == data
    for what, number, wait in after:
        now += wait
        assert _step(world, what, number, now) == _step(twin, what, number, now)
    assert world.objects() == twin.objects()


def make_seed_of(count: int) -> dict[str, object]:
    """A seed as JSON data."""
    return {
        "integrations": [
            {"id": str(1161 + n), "name": f"n{n}", "provider_id": "1000", "settings": TWILIO} for n in range(count)
        ]
    }


@given(st.lists(st.floats(0, 90), min_size=1, max_size=60), st.sampled_from(["aligned", "first"]), st.booleans())
def test_no_window_ever_admits_more_than_its_limit(waits: list[float], kind: str, count_429: bool) -> None:
    """Whatever the rhythm: at most per_second in every second and per_minute in every minute ."""
    world = make_world(1, per_second=2, per_minute=5, windows=kind, count_429=count_429)
    now, admitted = NOW, []
    for wait in waits:
        now += wait / 30
        if ask(world, path=ONE, now=now).status == 200:
            admitted.append(now)
    for length, limit in ((1, 2), (60, 5)):
        if kind == "aligned":
            starts = {at // length * length for at in admitted}
        else:
            starts = set()
            for at in admitted:
                if not starts or at >= max(starts) + length:
                    starts.add(at)
        for start in starts:
            assert sum(start <= at < start + length for at in admitted) <= limit
    assert admitted
