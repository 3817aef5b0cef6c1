"""What brings an account back to how it was before an apply: its report against what is live now, field by field.

    live now                    the field
    as before the apply         is back already
    as the apply left it        goes back to what it was; what was absent is cleared
    anything else               has moved since: the whole object is left alone, and each such field is told
    masked                      cannot be compared: left as it is, and told

The result is manifests that say how things were, for the planner to make an ordinary plan of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec import Struct, field

from reconciler.model import Change, Json, Live, Manifest, Moved, Outcome, Path, Plan, Problem, Report, Setting, Source
from reconciler.values import is_equal, is_mask, is_retyped, path_order, printable, text_of, value_at

LONGEST = 120
"""Characters of a value in a message."""

STANDS = Problem(
    "manifests-stand",
    "the manifests still declare what is undone here, and the next plan from them applies it again",
    None,
    "revert them too, for example with git revert",
)


SecretKey = Callable[[str], bool]


class Undo(Struct):
    """manifests: how things were. moved: objects that are left alone, each with its error. left: what stays as it is,
    and why.
    """

    manifests: list[Manifest] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)


def is_undoable(outcome: Outcome) -> bool:
    """Whether the apply may have changed this object."""
    return bool(outcome.before or outcome.unkept) or _is_created(outcome)


def _is_created(outcome: Outcome) -> bool:
    """Whether it may not have been there before."""
    known = outcome.id is not None or outcome.status == "unverified"
    return outcome.action == "create" and outcome.attempts > 0 and known


def make_bare(outcome: Outcome, file: str) -> Manifest:
    """The object of an outcome with the settings that it is about. file: the report, where no manifest is known."""
    provider = outcome.address.partition("/")[0]
    settings: dict[str, Setting] = {path[1]: None for path, _ in outcome.before if path[0] == "settings"}
    return Manifest(outcome.address, provider, outcome.source or Source(file, 1, 1), id=outcome.id, settings=settings)


def make_undo(
    report: Report, objects: dict[str, Live], file: str, *, in_scope: Callable[[Manifest], bool], secret: SecretKey
) -> Undo:
    """What to do for each object that the apply may have changed. secret: whether a settings key is secret."""
    out = Undo()
    for outcome in filter(is_undoable, report.outcomes):
        bare = make_bare(outcome, file)
        if not in_scope(bare):
            continue
        out.left.extend(_tell_unkept(outcome, bare))
        live = objects.get(outcome.id or "")
        if live is None and outcome.action != "create":
            # The planner tells that the API does not know it.
            out.manifests.append(bare)
        elif live is not None and outcome.action != "create":
            _undo_one(outcome, msgspec.structs.replace(bare, provider=live.provider.name), live, secret, out)
    return out


def _undo_one(outcome: Outcome, bare: Manifest, live: Live, secret: SecretKey, out: Undo) -> None:
    after = dict(outcome.after)
    back: list[tuple[Path, Json]] = []
    moved: list[Moved] = []
    for path, before in sorted(outcome.before, key=lambda row: path_order(row[0])):
        now = value_at(live, path)
        if path[0] == "settings" and secret(path[1]):
            # Not even compared: a report that names a secret key was not written by an apply.
            out.left.append(_make_left(bare, path, "it is secret, and a report holds no secret"))
        elif _is_same(now, before):
            continue
        elif (why := _find_obstacle(path, before, now, live)) is not None:
            out.left.append(_make_left(bare, path, why))
        elif _is_same(now, applied := after.get(path)):
            back.append((path, before))
        else:
            moved.append(Moved(path, applied, now, before))
    if moved:
        out.moved.append(_make_moved(bare, live, moved))
    elif back:
        out.manifests.append(_make_manifest(bare, back))


def _find_obstacle(path: Path, before: Json, now: Json, live: Live) -> str | None:
    """Why a field cannot be brought back, whatever it is now."""
    if path[0] != "settings":
        return None if isinstance(before, str) else "it had none before, and the API clears none"
    definition = live.provider.defines(path[1])
    if is_mask(now, secret=False):
        return "the API hides what it is now"
    if before is None and definition is not None and definition.required:
        return f"it was not set before, and {printable(live.provider.name)} requires it"
    if isinstance(before, dict):
        return "it was of a kind that is never sent"
    return None


def _tell_unkept(outcome: Outcome, bare: Manifest) -> Iterator[Problem]:
    if outcome.action == "create":
        was = "was" if outcome.id is not None else "may have been"
        message = f"{bare.address}: not undone: it {was} created, and the API deletes nothing"
        yield Problem("not-restored", message, bare.source, "retire it by its status, and take its document out")
        return
    for path in outcome.unkept:
        yield _make_left(bare, path, "its old value is not kept: it is secret, or the API hid it")


def _make_left(bare: Manifest, path: Path, why: str) -> Problem:
    return Problem("not-restored", f"{bare.address}: {_name(path)}: not undone: {why}", bare.source)


def _make_moved(bare: Manifest, live: Live, moved: Sequence[Moved]) -> Change:
    told = (
        f"{_name(one.path)}: applied {_shown(one.then)}, now {_shown(one.now)}, before {_shown(one.wanted)}"
        for one in moved
    )
    message = f"{bare.address}: has moved since it was applied, and is left alone: {'; '.join(told)}"
    problem = Problem("moved", message, bare.source, "see who changed it; then plan from the manifests")
    return Change(
        "none", bare.address, live.id, live.provider.name, live.name, bare.source, error=problem, moved=tuple(moved)
    )


def _make_manifest(bare: Manifest, back: Sequence[tuple[Path, Json]]) -> Manifest:
    top = {path[0]: value for path, value in back if path[0] != "settings"}
    settings = {path[1]: value for path, value in back if path[0] == "settings"}
    return msgspec.structs.replace(bare, **top, settings=settings)


def finish_undo(plan: Plan, undo: Undo) -> Plan:
    """The planner's plan with what is left alone. Nothing is said of objects that the report does not speak of."""
    changes = sorted([*plan.changes, *undo.moved], key=lambda change: change.address)
    pending = any(change.action != "none" for change in plan.changes)
    summary = msgspec.structs.replace(plan.summary, unmanaged=0, blocked=plan.summary.blocked + len(undo.moved))
    return msgspec.structs.replace(
        plan,
        changes=tuple(changes),
        unmanaged=(),
        complete=True,
        summary=summary,
        warnings=(*plan.warnings, *undo.left, *((STANDS,) if pending else ())),
        errors=tuple(change.error for change in changes if change.error is not None),
        origin="undo",
    )


def _is_same(one: Json, other: Json) -> bool:
    return is_equal(one, other) or is_retyped(one, other)


def _name(path: Path) -> str:
    return printable(".".join(path))


def _shown(value: Json) -> str:
    text = printable(text_of(value)) if value is not None else "nothing"
    return text if len(text) <= LONGEST else f"{text[:80]}…{text[-30:]}"
