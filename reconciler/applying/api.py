"""What applying needs of the account's API; live/ provides it, tests provide a fake."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

from reconciler.errors import ReconcilerError
from reconciler.model import Json, Live, Path, SecretRef


class Api(Protocol):
    """One account. All methods may be called from several threads and raise ReconcilerErrors only.

    Every method that sends or waits raises StoppedError once a signal has asked the run to end, and EndedError once
    end() was called or any request was answered 401.
    """

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def ready(self, requests: int = 1, *, write: bool = False) -> None:
        """Waits until both windows have room for so many requests, or for as many as a whole window admits.

        write: they lead to a write, which may have been ended alone.
        """
        ...

    def read_page(self, page: str) -> dict[str, Live]:
        """One page of the list ("3,100"), by id."""
        ...

    def read_one(self, one: str) -> Live | None:
        """One object; None where the API does not know the id."""
        ...

    def find(self, providers: frozenset[str], name: str, *, sure: bool = False) -> tuple[Live, ...] | None:
        """The objects that have exactly this name and a provider of these ids or names, read now; None where that
        cannot be told, since there is no list or it could not be read whole. sure: not by the API's own search.
        """
        ...

    def create(
        self, body: dict[str, Json], *, quiet: bool, left: Callable[[], None], again: bool = False
    ) -> str | None:
        """One POST: the id of the new object, None where the answer does not tell it. Raises as send_patch does."""
        ...

    def send_patch(
        self,
        one: str,
        body: dict[str, Json],
        *,
        quiet: bool,
        left: Callable[[], None],
        by: float | None = None,
        again: bool = False,
        tries: int = 4,
    ) -> None:
        """One PATCH. Raises UnknownOutcomeError (it may have happened), RejectedError, AnswerError (throttled for
        good), UnauthorisedError, UnreachableError (it never left).

        quiet: nothing that the API says of the body is repeated, since it may hold a secret. by: monotonic seconds;
        where it could leave only later, LateError comes at once instead, and nothing was done. left: called for each
        PATCH that left, those answered 429 too. again: one for the same change was sent before. tries: as many
        may leave.
        """
        ...

    def pause(self, attempt: int) -> bool:
        """Waits before attempt number `attempt` (from 2) of one request; False: no more attempts."""
        ...

    def wait(self, seconds: float) -> None:
        """Waits."""
        ...

    def shield(self) -> AbstractContextManager[None]:
        """While it is held by a thread, that thread's requests are not stopped by a signal."""
        ...

    def end(self, error: ReconcilerError, *, reads: bool = False) -> None:
        """Nothing leaves any more, on any thread. reads: no write, but those within shield()."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether a signal has asked the run to end."""
        ...


class Ask(Struct, frozen=True):
    """What applying may ask of the other rooms: the value of a reference, which settings keys are secret, and whether
    a value at a path of an object is for certain the one that was last applied.
    """

    reveal: Callable[[SecretRef], str]
    secret: Callable[[str], bool]
    applied: Callable[[str, Path, Json], bool] = lambda _one, _path, _value: False
