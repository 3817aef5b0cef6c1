"""Whose manifests a file holds: what is written into it for one account is declared for all that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from reconciler.commands.request import Request
from reconciler.configuration import Configuration, make_name
from reconciler.model import Problem, Source
from reconciler.options import Options, find_configuration

LISTED = 3
"""Accounts that are named; of more the number is told."""


def warn_of_sharing(files: Sequence[Path], options: Options, request: Request) -> Iterator[Problem]:
    """A warning for each file that is to be written and that other accounts read, too."""
    if options.config_file is None or len(options.accounts) == 1 or not files:
        return
    path = request.cwd / options.config_file
    readers = _find_readers(_Same(find_configuration(request.flags, path, request.cwd)))
    for file in files:
        folders = [name for folder in file.parents for name in readers.get(folder, ())]
        others = [name for name in dict.fromkeys(folders) if name != options.account]
        if others:
            name = make_name(file, request.cwd)
            message = f"{_list(others)} this file, too: what is written here is declared for all of them"
            fix = f"where {options.account} alone differs, write it into its overlay, or into a variable"
            yield Problem("shared-manifest", message, Source(name, 1, 1), fix)


class _Same:
    """A configuration as a key: it and no other."""

    def __init__(self, config: Configuration) -> None:
        self.config = config

    def __hash__(self) -> int:
        return id(self.config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.config is other.config


@lru_cache(maxsize=1)
def _find_readers(kept: _Same) -> Mapping[Path, list[str]]:
    """The accounts by the folders that hold their manifests and overlays. Once for a fleet: each account asks."""
    readers: dict[Path, list[str]] = {}
    for name, account in kept.config.content.accounts.items():
        readers.setdefault(kept.config.below(account.path), []).append(name)
    for name, folder in kept.config.overlays.items():
        readers.setdefault(folder, []).append(name)
    return readers


def _list(names: Sequence[str]) -> str:
    shown = [*names[:LISTED], *([f"{len(names) - LISTED} more"] if len(names) > LISTED else [])]
    if len(shown) == 1:
        return f"the account {shown[0]} reads"
    return f"the accounts {', '.join(shown[:-1])} and {shown[-1]} read"
