"""Numbers and times in headers."""

from __future__ import annotations

import pytest

from reconciler.live.headers import read_date, read_whole


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
