"""Every value that flows between the rooms: frozen, plain, without logic beyond small properties.

    YAML -> Manifest ┐
                     ├-> Change ... Plan -> Outcome ... Report
    API  -> Live    ─┘

A settings value is `Setting`: text; `Plain` where a YAML version reads the unquoted scalar as something else than
text; None for "clear this key"; SecretRef for a reference; a list for the rare provider that defines no string.
Plan and Report are written as JSON just as they stand here; schemas/plan.schema.json and
schemas/report.schema.json are generated from these types.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

Path = tuple[str, ...]
"""Where a value stands in an integration: ("name",), ("status",) or ("settings", "port")."""

Json = Any
"""What a JSON document may hold."""

PLAN_FORMAT = "reconciler.plan/1"
REPORT_FORMAT = "reconciler.report/1"
VALIDATE_FORMAT = "reconciler.validate/1"


class Source(Struct, frozen=True, order=True):
    """A place in a file as people count: line and column from 1; the file relative to the working directory."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(Struct, frozen=True, order=True):
    """An error or a warning: `code` for machines, `message` what is wrong, `fix` what to type next. Never a secret."""

    code: str
    message: str
    source: Source | None = None
    fix: str | None = None


class SecretRef(Struct, frozen=True, order=True):
    """Names a secret and holds no value. `scheme` is env, or literal for text that stands in the manifest itself."""

    scheme: str
    name: str

    @property
    def reference(self) -> str:
        """As it is written in a manifest and stands in a plan's body: `env:NAME`."""
        return f"{self.scheme}:{self.name}"

    def __str__(self) -> str:
        return "secret(literal)" if self.scheme == "literal" else f"secret({self.reference})"


class Allowed(Struct, frozen=True):
    """Which environment variables manifests may read, as globs: a name must match one of each.

    granted: by the tool and the environment (HOOD_* and RECONCILER_SECRET_ENV). narrowed: by reconciler.yaml, or None.
    """

    granted: tuple[str, ...] = ("HOOD_*",)
    narrowed: tuple[str, ...] | None = None


class Plain(Struct, frozen=True):
    """An unquoted scalar that YAML 1.1 or 1.2 reads as anything but a string.

    `value` is what YAML 1.2 (core schema) makes of it (dates and the words of 1.1 stay text), `text` its source.
    """

    value: bool | int | float | str | None
    text: str


Setting = str | Plain | SecretRef | list[Any] | None


class Lifecycle(Struct, frozen=True):
    """`ignore`: never compared, never sent. `guard`: a plan that would change it is refused. Paths as Path."""

    ignore: tuple[Path, ...] = ()
    guard: tuple[Path, ...] = ()
    create: bool = False


class Manifest(Struct, frozen=True):
    """One declared integration, for one account. What is None is not named, so it is not managed."""

    address: str
    provider: str
    source: Source
    id: str | None = None
    name: str | None = None
    status: str | None = None
    type: str | None = None
    is_default: bool | None = None
    settings: dict[str, Setting] = field(default_factory=dict)
    lifecycle: Lifecycle = Lifecycle()


class SettingDefinition(Struct, frozen=True):
    """One row of a provider's `settings` array in the API."""

    name: str
    title: str = ""
    type: str = "string"
    required: bool = False
    deprecated: bool = False


class Provider(Struct, frozen=True):
    """A provider as the API tells it. `settings` is None where the API did not tell the definitions."""

    id: str
    name: str
    type: str | None = None
    settings: tuple[SettingDefinition, ...] | None = None

    def defines(self, key: str) -> SettingDefinition | None:
        """The definition of a settings key, or None."""
        return next((item for item in self.settings or () if item.name == key), None)


class Live(Struct, frozen=True):
    """An integration as the API shows it. Settings hold whatever JSON the server sent."""

    id: str
    company_id: str | None
    provider: Provider
    name: str | None
    status: str | None
    settings: dict[str, Json] = field(default_factory=dict)
    type: str | None = None
    effective_status: str | None = None
    is_default: bool | None = None
    update_time: str | None = None


class Snapshot(Struct, frozen=True):
    """All that a run read of an account before it plans.

    objects: by id. providers: by id, with the definitions wherever they were told. complete: the list was read whole
    (as many distinct ids as its `total`), so that what is not in it does not exist. unknown: ids whose own GET was
    answered 400 or 404. listed: whether the list exists at all. page_size: items on a full page, as the server gave
    them. ids_in_order: the list's order is by number, by text, or neither (None).
    """

    objects: dict[str, Live]
    providers: dict[str, Provider]
    complete: bool
    listed: bool = True
    unknown: frozenset[str] = frozenset()
    page_size: int | None = None
    ids_in_order: Literal["number", "text"] | None = None


class FieldChange(Struct, frozen=True):
    """One field's change. `before` None: absent or null. `after` None: it is cleared. Of a secret both are None.

    action: add (no value before), change, clear. reference: the SecretRef.reference of a secret that has one.
    """

    path: Path
    before: Json
    after: Json
    secret: bool
    source: Source
    action: Literal["add", "change", "clear"] = "change"
    reference: str | None = None


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
    the object is blocked (nothing is sent).
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
    settings_patch: auto, changed or whole.
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


class FieldVerdict(Struct, frozen=True):
    """What became of one field, by reading it back. `message` says what to do where it is not simply applied.

    settled False: a later plan would find a difference here again, so that the run is incomplete.
    """

    path: Path
    verdict: Literal["applied", "dropped", "coerced", "masked", "lost", "degraded"]
    message: str | None = None
    settled: bool = True


OutcomeStatus = Literal["applied", "unchanged", "failed", "stale", "unverified", "skipped"]


class Outcome(Struct, frozen=True):
    """What became of one change. attempts: PATCHes sent. error: what happened and what to do; never a secret."""

    address: str
    id: str | None
    action: str
    status: OutcomeStatus
    attempts: int = 0
    fields: tuple[FieldVerdict, ...] = ()
    error: str | None = None
    trace_id: str | None = None
    source: Source | None = None


class ReportSummary(Struct, frozen=True):
    """Counts of outcomes."""

    applied: int = 0
    unchanged: int = 0
    failed: int = 0
    stale: int = 0
    unverified: int = 0
    skipped: int = 0


class Requests(Struct, frozen=True):
    """Requests that left, by method, retries included; answers 429; requests sent again after a fault."""

    get: int = 0
    patch: int = 0
    post: int = 0
    throttled: int = 0
    retried: int = 0


class Report(Struct, frozen=True):
    """What an apply did. exit_code is the process's; `notes` are lines for people, such as the line to commit."""

    plan: str
    account: str
    summary: ReportSummary
    outcomes: tuple[Outcome, ...]
    requests: Requests
    seconds: float
    format: str = REPORT_FORMAT
    exit_code: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()


class Validation(Struct, frozen=True):
    """The answer of `validate`, and of every verb that ends 3."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    format: str = VALIDATE_FORMAT
