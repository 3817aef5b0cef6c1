"""One account's task as it travels to another machine, and what comes back: references, settings, plans; no values.

The worker has a checkout of its own, and the tokens and secrets of its own environment. Files that the task reads and
that are in no checkout (a saved plan, a snapshot, a state) travel as they are; those that it writes come back.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from reconciler import __version__
from reconciler.commands.apply import LARGEST_PLAN
from reconciler.commands.checkout import Checkout, survey
from reconciler.commands.files import read_file, save_file
from reconciler.commands.fleet_settings import make_settings
from reconciler.commands.fleet_task import Done, Task
from reconciler.commands.request import Request
from reconciler.configuration import holds

WRITTEN = ("out", "report", "state")
READ = ("live", "state")
"""Fields of a request that name a file which is in no checkout."""


class Parcel(Struct, frozen=True):
    """A task with what its worker needs. files: the contents of files by the names that the task gives them.

    checkout: what the worker's own checkout has to be like.
    """

    task: Task
    checkout: Checkout
    files: Mapping[str, bytes]
    tool: str = __version__

    def __repr__(self) -> str:
        """What Dask writes into its log where a task fails."""
        return f"Parcel({self.task.account!r})"


class Returned(Struct, frozen=True):
    """What comes back. files: what was written, by the names that the task gave it."""

    done: Done
    files: Mapping[str, bytes] = {}


def make_parcel(task: Task, environ: Mapping[str, str]) -> Parcel:
    """A parcel of a task, whose request names files as this machine has them. environ: of who begins the run.

    Raises what reading the configuration, manifests or a saved plan may raise.
    """
    request = task.request
    checkout = survey(msgspec.structs.replace(request, environ=environ), task.saved)
    named = [path for path in _find_read(task) if holds((request.cwd / path).is_file)]
    files = {str(path): read_file(request.cwd / path, LARGEST_PLAN, str(path)) for path in named}
    config = request.flags.config
    flags = msgspec.structs.replace(request.flags, config=config and os.path.relpath(request.cwd / config, request.cwd))
    paths = request.paths if task.saved is not None else tuple(_relative(path, request.cwd) for path in request.paths)
    asked = msgspec.structs.replace(request, flags=flags, paths=paths, cwd=Path(), environ={})
    settings = make_settings(environ, request.cwd)
    return Parcel(msgspec.structs.replace(task, request=asked, settings=settings), checkout, files)


def _find_read(task: Task) -> list[Path]:
    return [*([] if task.saved is None else [task.saved]), *_fields(task.request, READ)]


def _relative(path: Path, cwd: Path) -> Path:
    return Path(os.path.relpath(path, cwd)) if path.is_absolute() else path


def _fields(request: Request, names: tuple[str, ...]) -> list[Path]:
    return [path for name in names if (path := getattr(request, name)) is not None]


@contextmanager
def unpacked(parcel: Parcel, cwd: Path) -> Iterator[tuple[Task, Mapping[str, str]]]:
    """The task as a machine can run it, in its checkout at cwd, and the names that its files have meanwhile.

    Nothing that travels is written into the checkout, and what is left in the end is gone.
    """
    task, request = parcel.task, parcel.task.request
    with tempfile.TemporaryDirectory(prefix="reconciler-") as folder:
        places: dict[str, Path] = {}
        for path in (*_find_read(task), *_fields(request, WRITTEN)):
            places[str(path)] = Path(folder) / str(len(places)) / path.name
        for name, place in places.items():
            place.parent.mkdir(exist_ok=True)
            if name in parcel.files:
                save_file(place, parcel.files[name])
        changed = {
            name: places[str(path)] for name in {*READ, *WRITTEN} if (path := getattr(request, name)) is not None
        }
        paths = tuple(places.get(str(path), path) for path in request.paths)
        asked = msgspec.structs.replace(request, cwd=cwd, paths=paths, **changed)
        saved = None if task.saved is None else places[str(task.saved)]
        yield (
            msgspec.structs.replace(task, request=asked, saved=saved),
            {name: str(place) for name, place in places.items()},
        )


def make_return(parcel: Parcel, done: Done, places: Mapping[str, str]) -> Returned:
    """What goes back: the files that were written, and texts with the names that the task gave to its files."""
    names = [str(path) for path in _fields(parcel.task.request, WRITTEN)]
    files = {name: read_file(Path(places[name]), LARGEST_PLAN) for name in names if holds(Path(places[name]).is_file)}

    def rename(text: str) -> str:
        for name, place in places.items():
            text = text.replace(place, name)
        return text

    row = done.row
    answer = Raw(rename(bytes(row.answer).decode()).encode()) if isinstance(row.answer, Raw) else row.answer
    row = msgspec.structs.replace(row, errors=tuple(map(rename, row.errors)), answer=answer)
    return Returned(Done(row, rename(done.text), rename(done.remarks)), files)


def drop_state(task: Task) -> None:
    """Forgets what was applied to an account whose apply did not come back: nobody knows what it had sent."""
    if task.request.state is not None and task.verb == "apply":
        with suppress(OSError):
            (task.request.cwd / task.request.state).unlink(missing_ok=True)


def keep_files(returned: Returned, cwd: Path) -> Done:
    """Writes the files that came back where the task said. Raises ReconcilerError where that cannot be."""
    for name, data in returned.files.items():
        save_file(cwd / name, data)
    return returned.done
