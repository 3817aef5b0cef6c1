"""Several processes share the pace of one account: together they are as quick as one, and none is refused."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.live import shared
from reconciler.live.gate import Gate
from reconciler.live.lease import find_lock
from reconciler.live.ledger import FAILED, LEFT, Ledger, Record, open_ledger
from reconciler.live.pace import Windows
from reconciler.live.shared import ABANDONED, Shared, is_alive
from tests.live.sharing import Fleet, share
from tests.virtual_clock import VirtualClock

lab: Any = importlib.import_module("tests.benchmarks.pace_lab")

KINDS = ("aligned", "first")
HEADERS = ("minute", "tightest", "off")


def refused(fleet: Fleet) -> int:
    """429s of all."""
    return sum(member.refused for member in fleet.members)


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("requests", [30, 150, 450])
def test_three_are_as_quick_as_one(tmp_path: Path, kind: str, headers: str, requests: int) -> None:
    """At least 95% of one's throughput, no 429, and each has its share of it."""
    for phase in (0.013, 41.3, 57.0):
        file = tmp_path / f"{phase}.pace"
        one = share(None, lab.Server(kind), [requests], headers=headers, phase=phase)
        three = share(file, lab.Server(kind), [requests // 3] * 3, headers=headers, phase=phase)
        assert refused(one) == refused(three) == 0
        assert one.now / three.now >= 0.95
        assert max(member.ended for member in three.members) - min(member.ended for member in three.members) < 5.0


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("kind", KINDS)
def test_alone_a_ledger_changes_nothing(tmp_path: Path, kind: str, headers: str) -> None:
    """Every request leaves when it would without one."""
    alone, shared_ = (
        share(file, lab.Server(kind), [320], headers=headers, phase=33.0) for file in (None, tmp_path / "a.pace")
    )
    assert alone.members[0].sent == shared_.members[0].sent


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 60), min_size=2, max_size=5),
    limits=st.tuples(st.integers(1, 20), st.integers(5, 200), st.integers(1, 12)),
    phase=st.floats(0, 60),
    kind=st.sampled_from(KINDS),
    headers=st.sampled_from(HEADERS),
    seed=st.integers(0, 1000),
)
def test_together_they_are_never_refused(
    sizes: Sequence[int], limits: tuple[int, int, int], phase: float, kind: str, headers: str, seed: int
) -> None:
    """However many, of whatever sizes, beginning at whatever times: no 429, and all comes to an end."""
    with TemporaryDirectory() as folder:
        server = lab.Server(kind, limits[0], limits[1])
        starts = [2.7 * number for number in range(len(sizes))]
        fleet = share(
            Path(folder) / "a.pace",
            server,
            sizes,
            headers=headers,
            phase=phase,
            seed=seed,
            limits=limits,
            starts=starts,
        )
    assert refused(fleet) == 0
    assert [member.done for member in fleet.members] == list(sizes)


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_late_one_is_let_in(tmp_path: Path, parallel: int) -> None:
    """A short run that begins beside a long one has its ten requests done long before that one."""
    limits = 10, 150, parallel
    fleet = share(tmp_path / "a.pace", lab.Server("aligned"), [300, 10], limits=limits, starts=[0.0, 2.0])
    assert refused(fleet) == 0
    assert fleet.members[1].ended < 8.0


@pytest.mark.parametrize("kind", KINDS)
def test_who_needs_room_for_several_is_not_kept_waiting(tmp_path: Path, kind: str) -> None:
    """A run that sends five together ends with those that take every single place."""
    fleet = Fleet(lab.Server(kind, 8, 120), "off", 20.0, lambda: 0.05)
    for _ in range(3):
        fleet.join(Windows(8, 120, 4), 60, tmp_path / "a.pace")
    fleet.members[2].block = 5
    fleet.run()
    fleet.close()
    assert refused(fleet) == 0
    assert fleet.members[2].ended <= max(member.ended for member in fleet.members[:2]) + 1.0


def test_one_after_the_other_knows_of_the_one_before(tmp_path: Path) -> None:
    """The second begins when the first has used the minute up: it waits, and is not refused."""
    file, server = tmp_path / "a.pace", lab.Server("first")
    fleet = Fleet(server, "off", 0.0, lambda: 0.05)
    fleet.join(Windows(10, 150, 4), 150, file)
    fleet.run()
    fleet.close()
    ended = fleet.now
    fleet.join(Windows(10, 150, 4), 20, file, at=ended)
    fleet.run()
    assert refused(fleet) == 0
    assert fleet.members[1].sent[0] >= 60.0
    fleet.close()


