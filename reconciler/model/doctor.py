"""What `doctor` finds."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model.report import Requests

DOCTOR_FORMAT = "reconciler.doctor/1"


class Check(Struct, frozen=True):
    """One thing that was looked at. fix: what to do, of a warning or a failure.

    exit_code: of a failure, what a run would end with.
    """

    name: str
    level: Literal["ok", "warning", "failure"]
    message: str
    fix: str | None = None
    exit_code: int = 0


class Diagnosis(Struct, frozen=True):
    """The answer of `doctor`. exit_code: the worst of the failures."""

    tool: str
    api: str
    account: str
    checks: tuple[Check, ...]
    requests: Requests = Requests()
    exit_code: int = 0
    format: str = DOCTOR_FORMAT
