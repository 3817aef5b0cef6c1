"""Rules that a plan must pass before anything is written; each refusal names what would let it through.

    rule               refuses                                                       by default   --override
    max_changes        more changes than guard.max_changes                           no           yes
    max_percent        more than guard.max_percent of the account's objects          no           yes
    max_creates        more creates than guard.max_creates                           5            yes
    lifecycle.guard    a change of a field that its manifest guards                  -            yes
    default-status     a change of the status of a default integration               yes          yes
    deactivate         a change that takes an active integration out of active       yes          yes
    hidden-unmanaged   whole settings that may erase what the API hides              yes          no
    list-incomplete    a create where nobody can tell what exists already            yes          no
    company            live objects of another company end a run (account.py)        yes          no

All but the last are pure: changes in, changes with their refusals out. What is overridden is kept with the change.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from reconciler.errors import UsageError, tell_hidden
from reconciler.model import Change, FieldChange, Json, Refusal
from reconciler.planning.forecast import find_prover
from reconciler.values import printable

PERCENT_FROM = 10
"""Below so many managed objects a percentage says nothing."""

MAX_CREATES = 5
"""Creates that a plan may hold where the configuration does not say: an integration cannot be deleted by the API."""

OVERRIDABLE = ("max_changes", "max_percent", "max_creates", "lifecycle.guard", "default-status", "deactivate")
FIXED = ("hidden-unmanaged", "list-incomplete", "company")


class Guards(Struct, frozen=True):
    """The limits of the configuration; None: not set. protected: by address, the paths that may not change.

    overrides: rules that --override lets through.
    """

    max_changes: int | None = None
    max_percent: float | None = None
    max_creates: int = MAX_CREATES
    protected: dict[str, tuple[tuple[str, ...], ...]] = {}
    overrides: tuple[str, ...] = ()


def check_overrides(rules: Iterable[str]) -> tuple[str, ...]:
    """The rules of --override, each once and in order. Raises UsageError for what can be no such rule."""
    for rule in rules:
        if rule in OVERRIDABLE:
            continue
        known = f"these can be: {', '.join(OVERRIDABLE)}"
        if rule in FIXED:
            raise UsageError(f"--override {rule}: nothing overrides this rule", known)
        near = difflib.get_close_matches(rule, OVERRIDABLE, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"--override {rule}: there is no such rule", f"{hint}{known}")
    return tuple(sorted(set(rules)))


def guard_changes(
    changes: Sequence[Change],
    managed: int,
    guards: Guards,
    settings_patch: Literal["auto", "changed", "whole"],
    *,
    complete: bool = True,
) -> tuple[Change, ...]:
    """The changes, each with the rules that refuse it. `managed`: all objects that the account's manifests describe,
    whether in scope or not. complete: the list was read whole.
    """
    everywhere = _count_rules(sum(change.action != "none" for change in changes), managed, guards)
    creates = _create_rules(sum(change.action == "create" for change in changes), guards)
    blind = settings_patch != "changed" and find_prover(changes, settings_patch) is None
    out = []
    for change in changes:
        if change.action == "none":
            out.append(change)
            continue
        refused = [*everywhere, *(creates if change.action == "create" else ()), *_judge(change, guards)]
        if blind and change.seen and change.seen.hidden and "settings" in change.body:
            refused.append(refuse_blind(change))
        if change.action == "create" and not complete:
            refused.append(_refuse_unlisted(change))
        out.append(_with_refusals(change, refused, guards.overrides))
    return tuple(out)


def _with_refusals(change: Change, refused: Sequence[Refusal], overrides: Sequence[str]) -> Change:
    if not refused:
        return change
    return msgspec.structs.replace(
        change,
        refused=tuple(one for one in refused if one.rule not in overrides),
        overridden=tuple(one for one in refused if one.rule in overrides),
    )


def _count_rules(count: int, managed: int, guards: Guards) -> list[Refusal]:
    out = []
    if guards.max_changes is not None and count > guards.max_changes:
        message = f"{count} changes, guard.max_changes allows {guards.max_changes}"
        out.append(_refuse("max_changes", message, f"guard: {{max_changes: {count}}} in reconciler.yaml, or --target"))
    percent = 100 * count / managed if managed else 0
    if guards.max_percent is not None and managed >= PERCENT_FROM and percent > guards.max_percent:
        message = f"{count} of {managed} managed objects change, guard.max_percent allows {guards.max_percent:g}%"
        other = f"guard: {{max_percent: {-(-100 * count // managed)}}} in reconciler.yaml, or --target"
        out.append(_refuse("max_percent", message, other))
    return out


def _create_rules(count: int, guards: Guards) -> list[Refusal]:
    if count <= guards.max_creates:
        return []
    message = f"{count} creates, guard.max_creates allows {guards.max_creates}"
    return [_refuse("max_creates", message, f"guard: {{max_creates: {count}}} in reconciler.yaml, or --target")]


def _refuse(rule: str, message: str, other: str | None = None, field: FieldChange | None = None) -> Refusal:
    """other: what lets it through besides the flag."""
    override = f"--override {rule}" + (f", or {other}" if other else "")
    return Refusal(rule, message, override, field.source if field else None)


def _judge(change: Change, guards: Guards) -> Iterator[Refusal]:
    """What is refused of one change, whatever else the plan holds. Of a create nothing is there to be guarded."""
    if change.action == "create":
        return
    protected = guards.protected.get(change.address, ())
    for item in change.fields:
        name = ".".join(item.path)
        if item.path in protected:
            message = f"{name} is guarded by the manifest"
            yield _refuse("lifecycle.guard", message, f"take {name} out of lifecycle.guard", item)
        if item.path == ("status",) and change.is_default:
            message = f"the status of a default integration would change to {_quoted(item.after)}"
            yield _refuse("default-status", message, None, item)
        if item.path == ("status",) and change.status == "active":
            yield _refuse("deactivate", f"an active integration would become {_quoted(item.after)}", None, item)


def _quoted(status: Json) -> str:
    return f'"{printable(str(status))}"'


def _refuse_unlisted(change: Change) -> Refusal:
    message = "the list of live integrations could not be read whole, so nobody can tell whether it exists already"
    return Refusal("list-incomplete", message, "write its id, or plan again; nothing overrides this", change.source)


def refuse_blind(change: Change) -> Refusal:
    """An unmanaged key is hidden and nobody knows whether PATCH merges settings: sending any might erase it."""
    there = change.seen.there if change.seen else ()
    hidden = change.seen.hidden if change.seen else ()
    message, override = tell_hidden(
        [key for key in hidden if key in there], [key for key in hidden if key not in there]
    )
    return Refusal("hidden-unmanaged", f"{message}; whether PATCH keeps it is not proven", override, change.source)
