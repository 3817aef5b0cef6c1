"""Finds manifest files: `*.yaml` and `*.yml`, each real file once, in one order on every machine."""

from __future__ import annotations

import errno
import heapq
import os
import stat
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from reconciler.desired.globs import compile_glob
from reconciler.model import Problem, Source

MAX_BYTES = 5 * 1024 * 1024
"""Larger files are refused without being read."""

SUFFIXES = (".yaml", ".yml")
CONFIGURATION = ("reconciler.yaml", "reconciler.yml")
_HERE = f".{os.sep}"
"""What the system puts before the names in the folder `.`, and a Path does not."""


def find_files(paths: Sequence[Path], *, root: Path, exclude: Sequence[str] = ()) -> tuple[list[Path], list[Problem]]:
    """The manifest files below `paths` (folders or files), sorted by path, and what stands in the way.

    Left out: names that begin with a dot, reconciler.yaml, and what an `exclude` glob matches (relative to `root`;
    `*` stays within a name, `**` crosses folders, a folder's glob takes all below it). A link is followed while it
    stays within `root`; a file that is reached twice is listed once, under its own name before that of a link.
    """
    files, problems = list_files(paths, root=root, exclude=exclude)
    return list(map(Path, files)), problems


def list_files(paths: Sequence[Path], *, root: Path, exclude: Sequence[str] = ()) -> tuple[list[str], list[Problem]]:
    """As find_files, with each path as text: to make a Path of each of many costs as much as to read it."""
    search = _Search(root, exclude)
    for path in paths:
        search.add(path)
    search.follow_links()
    return sort_files(search.found.values()), sorted(search.problems)


def sort_files(files: Iterable[str]) -> list[str]:
    """The order of files on every machine: part by part."""
    return sorted(files, key=lambda path: path.replace(os.sep, "\0"))


def make_file_name(path: Path | str) -> str:
    """The path relative to the working directory, with forward slashes, as it is printed."""
    text = str(path)
    if not os.path.isabs(text):  # noqa: PTH117 - a Path costs more than the rest
        return text.replace(os.sep, "/")
    folder, slash, name = text.rpartition(os.sep)
    if name.endswith(SUFFIXES):
        return _make_folder_name(folder + slash, os.getcwd()) + name  # noqa: PTH109
    return _make_relative(text)


@lru_cache(maxsize=1024)
def _make_folder_name(folder: str, _cwd: str) -> str:
    """What stands before the names of a folder's files, in the working directory `_cwd`."""
    relative = _make_relative(folder)
    return "" if relative == "." else relative.rstrip("/") + "/"


def _make_relative(path: str) -> str:
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return Path(path).as_posix()


def make_file_problem(code: str, message: str, path: Path | str, fix: str | None = None) -> Problem:
    """A problem of a file as a whole."""
    return Problem(code, message, Source(make_file_name(path), 1, 1), fix)


def make_unreadable(path: Path | str, error: OSError) -> Problem:
    """Says why the system refuses a path, without its own words."""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return make_file_problem("no-permission", "may not be read", path, "give yourself permission to read it")
    if error.errno == errno.ELOOP:
        return make_file_problem("link-loop", "is a link that leads back to itself", path, "remove the link")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return make_file_problem("no-such-path", "does not exist", path, "check the path")
    return make_file_problem("unreadable", f"cannot be read ({errno.errorcode.get(error.errno or 0, 'unknown')})", path)


class _Folder(Struct, frozen=True):
    """A folder to walk: as it is printed, its real path, and the real paths above it on the way down."""

    path: Path
    real: str
    above: frozenset[str]


