"""What was last applied where the API hides it: a state file of keyed fingerprints, safe to commit. Pure.

A fingerprint is HMAC-SHA256 with RECONCILER_KEY over format, account, company, id, path and value: equal secrets of two
integrations have different ones, and without the key none can be searched for. The file is the same bytes for the same
content, one fingerprint a line, so that Git merges it.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress

import msgspec
from msgspec import Struct, field

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Json, Path, Problem, Source
from reconciler.values import document_text, learn, text_of

STATE_FORMAT = "reconciler.state/1"

UNSURE = "unsure"
"""In place of a fingerprint: something was sent, and nobody knows whether it arrived."""

Marks = dict[str, dict[str, str]]
"""By id and settings key: a fingerprint, or UNSURE."""


class Remembered(Struct, frozen=True, forbid_unknown_fields=True):
    """What is remembered of one account."""

    company_id: str | None = None
    settings: Marks = field(default_factory=dict)


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """A state file. key: tells whether the key is the one that the fingerprints were made with."""

    format: str
    key: str
    accounts: dict[str, Remembered] = field(default_factory=dict)


class Fingerprints(Struct, frozen=True):
    """Makes the fingerprints of one account."""

    key: bytes
    account: str
    company_id: str | None

    def __repr__(self) -> str:
        return f"Fingerprints({self.account})"

    def make(self, one: str, path: Path, value: Json) -> str:
        """The fingerprint of a value at a path of the object with the id `one`."""
        words = [STATE_FORMAT, self.account, self.company_id, one, list(path), value]
        return _mac(self.key, text_of(words).encode())


def _mac(key: bytes, message: bytes) -> str:
    return "hmac-sha256:" + hmac.new(key, message, hashlib.sha256).hexdigest()


def load_state(data: bytes, file: str, key: bytes) -> State:
    """A state from its file's bytes. InvalidError: it is none. RefusedError: it was made with another key."""
    state = None
    # What is wrong is not repeated: its words may hold a piece of the file.
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        state = msgspec.json.decode(data, type=learn(State))
    if state is None or state.format != STATE_FORMAT or not _is_whole(state):
        fix = "restore it from Git, or remove it: what the API hides is then compared again after the next apply"
        raise InvalidError([Problem("not-a-state", f"is damaged, or no {STATE_FORMAT}", Source(file, 1, 1), fix)])
    if not hmac.compare_digest(state.key.encode(), _check_value(key).encode()):
        raise RefusedError(
            f"{file}: its fingerprints were made with another key",
            "set RECONCILER_KEY to that key, or remove the file to begin anew",
        )
    return state


def make_empty_state(key: bytes) -> State:
    """What is remembered before anything is."""
    return State(STATE_FORMAT, _check_value(key))


def _is_whole(state: State) -> bool:
    marks = [mark for one in state.accounts.values() for marks in one.settings.values() for mark in marks.values()]
    return all(mark == UNSURE or mark.startswith("hmac-sha256:") for mark in marks)


def _check_value(key: bytes) -> str:
    return _mac(key, STATE_FORMAT.encode())


def make_state_text(state: State) -> str:
    """The text of a state's file: sorted, indented, ending with a line break."""
    accounts = {
        name: Remembered(
            one.company_id,
            {id_: dict(sorted(marks.items())) for id_, marks in sorted(one.settings.items()) if marks},
        )
        for name, one in sorted(state.accounts.items())
    }
    return document_text(State(state.format, state.key, accounts))


def check_company(remembered: Remembered, account: str, company: str | None, file: str) -> None:
    """Raises RefusedError where what is remembered of an account is another company's."""
    if None not in (company, remembered.company_id) and company != remembered.company_id:
        raise RefusedError(
            f"{file}: remembers account {account} as company {remembered.company_id}, this is company {company}",
            "use the state file of this company, or another account name for it",
        )


def merge_marks(state: State, account: str, company: str | None, marks: dict[tuple[str, str], str | None]) -> State:
    """The state with new marks by (id, key) laid over those of one account; None takes a mark away."""
    before = state.accounts.get(account, Remembered())
    settings = {one: dict(keys) for one, keys in before.settings.items()}
    for (one, key), mark in marks.items():
        keys = settings.setdefault(one, {})
        if mark is None:
            keys.pop(key, None)
        else:
            keys[key] = mark
    accounts = {**state.accounts, account: Remembered(company or before.company_id, settings)}
    return State(state.format, state.key, accounts)
