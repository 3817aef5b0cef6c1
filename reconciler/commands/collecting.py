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


def collect_no_more() -> None:
    """For a process that ends: Python would look through all that is left several times, and the system takes it back
    anyway. What is to be closed has been closed, and this is a twentieth of a short run.
    """
    gc.freeze()
