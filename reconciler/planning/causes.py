r"""Who moved: each changed field's cause, by what the manifest declared at an earlier revision. Pure.

    declared then \ live now   as declared then   anything else
    as declared now            (no change)        drifted
    something else             intended           both
    nothing                    new                new

Of a secret Git knows its reference alone: where that did not change, the cause is `drifted`, whether live changed or
what the reference leads to; where it did, `intended`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from reconciler.model import Change, Commit, FieldChange, Json, Live, Manifest, Path, Problem, SecretRef, Source
from reconciler.planning.diff import make_wanted
from reconciler.planning.nearest import fits
from reconciler.values import is_equal, printable

Cause = Literal["intended", "drifted", "both", "new"]
_NOT_DECLARED = object()


def add_causes(
    changes: Iterable[Change],
    then: Mapping[str, Manifest],
    blame: Callable[[Sequence[Source]], Mapping[Source, Commit]],
) -> tuple[Change, ...]:
    """The changes, each field with its cause and the commit that last changed its line.

    then: the manifests of the earlier revision, by address.
    """
    changes = tuple(changes)
    commits = blame([item.source for change in changes for item in change.fields])
    return tuple(_with_causes(change, then.get(change.address), commits) for change in changes)


def _with_causes(change: Change, then: Manifest | None, commits: Mapping[Source, Commit]) -> Change:
    fields = tuple(
        msgspec.structs.replace(item, cause=find_cause(item, then), changed_by=commits.get(item.source))
        for item in change.fields
    )
    return msgspec.structs.replace(change, fields=fields) if fields else change


def find_cause(item: FieldChange, then: Manifest | None) -> Cause:
    """The cause of one field, by the table above."""
    declared = _NOT_DECLARED if then is None else _declared_at(then, item.path)
    if declared is _NOT_DECLARED:
        return "new"
    if item.secret:
        reference = declared.reference if isinstance(declared, SecretRef) else None
        return "drifted" if reference == item.reference else "intended"
    if isinstance(declared, SecretRef):
        return "intended"
    if is_equal(declared, item.after):
        return "drifted"
    return "intended" if is_equal(declared, item.before) else "both"


def _declared_at(then: Manifest, path: Path) -> Json:
    wanted = make_wanted(then)
    if path[0] == "settings":
        return wanted.settings.get(path[1], _NOT_DECLARED)
    return wanted.top.get(path[0], _NOT_DECLARED)


def find_changed(now: Iterable[Manifest], then: Mapping[str, Manifest]) -> frozenset[str]:
    """The addresses whose declaration is new or another than then, wherever it stands."""
    nowhere = Source("", 0, 0)

    def bare(manifest: Manifest) -> Manifest:
        return msgspec.structs.replace(manifest, source=nowhere, origins=())

    return frozenset(one.address for one in now if one.address not in then or bare(one) != bare(then[one.address]))


def warn_of_left(
    now: Sequence[Manifest], then: Mapping[str, Manifest], objects: Mapping[str, Live]
) -> tuple[Problem, ...]:
    """A warning for each manifest that left Git while its integration is still active."""
    ids = {one.id for one in now if one.id is not None}
    names = {(one.provider, one.name) for one in now if one.id is None}
    kept = {one.address for one in now}
    out = []
    for address, manifest in sorted(then.items()):
        if (
            address in kept
            or manifest.id in ids
            or (manifest.id is None and (manifest.provider, manifest.name) in names)
        ):
            continue
        live = _find_live(manifest, objects)
        if live is not None and live.status == "active" and live.id not in ids:
            message = f"left Git, still active: {address} ({live.id}) {printable(live.name or '')}".rstrip()
            out.append(Problem("left-git", message, None, "put its manifest back, or retire it in the console"))
    return tuple(out)


def _find_live(manifest: Manifest, objects: Mapping[str, Live]) -> Live | None:
    if manifest.id is not None:
        return objects.get(manifest.id)
    return next((one for one in objects.values() if one.name == manifest.name and fits(manifest, one)), None)
