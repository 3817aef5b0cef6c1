"""How often Python looks for values that hold each other in circles: rarely.

A run makes hundreds of thousands of values without a circle, and by default each 700 of them are looked through.
"""

from __future__ import annotations

import gc

YOUNG = 50_000
"""Values made, less those that are gone, before the young ones are looked through; some 10 MB at most."""


def collect_rarely() -> None:
    """For the whole process. It makes plans of thousands of manifests a twentieth quicker."""
    gc.set_threshold(YOUNG, 10, 10)


def collect_in_fleet() -> None:
    """For the whole process: each of thousands of accounts leaves some circles behind, which are not to pile up."""
    gc.set_threshold(10_000, 5, 5)
