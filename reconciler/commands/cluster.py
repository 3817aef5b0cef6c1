"""The workers of a Dask scheduler as an executor. Dask is an extra, and imported where it is asked for alone.

What Dask is told by its own configuration and DASK_* variables holds here too, TLS above all.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar, cast

from reconciler.commands.cluster_line import begin_name, stop_name
from reconciler.errors import ApiError, IncompleteError, ReconcilerError, UnreachableError, UsageError

PATIENCE = 10.0
"""Seconds in which a scheduler has to answer, and then a worker to be there."""
OURS = "reconciler"
SAME = ("python", "dask", "distributed", OURS)
"""What has to be the same on every machine; of Python the first two numbers."""

Packages = Mapping[str, str | None]
_T = TypeVar("_T")


class Cluster(Executor):
    """The workers of a scheduler. client: Dask's. make_event: makes an event of a name, which the scheduler keeps."""

    def __init__(self, client: Any, make_event: Callable[[str], Any]) -> None:
        self._client, self._make_event = client, make_event
        # Never pure: two tasks that look the same are two tasks.
        self._pool: Executor = cast("Executor", client.get_executor(pure=False))

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """A task for the next worker that has room. It runs again elsewhere where its worker is lost."""
        with _hushed():
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Cancels what has not ended."""
        self._pool.shutdown(wait=False)

    def count_threads(self) -> int:
        """Tasks that run at once now; workers come and go."""
        return sum(self._client.nthreads().values()) or 1

    def has_workers(self) -> bool:
        """Whether any worker is there; yes, where nobody can tell."""
        try:
            return bool(self._client.nthreads())
        except Exception:
            return True

    def stop(self, run: str) -> None:
        """Tells all workers that a run is interrupted. Never waits: a signal may come at any moment."""
        threading.Thread(target=lambda: self._tell(stop_name(run)), name="reconciler-stop", daemon=True).start()

    def _tell(self, name: str) -> None:
        with suppress(Exception):
            self._make_event(name).set()

    def forget(self, run: str, account: str | None = None) -> None:
        """Takes back what the scheduler keeps of an account that has ended, or of the run."""
        with suppress(Exception):
            self._make_event(stop_name(run) if account is None else begin_name(run, account)).clear()


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """An executor on the workers of a scheduler at HOST:PORT."""
    distributed = load_dask()
    _silence()
    ask(address)
    with _hushed():
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False, name=OURS)
    try:
        wait_for_worker(client, address)
        check_versions(client.get_versions(packages=[OURS]))
        cluster = Cluster(client, lambda name: distributed.Event(name, client=client))
        try:
            yield cluster
        finally:
            cluster.shutdown()
    finally:
        client.close()


def load_dask() -> Any:
    """The module `distributed`. Raises UsageError where it is not installed."""
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--executor dask://… needs Dask, which is not installed", "pip install 'reconciler[dask]'"
        ) from None
    return distributed


def _silence() -> None:
    """Dask's log would stand between the lines of ours."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextmanager
def _hushed() -> Iterator[None]:
    """Dask warns of other versions and of large tasks: what matters of it is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def ask(address: str) -> None:
    """Raises unless a scheduler answers in time. Dask's own client waits for good where something else listens."""
    import asyncio

    try:
        kind = asyncio.run(asyncio.wait_for(_identify(address), PATIENCE))
    except (OSError, ImportError, EOFError):
        _fail_unreachable(address)
    except (RuntimeError, TypeError, ValueError):
        message = f"Dask's own configuration lets nobody connect to {address}"
        raise UsageError(message, "look at distributed.comm: default-scheme, require-encryption and tls") from None
    if kind != "Scheduler":
        raise UsageError(f"{address} is no scheduler", "name the address that `dask scheduler` prints")


async def _identify(address: str) -> str:
    distributed = load_dask()
    connection = distributed.Security().get_connection_args("client")
    async with distributed.rpc(address, timeout=PATIENCE, connection_args=connection) as scheduler:
        identity = await scheduler.identity()
    return str(identity.get("type"))


def _fail_unreachable(address: str) -> NoReturn:
    port = address.rpartition(":")[2]
    message = f"no Dask scheduler answers at {address}"
    raise UnreachableError(message, f"start one there: dask scheduler --port {port}", sent=False) from None


def wait_for_worker(client: Any, address: str) -> None:
    """Raises UnreachableError where no worker is there: Dask itself would wait for good."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        message = f"no worker has joined the Dask scheduler at {address}"
        raise UnreachableError(message, f"start one: dask worker {address}", sent=False) from None


def check_versions(told: Mapping[str, Any]) -> None:
    """Raises ApiError where the scheduler or a worker is of another version in what has to be the same.

    told: of `client`, `scheduler`, and `workers` by address, the packages of each.
    """
    mine = _read_versions(told["client"])
    others = [("the scheduler", told["scheduler"]), *sorted(told["workers"].items())]
    for who, one in others:
        theirs = _read_versions(one)
        for name in SAME:
            if mine[name] != theirs[name]:
                there = f"{name} {theirs[name]}" if theirs[name] else f"no {name}"
                message = f"{who} has {there}, and this machine {mine[name]}"
                raise ApiError(message, "install the same Python, dask and reconciler on every machine of the cluster")


def _read_versions(one: Mapping[str, Any]) -> Packages:
    packages: Packages = one["packages"]
    python = ".".join((packages.get("python") or "").split(".")[:2])
    return {**{name: packages.get(name) for name in SAME}, "python": python}


def tell_loss(error: BaseException, again: str) -> ReconcilerError:
    """What has become of a task that did not come back, by what Dask raises for it. again: what to type next."""
    kind = type(error).__name__
    if kind == "KilledWorker":
        message = "each worker that ran it was lost while it did; what they had written stands"
        return IncompleteError(message, f"look at the workers' logs, then: {again}")
    if isinstance(error, ImportError | AttributeError):
        message = "a worker does not know this version of reconciler"
        return ApiError(message, "install the same reconciler on every machine of the cluster")
    message = f"the Dask scheduler was lost while it ran ({kind}); what was written stands"
    return UnreachableError(message, again)
