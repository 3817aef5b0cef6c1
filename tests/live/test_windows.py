"""One window: the log's places, what answers tell, and what shows somebody else."""

from __future__ import annotations

import pytest

from reconciler.live.windows import Burst, Log, Others, Told, among


def test_a_place_comes_free_a_window_after_the_answer() -> None:
    """With two of two places taken, the first answer's place is the next to come free."""
    log = Log(2, 1.0)
    log.landed(3.0)
    log.landed(3.5)
    at = log.when(3.6, 0, 0)
    assert at is not None
    assert 4.0 <= at < 4.001
    assert log.spare(at, 0, 0) == 1
    assert log.forget(4.6) == 2


def test_where_more_are_out_than_may_be_several_places_must_come_free() -> None:
    """After the limit sank below what is counted, the next request waits for as many places as are too many."""
    log = Log(4, 1.0)
    for landing in (0.0, 0.1, 0.2, 0.3):
        log.landed(landing)
    log.told = 2
    assert log.spare(0.5, 0, 0) == -2
    at = log.when(0.5, 0, 0)
    assert at == pytest.approx(1.2, abs=0.001)
    assert log.when(0.5, 4, 0) is None


def test_kept_places_never_take_more_than_half() -> None:
    """Others may be left much, but half the limit, and one at least, stays ours."""
    assert Log(10, 1.0).most(3) == 7
    assert Log(10, 1.0).most(30) == 5
    assert Log(1, 1.0).most(3) == 1


def test_tightening_is_undone_in_steps() -> None:
    """Each refusal takes a tenth away, each quiet time gives a tenth back, up to the limit and no further."""
    log = Log(10, 1.0)
    for _ in range(20):
        log.tighten(0.0)
    assert log.most(0) == 1
    log.ease(10.0)
    assert log.most(0) == 1
    for step in range(1, 30):
        log.ease(40.0 * step)
    assert log.most(0) == 10


def test_nobody_seen_is_no_rate() -> None:
    """Without sightings the rate is 0; a sighting counts for minutes, and fades."""
    others = Others()
    assert others.rate(5.0) == 0.0
    others.saw(5.0, 0)
    others.saw(15.0, 5)
    assert 0.3 < others.rate(15.0) < 0.8
    assert others.rate(1000.0) == 0.0


def test_a_reset_is_bounded_by_every_answer_of_its_window() -> None:
    """Reset is rounded up: of two answers the one that ends sooner holds."""
    told = Told(150)
    assert told.heard(0.0, 0.1, 100, 30.0)
    assert not told.heard(0.2, 0.3, 99, 29.0)
    assert told.until == pytest.approx(29.3)
    assert told.spare(29.0, 4) == 95
    assert told.spare(29.5, 4) is None


def test_answers_that_say_nothing_may_have_landed_since() -> None:
    """Answers without a word on the window are taken off, but for those that came before its last request left."""
    told = Told(150)
    told.silent(0.5)
    told.silent(1.5)
    told.heard(1.0, 1.6, 100, 30.0)
    told.silent(1.7)
    assert told.spare(2.0, 0) == 98


def test_requests_that_are_not_ours_are_seen() -> None:
    """What is left and what we sent add up alone; what is short of it was somebody else's."""
    told = Told(150)
    fresh = told.heard(0.0, 0.1, 149, 60.0)
    assert told.unseen(1, 0, fresh=fresh) == 0
    fresh = told.heard(1.0, 1.1, 145, 59.0)
    assert told.unseen(2, 0, fresh=fresh) == 3
    assert told.unseen(2, 0, fresh=False) == 0


def test_requests_under_way_are_no_strangers() -> None:
    """A lower count that our own unanswered requests explain shows nobody; it casts a doubt until they are here."""
    told = Told(150)
    told.unseen(1, 0, fresh=told.heard(0.0, 0.1, 149, 60.0))
    assert told.unseen(2, 3, fresh=told.heard(1.0, 1.1, 145, 59.0)) == 0
    assert told.doubt(2) == 3
    assert told.doubt(5) == 0


def test_a_burst_doubts_counts_beyond_its_answers() -> None:
    """Four counted with one answer here: three may be others', until they are answered or nothing is under way."""
    burst = Burst()
    burst.sent(1.0, 0)
    burst.heard(1.0, 4)
    assert burst.doubt(1, 5) == 3
    assert burst.doubt(3, 3) == 1
    assert burst.doubt(3, 0) == 0
    assert burst.doubt(3, 1) == 0


def test_a_burst_begins_after_a_pause() -> None:
    """Answers to requests from before the pause are not counted in the new burst."""
    burst = Burst()
    burst.sent(1.0, 0)
    burst.sent(1.1, 1)
    burst.sent(2.0, 2)
    burst.heard(1.1, 9)
    assert burst.doubt(0, 3) == 0
    burst.heard(2.0, 1)
    assert burst.doubt(2, 1) == 1


def test_among_counts_rare_cases_in() -> None:
    """At 0.75 a second, four in a second are to be expected now and then."""
    assert among(0.0, 10.0) == 0.0
    assert 3.0 < among(0.75, 1.0) < 4.0
    assert among(1.0, -5.0) == 0.0
