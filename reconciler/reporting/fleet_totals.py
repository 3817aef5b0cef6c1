"""What text, Markdown and HTML say of a fleet alike: the cells of a row, and the sentences that count all rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from reconciler.model import FleetReport, FleetRow, FleetSummary, Shard
from reconciler.reporting.fleet_errors import MOST_ERRORS
from reconciler.reporting.style import count, cut, duration, escape

TITLES = ("account", "create", "update", "unchanged", "stale", "failed", "requests", "seconds", "exit")
NOT_BEGUN = "not begun"
LONGEST_ERROR = 500
"""Columns of one error."""
MOST_MISSING = 20
"""Missing shards that are named; the rest is counted."""
FIX = "-> "

State = Literal["ended", "changes", "wrong", "unbegun"]
"""ended: nothing is left to do. changes: they are pending. wrong: the account's own exit code tells what."""

_PLANNED, _DONE = frozenset({"plan", "drift"}), frozenset({"apply", "undo"})
_COUNTS = ("create", "update", "unchanged", "stale", "failed")
_DONE_WORDS = {"create": "created", "update": "updated"}
_STATES: tuple[State, ...] = ("ended", "changes", "wrong", "unbegun")


_SUMMED = (*_COUNTS, "requests", "throttled", "apply_requests")


def sum_rows(rows: Sequence[FleetRow], *, seconds: float, apply_seconds: float) -> FleetSummary:
    """The sums of all rows; what is no sum is told. seconds: of the whole run. apply_seconds: of applying all plans."""
    return FleetSummary(
        accounts=len(rows),
        clean=sum(row.exit == 0 for row in rows),
        pending=sum(row.exit == 2 for row in rows),
        broken=sum(row.exit not in (0, 2) for row in rows),
        seconds=seconds,
        apply_seconds=apply_seconds,
        **{name: sum(getattr(row, name) for row in rows) for name in _SUMMED},
    )


def is_planned(verb: str) -> bool:
    """Whether the counts are of what would be done, and nothing was."""
    return verb in _PLANNED


def state_of(row: FleetRow, verb: str) -> State:
    """Where an account stands. A plan that ended 0 may still hold changes."""
    if row.exit is None:
        return "unbegun"
    if row.exit not in (0, 2):
        return "wrong"
    return "changes" if row.exit == 2 or (is_planned(verb) and row.create + row.update) else "ended"


def state_words(verb: str) -> dict[State, str]:
    """What each state is called. "In sync" is said of none: what the API hides is not compared."""
    ended = "without changes" if is_planned(verb) else "ended well"
    return {"ended": ended, "changes": "with changes", "wrong": "not as it should be", "unbegun": NOT_BEGUN}


def cells_of(row: FleetRow) -> tuple[str, ...]:
    """A cell for each title; of an account that was not begun there is nothing but its name."""
    if row.exit is None:
        return (row.account, *("-" for _ in TITLES[1:-1]), NOT_BEGUN)
    numbers = (row.create, row.update, row.unchanged, row.stale, row.failed, row.requests)
    return (row.account, *map(str, numbers), f"{row.seconds:.1f}", str(row.exit))


def error_texts(row: FleetRow) -> list[str]:
    """The errors of an account, escaped and cut; a line that begins with an arrow says what to type next."""
    # Cut before it is escaped, too: one may be of any length.
    texts = [escape(cut(error.strip(" "), 4 * LONGEST_ERROR)) for error in row.errors[: MOST_ERRORS + 1]]
    more = len(row.errors) - len(texts)
    rest = [f"and {count(more, 'more line')}: the JSON has all of them"] if more else []
    return [cut(text, LONGEST_ERROR) for text in texts] + rest


def total_texts(report: FleetReport) -> list[str]:
    """What was counted, what it took, what an apply would take (or nothing), how it ended: a sentence each."""
    verb = escape(report.verb)
    parts = [part for part in (_states(report), _counts(report)) if part]
    return [
        f"{verb[:1].upper()}{verb[1:]}: {count(len(report.accounts), 'account')}{''.join(parts)}.",
        _requests(report),
        _forecast(report),
        f"Exit code {report.exit}.",
    ]


def _states(report: FleetReport) -> str:
    found = Counter(state_of(row, report.verb) for row in report.accounts)
    words = state_words(report.verb)
    if found["wrong"] != 1:
        words["wrong"] = "not as they should be"
    told = [f"{found[state]} {words[state]}" for state in _STATES if found[state]]
    return f", {', '.join(told)}" if told else ""


def _counts(report: FleetReport) -> str:
    """Objects; of verbs that neither plan nor do anything only where there is something to count."""
    summary, planned = report.summary, is_planned(report.verb)
    numbers = {name: getattr(summary, name) for name in _COUNTS}
    if not any(numbers.values()) and report.verb not in _PLANNED | _DONE:
        return ""
    always = {"create", "update", "unchanged"}
    words = {name: f"to {name}" for name in ("create", "update")} if planned else _DONE_WORDS
    told = [f"{number} {words.get(name, name)}" for name, number in numbers.items() if number or name in always]
    return f"; {', '.join(told)}"


def _requests(report: FleetReport) -> str:
    summary = report.summary
    throttled = f", {summary.throttled} answered 429" if summary.throttled else ""
    return f"Used {count(summary.requests, 'request')}{throttled}, in about {duration(summary.seconds)}."


def _forecast(report: FleetReport) -> str:
    summary = report.summary
    if not is_planned(report.verb) or not summary.create + summary.update:
        return ""
    return f"Apply needs {count(summary.apply_requests, 'request')}, about {duration(summary.apply_seconds)}."


def missing_text(shards: Sequence[Shard]) -> str:
    """What a merged report does not hold."""
    named = ", ".join(f"{one.index}/{one.of}" for one in shards[:MOST_MISSING])
    rest = f" and {len(shards) - MOST_MISSING} more" if len(shards) > MOST_MISSING else ""
    if len(shards) == 1:
        return f"shard {named} is missing: its accounts are not counted here"
    return f"shards {named}{rest} are missing: their accounts are not counted here"


def missing_fix(report: FleetReport) -> str:
    """What to type to have what is missing."""
    first = report.missing[0]
    return f"reconciler {escape(report.verb)} --all-accounts --shard {first.index}/{first.of}, then merge again"
