"""A worker hears that its run was interrupted, or that nobody is there any more, while an account runs."""

from __future__ import annotations

import sys
import threading

import pytest

from reconciler.commands.cluster_line import LOST, STOPPED, find_line
from tests.commands.pretended_dask import PretendedDask, PretendedEvent


@pytest.fixture
def dask(monkeypatch: pytest.MonkeyPatch) -> PretendedDask:
    """What is imported as `distributed`."""
    pretended = PretendedDask()
    monkeypatch.setitem(sys.modules, "distributed", pretended)
    return pretended


def test_an_account_is_begun_once(dask: PretendedDask) -> None:
    """Whoever begins it again knows that somebody did before."""
    line = find_line("run")
    assert line.name == "tcp://10.0.0.2:9000"
    assert [line.begin("a"), line.begin("b"), line.begin("a")] == [False, False, True]


@pytest.mark.parametrize(("broken", "code"), [(False, STOPPED), (True, LOST)])
def test_a_running_account_is_stopped(dask: PretendedDask, broken: bool, code: int) -> None:
    """By the run, and where the scheduler is gone, since another worker may have the account by now."""
    line, event = find_line("run"), PretendedEvent()
    event.broken = broken
    dask.events["reconciler-run-stop"] = event
    told: list[int] = []
    heard = threading.Event()

    def stop(given: int) -> None:
        told.append(given)
        heard.set()

    with line.heard(stop):
        event.set()
        assert heard.wait(60)
    assert told == [code]
    assert line.is_stopped()


def test_an_account_that_has_ended_hears_nothing(dask: PretendedDask) -> None:
    """Its line ends with it."""
    waiting, may_end = threading.Event(), threading.Event()

    class Slow(PretendedEvent):
        def wait(self, timeout: float | None = None) -> bool:
            waiting.set()
            return may_end.wait(60)

    dask.events["reconciler-run-stop"] = Slow()
    told: list[int] = []
    with find_line("run").heard(told.append):
        assert waiting.wait(60)
    before = [one for one in threading.enumerate() if one.name == "reconciler-line"]
    may_end.set()
    for one in before:
        one.join(60)
    assert told == []
