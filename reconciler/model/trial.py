"""What came of a test message."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model.report import Requests

TRIAL_FORMAT = "reconciler.send-test/1"


class TrialReport(Struct, frozen=True):
    """The answer of `send-test`. Of the settings nothing is told.

    status: sent; refused (the API would not); unknown (nothing tells whether it was sent). id None: the integration
    is not there yet. effective_status: as it was before, and right after; None where the API does not show it.
    """

    tool: str
    api: str
    account: str
    address: str
    id: str | None
    provider: str
    recipient: str
    status: Literal["sent", "refused", "unknown"]
    effective_status_before: str | None = None
    effective_status: str | None = None
    error: str | None = None
    fix: str | None = None
    trace_id: str | None = None
    requests: Requests = Requests()
    exit_code: int = 0
    format: str = TRIAL_FORMAT
