"""What a run for one account rests on in its checkout, so that two machines can tell whether theirs are the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from reconciler.commands.apply import LARGEST_PLAN
from reconciler.commands.declared import find_manifests
from reconciler.commands.files import read_file
from reconciler.commands.request import Request, key_of
from reconciler.commands.saved import find_options
from reconciler.desired.files import find_files
from reconciler.errors import RefusedError
from reconciler.model import Plan
from reconciler.options import Options, load_options
from reconciler.planning.codec import load_plan
from reconciler.schema_files import PROVIDERS, find_written, make_homes
from reconciler.values import learn

Checkout = Mapping[str, str]
"""SHA-256 of files by name, relative to the working directory. The configuration stands there with its own digest."""

LARGEST = 64 * 1024 * 1024


def survey(request: Request, saved: Path | None = None) -> Checkout:
    """The configuration, manifests, overlays and schemas of a request for one account, where it is. saved: its plan.

    Raises what reading a configuration or a saved plan may raise.
    """
    options = _read_options(request, saved)
    paths = () if saved is not None else request.paths
    found = {_name(file, request.cwd): _digest(file) for file in _find(options, paths, request.cwd)}
    if options.config_file is not None and options.config_digest is not None:
        found[options.config_file] = options.config_digest
    return found


def _read_options(request: Request, saved: Path | None) -> Options:
    if saved is None:
        return load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=request.paths)
    data = read_file(request.cwd / saved, LARGEST_PLAN, str(saved))
    try:
        # Not judged here: who applies it has the key that it may be sealed with.
        plan = msgspec.json.decode(data, type=learn(Plan))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        plan = load_plan(data, str(saved), key_of(request))
    return find_options(plan, request)


def _find(options: Options, paths: tuple[Path, ...], cwd: Path) -> Iterator[Path]:
    yield from map(Path, find_manifests(options, paths, cwd)[0])
    if options.overlay is not None:
        yield from map(Path, find_files([options.overlay], root=options.overlay, exclude=options.exclude)[0])
    written = find_written(make_homes(cwd / options.config_file if options.config_file else None, options.root))
    if written is not None:
        yield from sorted((written / PROVIDERS).glob("*.json"))


def _name(file: Path, cwd: Path) -> str:
    return Path(os.path.relpath(file, cwd)).as_posix()


def _digest(file: Path) -> str:
    return hashlib.sha256(read_file(file, LARGEST)).hexdigest()


def check_same(here: Checkout, there: Checkout, who: str) -> None:
    """Raises RefusedError where a checkout (here, on `who`) is not the one that the run was begun from (there)."""
    wrong = [f"{name} is missing" for name in sorted(there.keys() - here.keys())]
    wrong += [f"{name} is there too" for name in sorted(here.keys() - there.keys())]
    wrong += [f"{name} is another" for name in sorted(there.keys() & here.keys()) if there[name] != here[name]]
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        message = f"{who} has another checkout: {wrong[0]}{more}"
        fix = "check out the same commit in the folder that the worker was started in"
        raise RefusedError(message, fix)