def test_one_that_comes_in_the_middle_of_long_ones_takes_nobody_for_a_stranger(tmp_path: Path) -> None:
    """It learns of the last two minutes only, and what the oldest counts speak of is not held for another client."""
    file, server = tmp_path / "a.pace", lab.Server("aligned")
    fleet = Fleet(server, "tightest", 0.0, lambda: 0.05)
    for _ in range(2):
        fleet.join(Windows(10, 150, 4), 250, file)
    late = fleet.join(Windows(10, 150, 4), 100, file, at=150.0)
    fleet.run()
    fleet.close()
    assert refused(fleet) == 0
    assert late.ended < 245.0


def test_the_tighter_limits_bind_all(tmp_path: Path) -> None:
    """A run with a share of 0.8 leaves a fifth, whoever else runs; a minute after it, that is over."""
    file = tmp_path / "a.pace"
    landed: list[float] = []
    fleet = Fleet(Open(landed), "off", 0.0, lambda: 0.05)
    fleet.join(Windows(8, 120, 4), 40, file)
    fleet.join(Windows(10, 150, 4), 300, file)
    fleet.run()
    fleet.close()
    most = max(sum(begin <= at < begin + 1 for at in landed) for begin in landed if begin < 20)
    assert most <= 8
    after = [at for at in landed if at > 77]
    assert max(sum(begin <= at < begin + 1 for at in after) for begin in after) > 8


class Open:
    """A server without limits that notes what comes."""

    def __init__(self, landed: list[float]) -> None:
        self._landed = landed

    def hit(self, now: float, _: str) -> tuple[int, dict[str, str]]:
        """It grants all."""
        self._landed.append(now)
        return 200, {}


def pair(file: Path, clock: VirtualClock, **more: Any) -> tuple[Shared, Shared]:
    """Two processes, of which the second is none that lives."""
    made = [
        Shared(Windows(10, 150, 2), open_ledger(file, find_lock()), clock.now, pid=pid, **more)
        for pid in (os.getpid(), dead_pid())
    ]
    return made[0], made[1]


def dead_pid() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def send(pace: Shared, clock: VirtualClock) -> float | None:
    """When it may send; it does where that is now."""
    with pace:
        at = pace.when(clock.now())
        if at is not None and at <= clock.now():
            pace.sent(clock.now())
        return at


def test_what_a_killed_process_had_under_way_is_given_up(tmp_path: Path) -> None:
    """After two seconds, by whoever looks first; and its late answer still counts."""
    clock = VirtualClock(start=500.0)
    one, other = pair(tmp_path / "a.pace", clock)
    assert [send(other, clock) for _ in range(2)] == [500.0, 500.0]
    clock.sleep(1.0)
    assert send(one, clock) is None
    clock.sleep(1.5)
    with one:
        assert one.when(clock.now()) is not None
    with other:
        assert other.when(clock.now()) is not None
        other.answered(500.0, clock.now(), 200, {})
        assert other.room(clock.now(), 1)
    assert send(one, clock) is not None
    one.close()
    other.close()


def test_what_nobody_answers_is_given_up_at_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it cannot be told whether its process lives."""
    monkeypatch.setattr(shared, "is_alive", lambda _: True)
    clock = VirtualClock()
    one, other = pair(tmp_path / "a.pace", clock)
    assert [send(other, clock) for _ in range(2)] == [0.0, 0.0]
    clock.sleep(ABANDONED)
    assert send(one, clock) is None
    clock.sleep(2.0)
    assert send(one, clock) is not None


def test_whether_a_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours does, one that has ended does not; one that may not be asked does, and on Windows nobody is asked."""
    assert is_alive(os.getpid())
    gone = dead_pid()
    assert not is_alive(gone)
    monkeypatch.setattr(os, "name", "nt")
    assert is_alive(gone)
    monkeypatch.setattr(os, "name", "posix")

    def forbid(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbid)
    assert is_alive(gone)


def test_a_429_of_one_holds_all(tmp_path: Path) -> None:
    """As Retry-After asks; and a request that failed is told too."""
    clock = VirtualClock()
    one, other = pair(tmp_path / "a.pace", clock)
    send(one, clock)
    with one:
        one.answered(0.0, 0.0, 429, {"retry-after": "7", "date": "Thu, 01 Jan 1970 00:00:05 GMT"})
    assert send(other, clock) == 7.0
    clock.sleep(7.0)
    assert send(other, clock) == 7.0
    with other:
        other.failed(7.0, 7.0)
    send(one, clock)
    send(one, clock)
    assert send(other, clock) is None


