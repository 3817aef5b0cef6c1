"""How often Python looks for circles."""

from __future__ import annotations

import gc

from reconciler.commands.collecting import YOUNG, collect_rarely


def test_many_values_are_made_before_any_is_looked_at() -> None:
    """The threshold of the young is raised for the process; collecting stays on."""
    before = gc.get_threshold()
    try:
        collect_rarely()
        assert gc.get_threshold() == (YOUNG, 10, 10)
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
