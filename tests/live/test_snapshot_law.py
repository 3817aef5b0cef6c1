"""A law: the snapshot is the state of the emulated account, whatever its switches."""

from __future__ import annotations

from math import ceil
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.world import World
from tests.live.worlds import (
    expected,
    ids_of,
    make_reader,
    make_row,
    make_world,
    read,
)

SWITCHES = st.fixed_dictionaries(
    {
        "envelope": st.sampled_from(["bare", "items"]),
        "listing": st.sampled_from(["full", "full", "slim", "slim-always", "absent"]),
        "total": st.sampled_from(["number", "string"]),
        "page_maximum": st.sampled_from([100, 100, 50, 7, 1]),
        "page_over_maximum": st.sampled_from(["clamp", "refuse"]),
        "default_page_size": st.sampled_from([20, 5]),
        "order": st.sampled_from(["id", "name", "shuffled"]),
        "id_order": st.sampled_from(["number", "text"]),
        "unknown_id": st.sampled_from([400, 404]),
        "id_type": st.sampled_from(["string", "number"]),
        "default_flag": st.sampled_from(["boolean", "number"]),
        "extra_fields": st.booleans(),
        "moving_rows": st.booleans(),
        "moving_seed": st.integers(0, 2),
        "providers": st.sampled_from(["list", "absent"]),
        "provider_settings": st.sampled_from(["embedded", "providers-only", "empty"]),
    }
)


VALUES = st.text(max_size=5) | st.integers() | st.booleans() | st.none()


ROWS = st.lists(
    st.tuples(
        st.integers(1, 300), st.sampled_from(["1000", "1001"]), st.dictionaries(st.text(max_size=3), VALUES, max_size=3)
    ),
    max_size=25,
    unique_by=lambda row: row[0],
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SWITCHES, ROWS, st.sets(st.integers(1, 300), max_size=8), st.booleans(), st.integers(0, 99))
def test_the_snapshot_is_the_worlds_state(
    switches: dict[str, Any], rows: list[Any], more: set[int], by_name: bool, seed: int
) -> None:
    """Whatever the switches and faults, what is in scope reads as it is; a list that is full stays in its budget."""
    seeded = [make_row(one, provider_id=provider, settings=values) for one, provider, values in rows]
    faults = Faults(rate=0.2, seed=seed, at_most=2) if seed % 3 == 0 else None
    world = World(switches=make_world(**switches).switches, faults=faults, seed={"integrations": seeded})
    ids = ids_of([row[0] for row in rows[::2]]) | ids_of(more)
    found = make_reader(world, parallel=1 + seed % 4).read_snapshot(ids=ids, by_name=by_name, need=frozenset({"1000"}))
    assert read(found, ids) == expected(world, ids)
    assert found.unknown == ids - world.objects().keys()
    whole = found.listed and found.complete
    assert not whole or set(found.objects) == set(world.objects())
    assert found.listed is (switches["listing"] != "absent")
    if by_name and found.listed and not switches["moving_rows"]:
        assert whole
    if (
        faults is None
        and not switches["moving_rows"]
        and switches["listing"] == "full"
        and world.switches.page_maximum == 100
    ):
        assert len(world.log) <= ceil(len(rows) / 100) + 2 + len(found.unknown)
