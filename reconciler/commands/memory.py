"""What was last applied, in the file that --state names: recalled by plans, recorded by applies.

Before anything is sent, what is about to be sent is marked as unsure, and afterwards as what is certain; so that a run
that is killed in between leaves no fingerprint of what may not be there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath

from reconciler.applying.api import Ask
from reconciler.applying.judge import wanted_at
from reconciler.commands.files import check_target, read_file, save_file
from reconciler.commands.request import Request, key_of
from reconciler.errors import UsageError
from reconciler.model import Change, FieldChange, Json, Outcome, Path, Plan, Problem
from reconciler.planning.state import (
    UNSURE,
    Fingerprints,
    Remembered,
    State,
    check_company,
    load_state,
    make_empty_state,
    make_state_text,
    merge_marks,
)

LARGEST_STATE = 64 * 1024 * 1024
SHORTEST_KEY = 16
"""Characters below which a key could be found by trying."""

Place = tuple[str, str]
"""An id and a settings key."""


class Memory:
    """The state file of one account. repr shows no key."""

    def __init__(self, path: FilePath, name: str, key: bytes, account: str) -> None:
        self.name = name
        self._path, self._key, self._account = path, key, account
        self._remembered = self._read().accounts.get(account, Remembered())
        self._before: dict[Place, str | None] = {}

    def __repr__(self) -> str:
        return f"Memory({self.name})"

    @property
    def warnings(self) -> list[Problem]:
        """What is to be said of the key."""
        if len(self._key) >= SHORTEST_KEY:
            return []
        message = f"RECONCILER_KEY has less than {SHORTEST_KEY} characters: whoever sees {self.name} could try them all"
        return [Problem("weak-key", message, None, "make a new one: openssl rand -hex 32")]

    def recall(self, company: str | None) -> Callable[[str, Path, Json], bool | None]:
        """For a company: whether a value at a path of an object is the one last applied; None if nobody remembers.

        Raises RefusedError where what is remembered is another company's.
        """
        check_company(self._remembered, self._account, company, self.name)
        fingerprints = Fingerprints(self._key, self._account, company)

        def recall(one: str, path: Path, value: Json) -> bool | None:
            mark = self._remembered.settings.get(one, {}).get(path[-1]) if path[0] == "settings" else None
            return None if mark is None else mark == fingerprints.make(one, path, value)

        return recall

    def begin(self, plan: Plan) -> None:
        """Marks what the plan sends as unsure. Raises ReconcilerErrors where the file cannot be read or written."""
        marks: dict[Place, str | None] = {
            (change.id, item.path[1]): UNSURE
            for change in plan.changes
            if change.id is not None
            for item in change.fields
            if _is_remembered(change, item)
        }
        if marks:
            known = self._write(plan.company_id, marks).settings
            self._before = {place: known.get(place[0], {}).get(place[1]) for place in marks}

    def applied(self, company: str | None) -> Callable[[str, Path, Json], bool]:
        """For a company: whether a value at a path of an object was the one last applied when this run began to write,
        whatever has been sent between its plan and that.
        """
        fingerprints = Fingerprints(self._key, self._account, company)

        def applied(one: str, path: Path, value: Json) -> bool:
            return self._before.get((one, path[-1])) == fingerprints.make(one, path, value)

        return applied

    def finish(self, plan: Plan, outcomes: tuple[Outcome, ...], ask: Ask) -> None:
        """Records what is certain. Raises as begin does."""
        fingerprints = Fingerprints(self._key, self._account, plan.company_id)
        changes = {change.address: change for change in plan.changes}
        marks: dict[Place, str | None] = {}
        for outcome in outcomes:
            change = changes[outcome.address]
            if outcome.id is None:
                continue
            for item in change.fields:
                if _is_remembered(change, item):
                    place = outcome.id, item.path[1]
                    marks[place] = self._mark(item, change, outcome, fingerprints, ask)
        if marks:
            self._write(plan.company_id, marks)

    def _mark(
        self, item: FieldChange, change: Change, outcome: Outcome, fingerprints: Fingerprints, ask: Ask
    ) -> str | None:
        """What is known of one field afterwards: its fingerprint, what was known before, or that nobody knows."""
        one = outcome.id or ""
        if _is_certain(item, outcome):
            value = wanted_at(change, item.path, ask)
            return None if value is None else fingerprints.make(one, item.path, value)
        if outcome.attempts == 0 or (outcome.status == "failed" and not outcome.fields):
            return self._before.get((one, item.path[1]))
        return UNSURE

    def _read(self) -> State:
        if not self._path.exists():
            return make_empty_state(self._key)
        return load_state(read_file(self._path, LARGEST_STATE, self.name), self.name, self._key)

    def _write(self, company: str | None, marks: dict[Place, str | None]) -> Remembered:
        """Lays marks over what the file holds now, since another run may have written to it; returns what was there."""
        with _alone(self._path.parent):
            state = self._read()
            before = state.accounts.get(self._account, Remembered())
            check_company(before, self._account, company, self.name)
            made = make_state_text(merge_marks(state, self._account, company, marks))
            save_file(self._path, made.encode(), private=False)
            return before


def _is_remembered(change: Change, item: FieldChange) -> bool:
    """Whether a field may not be read back: a secret, or a setting that the API hides."""
    return item.path[0] == "settings" and (item.secret or item.path in change.unseen)


def _is_certain(item: FieldChange, outcome: Outcome) -> bool:
    """Whether what was wanted is there: it was read back, or nothing speaks against it where it is hidden."""
    verdicts = [verdict for verdict in outcome.fields if verdict.path == item.path]
    if outcome.status == "unchanged":
        # What was found in place of what was to be created may hide another value.
        return not any(verdict.verdict == "masked" for verdict in verdicts)
    return bool(verdicts) and all(
        verdict.settled and (verdict.verdict != "masked" or outcome.status == "applied") for verdict in verdicts
    )


@contextmanager
def _alone(folder: FilePath) -> Iterator[None]:
    """While inside, no other run of this tool changes a file of the folder; the system ends the lock with the run."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def open_memory(request: Request, account: str) -> Memory | None:
    """The memory of a run; None without --state and RECONCILER_STATE. Raises UsageError for a flag that cannot be
    followed, InvalidError and RefusedError for a file that cannot be used.
    """
    if request.no_secrets and request.resend_secrets:
        raise UsageError("--no-secrets reads no secret, so that --resend-secrets has none to send", "leave one out")
    if request.no_secrets:
        if request.state is not None:
            raise UsageError("--no-secrets compares no secret, so that --state has nothing to say", "leave one out")
        return None
    named = request.state or (FilePath(text) if (text := request.environ.get("RECONCILER_STATE")) else None)
    if named is None:
        return None
    key = key_of(request)
    if key is None:
        raise UsageError(
            "--state keeps keyed fingerprints, and RECONCILER_KEY is not set",
            "export RECONCILER_KEY=…, the same for all runs: openssl rand -hex 32 makes one",
        )
    path = request.cwd / named
    check_target(path)
    # What the sandbox was sent is a stand-in: it is remembered apart.
    return Memory(path, str(named), key, f"sandbox:{account}" if request.sandbox else account)
