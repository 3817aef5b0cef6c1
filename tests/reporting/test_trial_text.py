"""What `send-test` prints for people."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import TrialReport
from reconciler.reporting.style import Style
from reconciler.reporting.trial_text import render_trial


def text_of(**told: Any) -> str:
    """The text of a report of twilio/main."""
    given = {"address": "twilio/main", "id": "1161", "provider": "twilio", "recipient": "+1\x1b", "status": "sent"}
    return render_trial(TrialReport("0.1.0", "https://x", "main", **{**given, **told}), Style())


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ({"effective_status": "active"}, "Its effective_status is active."),
        (
            {"effective_status_before": "error", "effective_status": "active"},
            "Its effective_status was error, and is active now.",
        ),
        ({"effective_status_before": "error", "effective_status": "error"}, "Its effective_status is error."),
        ({}, "Its effective_status could not be read."),
        ({"id": None}, "The integration is not there yet, so that it has no effective_status."),
    ],
)
def test_a_message_that_was_sent_is_told_with_the_status_after_it(told: dict[str, Any], last: str) -> None:
    """What cannot be seen is escaped."""
    title = "twilio/main" if "id" in told else "twilio/main (1161)"
    assert text_of(**told) == f"{title}: a test message was sent to +1\\u001b.\n{last}\n"


def test_what_was_refused_or_is_unknown_is_told_with_what_to_do() -> None:
    """And with the API's trace id, where it told one."""
    text = text_of(status="refused", error="answered 400", trace_id="abc", fix="check the recipient")
    assert text == (
        "twilio/main (1161): no test message was sent to +1\\u001b: the API refused it.\n"
        "  answered 400 (trace id abc)\n"
        "  -> check the recipient\n"
    )
    assert "may have been sent to" in text_of(status="unknown", error="answered 500", fix="ask")