def test_who_is_killed_between_two_steps_harms_nobody(tmp_path: Path) -> None:
    """A failure that is told of a request whose sending is unknown counts as one request."""
    clock = VirtualClock(start=10.0)
    one, other = pair(tmp_path / "a.pace", clock)
    with other:
        other.failed(9.5, 10.0)
    with one:
        assert one.room(10.0, 9)
        assert not one.room(10.0, 10)


class Breaking:
    """A lock that fails from some call on."""

    def __init__(self, good: int) -> None:
        self.good = good

    def __call__(self, number: int) -> bool:
        """Raises OSError when it is spent."""
        self.good -= 1
        if self.good < 0:
            raise OSError(5, "Input/output error")
        return True


@pytest.mark.parametrize("good", range(1, 6))
@pytest.mark.parametrize("part", ["lock", "release"])
def test_where_the_file_fails_the_run_goes_on_alone(tmp_path: Path, part: str, good: int) -> None:
    """At whatever moment; that is told once, and what others had under way does not stay so."""
    told: list[str] = []
    clock = VirtualClock()
    other = pair(tmp_path / "a.pace", clock)[1]
    for _ in range(2):
        send(other, clock)
    number = os.open(tmp_path / "a.pace", os.O_RDWR)
    breaking = Breaking(good)
    kept = {"lock": find_lock(), "release": lambda _: None, part: breaking}
    ledger = Ledger(number, kept["lock"], kept["release"])  # type: ignore[arg-type]
    pace = Shared(Windows(10, 150, 2), ledger, clock.now, told.append)
    other.close()
    for _ in range(6):
        clock.sleep(0.2)
        if (at := send(pace, clock)) is not None and at <= clock.now():
            with pace:
                pace.answered(clock.now(), clock.now(), 200, {})
    pace.close()
    assert told == ["Input/output error"]
    with pace:
        assert pace.when(clock.now()) is not None


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_full_disk_is_told_and_borne(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """When joining, when sending, and at the end."""
    told: list[str] = []
    clock = VirtualClock()
    pace = Shared(Windows(10, 150, 2), open_ledger(tmp_path / "a.pace", find_lock()), clock.now, told.append)
    write = os.write
    calls = iter(range(100))

    def fail(number: int, content: bytes) -> int:
        return write(number, content) if next(calls) < 2 * step else 0

    monkeypatch.setattr(os, "write", fail)
    assert send(pace, clock) == 0.0
    with pace:
        pace.answered(0.0, 0.0, 200, {})
    pace.close()
    assert told == ["No space left on device"]


def test_what_breaks_in_the_middle_leaves_no_lock(tmp_path: Path) -> None:
    """A fault of the tool itself: the others go on."""
    clock = VirtualClock()

    def fail() -> float:
        raise ZeroDivisionError

    pace = Shared(Windows(10, 150, 2), open_ledger(tmp_path / "a.pace", find_lock()), fail)
    with pytest.raises(ZeroDivisionError), pace:
        raise AssertionError("it has no lock")
    assert send(pair(tmp_path / "a.pace", clock)[0], clock) == 0.0


def test_what_a_request_asks_and_is_answered_is_in_no_file(tmp_path: Path) -> None:
    """Numbers of the limits, and nothing else of the headers; what makes no sense is not told."""
    clock = VirtualClock(start=3.0)
    file = tmp_path / "a.pace"
    one, other = pair(file, clock)
    send(one, clock)
    headers = {
        "x-ratelimit-limit": "1e300",
        "x-ratelimit-remaining": "-1e300",
        "x-ratelimit-reset": "word",
        "x-trace": "canary",
        "date": "Fri, 31 Dec 9999 23:59:59 GMT",
    }
    with one:
        one.answered(3.0, 3.0, 200, headers)
    with other:
        assert other.when(3.0) is not None
    assert b"canary" not in file.read_bytes()
    one.close()
    other.close()


def test_a_gate_closes_its_ledger(tmp_path: Path) -> None:
    """It leaves word that it has gone; one that never asked leaves none."""
    clock, file = VirtualClock(), tmp_path / "a.pace"
    for asks in (True, False):
        gate = Gate(Windows(10, 150, 4), clock, open_ledger(file, find_lock()))
        if asks:
            gate.answered(gate.acquire(), 200, {})
            gate.failed(gate.acquire())
        gate.close()
    ledger = open_ledger(file, find_lock())
    ledger.lock()
    records = ledger.read(clock.now()).records
    ledger.close()
    assert [record.kind for record in records][-2:] == [FAILED, LEFT]
    assert isinstance(records[0], Record)
