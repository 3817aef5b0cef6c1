"""The pace in virtual time: what the windows allow, what answers tighten, and that nothing alone is ever refused."""

from __future__ import annotations

import heapq
import importlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.live.pace import MINUTE, Windows

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")


def told(limit: int, remaining: int, reset: int) -> dict[str, str]:
    """The three headers of an answer."""
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset),
    }


def sendable(pace: Windows, now: float, most: int = 1000) -> int:
    """How many requests leave at this moment."""
    for count in range(most):
        at = pace.when(now)
        if at is None or at > now:
            return count
        pace.sent(now)
    return most


def spend(pace: Windows, now: float, requests: int, headers: dict[str, str] | None = None, status: int = 200) -> None:
    """So many requests leave at once and are answered at once."""
    for _ in range(requests):
        pace.sent(now)
    for _ in range(requests):
        pace.answered(now, now, status, headers or {})


@dataclass
class Run:
    """What became of a run: when each request left and landed, and how many were refused."""

    sent: list[float] = field(default_factory=list)
    landed: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0


def drive(pace: Windows, server: Any, requests: int, phase: float, trip: Callable[[], float], headers: str) -> Run:
    """Send so many requests, each as soon as the pace allows, over ways that take trip() seconds each."""
    run, now, order, waiting = Run(), 0.0, 0, requests
    events: list[tuple[float, int, float, Any]] = []
    while waiting or events:
        at = pace.when(now) if waiting else None
        if at is not None and at <= now:
            pace.sent(now)
            run.sent.append(now)
            waiting, order = waiting - 1, order + 1
            heapq.heappush(events, (now + trip(), order, now, None))
        elif events and (at is None or events[0][0] <= at):
            now, _, sent, answer = heapq.heappop(events)
            if answer is None:
                run.landed.append(now)
                order += 1
                heapq.heappush(events, (now + trip(), order, sent, server.hit(now + phase, headers)))
            else:
                run.refused += answer[0] == 429
                pace.answered(sent, now, *answer)
        else:
            assert at is not None, "the pace waits for an answer, and none is under way"
            now = at
    run.seconds = now
    return run


def closest(times: list[float], limit: int) -> float:
    """The shortest time from any moment to the one `limit` places later."""
    ordered = sorted(times)
    return min((b - a for a, b in zip(ordered, ordered[limit:], strict=False)), default=float("inf"))


@settings(max_examples=60, deadline=None)
@given(
    per_second=st.integers(1, 30),
    per_minute=st.integers(1, 200),
    parallel=st.integers(1, 40),
    requests=st.integers(1, 260),
    phase=st.floats(0, 120),
    bounds=st.tuples(st.floats(0, 2), st.floats(0, 2)),
    kind=st.sampled_from(["aligned", "first"]),
    headers=st.sampled_from(["minute", "tightest", "off"]),
    seed=st.integers(0, 2**32),
)
@example(10, 150, 64, 260, 0.0, (0.0, 0.0), "first", "tightest", 1)
@example(1, 200, 40, 20, 59.9, (0.0, 2.0), "aligned", "minute", 2)
def test_alone_nothing_is_refused(
    per_second: int,
    per_minute: int,
    parallel: int,
    requests: int,
    phase: float,
    bounds: tuple[float, float],
    kind: str,
    headers: str,
    seed: int,
) -> None:
    """Whatever limits, phase, trips, size and headers: no 429 comes; where nothing is told, in no phase would any."""
    rng = random.Random(seed)
    server = lab.Server(kind, per_second, per_minute)
    pace = Windows(per_second, per_minute, parallel)
    run = drive(pace, server, requests, phase, lambda: rng.uniform(min(bounds), max(bounds)), headers)
    assert run.refused == 0
    assert len(run.landed) == requests
    if headers == "off":
        assert closest(run.landed, per_second) >= 1.0
        assert closest(run.sent, per_second) >= 1.0
        assert closest(run.landed, per_minute) >= MINUTE


