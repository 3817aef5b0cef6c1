"""What a request gets that a fault strikes."""

from __future__ import annotations

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.messages import JSON_TYPE, Answer, make_error

PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>%d</h1><p>proxy</p></body></html>"


def make_fault_answer(fault: Fault, trace_id: str) -> Answer | None:
    """The answer in place of the real one; None for truncated, late and a spoilt write."""
    match fault.kind:
        case "500":
            return make_error(500, "", trace_id)
        case "502-html" | "504":
            status = int(fault.kind[:3])
            return Answer(status, {"Content-Type": "text/html"}, PAGE % (status, status))
        case "503":
            return Answer(503)
        case "reset" | "timeout":
            return Answer(500, fault=fault.kind)
        case "429" | "429-parallel":
            answer = make_error(429, "Too many requests.", trace_id)
            answer.headers["Retry-After"] = "-1" if fault.kind == "429-parallel" else str(fault.retry_after)
            return answer
        case "not-json":
            return Answer(200, {"Content-Type": JSON_TYPE}, b"this is not JSON")
    return None


def strike_after(fault: Fault, answer: Answer, trace_id: str) -> Answer:
    """The answer after the request was carried out and answered with `answer`."""
    if fault.kind == "truncated":
        answer.fault = "truncated"
    elif fault.kind == "late":
        answer.fault, answer.seconds = "late", fault.seconds
    return make_fault_answer(fault, trace_id) or answer
