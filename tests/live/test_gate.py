"""The gate with real threads over virtual time, and a little of it on the machine's clock."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from reconciler.errors import EndedError, LateError, RefusedError, StoppedError, UnauthorisedError
from reconciler.live.gate import Gate, RealClock, Ticket
from reconciler.live.pace import Windows
from tests.virtual_clock import VirtualClock

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")


class LateClock(VirtualClock):
    """A clock on which something happens in the middle of the first wait."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens = happens

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Wait, and let it happen."""
        super().wait(condition, timeout)
        self._happens()


class Site:
    """A server that takes one request after the other."""

    def __init__(self, kind: str) -> None:
        self._server, self._lock = lab.Server(kind), threading.Lock()

    def hit(self, at: float) -> tuple[int, dict[str, str]]:
        """The answer to a request that lands now."""
        with self._lock:
            status, headers = self._server.hit(at, "minute")
            return int(status), dict(headers)


def pass_through(gate: Gate, clock: VirtualClock, site: Site, statuses: list[int]) -> None:
    """One request with a trip of a fifth of a second."""
    ticket = gate.acquire()
    clock.sleep(0.1)
    status, headers = site.hit(clock.now())
    statuses.append(status)
    clock.sleep(0.1)
    gate.answered(ticket, status, headers)


def test_one_thread_takes_a_full_second_at_once_and_then_waits() -> None:
    """Ten requests leave at 0, the eleventh after a second."""
    clock = VirtualClock()
    gate = Gate(Windows(10, 150, 4), clock)
    for _ in range(10):
        gate.answered(gate.acquire(), 200, {})
    assert clock.now() == 0.0
    gate.acquire()
    assert 1.0 <= clock.now() < 1.01


@pytest.mark.parametrize("kind", ["aligned", "first"])
def test_many_threads_are_never_refused(kind: str) -> None:
    """Eight threads with 25 requests each, at most four under way: no 429, and no time lost on the windows."""
    clock = VirtualClock()
    gate, site = Gate(Windows(10, 150, 4), clock), Site(kind)
    statuses: list[int] = []

    def work() -> None:
        for _ in range(25):
            pass_through(gate, clock, site, statuses)

    clock.run([work] * 8)
    assert statuses == [200] * 200
    assert 60.0 < clock.now() < 75.0


def test_first_come_first_served() -> None:
    """Threads that wait for one place get it in the order in which they came."""
    clock = VirtualClock()
    gate = Gate(Windows(1, 150, 1), clock)
    order: list[int] = []

    def work(number: int) -> None:
        clock.sleep(0.01 * number)
        ticket = gate.acquire()
        order.append(number)
        clock.sleep(0.5)
        gate.answered(ticket, 200, {})

    clock.run([partial(work, number) for number in range(6)])
    assert order == [0, 1, 2, 3, 4, 5]


def test_an_answer_lets_the_next_one_pass_at_once() -> None:
    """With one request at a time, the second leaves in the moment of the first one's answer, or failure."""
    clock = VirtualClock()
    gate = Gate(Windows(10, 150, 1), clock)
    left: list[float] = []

    def work(end: Callable[[Ticket], None]) -> None:
        ticket = gate.acquire()
        left.append(clock.now())
        clock.sleep(0.25)
        end(ticket)

    def answer(ticket: Ticket) -> None:
        gate.answered(ticket, 200, {})

    clock.run([partial(work, end) for end in (gate.failed, gate.failed, answer)])
    assert left == [0.0, 0.25, 0.5]


def test_a_429_holds_every_thread() -> None:
    """After Retry-After 5 nothing passes for five seconds."""
    clock = VirtualClock()
    gate = Gate(Windows(10, 150, 4), clock)
    gate.answered(gate.acquire(), 429, {"retry-after": "5"})
    gate.acquire()
    assert clock.now() == pytest.approx(5.0)


def test_pause_waits_its_time() -> None:
    """A pause of three seconds takes three, and none takes none."""
    clock = VirtualClock(start=1000.0)
    gate = Gate(Windows(10, 150, 4), clock)
    gate.pause(3.0)
    assert gate.now() == pytest.approx(1003.0)
    gate.pause(0.0)
    assert gate.now() == pytest.approx(1003.0)


def test_after_stop_nothing_passes() -> None:
    """Whoever comes after a signal is told so, with the signal's exit code."""
    gate = Gate(Windows(10, 150, 4), VirtualClock())
    before = gate.stopped
    gate.stop(143)
    assert (before, gate.stopped) == (False, True)
    for call in (gate.acquire, gate.ready, lambda: gate.pause(1.0), lambda: gate.pause(0.0)):
        with pytest.raises(StoppedError) as caught:
            call()
        assert caught.value.exit_code == 143


def test_an_answer_after_stop_is_still_taken() -> None:
    """The request in flight ends in peace."""
    gate = Gate(windows := Windows(10, 150, 4), VirtualClock())
    ticket = gate.acquire()
    gate.stop()
    gate.answered(ticket, 204, {})
    assert windows.under_way == 0


def test_a_shield_lets_this_thread_finish() -> None:
    """Within a shield, also a nested one, requests pass and pauses last; after it no longer."""
    gate = Gate(Windows(10, 150, 4), VirtualClock())
    gate.stop()
    with gate.shield(), gate.shield():
        gate.answered(gate.acquire(), 200, {})
        gate.pause(2.0)
    assert gate.now() == pytest.approx(2.0)
    with pytest.raises(StoppedError):
        gate.acquire()


