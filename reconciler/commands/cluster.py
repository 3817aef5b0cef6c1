"""The workers of a Dask scheduler as an executor. Dask is an extra, and imported where it is asked for alone.

What Dask is told by its own configuration and DASK_* variables holds here too, TLS above all.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, NoReturn, cast

from reconciler.errors import ApiError, UnreachableError, UsageError

PATIENCE = 10.0
"""Seconds in which a scheduler has to answer, and then a worker to be there."""
OURS = "reconciler"
SAME = ("python", "dask", "distributed", OURS)
"""What has to be the same on every machine; of Python the first two numbers."""

Packages = Mapping[str, str | None]


@contextmanager
def open_cluster(address: str) -> Iterator[Executor]:
    """An executor on the workers of a scheduler at HOST:PORT. No task is taken for the same as another."""
    distributed = load_dask()
    ask(address)
    with _hush():
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False, name=OURS)
    try:
        wait_for_worker(client, address)
        check_versions(client.get_versions(packages=[OURS]))
        executor = cast("Executor", client.get_executor(pure=False))
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
    finally:
        client.close()


def load_dask() -> Any:
    """The module `distributed`, whose log says nothing here. Raises UsageError where it is not installed."""
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--executor dask://… needs Dask, which is not installed", "pip install 'reconciler[dask]'"
        ) from None
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return distributed


@contextmanager
def _hush() -> Iterator[None]:
    """Dask warns of other versions in a table of its own: what matters of it is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def ask(address: str) -> None:
    """Raises unless a scheduler answers in time. Dask's own client waits for good where something else listens."""
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
