"""A stand-in of the module `distributed`: what its scheduler answers is handed in, and tasks run here, at once."""

from __future__ import annotations

import asyncio
import os
import pickle
import threading
from concurrent.futures import Executor, Future
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from reconciler.commands import fleet_task

PACKAGES = {"python": "3.11.7.final.0", "dask": "2026.8.0", "distributed": "2026.8.0", "reconciler": "0.1.0"}


def packages(**other: str | None) -> dict[str, Any]:
    """What one machine says of its versions."""
    return {"host": {}, "packages": {**PACKAGES, **other}}


class PretendedEvent(threading.Event):
    """An event that takes part in no scheduler. broken: waiting for it fails, as where the scheduler is gone."""

    broken = False

    def wait(self, timeout: float | None = None) -> bool:
        """As Dask's."""
        if self.broken:
            raise OSError("gone")
        return super().wait(timeout)


class PretendedClient:
    """A client that notes how it was opened and whether it was closed."""

    def __init__(self, told: PretendedDask, address: str, **options: Any) -> None:
        self.told, self.address, self.options, self.closed = told, address, options, False
        told.clients.append(self)

    def wait_for_workers(self, count: int, timeout: float) -> None:
        """Raises as Dask does where no worker comes."""
        if not self.told.workers:
            raise TimeoutError

    def get_versions(self, packages: list[str]) -> dict[str, Any]:
        """The versions of all."""
        return {"client": self.told.mine, "scheduler": self.told.scheduler, "workers": self.told.workers}

    def get_executor(self, **options: Any) -> Executor:
        """Runs what it is given before it comes back."""
        assert options == {"pure": False}
        return PretendedPool(self.told)

    def nthreads(self) -> dict[str, int]:
        """By worker."""
        return dict.fromkeys(self.told.workers, 2)

    def close(self) -> None:
        """Notes it."""
        self.closed = True


class PretendedPool(Executor):
    """One worker, whose folder is told.folder. A task comes to it as bytes."""

    def __init__(self, told: PretendedDask) -> None:
        self.told = told

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Runs it, or fails as told.lost says of its account."""
        future: Future[Any] = Future()
        data = pickle.dumps((fn, args, kwargs))
        self.told.travelled.append(data)
        task = getattr(args[0], "task", None) if args else None
        lost = self.told.lost.get(task.account if task is not None else "")
        here, fleets = Path.cwd(), dict(fleet_task._FLEETS)
        os.chdir(self.told.folder or here)
        # Nothing of the run that was begun here is known there.
        fleet_task._FLEETS.clear()
        try:
            if lost is not None:
                raise lost
            called, given, named = pickle.loads(data)
            future.set_result(called(*given, **named))
        except Exception as error:
            future.set_exception(error)
        finally:
            os.chdir(here)
            fleet_task._FLEETS.update(fleets)
        return future


class PretendedDask(ModuleType):
    """The module. kind: what answers at the address; raised: what connecting raises instead; mute: nothing does.

    lost: what becomes of the tasks of accounts. travelled: what was submitted, as bytes. events: those that were made.
    """

    def __init__(self) -> None:
        super().__init__("distributed")
        self.kind, self.mute = "Scheduler", False
        self.raised: Exception | None = None
        self.mine = self.scheduler = packages()
        self.workers = {"tcp://10.0.0.2:9000": packages()}
        self.clients: list[PretendedClient] = []
        self.folder: Path | None = None
        self.lost: dict[str, Exception] = {}
        self.travelled: list[bytes] = []
        self.events: dict[str, PretendedEvent] = {}

    def Client(self, address: str, **options: Any) -> PretendedClient:  # noqa: N802  (Dask's name)
        """Opens a client."""
        return PretendedClient(self, address, **options)

    def Event(self, name: str, client: Any) -> PretendedEvent:  # noqa: N802  (Dask's name)
        """An event, the same for the same name."""
        assert client is not None
        return self.events.setdefault(name, PretendedEvent())

    def get_client(self) -> PretendedDask:
        """Of the worker."""
        return self

    def get_worker(self) -> SimpleNamespace:
        """The one there is."""
        return SimpleNamespace(address="tcp://10.0.0.2:9000")

    def Security(self) -> PretendedDask:  # noqa: N802  (Dask's name)
        """What Dask's configuration says about TLS."""
        return self

    def get_connection_args(self, role: str) -> dict[str, Any]:
        """Nothing."""
        assert role == "client"
        return {}

    def rpc(self, address: str, **_options: Any) -> PretendedDask:
        """A connection to whatever listens."""
        if self.raised is not None:
            raise self.raised
        return self

    async def __aenter__(self) -> PretendedDask:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    async def identity(self) -> dict[str, str]:
        """What listens."""
        if self.mute:
            await asyncio.sleep(3600)
        return {"type": self.kind}
