"""Faults that strike requests: a script, or a seeded chance; both give the same in every run.

    500, 503, 504    the status; 502-html and 504 with an HTML page, as a proxy answers
    reset            the connection is reset without an answer
    timeout          no answer ever comes
    429              Retry-After: `retry_after`;  429-parallel: Retry-After: -1
    truncated        the answer is cut off in its middle
    not-json         status 200, and text that is not JSON
    late             the answer comes after `seconds`
    silent-drop      the write is answered as if done; `keys` (none: all of it) are not written
    lost             the write is done, and a settings key that it did not name vanishes

`when` says whether the write is done (after) or not (before); it has no meaning for truncated, late, silent-drop, lost.
"""

from __future__ import annotations

import random
import re
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct, field

Kind = Literal[
    "500", "502-html", "503", "504", "reset", "timeout", "429", "429-parallel", "truncated", "silent-drop", "not-json",
    "lost", "late",
]  # fmt: skip

CHANCE: tuple[Kind, ...] = ("500", "502-html", "503", "504", "reset", "timeout", "429", "truncated", "not-json")
"""What the seeded chance picks from: faults that a careful client survives."""

WRITES_ONLY = ("silent-drop", "lost")


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """Strikes the nth to (nth + count - 1)th request whose method fits the glob and whose path holds the regex.

    nth counts from 1; count 0: from the nth on for good. silent-drop and lost strike PATCH and POST only.
    """

    kind: Kind
    when: Literal["before", "after"] = "before"
    method: str = "*"
    path: str = ""
    nth: int = 1
    count: int = 1
    retry_after: int = 1
    seconds: float = 1.0
    keys: tuple[str, ...] = ()

    def fits(self, method: str, path: str) -> bool:
        """Whether this fault is meant for such requests."""
        if self.kind in WRITES_ONLY and method not in ("PATCH", "POST"):
            return False
        return fnmatchcase(method, self.method) and re.search(self.path, path) is not None


class Faults(Struct):
    """`script` first, then a chance of `rate` a request, `at_most` times. The other fields are its memory."""

    script: tuple[Fault, ...] = ()
    rate: float = 0.0
    seed: int = 0
    kinds: tuple[Kind, ...] = CHANCE
    methods: str = "*"
    at_most: int | None = None
    seen: list[int] = field(default_factory=list)
    number: int = 0
    struck: int = 0

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault for this request, if any; counts it."""
        self.number += 1
        self.seen += [0] * (len(self.script) - len(self.seen))
        chosen = None
        for index, fault in enumerate(self.script):
            if fault.fits(method, path):
                self.seen[index] += 1
                past = self.seen[index] - fault.nth
                if chosen is None and past >= 0 and (fault.count == 0 or past < fault.count):
                    chosen = fault
        return chosen or self._chance(method, path)

    def _chance(self, method: str, path: str) -> Fault | None:
        if not self.rate or (self.at_most is not None and self.struck >= self.at_most):
            return None
        dice = random.Random(f"{self.seed} {self.number}")  # noqa: S311 -- repeatable on purpose
        if dice.random() >= self.rate:
            return None
        fault = Fault(dice.choice(self.kinds), dice.choice(("before", "after")), method=self.methods)
        if not fault.fits(method, path):
            return None
        self.struck += 1
        return fault
