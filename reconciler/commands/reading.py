"""Reads an account for manifests, with progress on stderr."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.commands.console import Console
from reconciler.live.account import Account
from reconciler.model import Manifest, Snapshot


def read_account(
    account: Account,
    console: Console,
    manifests: Sequence[Manifest],
    *,
    ids: frozenset[str] = frozenset(),
    whole: bool = False,
    effective: bool = False,
    details: bool = False,
) -> Snapshot:
    """One snapshot for all these manifests, and for these ids besides.

    whole: all that the list holds; else no more pages than are needed. effective: with effective_status, where any
    view tells it. details: every object with its settings and the definitions of its provider.
    """
    nameless = [one for one in manifests if one.id is None]
    progress = console.progress()
    progress.start("reading", 0)
    try:
        return account.read_snapshot(
            ids=ids | {one.id for one in manifests if one.id is not None},
            by_name=whole or bool(nameless),
            need=None if details else _find_needed(manifests),
            names=frozenset((one.provider, one.name or "") for one in nameless),
            progress=progress.update,
            effective=effective,
            details=details and whole,
        )
    finally:
        progress.done()


def _find_needed(manifests: Sequence[Manifest]) -> frozenset[str]:
    return frozenset(one.provider for one in manifests if one.settings or one.lifecycle.create)
