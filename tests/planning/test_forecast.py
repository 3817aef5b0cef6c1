"""How many requests an apply takes, counted as the applier acts, and how long that is within the limits."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Change
from reconciler.planning.forecast import (
    Forecast,
    Limits,
    can_prove,
    expect_seconds,
    find_prover,
    make_forecast,
    needs_own_read,
    seconds_for,
)
from tests.planning.build import make_change

FULL = Limits(per_second=10, per_minute=150, parallel=4)


def rename(number: int, page: str | None) -> Change:
    """A change of nothing but the name."""
    change = make_change(f"twilio/{number:03}", page=page)
    return msgspec.structs.replace(change, body={"name": "New"})


def setting(number: int, page: str | None = None, *, secret: bool = False, keys: int = 1) -> Change:
    """A change of one setting, secret or not, of so many that are managed."""
    names = tuple(f"k{index}" for index in range(keys))
    return make_change(
        f"twilio/{number:03}", {"k0": "1"}, secret=("k0",) if secret else (), page=page, keys=names, there=names
    )


def requests(*changes: Change, mode: str = "changed") -> int:
    """The forecast's requests."""
    return make_forecast(changes, mode, Limits()).requests  # type: ignore[arg-type]


def test_nothing_to_do_takes_nothing() -> None:
    """Drops and warnings send nothing."""
    none = msgspec.structs.replace(make_change(), action="none")
    assert make_forecast([], "auto", Limits()) == Forecast()
    assert make_forecast([none], "auto", Limits()) == Forecast()


def test_one_change_is_read_written_and_read() -> None:
    """With or without a page."""
    assert requests(rename(1, "1,100")) == 3
    assert requests(rename(1, None)) == 3


def test_a_create_is_looked_up_sent_and_read_back() -> None:
    """Each by itself, beside whatever else is done."""
    new = msgspec.structs.replace(make_change(), action="create", id=None, seen=None)
    assert requests(new) == 3
    assert requests(new, new, rename(1, None)) == 9


@pytest.mark.parametrize(("creates", "pages", "expected"), [(0, 9, 0), (1, 3, 5), (2, 3, 10), (1, 9, 5), (3, 9, 11)])
def test_a_long_list_is_searched_once_that_is_tried(creates: int, pages: int, expected: int) -> None:
    """A short one is read whole for each."""
    news = [msgspec.structs.replace(make_change(), action="create", id=None, seen=None)] * creates
    assert make_forecast(news, "auto", Limits(), pages).requests == expected


def test_changes_of_a_page_share_its_reads() -> None:
    """So many PATCHes and two reads of each page that holds one."""
    assert requests(*(rename(number, "1,100") for number in range(50))) == 52
    assert requests(*(rename(number, f"{number % 3 + 1},100") for number in range(50))) == 56


def test_without_pages_each_object_is_read_twice() -> None:
    """An API without a list has only GETs by id."""
    assert requests(*(rename(number, None) for number in range(5))) == 15


def test_secrets_and_status_take_a_read_of_their_own() -> None:
    """The page's read before them is left out where nobody leans on it."""
    assert requests(setting(1, "1,100", secret=True)) == 3
    assert requests(make_change(status="paused", page="1,100")) == 3
    assert requests(setting(1, "1,100", secret=True), setting(2, "1,100", secret=True)) == 2 + 2 + 1
    assert requests(setting(1, "1,100", secret=True), rename(2, "1,100")) == 2 + 1 + 2


def test_whole_settings_take_a_read_of_their_own() -> None:
    """In whole mode, and in auto where nothing can prove that PATCH merges; a name alone does not."""
    both = setting(1, "1,100"), setting(2, "1,100")
    assert requests(*both, mode="changed") == 4
    assert requests(*both, mode="whole") == 5
    assert requests(*both, mode="auto") == 5
    assert requests(rename(1, "1,100"), rename(2, "1,100"), mode="auto") == 4


def test_the_proof_of_merging_stands_by_itself() -> None:
    """GET, PATCH, GET; then the others send changed keys only."""
    prover = setting(0, "1,100", keys=2)
    assert requests(prover, mode="auto") == 3
    assert requests(prover, setting(1, "1,100"), setting(2, "1,100"), mode="auto") == 3 + 3
    assert requests(prover, setting(1, "1,100", secret=True), mode="auto") == 3 + 3


