"""What a worker on another machine does with one account's task: looks whether it may, runs it, sends it back."""

from __future__ import annotations

import os
import time
from collections import ChainMap
from pathlib import Path

import msgspec

from reconciler import __version__
from reconciler.commands.checkout import check_same, survey
from reconciler.commands.cluster_line import Line, find_line
from reconciler.commands.faults import make_fault
from reconciler.commands.fleet_task import Done, Task, find_fleet, make_failed, make_unbegun, run_task
from reconciler.commands.parcels import Parcel, Returned, make_return, unpacked
from reconciler.errors import ApiError, ReconcilerError


def run_parcel(parcel: Parcel) -> Returned:
    """Runs the task of a parcel in this machine's checkout, its working directory. Never raises."""
    began = time.monotonic()
    try:
        return _run(parcel)
    except ReconcilerError as error:
        failure = error
    except Exception as error:
        failure = make_fault(type(error), error.__traceback__)
    return Returned(make_failed(parcel.task, failure, time.monotonic() - began))


def _run(parcel: Parcel) -> Returned:
    line = find_line(parcel.task.fleet)
    if parcel.tool != __version__:
        message = f"{line.name} has reconciler {__version__}, and the run was begun by {parcel.tool}"
        raise ApiError(message, "install the same reconciler on every machine of the cluster")
    if line.is_stopped():
        return Returned(Done(make_unbegun(parcel.task.account)))
    with unpacked(parcel, Path.cwd()) as (task, places):
        _check(parcel, task, line)
        again = line.begin(task.account)
        asked = msgspec.structs.replace(task.request, again=again)
        with line.heard(find_fleet(task.fleet).stop):
            done = run_task(msgspec.structs.replace(task, request=asked))
        return make_return(parcel, done, places)


def _check(parcel: Parcel, task: Task, line: Line) -> None:
    """Raises RefusedError where this checkout is not the one that the run was begun from."""
    environ = ChainMap(dict(task.settings), os.environ)
    request = msgspec.structs.replace(task.request, environ=environ)
    check_same(survey(request, task.saved), parcel.checkout, line.name)
