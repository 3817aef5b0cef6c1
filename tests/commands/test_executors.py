"""Where accounts run: threads unless a Dask scheduler is named."""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from reconciler.commands.executors import open_executor, read_address
from reconciler.errors import UsageError
from tests.commands.pretended_dask import PretendedDask


def test_threads_are_the_default() -> None:
    """As many as asked for, each called after what it works on."""
    with open_executor(None, 3) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        assert executor._max_workers == 3
        assert executor.submit(lambda: 7).result() == 7


def test_what_has_not_begun_is_cancelled_at_the_end() -> None:
    """A run that is interrupted begins no further account; the one under way ends."""
    cancelled = Event()
    futures: list[Future[bool]] = []

    def leave() -> None:
        with open_executor(None, 1) as executor:
            futures.extend([executor.submit(cancelled.wait, 60), executor.submit(bool)])
            futures[1].add_done_callback(lambda _: cancelled.set())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert futures[0].result() is True
    assert futures[1].cancelled()


def test_dask_is_not_imported_for_threads() -> None:
    """An extra costs nothing where it is not used."""
    before = set(sys.modules)
    with open_executor(None, 1):
        assert not {"distributed", "dask"} & (set(sys.modules) - before)


def test_a_scheduler_is_an_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same interface, on workers elsewhere."""
    monkeypatch.setitem(sys.modules, "distributed", PretendedDask())
    with open_executor("dask://scheduler:8786", 3) as executor:
        assert executor.submit(int, "7").result(60) == 7


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        ("dask://scheduler:8786", "scheduler:8786"),
        ("dask://10.0.0.1:1", "10.0.0.1:1"),
        ("dask://[::1]:8786", "[::1]:8786"),
    ],
)
def test_an_address_is_a_host_and_a_port(spec: str, address: str) -> None:
    """The protocol below it is what Dask's configuration says."""
    assert read_address(spec) == address


@pytest.mark.parametrize(
    "spec",
    [
        *("", "dask", "scheduler:8786", "tcp://scheduler:8786", "dask://scheduler", "dask://:8786", "dask://a:0"),
        *("dask://a:x", "dask://[::1:8786", "dask://a:1/b", "dask://a:1?b", "dask://a:1#b", "dask://u:p@a:1"),
    ],
)
def test_any_other_address_is_a_wrong_command_line(spec: str) -> None:
    """It is not repeated: somebody may have put a password into it."""
    with pytest.raises(UsageError, match="--executor is not dask://HOST:PORT"):
        read_address(spec)
