"""The emulator of many accounts, in a process of its own: `python -m tests.benchmarks.soak_server ACCOUNTS OBJECTS`.

Prints its address; when its stdin ends, prints what every account met as JSON. An account's token is its name.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from reconciler.sandbox.messages import Answer, Request
from reconciler.sandbox.server import SandboxServer
from reconciler.sandbox.world import World

CHANGED = 2
"""Objects of each account that live with another name than is declared."""


class Met(Struct, frozen=True):
    """What one account met. last: when its last request came, in seconds since the epoch. wrong: objects that are not
    as declared.
    """

    account: str
    requests: int
    throttled: int
    last: float
    wrong: int


def name_account(number: int) -> str:
    """An account's name, which sorts as its number."""
    return f"a{number:05d}"


def token_of(account: str) -> str:
    """The token of an account, which is no word of its own: nothing but the emulator takes it."""
    return f"emulated-{account}-token"


def make_items(objects: int) -> list[dict[str, Any]]:
    """The objects of an account as they live before the run."""
    settings = {"api_key": "md-0000000000", "default_sender_email": "news@mail.example.com"}
    return [
        {
            "id": str(1000 + at),
            "name": f"Integration {at} (old)" if at < CHANGED else f"Integration {at}",
            "provider_id": "1002",
            "settings": settings,
        }
        for at in range(objects)
    ]


class ManyServer(SandboxServer):
    """Many accounts behind one port, told apart by their tokens."""

    def serve_accounts(self, accounts: int, objects: int) -> None:
        """Makes the accounts."""
        items = make_items(objects)
        names = [name_account(number) for number in range(accounts)]
        self.worlds = {
            f"Bearer {token_of(name)}": World(
                seed={"company_id": name, "integrations": items}, token=token_of(name), company_id=name
            )
            for name in names
        }

    def ask(self, request: Request) -> Answer:
        """The answer of the account whose token it is."""
        world = self.worlds.get(request.headers.get("authorization", ""), self.world)
        with self._lock:
            return world.handle(request, self.clock())

    def met(self) -> list[Met]:
        """What every account met."""
        return [
            Met(
                world.account.company_id,
                len(world.log),
                sum(one.status == 429 for one in world.log),
                max((one.now for one in world.log), default=0.0),
                sum("(old)" in item["name"] for item in world.account.items.values()),
            )
            for world in self.worlds.values()
        ]


def main(argv: list[str]) -> None:
    """Serves until stdin ends."""
    accounts, objects = map(int, argv)
    server = ManyServer(World(), "127.0.0.1", 0, None, time.time)
    server.serve_accounts(accounts, objects)
    with server.start():
        print(server.url, flush=True)
        sys.stdin.read()
    print(encode(server.met()).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
