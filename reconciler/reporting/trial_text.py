"""What came of a test message, for people."""

from __future__ import annotations

from reconciler.model import TrialReport
from reconciler.reporting.style import Style, escape, fix_lines, paint, wrap

_TONES = {"sent": "green", "refused": "red", "unknown": "yellow"}


def render_trial(trial: TrialReport, style: Style) -> str:
    """What happened, what effective_status is now, and what to do where it is not well."""
    title = escape(trial.address) + (f" ({escape(trial.id)})" if trial.id else "")
    words = {
        "sent": f"{title}: a test message was sent to {escape(trial.recipient)}",
        "refused": f"{title}: no test message was sent to {escape(trial.recipient)}: the API refused it",
        "unknown": f"{title}: a test message may have been sent to {escape(trial.recipient)}: no answer tells",
    }
    lines = [paint(line, _TONES[trial.status], style) for line in wrap(words[trial.status] + ".", style, 2)]
    if trial.error is not None:
        trace = f" (trace id {escape(trial.trace_id)})" if trial.trace_id else ""
        lines += wrap(f"  {escape(trial.error)}{trace}", style, 2)
    lines += fix_lines(trial.fix, 2, style)
    if trial.status == "sent":
        lines += wrap(_effect(trial), style, 0)
    return "\n".join(lines) + "\n"


def _effect(trial: TrialReport) -> str:
    if trial.id is None:
        return "The integration is not there yet, so that it has no effective_status."
    before, after = trial.effective_status_before, trial.effective_status
    if after is None:
        return "Its effective_status could not be read."
    if before in (None, after):
        return f"Its effective_status is {escape(after)}."
    return f"Its effective_status was {escape(before or '')}, and is {escape(after)} now."
