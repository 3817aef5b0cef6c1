"""What the ledger costs a request: `python -m tests.benchmarks.ledger_cost [--requests 4000] [--json]`.

The same GETs, answered by the emulator in a process of its own, with and without a ledger, in turns.
Time passes by itself where the limits would have it waited for, so that all of it is work. Told is CPU a request.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from reconciler.live.account import Account
from reconciler.live.lease import find_lock
from reconciler.live.ledger import open_ledger
from tests.benchmarks.sharing import serving
from tests.virtual_clock import VirtualClock

ROUNDS = 40


def open_account(url: str, file: Path | None) -> Account:
    """The account, with a ledger in a file or without one."""
    return Account(
        api=url,
        token=lambda: "sandbox-token",
        per_second=10,
        per_minute=150,
        parallel=4,
        token_name="OCAMBA_TOKEN",
        clock=VirtualClock(start=time.monotonic()),
        ledger=None if file is None else open_ledger(file, find_lock()),
    )


def measure(requests: int) -> tuple[float, float]:
    """Milliseconds of CPU a request without and with a ledger: the least of rounds that take turns, which no
    other load has made longer.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(serving(folder, 3, ("--per-second", "0", "--per-minute", "0")))
        accounts = [open_account(url, None), open_account(url, folder / "a.pace")]
        costs: tuple[list[float], list[float]] = [], []
        for number in range(ROUNDS + 1):
            for account, cost in zip(accounts, costs, strict=True):
                began = time.process_time()
                for _ in range(requests // ROUNDS):
                    account.read_page("1,1")
                if number:
                    cost.append(1000 * (time.process_time() - began) / (requests // ROUNDS))
        for account in accounts:
            account.close()
    return min(costs[0]), min(costs[1])


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="What the ledger costs a request.")
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    without, shared = measure(given.requests)
    if given.json:
        print(json.dumps({"without": round(without, 3), "with": round(shared, 3), "ratio": round(shared / without, 3)}))
        return
    print(f"{without:.3f} ms of CPU a request without a ledger, {shared:.3f} with one: {shared / without:.3f}")


if __name__ == "__main__":
    main()