@pytest.mark.parametrize("wait", [lambda gate: gate.acquire(), lambda gate: gate.pause(60), lambda gate: gate.ready(5)])
def test_stop_ends_a_wait_and_leaves_the_queue_whole(wait: Callable[[Gate], object]) -> None:
    """A waiting thread is told, and those behind it are not kept by its place."""
    windows = Windows(1, 150, 4)
    gate = Gate(windows, LateClock(lambda: gate.stop(130)))
    gate.answered(gate.acquire(), 200, {})
    with pytest.raises(StoppedError):
        wait(gate)
    with gate.shield():
        gate.acquire()
    assert windows.under_way == 1


WAITS: list[Callable[[Gate], object]] = [
    lambda gate: gate.acquire(),
    lambda gate: gate.acquire(write=True),
    lambda gate: gate.pause(60),
    lambda gate: gate.ready(5),
]


@pytest.mark.parametrize("wait", WAITS)
def test_an_end_reaches_those_that_wait_already(wait: Callable[[Gate], object]) -> None:
    """A 401 elsewhere: nothing passes any more, in the words of what ended it, within a shield neither."""
    by = UnauthorisedError("the token is refused", "get another")
    gate = Gate(Windows(1, 150, 4), LateClock(lambda: gate.end(by)))
    gate.answered(gate.acquire(), 401, {})
    with gate.shield(), pytest.raises(EndedError, match="the token is refused") as caught:
        wait(gate)
    assert (caught.value.exit_code, caught.value.fix) == (7, "get another")


def test_an_end_of_writes_lets_reads_and_repairs_pass() -> None:
    """Another company: what was sent is still read back, and what it erased is put back."""
    gate = Gate(Windows(10, 150, 4), VirtualClock())
    gate.end(RefusedError("another company"), reads=True)
    for _ in range(2):
        gate.ready()
        gate.pause(1.0)
        gate.answered(gate.acquire(), 200, {})
        with gate.shield():
            gate.answered(gate.acquire(write=True), 204, {})
        for wait in (gate.acquire, gate.ready):
            with pytest.raises(EndedError, match="another company"):
                wait(write=True)


def test_the_stricter_end_holds_and_a_signal_comes_first() -> None:
    """A 401 ends reads too, whatever came before or after it; a signal keeps its own exit code."""
    gate = Gate(Windows(10, 150, 4), VirtualClock())
    for error, reads in ((RefusedError("one"), True), (UnauthorisedError("two"), False), (RefusedError("three"), True)):
        gate.end(error, reads=reads)
    with pytest.raises(EndedError, match="two"):
        gate.acquire()
    gate.stop(143)
    with pytest.raises(StoppedError):
        gate.acquire()


def test_ready_waits_for_room_for_several() -> None:
    """With eight of ten places taken, room for four is there a second later."""
    clock = VirtualClock()
    gate = Gate(Windows(10, 150, 4), clock)
    for _ in range(8):
        gate.answered(gate.acquire(), 200, {})
    gate.ready(2)
    assert clock.now() == 0.0
    gate.ready(4)
    assert 1.0 <= clock.now() < 1.1


def test_ready_asks_for_no_more_than_a_window_admits() -> None:
    """Room for four is never there with two a second: a whole second's room is enough."""
    clock = VirtualClock()
    gate = Gate(Windows(2, 150, 4), clock)
    gate.answered(gate.acquire(), 200, {})
    gate.ready(4)
    assert 1.0 <= clock.now() < 1.1


def test_ready_waits_for_answers_that_are_out() -> None:
    """While as many as may be are under way, it looks again after an answer."""
    windows = Windows(1, 150, 1)
    late: list[Ticket] = []
    gate = Gate(windows, LateClock(lambda: gate.answered(late.pop(), 200, {}) if late else None))
    late.append(gate.acquire())
    gate.ready(1)
    assert late == []


@pytest.mark.slow
def test_on_the_machines_clock_stop_takes_less_than_a_tenth_of_a_second() -> None:
    """Four threads that wait for a minute to pass end within 0.1 s of stop()."""
    gate = Gate(Windows(1, 1, 4))
    gate.answered(gate.acquire(), 200, {})
    ended: list[float] = []
    waiting = threading.Barrier(5)

    def work() -> None:
        waiting.wait()
        try:
            gate.acquire()
        except StoppedError:
            ended.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    waiting.wait()
    began = time.monotonic()
    gate.stop()
    for thread in threads:
        thread.join(10)
    assert len(ended) == 4
    assert max(ended) - began < 0.1


@pytest.mark.slow
def test_on_the_machines_clock_the_eleventh_request_waits_a_second() -> None:
    """Ten pass at once, the eleventh a second later, on four threads."""
    gate, left = Gate(Windows(10, 150, 4), RealClock()), list[float]()
    began = time.monotonic()

    def work() -> None:
        for _ in range(3):
            ticket = gate.acquire()
            left.append(time.monotonic() - began)
            gate.answered(ticket, 200, {})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    left.sort()
    assert len(left) == 12
    assert left[10] - left[0] >= 1.0
    assert left[9] < 0.5
    assert left[11] < 2.0


def test_what_may_leave_only_too_late_does_not_wait() -> None:
    """A request with a time limit is refused as soon as its turn is known to come later, and takes no turn."""
    clock = VirtualClock()
    gate = Gate(Windows(1, 2, 4), clock)
    gate.answered(gate.acquire(), 200, {})
    with pytest.raises(LateError, match="too old"):
        gate.acquire(clock.now() + 0.5)
    before = clock.now()
    assert gate.acquire(before + 5).sent >= before + 1
    with pytest.raises(LateError):
        gate.acquire(clock.now() - 1)
