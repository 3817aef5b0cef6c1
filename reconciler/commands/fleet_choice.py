"""Which accounts a fleet's run is for, and what each of them is asked to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.accounts import choose_accounts
from reconciler.commands.fleet_folder import read_index
from reconciler.commands.request import SAVED, Request, find_fleet_folder, key_of, named_accounts
from reconciler.configuration import Configuration, find_config
from reconciler.errors import UsageError
from reconciler.model import FleetRow, Shard
from reconciler.options import check_overlays, find_configuration
from reconciler.shards import find_shard, is_mine


class Chosen(Struct, frozen=True):
    """The accounts of a run, by name, each with the PATHs that are its own. saved: the folder that they come from, and
    its rows by account.
    """

    paths: Mapping[str, tuple[Path, ...]]
    shard: Shard | None = None
    saved: Path | None = None
    rows: Mapping[str, FleetRow] = {}


def choose(request: Request, verb: str) -> Chosen:
    """The accounts. Raises UsageError where there are none, and what reading a configuration or a folder may raise."""
    shard = find_shard(request.shard, request.environ)
    folder = find_fleet_folder(request.paths, request.cwd) if verb in SAVED else None
    if folder is not None:
        index = read_index(folder, request.cwd, verbs=SAVED[verb], key=key_of(request))
        rows = {row.account: row for row in index.accounts}
        names = choose_accounts(named_accounts(request), rows)
        paths: dict[str, tuple[Path, ...]] = {name: (folder / f"{name}.json",) for name in names}
        return Chosen(_share(paths, shard), shard, folder, rows)
    if verb == "undo":
        raise UsageError("undo takes back what a fleet has kept", "name the folder that apply --report made")
    path = find_config(request.flags.config, request.environ, request.cwd, request.paths)
    config = find_configuration(request.flags, path, request.cwd)
    check_overlays(config, request.cwd)
    names = choose_accounts(request.flags.accounts, config.names)
    return Chosen(_share(_place(names, config, request), shard), shard)


def _share(paths: dict[str, tuple[Path, ...]], shard: Shard | None) -> dict[str, tuple[Path, ...]]:
    return paths if shard is None else {name: own for name, own in paths.items() if is_mine(name, shard)}


def _place(names: tuple[str, ...], config: Configuration, request: Request) -> dict[str, tuple[Path, ...]]:
    """The PATHs that lie in each account's folder: one of another account would be planned as this one's."""
    if not request.paths:
        return dict.fromkeys(names, ())
    given, below = defaultdict[Path, list[Path]](list), defaultdict[Path, list[Path]](list)
    for path in request.paths:
        real = (request.cwd / path).resolve()
        given[real].append(path)
        # Thousands of files are not held to thousands of folders, one by one.
        for folder in (real, *real.parents):
            below[folder].append(path)
    placed: dict[str, tuple[Path, ...]] = {}
    used: set[Path] = set()
    for name in names:
        own = config.content.accounts[name].path
        root = (config.below(own) if config.path is not None else request.cwd / "manifests").resolve()
        whole = [path for folder in (root, *root.parents) for path in given.get(folder, ())]
        inside = below.get(root, [])
        used.update(whole, inside)
        if whole or inside:
            placed[name] = () if whole else tuple(inside)
    if lost := [path for path in request.paths if path not in used]:
        raise UsageError(f"{lost[0]}: lies in the folder of no account that was asked for", "leave it out, or name it")
    return placed


def request_for(request: Request, name: str, paths: tuple[Path, ...], form: str) -> Request:
    """What one account is asked: the fleet's request with files of its own, and without any environment."""
    flags = msgspec.structs.replace(request.flags, account=name, accounts=(), all_accounts=False, kept=None)
    own = msgspec.structs.replace(request, fleet=name)
    return msgspec.structs.replace(
        own,
        flags=flags,
        environ={},
        paths=paths,
        format=form,
        out=own.own(request.out, ".json"),
        report=own.own(request.report, ".json"),
        state=own.own(request.state, ".json"),
        live=own.own(request.live, ".json"),
    )
