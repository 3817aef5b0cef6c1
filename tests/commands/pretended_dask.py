"""A stand-in of the module `distributed`: what its scheduler answers is handed in, and tasks run here."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from types import ModuleType
from typing import Any

PACKAGES = {"python": "3.11.7.final.0", "dask": "2026.8.0", "distributed": "2026.8.0", "reconciler": "0.1.0"}


def packages(**other: str | None) -> dict[str, Any]:
    """What one machine says of its versions."""
    return {"host": {}, "packages": {**PACKAGES, **other}}


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
        """Threads."""
        assert options == {"pure": False}
        return ThreadPoolExecutor(2)

    def close(self) -> None:
        """Notes it."""
        self.closed = True


class PretendedDask(ModuleType):
    """The module. kind: what answers at the address; raised: what connecting raises instead; mute: nothing does."""

    def __init__(self) -> None:
        super().__init__("distributed")
        self.kind, self.mute = "Scheduler", False
        self.raised: Exception | None = None
        self.mine = self.scheduler = packages()
        self.workers = {"tcp://10.0.0.2:9000": packages()}
        self.clients: list[PretendedClient] = []

    def Client(self, address: str, **options: Any) -> PretendedClient:  # noqa: N802  (Dask's name)
        """Opens a client."""
        return PretendedClient(self, address, **options)

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
