"""Runs tasks on an executor and hands out what came of them in their own order, a bounded number ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait

from reconciler.commands.faults import make_fault
from reconciler.commands.fleet_task import Done, Task, make_unbegun, run_task
from reconciler.model import FleetRow


def run_ordered(
    pool: Executor, accounts: Sequence[str], make: Callable[[str], Task], ahead: int, tick: Callable[[], None]
) -> Iterator[Done]:
    """What came of each account, in this order. ahead: tasks that are handed out at once. tick: told of each end."""
    waiting = iter(accounts)
    running: dict[Future[Done], str] = {}
    finished: dict[str, Done] = {}
    for account in accounts:
        while account not in finished:
            # A slow account at the head keeps nobody waiting: only what runs is counted.
            for one in waiting:
                running[pool.submit(run_task, make(one))] = one
                if len(running) >= ahead:
                    break
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                name = running.pop(future)
                finished[name] = _take(future, name)
                tick()
        yield finished.pop(account)


def _take(future: Future[Done], account: str) -> Done:
    """What came of a task, also where its worker did not come back."""
    try:
        return future.result()
    except CancelledError:
        return Done(make_unbegun(account))
    except Exception as error:
        fault = make_fault(type(error), error.__traceback__)
        return Done(FleetRow(account, exit=fault.exit_code, errors=(fault.message,)))
