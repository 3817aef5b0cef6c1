"""What an apply did, as it is printed."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from reconciler.model.common import Json, Path, Problem, Source

REPORT_FORMAT = "reconciler.report/1"


class FieldVerdict(Struct, frozen=True):
    """What became of one field, by reading it back. `message` says what to do where it is not simply applied.

    settled False: a later plan would find a difference here again, so that the run is incomplete.
    """

    path: Path
    verdict: Literal["applied", "dropped", "coerced", "masked", "lost", "degraded"]
    message: str | None = None
    settled: bool = True


class Moved(Struct, frozen=True):
    """A field of a stale object: as the plan saw it, as it is now, and as it was to be. Of a secret all three are None.

    None is absent or null.
    """

    path: Path
    then: Json
    now: Json
    wanted: Json
    secret: bool = False


OutcomeStatus = Literal["applied", "unchanged", "failed", "stale", "unverified", "skipped"]


class Outcome(Struct, frozen=True):
    """What became of one change. attempts: PATCHes sent. error: what happened and what to do; never a secret.

    before, after: of what was sent, the fields that are not secret, as they were before the first PATCH and as they
    were stored (where nothing tells, as they were sent); None is absent or null. unkept: the fields that were sent and
    whose old value is not kept here: secrets, and what the API hides. moved: of a stale object, what moved.
    """

    address: str
    id: str | None
    action: str
    status: OutcomeStatus
    attempts: int = 0
    fields: tuple[FieldVerdict, ...] = ()
    error: str | None = None
    trace_id: str | None = None
    source: Source | None = None
    before: tuple[tuple[Path, Json], ...] = ()
    after: tuple[tuple[Path, Json], ...] = ()
    unkept: tuple[Path, ...] = ()
    moved: tuple[Moved, ...] = ()


class AppliedBy(Struct, frozen=True):
    """Who and what applied a plan, as far as the environment tells. commit: of the manifests. pipeline: a URL without
    credentials. job: its name within the pipeline.
    """

    actor: str | None = None
    commit: str | None = None
    pipeline: str | None = None
    job: str | None = None


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
    """What an apply did. exit_code is the process's; `notes` are lines for people, such as the line to commit.

    created: RFC 3339 UTC. api, company_id, config_file: as in the plan. managed: manifests of the account. origin: undo
    where the plan brings back what a report says.
    """

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
    created: str = ""
    api: str = ""
    company_id: str | None = None
    config_file: str | None = None
    managed: int = 0
    applied_by: AppliedBy | None = None
    origin: Literal["undo"] | UnsetType = UNSET

    @property
    def word(self) -> str:
        """What people call it."""
        return "apply" if self.origin is UNSET else "undo"
