"""A Dask scheduler is asked whether it is there, has workers and the same versions, before any account is begun."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest

from reconciler.commands import cluster
from reconciler.commands.cluster import open_cluster
from reconciler.errors import ApiError, ReconcilerError, UnreachableError, UsageError
from tests.commands.pretended_dask import PretendedDask, packages

ADDRESS = "scheduler:8786"


@pytest.fixture
def dask(monkeypatch: pytest.MonkeyPatch) -> PretendedDask:
    """What is imported as `distributed`."""
    pretended = PretendedDask()
    monkeypatch.setitem(sys.modules, "distributed", pretended)
    return pretended


def fail(address: str = ADDRESS) -> ReconcilerError:
    """How opening a cluster fails."""
    with pytest.raises(ReconcilerError) as caught, open_cluster(address):
        raise AssertionError(address)
    assert caught.value.__cause__ is None
    return caught.value


def test_a_cluster_runs_tasks_and_is_closed(dask: PretendedDask) -> None:
    """Its client is nobody else's default, and is closed whatever happened."""
    with open_cluster(ADDRESS) as executor:
        assert executor.submit(int, "7").result(60) == 7
    (client,) = dask.clients
    assert client.closed
    assert (client.address, client.options["set_as_default"]) == (ADDRESS, False)


def test_dask_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, the error says how to install it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    error = fail()
    assert isinstance(error, UsageError)
    assert error.fix == "pip install 'reconciler[dask]'"


@pytest.mark.parametrize("raised", [OSError("refused"), TimeoutError(), EOFError()])
def test_nobody_answers(dask: PretendedDask, raised: Exception) -> None:
    """Exit 8, with the command that starts a scheduler there."""
    dask.raised = raised
    error = fail()
    assert isinstance(error, UnreachableError)
    assert (error.message, error.fix) == (
        "no Dask scheduler answers at scheduler:8786",
        "start one there: dask scheduler --port 8786",
    )


def test_something_else_listens(dask: PretendedDask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask's own client waits for good where a port takes the connection and says nothing."""
    monkeypatch.setattr(cluster, "PATIENCE", 0.05)
    dask.mute = True
    assert isinstance(fail(), UnreachableError)


def test_a_worker_is_no_scheduler(dask: PretendedDask) -> None:
    """Both print an address when they start."""
    dask.kind = "Worker"
    error = fail()
    assert isinstance(error, UsageError)
    assert error.message == "scheduler:8786 is no scheduler"


@pytest.mark.parametrize("raised", [RuntimeError("encryption required"), TypeError("ssl_context"), ValueError("x")])
def test_dasks_own_configuration_is_wrong(dask: PretendedDask, raised: Exception) -> None:
    """TLS without its files, for instance."""
    dask.raised = raised
    error = fail()
    assert isinstance(error, UsageError)
    assert error.message == "Dask's own configuration lets nobody connect to scheduler:8786"


def test_a_scheduler_without_workers(dask: PretendedDask) -> None:
    """Dask would keep the tasks for good."""
    dask.workers = {}
    error = fail()
    assert isinstance(error, UnreachableError)
    assert error.fix == "start one: dask worker scheduler:8786"
    assert dask.clients[0].closed


@pytest.mark.parametrize(
    ("where", "what", "message"),
    [
        ("scheduler", {"dask": "2025.1.0"}, "the scheduler has dask 2025.1.0, and this machine 2026.8.0"),
        ("scheduler", {"reconciler": None}, "the scheduler has no reconciler, and this machine 0.1.0"),
        ("worker", {"reconciler": "0.2.0"}, "tcp://10.0.0.2:9000 has reconciler 0.2.0, and this machine 0.1.0"),
        ("worker", {"python": "3.12.1.final.0"}, "tcp://10.0.0.2:9000 has python 3.12, and this machine 3.11"),
    ],
)
def test_versions_are_the_same_everywhere(dask: PretendedDask, where: str, what: Any, message: str) -> None:
    """What travels is understood by the same program alone."""
    if where == "scheduler":
        dask.scheduler = packages(**what)
    else:
        dask.workers = {"tcp://10.0.0.2:9000": packages(**what)}
    error = fail()
    assert isinstance(error, ApiError)
    assert error.message == message


def test_another_patch_of_python_is_no_other_version(dask: PretendedDask) -> None:
    """3.11.7 and 3.11.9 understand each other."""
    dask.workers = {"tcp://10.0.0.2:9000": packages(python="3.11.9.final.0", tornado="6.0")}
    with open_cluster(ADDRESS) as executor:
        assert executor.submit(int).result(60) == 0


def test_dasks_log_says_nothing_here(dask: PretendedDask) -> None:
    """It would write lines of its own, tracebacks too, between ours."""
    logger = logging.getLogger("distributed.client")
    logger.setLevel(logging.INFO)
    logging.getLogger("distributed.worker")
    with open_cluster(ADDRESS):
        assert not logger.isEnabledFor(logging.CRITICAL)
