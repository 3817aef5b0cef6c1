"""How often Python looks for circles."""

from __future__ import annotations

import gc

from reconciler.commands.collecting import YOUNG, collect_in_fleet, collect_no_more, collect_rarely


def test_many_values_are_made_before_any_is_looked_at() -> None:
    """The threshold of the young is raised for the process; collecting stays on."""
    before = gc.get_threshold()
    try:
        collect_rarely()
        assert gc.get_threshold() == (YOUNG, 10, 10)
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)


def test_a_fleet_leaves_no_circles_to_pile_up() -> None:
    """It looks for them more often than a run for one account, and less often than Python does by itself."""
    before = gc.get_threshold()
    try:
        collect_in_fleet()
        young, *older = gc.get_threshold()
        assert 700 < young < YOUNG
        assert max(older) <= 10
    finally:
        gc.set_threshold(*before)


def test_a_process_that_ends_looks_for_no_circles() -> None:
    """All that is there is left alone; what is made afterwards is not."""
    try:
        circle: list[object] = []
        circle.append(circle)
        collect_no_more()
        assert not any(one is circle for one in gc.get_objects())
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert any(one is circle for one in gc.get_objects())
