"""Tasks run side by side, and what came of them in their own order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.commands import fleet_order
from reconciler.commands.console import Console
from reconciler.commands.fleet_console import Voice
from reconciler.commands.fleet_order import AHEAD, run_ordered
from reconciler.commands.fleet_site import Here
from reconciler.commands.fleet_task import Fleet, Task, find_fleet, run_task, sailing
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.options import Flags
from reconciler.reporting.style import Style

VOICE = Voice(Style(), Style())
REQUEST = Request(Flags(), {}, Path())


def make_task(account: str, command: Callable[[Request, Console, Stopping], int], fleet: str = "f") -> Task:
    """A task that runs this."""
    return Task(account, "plan", command, REQUEST, VOICE, fleet)


def answer(request: Request, console: Console, _stopping: Stopping) -> int:
    """A verb that says whose it is."""
    console.answer(f"I am {console.measured.account}, {len(request.environ) > 0}")
    return 0


@pytest.fixture(autouse=True)
def _fleet() -> Iterator[None]:
    with sailing("f", Fleet()):
        yield


@given(st.permutations(range(12)), st.integers(1, 6))
def test_answers_come_in_order_however_tasks_end(order: list[int], jobs: int) -> None:
    """Each once, and told as each ends."""
    names = [f"a{number:02d}" for number in order]
    ticks: list[None] = []
    with ThreadPoolExecutor(jobs) as pool:
        site = Here(pool, jobs, Fleet())
        done = list(run_ordered(site, names, lambda one: make_task(one, answer), lambda: ticks.append(None)))
    assert [one.row.account for one in done] == names
    assert [one.text for one in done] == [f"I am {name}, True\n" for name in names]
    assert len(ticks) == len(names)


def test_no_more_are_handed_out_than_allowed() -> None:
    """So that memory stays, however many accounts there are."""
    handed, most = 0, 0
    lock = threading.Lock()

    class Counting(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            nonlocal handed, most
            with lock:
                handed += 1
                most = max(most, handed)

            def run() -> Any:
                nonlocal handed
                result = fn(*args, **kwargs)
                with lock:
                    handed -= 1
                return result

            return super().submit(run)

    names = [f"a{number}" for number in range(50)]
    with Counting(2) as pool:
        site = Here(pool, 2, Fleet())
        assert len(list(run_ordered(site, names, lambda one: make_task(one, answer), lambda: None))) == 50
    assert most <= 2 * AHEAD


def test_a_worker_that_does_not_come_back_is_a_row() -> None:
    """Whatever the executor raises; a task that was taken back was not begun."""

    class Broken(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if args[0].account == "a":
                future.set_exception(OSError("secret"))
            else:
                future.cancel()
                future.set_running_or_notify_cancel()
            return future

    site = Here(Broken(), 1, Fleet())
    first, second = run_ordered(site, ["a", "b"], lambda one: make_task(one, answer), lambda: None)
    assert first.row.exit == 1
    assert "OSError" in first.row.errors[0]
    assert "secret" not in first.row.errors[0]
    assert second.row.exit is None


def test_a_fault_of_one_account_is_its_own() -> None:
    """Told without any value."""

    def fail(_request: Request, _console: Console, _stopping: Stopping) -> int:
        raise KeyError("secret")

    done = run_task(make_task("a", fail))
    assert done.row.exit == 1
    assert "a fault of reconciler itself: KeyError at test_fleet_order.py" in done.row.errors[0]
    assert "secret" not in done.remarks + "".join(done.row.errors)


def test_a_run_that_was_stopped_begins_nothing() -> None:
    """And one that begins as the signal comes hears of it."""
    fleet = find_fleet("f")
    fleet.stop(143)
    assert run_task(make_task("a", answer)).row.exit is None
    with fleet.joined() as stopping:
        assert stopping.code == 143


def test_a_process_that_did_not_begin_the_run_keeps_the_last_one_alone() -> None:
    """Workers live for many runs, and what these share is not kept for ever."""
    first = find_fleet("g")
    assert find_fleet("g") is first
    find_fleet("h")
    assert find_fleet("g") is not first


def test_a_site_is_asked_to_look_while_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there any more never ends by itself."""
    monkeypatch.setattr(fleet_order, "LOOK", 0.0)
    going = threading.Event()

    class Looking(Here):
        def look(self) -> None:
            super().look()
            going.set()

    def wait_for_it(_request: Request, _console: Console, _stopping: Stopping) -> int:
        return 0 if going.wait(60) else 1

    with ThreadPoolExecutor(1) as pool:
        site = Looking(pool, 1, Fleet())
        (done,) = run_ordered(site, ["a"], lambda one: make_task(one, wait_for_it), lambda: None)
    assert done.row.exit == 0
