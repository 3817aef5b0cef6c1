"""Rules that a plan must pass before anything is written; each refusal names what would let it through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from reconciler.errors import tell_hidden
from reconciler.model import Change, Refusal
from reconciler.planning.forecast import find_prover

PERCENT_FROM = 10
"""Below so many managed objects a percentage says nothing."""


class Guards(Struct, frozen=True):
    """The limits of the configuration; None: not set. protected: by address, the paths that may not change."""

    max_changes: int | None = None
    max_percent: float | None = None
    protected: dict[str, tuple[tuple[str, ...], ...]] = {}


def guard_changes(
    changes: Sequence[Change],
    managed: int,
    guards: Guards,
    settings_patch: Literal["auto", "changed", "whole"],
) -> tuple[Change, ...]:
    """The changes, each with the rules that refuse it. `managed`: objects in scope."""
    everywhere = _count_rules(sum(change.action != "none" for change in changes), managed, guards)
    blind = settings_patch != "changed" and find_prover(changes, settings_patch) is None
    out = []
    for change in changes:
        if change.action == "none":
            out.append(change)
            continue
        refused = [*everywhere, *_protected(change, guards)]
        if blind and change.seen and change.seen.hidden and "settings" in change.body:
            refused.append(refuse_blind(change))
        out.append(msgspec.structs.replace(change, refused=tuple(refused)) if refused else change)
    return tuple(out)


def _count_rules(count: int, managed: int, guards: Guards) -> list[Refusal]:
    out = []
    if guards.max_changes is not None and count > guards.max_changes:
        message = f"{count} changes, guard.max_changes allows {guards.max_changes}"
        out.append(Refusal("max_changes", message, f"guard: {{max_changes: {count}}} in reconciler.yaml, or --target"))
    percent = 100 * count / managed if managed else 0
    if guards.max_percent is not None and managed >= PERCENT_FROM and percent > guards.max_percent:
        message = f"{count} of {managed} managed objects change, guard.max_percent allows {guards.max_percent:g}%"
        override = f"guard: {{max_percent: {-(-100 * count // managed)}}} in reconciler.yaml, or --target"
        out.append(Refusal("max_percent", message, override))
    return out


def _protected(change: Change, guards: Guards) -> list[Refusal]:
    return [
        Refusal(
            "lifecycle.guard",
            f"{'.'.join(item.path)} is guarded by the manifest",
            f"take {'.'.join(item.path)} out of lifecycle.guard",
            item.source,
        )
        for item in change.fields
        if item.path in guards.protected.get(change.address, ())
    ]


def refuse_blind(change: Change) -> Refusal:
    """An unmanaged key is hidden and nobody knows whether PATCH merges settings: sending any might erase it."""
    there = change.seen.there if change.seen else ()
    hidden = change.seen.hidden if change.seen else ()
    message, override = tell_hidden(
        [key for key in hidden if key in there], [key for key in hidden if key not in there]
    )
    return Refusal("hidden-unmanaged", f"{message}; whether PATCH keeps it is not proven", override, change.source)
