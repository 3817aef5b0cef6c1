"""A run over several accounts as one Prometheus text file: each account by its label, and the whole. Pure.

What is told of an account has the names that a run for that account alone has, so that the same alerts hold; what is
told of the whole begins with reconciler_fleet_.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reconciler.model import FleetReport, FleetRow
from reconciler.reporting.fleet_totals import is_planned
from reconciler.reporting.metrics import Family, Label, Sample, gauge, label_text, render_family

SUCCESSES = frozenset({0, 2})
"""Exit codes of a run that ended well."""

_NONE: Mapping[str, float] = {}


def render_fleet_metrics(report: FleetReport, *, finished: float, last: Mapping[str, float] = _NONE) -> str:
    """The file; the same fleet, the same bytes. finished: seconds since the epoch.

    last: the last successes of an earlier file, as read_last_successes tells them.
    """
    families = [*_account_families(report, finished, last), *_total_families(report, finished)]
    return "".join(text for family in families for text in render_family(*family))


def _account_families(report: FleetReport, finished: float, last: Mapping[str, float]) -> Iterator[Family]:
    """Of accounts that were not begun nothing is told but when one last ended well."""
    begun = [(row, _labels(report, row)) for row in report.accounts if row.exit is not None]

    def each(name: str, what: str, value: Callable[[FleetRow], float], *more: Label) -> Family:
        return gauge(name, what, *(((*labels, *more), value(row)) for row, labels in begun))

    if is_planned(report.verb):
        changes = [
            sample
            for row, labels in begun
            for sample in (((*labels, ("action", "create")), row.create), ((*labels, ("action", "update")), row.update))
        ]
        yield gauge("changes", "Changes that are planned.", *changes)
        yield each("drift", "Live objects that are not as declared.", lambda row: row.create + row.update)
        yield each("unchanged", "Manifests that are live as declared.", lambda row: row.unchanged)
        yield each("blocked", "Manifests that could not be planned.", lambda row: row.failed)
    else:
        yield gauge("outcomes", "Objects by what became of them.", *(one for pair in begun for one in _outcomes(*pair)))
        yield each("failures", "Objects that failed, are unverified or were skipped.", lambda row: row.failed)
    yield each("requests", "Requests that left.", lambda row: row.requests)
    yield each("throttled", "Requests that were answered 429.", lambda row: row.throttled)
    yield each("seconds", "How long the run took.", lambda row: round(row.seconds, 3))
    yield each("exit_code", "How the run ended.", lambda row: row.exit or 0)
    yield each("last_run_timestamp_seconds", "When the run ended.", lambda _: round(finished, 3))
    yield gauge("last_success_timestamp_seconds", "When a run last ended well.", *_successes(report, finished, last))


def _outcomes(row: FleetRow, labels: tuple[Label, ...]) -> Iterator[Sample]:
    statuses = (("applied", row.create + row.update), ("unchanged", row.unchanged), ("stale", row.stale))
    for status, number in (*statuses, ("failed", row.failed)):
        yield (*labels, ("status", status)), number


def _successes(report: FleetReport, finished: float, last: Mapping[str, float]) -> Iterator[Sample]:
    for row in report.accounts:
        labels = _labels(report, row)
        found = finished if row.exit in SUCCESSES else last.get(label_text(labels))
        if found is not None:
            yield labels, round(found, 3)


def _total_families(report: FleetReport, finished: float) -> Iterator[Family]:
    summary, shard = report.summary, report.shard
    labels: tuple[Label, ...] = (("verb", report.verb),)
    if shard is not None:
        labels = (*labels, ("shard", f"{shard.index}/{shard.of}"))
    states = (("clean", summary.clean), ("pending", summary.pending), ("broken", summary.broken))
    kinds = [(kind, getattr(summary, kind)) for kind in ("create", "update", "unchanged", "stale", "failed")]
    what = "Objects by what is planned for them or became of them."
    yield gauge("fleet_accounts", "Accounts by how they ended.", *(((*labels, ("state", s)), n) for s, n in states))
    yield gauge("fleet_objects", what, *(((*labels, ("kind", kind)), number) for kind, number in kinds))
    yield gauge("fleet_requests", "Requests that left.", (labels, summary.requests))
    yield gauge("fleet_throttled", "Requests that were answered 429.", (labels, summary.throttled))
    yield gauge("fleet_seconds", "How long the whole run took.", (labels, round(summary.seconds, 3)))
    yield gauge("fleet_missing_shards", "Shards that a merged report does not hold.", (labels, len(report.missing)))
    yield gauge("fleet_exit_code", "How the whole run ended.", (labels, report.exit))
    yield gauge("fleet_last_run_timestamp_seconds", "When the whole run ended.", (labels, round(finished, 3)))


def _labels(report: FleetReport, row: FleetRow) -> tuple[Label, ...]:
    return ("account", row.account), ("verb", report.verb)