def test_a_default_integration_proves_only_where_there_is_no_choice() -> None:
    """The first by address of those that are not default ones."""
    default = msgspec.structs.replace(setting(0, keys=2), is_default=True)
    assert find_prover([default], "auto") is default
    first, second = setting(1, keys=2), setting(2, keys=2)
    assert find_prover([default, second, first], "auto") is first
    assert find_prover([first], "changed") is None
    assert find_prover([first], "whole") is None
    assert find_prover([msgspec.structs.replace(first, action="none")], "auto") is None


@pytest.mark.parametrize(
    ("change", "fit"),
    [
        (make_change(settings={"a": "1"}, keys=("a", "b"), there=("b",)), True),
        (make_change(settings={"a": "1"}, keys=("a", "b"), there=("a", "b")), True),
        (make_change(settings={"a": "1"}, keys=("a",), there=("a",)), False),
        (make_change(settings={"a": "1"}, keys=("a", "b"), there=("a",)), False),
        (make_change(settings={"a": "1"}, keys=("a", "b"), there=("b",), hidden=("c",)), False),
        (make_change(settings={"a": "1"}, keys=("a", "b"), there=("b", "c")), False),
        (make_change(status="paused", keys=("a", "b"), there=("b",)), False),
        (msgspec.structs.replace(make_change(settings={"a": "1"}), seen=None), False),
        (
            msgspec.structs.replace(
                make_change(settings={"a": "1"}, keys=("a", "b"), there=("b",)), unseen=(("settings", "a"),)
            ),
            False,
        ),
    ],
)
def test_merging_is_proven_where_the_manifest_names_all_and_sends_some(change: Change, fit: bool) -> None:
    """What the proof may lose must be an ordinary difference, and what it sends must be seen."""
    assert can_prove(change) is fit


@pytest.mark.parametrize(
    ("change", "whole", "own"),
    [
        (setting(1), False, False),
        (setting(1), True, True),
        (setting(1, secret=True), False, True),
        (make_change(status="paused"), False, True),
        (rename(1, None), True, False),
    ],
)
def test_what_is_read_by_itself(change: Change, whole: bool, own: bool) -> None:
    """Secrets, status, and settings that are sent whole."""
    assert needs_own_read(change, whole=whole) is own


def test_the_contract_s_sample_takes_four_requests_at_most() -> None:
    """One update of a phone number and a secret, about a second."""
    sample = make_change(
        settings={"phone": "+1", "token": None},
        secret=("token",),
        keys=("phone", "sid", "token"),
        there=("phone", "sid", "token"),
        page="1,100",
    )
    for mode in ("auto", "changed", "whole"):
        forecast = make_forecast([sample], mode, Limits())
        assert forecast.requests <= 4
        assert forecast.seconds <= 0.4


@pytest.mark.parametrize(
    ("count", "seconds"),
    [(0, 0), (1, 0.1), (4, 0.4), (10, 0.4), (11, 1.4), (150, 14.4), (151, 60.4), (400, 129.4), (1000, 369.4)],
)
def test_the_arithmetic_of_the_windows(count: int, seconds: float) -> None:
    """10 a second and 150 a minute: 150 calls take 14 s, 400 take 129 s, 1,000 take 6.2 minutes."""
    assert seconds_for(count, FULL) == seconds


def test_one_at_a_time_the_trips_may_be_what_takes_long() -> None:
    """Where the windows have room for more than one connection can carry."""
    assert seconds_for(30, Limits(per_second=100, per_minute=1000, parallel=1)) == 3.0


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(1, 50), st.integers(1, 500), st.integers(1, 16))
def test_more_requests_never_take_less_time(count: int, second: int, minute: int, parallel: int) -> None:
    """Under any limits."""
    limits = Limits(second, minute, parallel)
    assert seconds_for(count, limits) <= seconds_for(count + 1, limits)


@pytest.mark.parametrize(("count", "seconds"), [(0, 0), (1, 0.1), (8, 0.2), (100, 11.9), (121, 32.15), (600, 237.65)])
def test_on_the_average_a_run_begins_within_a_minute(count: int, seconds: float) -> None:
    """8 a second and 120 a minute: what does not fit waits for the rest of a minute and not for a whole one."""
    assert expect_seconds(count, Limits()) == pytest.approx(seconds, abs=0.01)


@settings(deadline=None)
@given(st.integers(0, 3000))
def test_the_average_is_no_longer_than_the_longest(count: int) -> None:
    """Save for the second in which a request leaves."""
    assert expect_seconds(count, Limits()) <= seconds_for(count, Limits()) + 1.5
