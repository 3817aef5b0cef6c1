"""A report, and a validation, as a Page."""

from __future__ import annotations

from reconciler.model import FieldVerdict, Outcome, Report, Validation
from reconciler.reporting.fields import path_text
from reconciler.reporting.pages import Entry, Line, Page, Remark, Tone
from reconciler.reporting.plan_page import make_remark
from reconciler.reporting.report_text import STATUS_MARKS, VERDICTS, moved_text, total_texts
from reconciler.reporting.style import SANDBOX, count, escape

_TONES: dict[str, Tone] = {"applied": "good", "unchanged": "none", "skipped": "none"}


def make_report_page(report: Report, *, sandbox: bool = False) -> Page:
    """The page of a report."""
    prefix = SANDBOX if sandbox else ""
    notes = tuple(Remark("note", escape(note)) for note in report.notes)
    return Page(
        headline=f"{prefix}reconciler {report.word}: {escape(report.account)}",
        tone="good" if report.exit_code == 0 else "bad",
        totals=tuple(filter(None, total_texts(report))),
        entries=tuple(_make_entry(outcome) for outcome in report.outcomes),
        remarks=(*(make_remark(one, "warning") for one in report.warnings), *notes),
        facts=(
            ("Account", escape(report.account)),
            ("Plan", escape(report.plan)),
            ("Exit code", str(report.exit_code)),
        ),
    )


def _make_entry(outcome: Outcome) -> Entry:
    mark = STATUS_MARKS.get(outcome.status) or ("+" if outcome.action == "create" else "~")
    title = escape(outcome.address) + (f" ({escape(outcome.id)})" if outcome.id else "")
    lines = [_verdict_line(field) for field in outcome.fields]
    lines += [Line("!", path_text(field.path), text=moved_text(field)) for field in outcome.moved]
    if outcome.error is not None or outcome.trace_id is not None:
        trace = f" (trace id {escape(outcome.trace_id)})" if outcome.trace_id else ""
        lines.append(Line("x", "", text=f"{escape(outcome.error or outcome.status)}{trace}"))
    attempts = f", {outcome.attempts} attempts" if outcome.attempts > 1 else ""
    tone = _TONES.get(outcome.status, "bad")
    return Entry(mark, tone, title, outcome.source, outcome.status + attempts, tuple(lines))


def _verdict_line(field: FieldVerdict) -> Line:
    label = path_text(field.path)
    if field.verdict == "applied":
        return Line("~", label, text="applied")
    words = VERDICTS[field.verdict] if field.message is None else escape(field.message)
    return Line("?" if field.verdict == "masked" else "!", label, text=f"{field.verdict}: {words}")


def make_validation_page(validation: Validation, *, checked: tuple[int, int] | None) -> Page:
    """The page of a validation. checked: manifests and files, None where a run ended before it had counted them."""
    errors, warnings = len(validation.errors), len(validation.warnings)
    found = [count(errors, "error")] if errors else ["valid"]
    found += [count(warnings, "warning")] if warnings else []
    total = f"{', '.join(found)}."
    if checked is not None:
        total = f"Checked {count(checked[0], 'manifest')} in {count(checked[1], 'file')}: {total}"
    remarks = [make_remark(one, "error") for one in validation.errors]
    remarks += [make_remark(one, "warning") for one in validation.warnings]
    return Page("reconciler validate", "bad" if errors else "good", (total,), remarks=tuple(remarks))