@pytest.mark.parametrize("headers", ["minute", "tightest"])
@pytest.mark.parametrize("kind", ["aligned", "first"])
def test_a_share_of_the_limits_is_never_exceeded(kind: str, headers: str) -> None:
    """8/s and 120/min against a server of 10/s and 150/min: 120 in each of its minutes, though it has 30 left."""
    rng = random.Random(5)
    server = Counting(lab.Server(kind))
    run = drive(Windows(8, 120, 4), server, 250, 20.0, lambda: rng.uniform(0.01, 0.1), headers)
    assert run.refused == 0
    assert server.most == [8, 120]
    assert run.seconds < 2 * MINUTE + 12


class Counting:
    """A server, and the most that any of its windows has held."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.most = [0, 0]

    def hit(self, now: float, headers: str) -> Any:
        """As the server answers."""
        answer = self._server.hit(now, headers)
        self.most = [max(pair) for pair in zip(self.most, self._server.count, strict=True)]
        return answer


def test_a_full_second_waits_for_the_first_answer_and_then_a_second() -> None:
    """The eleventh request leaves one second after the first answer, whenever it was sent."""
    pace = Windows(10, 150, 64)
    assert sendable(pace, 0.0) == 10
    assert pace.when(0.0) is None
    pace.answered(0.0, 0.4, 200, {})
    at = pace.when(0.4)
    assert at is not None
    assert 1.4 <= at < 1.401


def test_a_full_minute_waits_for_the_minute() -> None:
    """After 150 answered requests the next leaves a minute after the first answer."""
    pace = Windows(150, 150, 64)
    spend(pace, 5.0, 150)
    at = pace.when(10.0)
    assert at is not None
    assert 65.0 <= at < 65.1


def test_no_more_than_parallel_are_under_way() -> None:
    """With 3 under way the pace waits for an answer of any status, or a failure."""
    pace = Windows(10, 150, 3)
    assert sendable(pace, 0.0) == 3
    assert pace.when(0.0) is None
    pace.answered(0.0, 0.1, 500, {})
    assert sendable(pace, 0.1) == 1
    pace.failed(0.0, 0.2)
    assert sendable(pace, 0.2) == 1
    assert pace.under_way == 3


def test_a_failed_request_counts_and_may_still_land_for_a_moment() -> None:
    """Where a request timed out, its place in the second comes free two seconds after it was given up."""
    pace = Windows(1, 150, 4)
    pace.sent(0.0)
    pace.failed(0.0, 30.0)
    at = pace.when(30.0)
    assert at is not None
    assert 32.0 <= at < 32.01


def test_remaining_of_the_minute_tightens_and_reset_ends_it() -> None:
    """Two left until a reset in 30 s: two leave, the third waits for the reset."""
    pace = Windows(10, 150, 64)
    spend(pace, 0.0, 1, told(150, 2, 30))
    assert sendable(pace, 2.0) == 2
    assert pace.when(2.0) == 30.0
    assert pace.when(30.0) == 30.0


def test_answers_that_arrive_out_of_order_do_not_loosen() -> None:
    """The lowest Remaining of a window holds, though a higher one arrives later."""
    pace = Windows(10, 150, 64)
    for _ in range(3):
        pace.sent(0.0)
    pace.answered(0.0, 0.1, 200, told(150, 1, 50))
    pace.answered(0.0, 0.2, 200, told(150, 3, 50))
    pace.answered(0.0, 0.3, 200, told(150, 2, 50))
    assert sendable(pace, 2.0) == 1


def test_an_answer_from_an_earlier_window_is_no_news() -> None:
    """A slow answer that tells of the window before does not end the present one."""
    pace = Windows(10, 150, 64)
    pace.sent(0.0)
    pace.sent(9.0)
    pace.answered(9.0, 9.1, 200, told(150, 100, 60))
    pace.answered(0.0, 9.2, 200, told(150, 0, 5))
    assert sendable(pace, 20.0) == 10


def test_a_remaining_of_the_second_that_is_not_ours_tightens() -> None:
    """Where others used the second up, the next request waits for its end, which is at most a second away."""
    pace = Windows(10, 150, 64)
    spend(pace, 0.0, 1, told(10, 0, 1))
    assert pace.when(0.0) == 1.0


def test_a_limit_below_the_configured_one_holds() -> None:
    """A server that says 3 a second and 20 a minute gets no more, though 10 and 150 were configured."""
    pace = Windows(10, 150, 64)
    spend(pace, 0.0, 1, told(3, 2, 1))
    assert sendable(pace, 20.0) == 3
    slow = Windows(10, 150, 64)
    spend(slow, 0.0, 1, told(20, 19, 60))
    for second in range(2, 40, 2):
        spend(slow, second, sendable(slow, second) and 1)
    assert not slow.room(59.0, 5)


def test_a_limit_above_the_configured_one_changes_nothing() -> None:
    """Windows(8, 120) takes 8 in a second, though the server says 10."""
    pace = Windows(8, 120, 64)
    spend(pace, 0.0, 1, told(10, 9, 1))
    spend(pace, 2.0, 1, told(150, 148, 58))
    assert sendable(pace, 20.0) == 8


def test_retry_after_holds_all() -> None:
    """A 429 with Retry-After 7 stops every request for 7 s."""
    pace = Windows(10, 150, 64)
    pace.sent(0.0)
    pace.answered(0.0, 0.1, 429, {"retry-after": "7"})
    assert pace.when(0.2) == pytest.approx(7.1)
    assert not pace.room(7.0, 1)
    assert pace.room(7.2, 1)


@pytest.mark.parametrize(("asked", "held"), [("300", 300), ("301", 60), ("31536000", 60), ("1e300", 60)])
def test_a_wait_that_nobody_waits_for_holds_a_minute(asked: str, held: int) -> None:
    """A Retry-After of hours or years is for whoever was refused to give up, and for the rest to leave alone."""
    pace = Windows(10, 150, 64)
    pace.sent(0.0)
    pace.answered(0.0, 0.0, 429, {"retry-after": asked})
    assert pace.when(0.0) == held


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "nan"}, {"retry-after": "inf"}])
def test_a_429_without_a_time_waits_longer_each_time(headers: dict[str, str]) -> None:
    """1, 2, 4 s and so on, at most a minute; an answer that is none begins anew."""
    pace, now, waits = Windows(10, 150, 4), 0.0, []
    for _ in range(8):
        pace.sent(now)
        pace.answered(now, now, 429, headers)
        at = pace.when(now)
        assert at is not None
        waits.append(at - now)
        now = at
    assert waits[:3] == pytest.approx([1, 2, 4])
    assert waits[-1] <= MINUTE + 1
    spend(pace, now, 1)
    pace.sent(now + 2)
    pace.answered(now + 2, now + 2, 429, headers)
    at = pace.when(now + 2)
    assert at is not None
    assert now + 3 <= at < now + 4


def test_a_retry_after_that_was_not_enough_is_not_believed_again() -> None:
    """Answers beat clocks: after repeated 429s with Retry-After 0 the waits grow by themselves."""
    pace, now, waits = Windows(10, 150, 4), 0.0, []
    for _ in range(4):
        pace.sent(now)
        pace.answered(now, now, 429, {"retry-after": "0"})
        at = pace.when(now)
        assert at is not None
        waits.append(at - now)
        now = at
    assert waits == sorted(waits)
    assert waits[0] < 1.1
    assert waits[3] >= 4


def test_429s_of_one_burst_are_one_piece_of_news() -> None:
    """Ten refusals of requests that had left before the first refusal came do not add up."""
    pace = Windows(10, 150, 64)
    for _ in range(10):
        pace.sent(0.0)
    for _ in range(10):
        pace.answered(0.0, 0.1, 429, {})
    assert pace.when(0.1) == pytest.approx(1.1, abs=0.01)


def test_too_many_at_once_halves_what_is_under_way_and_recovers_slowly() -> None:
    """Retry-After -1: half as many in parallel; one more after half a minute without another."""
    pace = Windows(100, 1000, 8)
    for _ in range(8):
        pace.sent(0.0)
    pace.answered(0.0, 0.1, 429, {"retry-after": "-1"})
    for _ in range(7):
        pace.answered(0.0, 0.2, 200, {})
    assert sendable(pace, 3.0) == 4
    for _ in range(4):
        pace.answered(3.0, 3.1, 200, {})
    spend(pace, 40.0, 1)
    assert sendable(pace, 42.0) == 5


def test_too_many_at_once_never_leaves_none() -> None:
    """With one request at a time, one stays allowed."""
    pace = Windows(10, 150, 1)
    pace.sent(0.0)
    pace.answered(0.0, 0.1, 429, {"retry-after": "-1"})
    assert sendable(pace, 5.0) == 1


def test_a_refusal_lowers_the_limit_for_a_while() -> None:
    """After a 429 for the minute a tenth less of it is taken, until two minutes passed without one."""
    pace = Windows(200, 100, 300)
    spend(pace, 0.0, 1, {"retry-after": "10"}, 429)
    assert sendable(pace, 100.0) == 90
    for _ in range(90):
        pace.answered(100.0, 100.0, 200, {})
    spend(pace, 200.0, 1)
    assert sendable(pace, 300.0) == 100


def test_a_second_client_is_left_a_third_of_each_second() -> None:
    """Where Remaining falls by more than ours, bursts become smaller; long after, they are whole again."""
    pace = Windows(10, 150, 64)
    spend(pace, 0.0, 1, told(150, 149, 60))
    spend(pace, 2.0, 1, told(150, 146, 58))
    assert sendable(pace, 5.0) <= 7
    while pace.under_way:
        pace.answered(5.0, 5.0, 200, {})
    assert sendable(pace, 601.0) == 10


def test_the_share_already_leaves_room_to_a_second_client() -> None:
    """Of 10 a second on the server, 8 are ours: one less is enough to leave three."""
    pace = Windows(8, 120, 64)
    spend(pace, 0.0, 1, told(150, 149, 60))
    spend(pace, 2.0, 1, told(150, 147, 58))
    spend(pace, 30.0, 1, told(150, 146, 30))
    assert sendable(pace, 32.0) == 7


def test_the_rest_of_the_minute_stays_with_a_second_client() -> None:
    """With few left and others drawing on them, one request asks anew after five seconds."""
    pace = Windows(10, 150, 64)
    spend(pace, 0.0, 1, told(150, 35, 60))
    spend(pace, 20.0, 1, told(150, 25, 40))
    assert pace.when(22.0) == 25.0
    pace.sent(26.0)
    assert pace.when(26.0) == 60.0
    pace.answered(26.0, 26.0, 200, told(150, 5, 34))
    assert pace.when(26.0) == 60.0


def test_the_last_third_of_a_burst_waits_while_others_are_watched_for() -> None:
    """Until one that asked in its middle was answered; where that shows somebody, it stays with him."""
    alone, crowded = Windows(10, 150, 64), Windows(10, 150, 64)
    for pace, seen in ((alone, 0), (crowded, 2)):
        spend(pace, 0.0, 1, told(150, 149, 60))
        assert sendable(pace, 2.0) == 7
        for left in range(148, 141, -1):
            pace.answered(2.0, 2.1, 200, told(150, left, 58))
        assert pace.when(2.1) == 2.5
        assert sendable(pace, 2.5) == 1
        pace.answered(2.5, 2.6, 200, told(150, 141 - seen, 58))
    assert sendable(alone, 2.6) == 2
    assert sendable(crowded, 2.6) == 0


def test_the_first_request_behind_the_end_of_a_minute_goes_alone() -> None:
    """Until one was answered: then the rest follows at once, and later ends are believed."""
    pace = Windows(150, 150, 200)
    spend(pace, 0.0, 150, told(150, 0, 30))
    assert pace.when(1.0) == pytest.approx(30.0, abs=0.1)
    assert sendable(pace, 30.1) == 1
    assert pace.when(30.1) is None
    pace.answered(30.1, 30.2, 200, told(150, 149, 60))
    assert sendable(pace, 30.3, 200) > 50


def test_a_refusal_behind_the_end_of_a_minute_costs_one_request() -> None:
    """Reset may be rounded down: it is tried once more a second later, without any other consequence."""
    pace = Windows(150, 150, 200)
    spend(pace, 0.0, 150, told(150, 0, 30))
    assert sendable(pace, 30.1) == 1
    pace.answered(30.1, 30.2, 429, {"retry-after": "1"})
    assert sendable(pace, 31.3) == 1
    pace.answered(31.3, 31.4, 200, told(150, 149, 60))
    assert sendable(pace, 31.5, 200) > 50


def test_a_refusal_of_what_relied_on_belief_ends_it() -> None:
    """The log alone counts from then on."""
    pace = Windows(150, 150, 200)
    spend(pace, 0.0, 150, told(150, 0, 30))
    sendable(pace, 30.1)
    pace.answered(30.1, 30.2, 200, told(150, 149, 60))
    pace.sent(30.3)
    pace.answered(30.3, 30.4, 429, {"retry-after": "1"})
    at = pace.when(33.0)
    assert at is not None
    assert at >= 60.0


def test_room_asks_both_windows_and_what_answers_tell() -> None:
    """Room for n: n places in the second, n in the minute, n of Remaining; never more than a window admits."""
    pace = Windows(10, 150, 2)
    assert pace.room(0.0, 10)
    assert pace.room(0.0, 11)
    pace.sent(0.0)
    assert not pace.room(0.0, 10)
    assert pace.room(0.0, 9)
    pace.answered(0.0, 0.0, 200, told(150, 3, 50))
    assert pace.room(5.0, 3)
    assert not pace.room(5.0, 4)
    assert pace.room(51.0, 4)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "x", "x-ratelimit-reset": "y", "x-ratelimit-limit": "z"},
        {"x-ratelimit-remaining": "-5", "x-ratelimit-reset": "-9", "x-ratelimit-limit": "-1"},
        {"x-ratelimit-remaining": "5"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "150", "x-ratelimit-reset": "1700000000"},
    ],
)
def test_garbage_in_headers_never_stops_a_run_for_more_than_a_minute(headers: dict[str, str]) -> None:
    """Numbers that make no sense are left out or bounded."""
    pace = Windows(10, 150, 64)
    spend(pace, 0.0, 1, headers)
    at = pace.when(0.0)
    assert at is not None
    assert at <= MINUTE
    assert pace.when(MINUTE) == MINUTE


@pytest.mark.parametrize("limits", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_limits_below_one_are_refused(limits: tuple[int, int, int]) -> None:
    """A pace that lets nothing pass would wait for ever."""
    with pytest.raises(ValueError, match="1 or more"):
        Windows(*limits)


def test_a_call_costs_the_same_after_ten_thousand_requests() -> None:
    """20,000 requests cost no more than three times as much each as 2,000, and leave nothing behind them."""

    def cost(requests: int) -> float:
        pace, began, now = Windows(100, 3000, 64), time.process_time(), 0.0
        for _ in range(requests):
            now = pace.when(now) or now
            pace.sent(now)
            pace.answered(now, now, 200, {})
        return (time.process_time() - began) / requests

    few = min(cost(2_000) for _ in range(3))
    assert cost(20_000) < 3 * few
