"""Several requests at once."""

from __future__ import annotations

import threading

import pytest

from reconciler.live.threads import run_all


def test_answers_come_in_the_order_of_the_questions() -> None:
    """Whichever is ready first."""
    later = threading.Event()

    def read(number: int) -> int:
        if number == 1:
            assert later.wait(10)
        else:
            later.set()
        return -number

    assert run_all(read, [1, 2, 3], 2) == [-1, -2, -3]


@pytest.mark.parametrize("parallel", [1, 3])
def test_the_first_error_in_order_is_raised(parallel: int) -> None:
    """And no other."""

    def read(number: int) -> int:
        if number > 1:
            raise ValueError(number)
        return number

    with pytest.raises(ValueError, match="2"):
        run_all(read, [1, 2, 3], parallel)
