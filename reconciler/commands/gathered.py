"""Several things that may each go wrong, tried one after another: all that went wrong is told together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from reconciler.errors import ReconcilerError, worst

T = TypeVar("T")


class SeveralError(ReconcilerError):
    """Errors that were all found before any request; the exit code is the worst."""

    def __init__(self, errors: Sequence[ReconcilerError]) -> None:
        flat: list[ReconcilerError] = []
        for error in errors:
            flat.extend(error.errors if isinstance(error, SeveralError) else (error,))
        super().__init__("; ".join(error.message for error in flat))
        self.errors: tuple[ReconcilerError, ...] = tuple(flat)
        self.exit_code = worst([error.exit_code for error in flat])


class Gathered:
    """Tries one thing after another and raises all that went wrong together."""

    def __init__(self) -> None:
        self._errors: list[ReconcilerError] = []

    def attempt(self, step: Callable[[], T]) -> T | None:
        """The step's answer, None where it failed."""
        try:
            return step()
        except ReconcilerError as error:
            self._errors.append(error)
            return None

    def check(self) -> None:
        """Raises the one error, or SeveralError."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise SeveralError(self._errors)
