"""Where the accounts of a fleet run: on threads of this process, or on workers with checkouts of their own."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from reconciler.commands.cluster import Cluster, tell_loss
from reconciler.commands.cluster_line import STOPPED
from reconciler.commands.executors import open_executor, read_address
from reconciler.commands.faults import make_fault
from reconciler.commands.fleet_task import Done, Fleet, Task, make_failed, make_left, make_unbegun, run_task
from reconciler.commands.fleet_worker import run_parcel
from reconciler.commands.parcels import Returned, drop_state, keep_files, make_parcel
from reconciler.commands.request import Request, retype
from reconciler.errors import ReconcilerError, StoppedError, UnreachableError, UsageError

JOBS = 16
"""Threads, where nobody says how many."""
LOOKS = 60
"""Looks at a cluster without workers, after which nobody waits any more: 5 minutes."""
ONLY_HERE = frozenset({"import", "accept", "schema", "undo"})
"""Verbs that read or write files beside those that travel."""


class Site(Protocol):
    """Where tasks run. at_once: how many do."""

    at_once: int

    def begin(self, task: Task) -> Future[Any]:
        """Hands a task out."""

    def end(self, task: Task, future: Future[Any]) -> Done:
        """What came of it, also where its worker did not come back."""

    def look(self) -> None:
        """Called every few seconds while nothing ends."""

    def stop(self, code: int) -> None:
        """Tasks that run end after the request in flight, and no other begins. code: as which signal that ends."""


class Here:
    """Threads of this process."""

    def __init__(self, pool: Executor, at_once: int, fleet: Fleet) -> None:
        self.at_once = at_once
        self._pool, self._fleet = pool, fleet

    def begin(self, task: Task) -> Future[Done]:
        """As Site.begin."""
        return self._pool.submit(run_task, task)

    def end(self, task: Task, future: Future[Done]) -> Done:
        """As Site.end."""
        try:
            return future.result()
        except CancelledError:
            return Done(make_unbegun(task.account))
        except Exception as error:
            return make_failed(task, make_fault(type(error), error.__traceback__))

    def look(self) -> None:
        """As Site.look: threads of a process end with it."""

    def stop(self, code: int) -> None:
        """As Site.stop."""
        self._fleet.stop(code)


class Elsewhere:
    """Workers of a cluster. run: its name, by which they hear of it. tell: says something to whoever waits."""

    def __init__(
        self, cluster: Cluster, at_once: int, run: str, environ: Mapping[str, str], tell: Callable[[str], None]
    ) -> None:
        self.at_once = at_once
        self._cluster, self._run, self._environ, self._tell = cluster, run, environ, tell
        self._code: int | None = None
        self._out: set[Future[Any]] = set()
        self._lost: ReconcilerError | None = None
        self._empty = 0

    def begin(self, task: Task) -> Future[Any]:
        """As Site.begin. What this machine cannot even read is told at once."""
        if self._code is not None:
            return _ended(Returned(Done(make_unbegun(task.account))))
        if self._lost is not None:
            return _ended(Returned(make_failed(task, self._lost)))
        try:
            parcel = make_parcel(task, self._environ)
            future: Future[Any] = self._cluster.submit(run_parcel, parcel)
        except ReconcilerError as error:
            return _ended(Returned(make_failed(task, error)))
        except Exception as error:
            return _ended(Returned(make_failed(task, tell_loss(error, _again(task)))))
        self._out.add(future)
        return future

    def end(self, task: Task, future: Future[Any]) -> Done:
        """As Site.end. The files that the task wrote are written here."""
        self._out.discard(future)
        self._cluster.forget(self._run, task.account)
        try:
            return self._with_code(keep_files(future.result(), task.request.cwd))
        except ReconcilerError as error:
            return make_failed(task, error)
        except CancelledError as error:
            # Nobody here took it back: Dask does, where it has lost its scheduler.
            self._lost = self._lost or tell_loss(error, _again(task))
            lost = StoppedError(self._code) if self._code is not None else self._lost
        except Exception as error:
            lost = tell_loss(error, _again(task))
        drop_state(task)
        return make_left(task, lost) if isinstance(lost, StoppedError) else make_failed(task, lost)

    def _with_code(self, done: Done) -> Done:
        """What a worker was told of a signal is none that it caught itself."""
        if self._code is None or done.row.exit != STOPPED:
            return done
        return msgspec.structs.replace(done, row=msgspec.structs.replace(done.row, exit=self._code))

    def look(self) -> None:
        """As Site.look: Dask keeps tasks for good where no worker is left."""
        self._empty = 0 if self._cluster.has_workers() else self._empty + 1
        if self._empty == 1:
            self._tell("no worker is left at the Dask scheduler: waiting for one to join")
        if self._empty == LOOKS:
            self._lost = UnreachableError("no worker was left at the Dask scheduler", "start workers, and run it again")
            self._leave()

    def stop(self, code: int) -> None:
        """As Site.stop. The second time nobody is waited for any more. Never waits itself: a signal calls it."""
        again, self._code = self._code is not None, code
        threading.Thread(target=self._leave if again else self._stop, daemon=True).start()

    def _stop(self) -> None:
        self._tell("interrupted: the workers end after the request in flight; once more, and they are not waited for")
        self._cluster.stop(self._run)

    def _leave(self) -> None:
        for future in tuple(self._out):
            future.cancel()


def _ended(returned: Returned) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(returned)
    return future


def _again(task: Task) -> str:
    """The command line that goes on where an account's task was lost."""
    paths = " ".join(shlex.quote(str(path)) for path in task.request.paths)
    return retype(task.request, task.verb, *([paths] if paths else []))


@contextmanager
def open_site(
    request: Request, jobs: int | None, fleet: Fleet, run: str, tell: Callable[[str], None]
) -> Iterator[Site]:
    """Where the tasks of a run are run. jobs: how many at once, where that was said. Raises as open_executor does."""
    with open_executor(find_executor(request), jobs or JOBS) as pool:
        if isinstance(pool, Cluster):
            try:
                yield Elsewhere(pool, jobs or pool.count_threads(), run, request.environ, tell)
            finally:
                pool.forget(run)
        else:
            yield Here(pool, jobs or JOBS, fleet)


def find_executor(request: Request) -> str | None:
    """The executor that is asked for; None: threads of this process."""
    return request.executor or request.environ.get("RECONCILER_EXECUTOR") or None


def check_site(verb: str, request: Request) -> None:
    """Raises UsageError for what writes into this checkout, or has it alone, and is asked to run elsewhere."""
    spec = find_executor(request)
    if spec is None:
        return
    read_address(spec)
    here = {
        verb: verb in ONLY_HERE,
        "--sandbox": request.sandbox,
        "--write-ids": request.write_ids,
        "--accept": request.accept,
    }
    if wrong := [what for what, so in here.items() if so]:
        raise UsageError(f"{wrong[0]} works on the files of this machine", "leave --executor away")
