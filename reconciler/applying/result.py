"""What becomes of a run: its outcomes, its exit code, and what is to be told on stderr."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct

from reconciler.applying.image import with_image
from reconciler.applying.work import Item
from reconciler.errors import ApiError, ReconcilerError, RefusedError, worst
from reconciler.model import Outcome, Problem


class Applied(Struct, frozen=True):
    """What became of all changes; `code`: the exit code; `fatal`: what ended the run early; `refusal`: why it left
    single objects alone, each with what to type.
    """

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    code: int
    fatal: ReconcilerError | None = None
    refusal: RefusedError | None = None

    @property
    def unsettled(self) -> bool:
        """Whether an object may have been created that no read has shown."""
        return any(one.action == "create" and one.status == "unverified" for one in self.outcomes)


def make_applied(
    items: Sequence[Item],
    notes: tuple[str, ...],
    fatal: ReconcilerError | None,
    codes: Collection[int],
    secret: Callable[[str], bool],
) -> Applied:
    """The result of a run; codes: of what went wrong outside of single objects."""
    ended = fatal.message if fatal else ""
    rows = [(item, with_image(item.outcome(ended), item, secret)) for item in items]
    refusal = _make_refusal(items)
    written = any(item.sent for item in items)
    all_codes = [*codes, *(code_of(outcome) for item, outcome in rows if written or not item.held)]
    if refusal:
        all_codes.append(refusal.exit_code)
    tried = [item for item in items if item.status != "skipped"]
    if tried and all(item.unheard for item in tried):
        all_codes.append(ApiError.exit_code)
    return Applied(tuple(outcome for _, outcome in rows), notes, worst(all_codes), fatal, refusal)


def code_of(outcome: Outcome) -> int:
    """The exit code of one outcome; 0 where all is as it should be."""
    if any(field.verdict == "degraded" or not field.settled for field in outcome.fields):
        return 6
    return {"applied": 0, "unchanged": 0, "stale": 5}.get(outcome.status, 6)


def is_well(item: Item) -> bool:
    """Whether the object is as it should be, as far as it has come."""
    return code_of(item.outcome("")) == 0


def _make_refusal(items: Sequence[Item]) -> RefusedError | None:
    problems = [
        Problem(rule.rule, f"{item.change.address}: {rule.message}", rule.source, rule.override)
        for item in items
        if (rule := item.refused)
    ]
    rules = ", ".join(sorted({problem.code for problem in problems}))
    number = f"{len(problems)} object{'s were' if len(problems) > 1 else ' was'} left alone"
    return RefusedError(f"{rules}: {number}", None, problems) if problems else None
