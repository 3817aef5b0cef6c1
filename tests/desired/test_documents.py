"""How large and how deep data is."""

from __future__ import annotations

import pytest

from reconciler.desired.documents import measure
from reconciler.model import Json, Plain


@pytest.mark.parametrize(
    ("data", "size", "levels"),
    [
        ("", 1, 0),
        ("abc", 4, 0),
        (Plain(1, "0001"), 5, 0),
        ([], 1, 1),
        (["a", ["b"]], 6, 2),
        ({}, 1, 1),
        ({"key": "abc", "l": [[]]}, 13, 3),
    ],
)
def test_measures_text_nodes_and_levels(data: Json, size: int, levels: int) -> None:
    """Each character and each node counts one; only collections are levels."""
    assert measure(data) == (size, levels)


def test_shared_data_counts_as_often_as_it_is_used() -> None:
    """Two uses of one list weigh as two lists."""
    shared = ["a", "b"]
    assert measure([shared, shared])[0] == 2 * measure(shared)[0] + 1
