"""Reports of earlier applies, from their bytes; and whether one is of this account."""

from __future__ import annotations

import json

import msgspec

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import REPORT_FORMAT, Json, Path, Problem, Report, Source
from reconciler.values import learn


def load_report(data: bytes, file: str) -> Report:
    """A report that can be undone. Raises InvalidError for what is none, and for one that keeps nothing to undo by."""
    try:
        report = msgspec.convert(json.loads(data), type=learn(Report))
    except (ValueError, RecursionError):
        report = None
    if report is None or report.format != REPORT_FORMAT:
        raise _invalid(file, f"is not a {REPORT_FORMAT}")
    if not report.api:
        raise _invalid(file, "was written by a version that keeps nothing to undo by")
    paths = [path for one in report.outcomes for path in (*dict(one.before), *dict(one.after), *one.unkept)]
    if not all(map(_is_path, paths)):
        raise _invalid(file, "speaks of what no integration has")
    return report


def _is_path(path: Path) -> bool:
    return path in (("name",), ("status",)) or (len(path) == 2 and path[0] == "settings")


def _invalid(file: str, message: str) -> InvalidError:
    problem = Problem("not-a-report", message, Source(file, 1, 1), "keep one: reconciler apply --report report.json")
    return InvalidError([problem])


def check_report_binding(report: Report, *, file: str, api: str, account: str, company_id: str | None) -> None:
    """Raises RefusedError where a report is of somewhere else."""
    for word, was, here in (("API", report.api, api), ("account", report.account, account)):
        if was != here:
            raise RefusedError(f"{file}: is of {word} {was}, this is {here}", "undo it where it was applied")
    told: tuple[Json, ...] = (report.company_id, company_id)
    if None not in told and report.company_id != company_id:
        raise RefusedError(
            f"{file}: is of company {report.company_id}, this account is company {company_id}",
            "undo it with the account that it was applied to",
        )
