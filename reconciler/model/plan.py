"""A plan, as it is printed and saved."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from reconciler.model.common import Commit, Json, Path, Problem, Source
from reconciler.model.report import Moved

PLAN_FORMAT = "reconciler.plan/1"


class FieldChange(Struct, frozen=True):
    """One field's change. `before` None: absent or null. `after` None: it is cleared. Of a secret both are None.

    action: add (no value before), change, clear. reference: the SecretRef.reference of a secret that has one.
    cause: who moved since the revision that `plan --base` names, and changed_by who last changed the line; else None.
    """

    path: Path
    before: Json
    after: Json
    secret: bool
    source: Source
    action: Literal["add", "change", "clear"] = "change"
    reference: str | None = None
    cause: Literal["intended", "drifted", "both", "new"] | None = None
    changed_by: Commit | None = None


class Dropped(Struct, frozen=True):
    """A settings key that the provider does not define: never sent."""

    path: Path
    source: Source
    suggestion: str | None = None


class Seen(Struct, frozen=True):
    """The precondition of a write: what the plan saw of the live object.

    digest: of `paths` with their values. paths: every managed path whose value is not secret. values: those that were
    neither absent nor null, as [path, value]. page: "number,size" of the list page that held the object, a hint.
    keys: the managed settings keys, secret ones too. hidden: unmanaged settings keys whose values the API masks.
    there: settings keys that hold something, managed or not, in clear or masked.
    """

    update_time: str | None
    digest: str
    paths: tuple[Path, ...] = ()
    values: tuple[tuple[Path, Json], ...] = ()
    page: str | None = None
    keys: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    there: tuple[str, ...] = ()


class Refusal(Struct, frozen=True):
    """A guard's no: apply ends 4 before any write. `override` is the exact text that would let it through."""

    rule: str
    message: str
    override: str
    source: Source | None = None


class Change(Struct, frozen=True):
    """What the plan has to say of one manifest.

    body: the smallest PATCH; a reference stands as {"secret": "env:NAME"}. along: settings that the API hides and the
    manifest names; they travel with a PATCH of whole settings, since leaving them out might erase them. error: why
    the object is blocked (nothing is sent). refused, overridden: what guards say against it, and what --override let
    through of that. unseen: settings that cannot be compared, sent or not; of these remembered are as last applied, by
    their fingerprints; rotated are not, so that they are sent; unread are references that were not resolved.
    declared: sha256 of what the manifest declares, by which apply tells whether it still does. moved: of an object that
    undo leaves alone, what is not as the apply left it.
    """

    action: Literal["create", "update", "none"]
    address: str
    id: str | None
    provider: str
    name: str | None
    source: Source
    fields: tuple[FieldChange, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    unseen: tuple[Path, ...] = ()
    seen: Seen | None = None
    body: dict[str, Json] = field(default_factory=dict)
    along: dict[str, Json] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    error: Problem | None = None
    is_default: bool | None = None
    status: str | None = None
    effective_status: str | None = None
    overridden: tuple[Refusal, ...] = ()
    declared: str = ""
    remembered: tuple[Path, ...] = ()
    rotated: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()
    moved: tuple[Moved, ...] | UnsetType = UNSET

    @property
    def is_delicate(self) -> bool:
        """Whether the object is read by itself right before its PATCH: secrets and status."""
        return any(item.secret or item.path == ("status",) for item in self.fields)

    @property
    def can_prove(self) -> bool:
        """Whether it may show if PATCH merges settings: the manifest names all that is there, and it sends some of it.

        What is sent must be visible, and what is left must be there, so that reading back can tell both.
        """
        if self.seen is None or self.seen.hidden or "settings" not in self.body:
            return False
        visible = any(item.path[0] == "settings" and item.path not in self.unseen for item in self.fields)
        left = set(self.seen.there) - self.body["settings"].keys()
        return visible and bool(left) and left <= set(self.seen.keys)


class Unmanaged(Struct, frozen=True):
    """A live integration that no manifest of the account describes."""

    id: str
    name: str | None
    provider: str


class PlanSummary(Struct, frozen=True):
    """Counts of manifests (unmanaged: of live objects; dropped, unseen: of settings); the forecast of the apply."""

    create: int = 0
    update: int = 0
    unchanged: int = 0
    unmanaged: int = 0
    out_of_scope: int = 0
    dropped: int = 0
    unseen: int = 0
    blocked: int = 0
    requests: int = 0
    seconds: float = 0.0


class Plan(Struct, frozen=True):
    """A plan, as it is printed and saved. `digest` covers all but created, expires and seal; seal covers the file.

    errors: what blocks single objects. complete: the live list was read whole, so that `unmanaged` is the whole truth.
    settings_patch: auto, changed or whole. overrides: the rules that --override lets through, for this plan alone.
    origin: undo where it brings back what a report says, snapshot where live was read from a file, so that it cannot be
    applied. live_as_of: when that snapshot was taken, RFC 3339 UTC.
    no_secrets: no reference was resolved, as asked, so that none was compared with what is live.
    """

    tool: str
    api: str
    account: str
    company_id: str | None
    created: str
    expires: str
    config: str | None
    summary: PlanSummary
    changes: tuple[Change, ...]
    unmanaged: tuple[Unmanaged, ...]
    warnings: tuple[Problem, ...]
    format: str = PLAN_FORMAT
    digest: str = ""
    seal: str = ""
    config_file: str | None = None
    settings_patch: Literal["auto", "changed", "whole"] = "auto"
    complete: bool = True
    errors: tuple[Problem, ...] = ()
    overrides: tuple[str, ...] = ()
    origin: Literal["manifests", "undo", "snapshot"] = "manifests"
    live_as_of: str | None = None
    no_secrets: bool = False

    @property
    def undoes(self) -> Literal["undo"] | UnsetType:
        """The origin of a report of it."""
        return "undo" if self.origin == "undo" else UNSET
