"""Where the accounts of a fleet run: on threads of this process, or on the workers of a Dask scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

from reconciler.errors import UsageError

EXAMPLE = "dask://scheduler.internal:8786"


@contextmanager
def open_executor(spec: str | None, jobs: int) -> Iterator[Executor]:
    """The executor of a run, shut down afterwards; what has not begun by then is cancelled.

    spec: `dask://HOST:PORT`, or None for `jobs` threads. Raises UsageError for any other, or where Dask is not
    installed; UnreachableError where no scheduler or worker answers; ApiError where their versions differ from ours.
    """
    if spec is None:
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="account")
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
        return
    address = read_address(spec)
    from reconciler.commands.cluster import open_cluster

    with open_cluster(address) as executor:
        yield executor


def read_address(spec: str) -> str:
    """HOST:PORT of a scheduler; its protocol, tcp or tls, is what Dask's own configuration says."""
    try:
        parts = urlsplit(spec)
        host, port, rest = parts.hostname, parts.port, (parts.path, parts.query, parts.fragment, parts.username)
    except ValueError:
        raise _misshapen() from None
    if parts.scheme != "dask" or not host or not port or any(rest):
        raise _misshapen()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _misshapen() -> UsageError:
    return UsageError("--executor is not dask://HOST:PORT", f"write --executor {EXAMPLE}")
