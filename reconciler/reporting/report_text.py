"""What an apply did, as people read it: a line an outcome, what is not simply as asked, totals, and what to do."""

from __future__ import annotations

from reconciler.model import AppliedBy, FieldVerdict, Moved, Outcome, Report
from reconciler.reporting.fields import path_text, value_text
from reconciler.reporting.rows import Head, Row, render_heads
from reconciler.reporting.style import (
    SANDBOX,
    Style,
    count,
    cut,
    duration,
    escape,
    for_sandbox,
    paint,
    prefix_lines,
    wrap,
)
from reconciler.reporting.validation_text import problem_lines

STATUS_MARKS = {"unchanged": "=", "failed": "x", "stale": "!", "unverified": "?", "skipped": "."}
VERDICTS = {
    "dropped": "the API took it and did not keep it",
    "coerced": "the API stored another value than was sent",
    "masked": "was sent; the API hides it, so it cannot be read back",
    "lost": "was there before, is gone now, and could not be put back",
    "degraded": "effective_status is worse than before",
}
"""What is said of a field where the verdict comes without words of its own."""

LONGEST_VALUE = 80
"""Columns of a value of a stale object."""


def render_report(report: Report, style: Style, *, sandbox: bool = False) -> str:
    """The text of a report, ending with a newline; whole for a run that was interrupted or failed too."""
    narrow = for_sandbox(style, sandbox=sandbox)
    notes = [line for note in report.notes for line in wrap(escape(note), narrow, 0, cut_words=False)]
    blocks = [
        render_heads([_make_head(outcome) for outcome in report.outcomes], narrow),
        problem_lines((), report.warnings, narrow),
        _total_lines(report, narrow),
        notes,
    ]
    text = "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
    return prefix_lines(text, SANDBOX) if sandbox else text


def _make_head(outcome: Outcome) -> Head:
    mark = STATUS_MARKS.get(outcome.status) or ("+" if outcome.action == "create" else "~")
    title = escape(outcome.address) + (f" ({escape(outcome.id)})" if outcome.id else "")
    note = outcome.status
    attempts = f", {outcome.attempts} attempts" if outcome.attempts > 1 else ""
    return Head(mark, title, outcome.source, _make_rows(outcome), note + attempts)


def _make_rows(outcome: Outcome) -> tuple[Row, ...]:
    rows = [_verdict_row(field) for field in outcome.fields if field.verdict != "applied"]
    rows += [Row("!", path_text(field.path), moved_text(field), kind="sentence") for field in outcome.moved]
    trace = f" (trace id {escape(outcome.trace_id)})" if outcome.trace_id else ""
    if outcome.error is not None or trace:
        mark = STATUS_MARKS.get(outcome.status, "!")
        rows.append(Row(mark, "", f"{escape(outcome.error or outcome.status)}{trace}", kind="line"))
    return tuple(rows)


def moved_text(field: Moved) -> str:
    """What a field of a stale object was, is and was to be; long values cut."""
    if field.secret:
        return "(secret) is not what the plan saw"
    told = ["nothing" if value is None else value_text(value) for value in (field.then, field.now, field.wanted)]
    then, now, wanted = (cut(text, LONGEST_VALUE) for text in told)
    return f"then {then}, now {now}, wanted {wanted}"


def _verdict_row(field: FieldVerdict) -> Row:
    words = VERDICTS[field.verdict] if field.message is None else escape(field.message)
    mark = "?" if field.verdict == "masked" else "!"
    return Row(mark, path_text(field.path), f"{field.verdict}: {words}", kind="sentence")


def total_texts(report: Report) -> list[str]:
    """Whether it was interrupted, what was counted, what it took, who ran it (or nothing): a sentence each."""
    texts = [_counts(report), _requests(report), author_text(report.applied_by)]
    if report.exit_code in (130, 143):
        texts.insert(0, "Interrupted: the report is whole, what was not begun is skipped.")
    return texts


def _total_lines(report: Report, style: Style) -> list[str]:
    *first, counts, requests, author = total_texts(report)
    tone = "red" if report.exit_code != 0 else "green"
    lines = [line for text in first for line in wrap(text, style, 0)]
    lines += [paint(line, tone, style) for line in wrap(counts, style, 0)]
    lines += wrap(requests, style, 0)
    return lines + (wrap(author, style, 0, cut_words=False) if author else [])


def author_text(author: AppliedBy | None) -> str:
    """Who and what ran it; nothing where nobody knows."""
    if author is None:
        return ""
    parts = (
        ("by ", author.actor),
        ("at commit ", author.commit[:12] if author.commit else None),
        ("in ", author.pipeline),
        ("job ", author.job),
    )
    told = ", ".join(f"{word}{escape(text)}" for word, text in parts if text)
    return f"Run {told}" if told else ""


def _counts(report: Report) -> str:
    """Only what there is: `applied` is not said of a run that applied nothing."""
    summary = report.summary
    numbers = (
        (summary.applied, "applied"),
        (summary.unchanged, "unchanged"),
        (summary.failed, "failed"),
        (summary.stale, "stale"),
        (summary.unverified, "unverified"),
        (summary.skipped, "skipped"),
    )
    told = ", ".join(f"{number} {word}" for number, word in numbers if number) or "nothing to do"
    return f"{report.word.capitalize()}: {told}."


def _requests(report: Report) -> str:
    sent = report.requests
    kinds = (("GET", sent.get), ("PATCH", sent.patch), ("POST", sent.post))
    total = sum(number for _, number in kinds)
    detail = ", ".join(f"{number} {kind}" for kind, number in kinds if number)
    text = f"Used {count(total, 'request')}" + (f" ({detail})" if detail else "")
    if sent.throttled:
        text += f", {sent.throttled} answered 429"
    if sent.retried:
        text += f", {sent.retried} sent again after a fault"
    return f"{text}, in about {duration(report.seconds)}."
