"""Runs tasks on an executor and hands out what came of them in their own order, a bounded number ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from reconciler.commands.fleet_site import Site
from reconciler.commands.fleet_task import Done, Task

AHEAD = 4
"""Tasks that are handed out, for each that runs: so that memory stays, however many accounts there are."""
LOOK = 5.0
"""Seconds without any end, after which a site looks whether it still works."""


def run_ordered(
    site: Site, accounts: Sequence[str], make: Callable[[str], Task], tick: Callable[[], None]
) -> Iterator[Done]:
    """What came of each account, in this order. tick: told of each end."""
    waiting = iter(accounts)
    running: dict[Future[Any], Task] = {}
    finished: dict[str, Done] = {}
    for account in accounts:
        while account not in finished:
            # A slow account at the head keeps nobody waiting: only what runs is counted.
            for one in waiting:
                task = make(one)
                running[site.begin(task)] = task
                if len(running) >= AHEAD * site.at_once:
                    break
            ended, _ = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
            if not ended:
                site.look()
            for future in ended:
                task = running.pop(future)
                finished[task.account] = site.end(task, future)
                tick()
        yield finished.pop(account)