class _Search:
    """One search: what was found, by real path, what went wrong, and links that wait until the real walk is done."""

    def __init__(self, root: Path, exclude: Sequence[str]) -> None:
        self.found: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._lexical = os.path.abspath(root)  # noqa: PTH100 - links must not be resolved
        self._bases = [os.path.realpath(root)]
        self._excluded = [compile_glob(pattern) for pattern in exclude]
        self._visited: set[str] = set()
        self._links: list[tuple[Path, frozenset[str]]] = []

    def add(self, path: Path) -> None:
        """Takes a path that the user gave."""
        if not _is_below(os.path.abspath(path), self._lexical):  # noqa: PTH100
            self._bases.append(os.path.realpath(path))
        try:
            mode = path.stat().st_mode
        except OSError as error:
            self.problems.append(make_unreadable(path, error))
            return
        real = os.path.realpath(path)
        if not self._is_inside(real):
            self.problems.append(_leaves(path))
        elif stat.S_ISDIR(mode):
            self._walk(_Folder(path, real, frozenset()))
        elif not path.name.endswith(SUFFIXES) or path.name in CONFIGURATION:
            self.problems.append(
                make_file_problem(
                    "not-a-manifest", "is no manifest file", path, "name a *.yaml or *.yml file, or a folder"
                )
            )
        elif not self._is_excluded(path):
            self._take(str(path), real)

    def follow_links(self) -> None:
        """Follows the links met on the way, each real folder once."""
        while self._links:
            path, above = heapq.heappop(self._links)
            try:
                mode = path.stat().st_mode
            except OSError as error:
                if path.name.endswith(SUFFIXES) or error.errno == errno.ELOOP:
                    self.problems.append(make_unreadable(path, error))
                continue
            real = os.path.realpath(path)
            is_folder = stat.S_ISDIR(mode)
            if not is_folder and not path.name.endswith(SUFFIXES):
                continue
            if not self._is_inside(real):
                self.problems.append(_leaves(path))
            elif not is_folder:
                self._take(str(path), real)
            elif real in above:
                self.problems.append(make_unreadable(path, OSError(errno.ELOOP, "")))
            elif real not in self._visited:
                self._walk(_Folder(path, real, above))

    def _walk(self, start: _Folder) -> None:
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            if folder.real in self._visited:
                continue
            self._visited.add(folder.real)
            above = folder.above | {folder.real}
            try:
                with os.scandir(folder.path) as entries:
                    names = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.problems.append(make_unreadable(folder.path, error))
                continue
            for entry in names:
                self._take_entry(entry, folder, above, waiting)

    def _take_entry(
        self, entry: os.DirEntry[str], folder: _Folder, above: frozenset[str], waiting: list[_Folder]
    ) -> None:
        name = entry.name
        if name.startswith(".") or name in CONFIGURATION:
            return
        if self._excluded and self._is_excluded(folder.path / name):
            return
        if entry.is_symlink():
            heapq.heappush(self._links, (folder.path / name, above))
        elif entry.is_dir():
            waiting.append(_Folder(folder.path / name, f"{folder.real}{os.sep}{name}", above))
        elif name.endswith(SUFFIXES):
            self._take(entry.path.removeprefix(_HERE), f"{folder.real}{os.sep}{name}")

    def _take(self, path: str, real: str) -> None:
        """Takes a file."""
        if real in self.found:
            return
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            self.problems.append(make_unreadable(path, error))
            return
        if not stat.S_ISREG(status.st_mode):
            problem = make_file_problem("not-a-file", "is no ordinary file", path, "remove or exclude it")
            self.problems.append(problem)
        elif status.st_size > MAX_BYTES:
            self.problems.append(make_too_large(make_file_name(path)))
        else:
            self.found[real] = path

    def _is_inside(self, real: str) -> bool:
        return any(_is_below(real, base) for base in self._bases)

    def _is_excluded(self, path: Path) -> bool:
        relative = Path(os.path.relpath(path, self._lexical)).as_posix()
        return any(pattern.match(relative) for pattern in self._excluded)


def make_too_large(file: str) -> Problem:
    """The problem of a file over MAX_BYTES."""
    return Problem("too-large", "is larger than 5 MiB", Source(file, 1, 1), "split it into several files")


def _leaves(path: Path) -> Problem:
    return make_file_problem(
        "link-leaves", "is a link that leaves the folder", path, "copy what it leads to, or remove the link"
    )


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
