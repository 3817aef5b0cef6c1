"""What an apply did, and what a validation found, as it is printed."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model.common import Path, Problem, Source

REPORT_FORMAT = "reconciler.report/1"

VALIDATE_FORMAT = "reconciler.validate/1"


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
