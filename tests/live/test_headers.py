"""Numbers and times in headers."""

from __future__ import annotations

import pytest

from reconciler.live.headers import LONGEST, read_date, read_demand, read_wait, read_whole


def test_whole_numbers_are_rounded_up() -> None:
    """12.2 seconds are 13; what is no number is None."""
    assert read_whole({"a": "12.2"}, "a") == 13
    assert read_whole({"a": "12 s"}, "a") is None
    assert read_whole({"a": "inf"}, "a") is None
    assert read_whole({}, "a") is None


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("Wed, 22 Nov 2023 10:00:07 GMT", 1_700_647_207),
        ("Wednesday, 22-Nov-23 10:00:07 GMT", 1_700_647_207),
        ("1700647207", 1_700_647_207),
        ("soon", None),
        ("", None),
        ("1" * 10_000, None),
        ("Wed, 22 Nov 99999999999999999999 10:00:07 GMT", None),
    ],
)
def test_dates_are_seconds_since_the_epoch(text: str, second: int | None) -> None:
    """As servers write them; what is no date is None."""
    assert read_date({"date": text}) == second
    assert read_date({}) is None


@pytest.mark.parametrize(
    ("told", "wait", "demand"),
    [
        ({}, None, None),
        ({"retry-after": "7"}, 7, None),
        ({"retry-after": "0.2"}, 1, None),
        ({"retry-after": "-1"}, -1, None),
        ({"retry-after": "-0.5"}, 0, None),
        ({"retry-after": "300"}, 300, None),
        ({"retry-after": "300.01"}, 301, 301),
        ({"retry-after": "31536000"}, 31_536_000, 31_536_000),
        ({"retry-after": "1e300"}, LONGEST, LONGEST),
        ({"retry-after": "9" * 5000}, None, None),
        ({"retry-after": "nan"}, None, None),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "Wed, 22 Nov 2023 10:00:37 GMT"}, None, None),
        ({"retry-after": "Wed, 22 Nov 2023 10:00:37 GMT", "date": "1700647207"}, 30, None),
        ({"retry-after": "Wed, 22 Nov 2023 11:00:07 GMT", "date": "1700647207"}, 3600, 3600),
        ({"retry-after": "Wed, 22 Nov 2023 09:00:00 GMT", "date": "1700647207"}, 0, None),
        ({"retry-after": "soon", "date": "1700647207"}, None, None),
    ],
)
def test_a_wait_is_a_number_or_a_date(told: dict[str, str], wait: int | None, demand: int | None) -> None:
    """Dates count from the server's own; what asks for more than PATIENCE is a demand."""
    assert read_wait(told) == wait
    assert read_demand(told) == demand
