"""A run as a Prometheus text file, for node_exporter's textfile collector or a push gateway. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from reconciler.reporting.style import escape

if TYPE_CHECKING:
    from reconciler.model import FleetReport, PlanSummary, ReportSummary, Requests

Label = tuple[str, str]
Sample = tuple[tuple[Label, ...], float]


@cache
def _last() -> re.Pattern[str]:
    return re.compile(r"^reconciler_last_success_timestamp_seconds\{([^}]*)\} (\d+(?:\.\d+)?)$", re.MULTILINE)


class Measured(Struct):
    """What a run has come to so far. seconds: its length. finished: seconds since the epoch. created, updated: what an
    apply did. in_sync: what it has just read and found as declared. expected: seconds that an apply of the plan takes
    on the average of all moments at which it may begin. fleet: what became of several accounts.
    errors: lines for the row of a fleet that say why objects are not as they should be.

    last_success: the same, of the last run that ended 0 or 2; None where there was none.
    """

    verb: str = ""
    account: str = ""
    plan: PlanSummary | None = None
    report: ReportSummary | None = None
    requests: Requests | None = None
    created: int = 0
    updated: int = 0
    in_sync: int = 0
    expected: float = 0.0
    exit_code: int = 0
    seconds: float = 0.0
    finished: float = 0.0
    last_success: float | None = None
    fleet: FleetReport | None = None
    errors: tuple[str, ...] = ()


def render_metrics(run: Measured) -> str:
    """The file; the same run, the same bytes."""
    return "".join(text for family in _families(run) for text in render_family(*family))


def read_last_successes(text: str) -> dict[str, float]:
    """All last successes that an earlier file tells, by their labels as they stand there."""
    return {labels: float(value) for labels, value in _last().findall(text)}


Family = tuple[str, Literal["gauge"], str, list[Sample]]
"""A name, its kind, what it is, and its samples."""


def gauge(name: str, what: str, *samples: Sample) -> Family:
    """A family of this tool."""
    return f"reconciler_{name}", "gauge", what, list(samples)


def _families(run: Measured) -> Iterator[Family]:
    labels = labels_of(run)
    if run.plan is not None:
        plan = run.plan
        kinds = (("create", plan.create), ("update", plan.update))
        yield gauge("changes", "Changes that are planned.", *(((*labels, ("action", k)), n) for k, n in kinds))
        yield gauge("drift", "Live objects that are not as declared.", (labels, plan.create + plan.update))
        yield gauge("unchanged", "Manifests that are live as declared.", (labels, plan.unchanged))
        yield gauge("unmanaged", "Live objects that no manifest describes.", (labels, plan.unmanaged))
        yield gauge("unseen", "Settings that the API hides.", (labels, plan.unseen))
        yield gauge("dropped", "Settings that their provider does not define.", (labels, plan.dropped))
        yield gauge("blocked", "Manifests that could not be planned.", (labels, plan.blocked))
    if run.report is not None:
        report = run.report
        statuses = [(status, getattr(report, status)) for status in report.__struct_fields__]
        samples = (((*labels, ("status", status)), number) for status, number in statuses)
        yield gauge("outcomes", "Objects by what became of them.", *samples)
        failed = report.failed + report.unverified + report.skipped
        yield gauge("failures", "Objects that failed, are unverified or were skipped.", (labels, failed))
    if run.requests is not None:
        sent = run.requests
        methods = (("GET", sent.get), ("PATCH", sent.patch), ("POST", sent.post))
        yield gauge("requests", "Requests that left.", *(((*labels, ("method", m)), n) for m, n in methods))
        yield gauge("throttled", "Requests that were answered 429.", (labels, sent.throttled))
        yield gauge("retried", "Requests that were sent again after a fault.", (labels, sent.retried))
    yield gauge("seconds", "How long the run took.", (labels, round(run.seconds, 3)))
    yield gauge("exit_code", "How the run ended.", (labels, run.exit_code))
    yield gauge("last_run_timestamp_seconds", "When the run ended.", (labels, round(run.finished, 3)))
    if run.last_success is not None:
        what = "When a run last ended well."
        yield gauge("last_success_timestamp_seconds", what, (labels, round(run.last_success, 3)))


def labels_of(run: Measured) -> tuple[Label, ...]:
    """What tells the run's samples from those of others."""
    return ("account", run.account), ("verb", run.verb)


def label_text(labels: tuple[Label, ...]) -> str:
    """Labels as they stand between the braces."""
    return ",".join(f'{key}="{_escape(value)}"' for key, value in labels)


def render_family(name: str, kind: str, what: str, samples: list[Sample]) -> Iterator[str]:
    """The lines of a family: its head, then its samples."""
    yield f"# HELP {name} {what}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        inner = label_text(labels)
        yield f"{name}{{{inner}}} {value:g}\n" if abs(value) < 1e6 else f"{name}{{{inner}}} {value:.3f}\n"


def _escape(text: str) -> str:
    return escape(text).replace("\\", "\\\\").replace('"', '\\"').replace("}", "_")
