"""The error tree, and the sentences that more than one room says.

    ReconcilerError                 1    a fault of the tool itself
    ├── UsageError                  64   the command line is wrong
    ├── InvalidError                3    manifests, configuration or a plan file: `problems`, all of a run at once
    ├── RefusedError                4    a guard, another company, what a repository may not decide, a tampered plan
    ├── IncompleteError             6    something was not done that should have been, and may be there in part
    ├── UnauthorisedError           7    the token is missing, wrong or not allowed
    ├── ApiError                    8    the API cannot be reached, or its answer cannot be understood
    │   ├── UnreachableError        8    no answer: connection, name, TLS, time-out
    │   ├── AnswerError             8    an answer that makes no sense: not JSON, cut off, another shape, 5xx for good
    │   ├── UnknownOutcomeError     8    a write was sent, and whether it happened cannot be told
    │   ├── RejectedError           8    400 and the like: this request was refused by the API
    │   └── LateError               8    a write that could not leave in time was not sent
    ├── EndedError                   what ended the run holds this request back; with the exit code of that
    └── StoppedError            130/143  a signal asked the run to end

Each message says what happened and where; `fix` what to type next. No message, repr or cause holds a secret or token:
foreign exceptions are translated where their library is imported, and chained only where their text is known to be
harmless.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from reconciler.model import Problem, Source


def reason_of(error: OSError) -> str:
    """The system's words for an error by its number: the exception's own may hold anything."""
    return os.strerror(error.errno) if error.errno else "the system refuses"


def unite_problems(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Problems of all stages in the order of their places, each once; of one value's faults the one that tells more."""
    told = {problem.source for problem in problems if problem.code == "not-text"}
    kept = {one for one in problems if one.code != "not-finite" or one.source not in told}
    return tuple(sorted(kept, key=lambda one: (one.source or Source("", 0, 0), one.code, one.message, one.fix or "")))


class ReconcilerError(Exception):
    """A failure with an exit code. str() is one line without the fix. trace_id: of the API's answer that caused it."""

    exit_code = 1
    trace_id: str | None = None

    def __init__(self, message: str, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class UsageError(ReconcilerError):
    """The command line is wrong."""

    exit_code = 64


class UnknownAccountError(UsageError):
    """The configuration has no account of this name."""


class InvalidError(ReconcilerError):
    """Manifests, configuration or a plan file are not valid; each problem stands at its place."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem], warnings: Sequence[Problem] = ()) -> None:
        self.problems = unite_problems(problems)
        self.warnings = unite_problems(warnings)
        super().__init__(f"{len(self.problems)} error{'s' if len(self.problems) != 1 else ''}")


class RefusedError(ReconcilerError):
    """The tool will not do this; `problems` holds the places where there are any."""

    exit_code = 4

    def __init__(self, message: str, fix: str | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, fix)
        self.problems = unite_problems(problems)


class IncompleteError(ReconcilerError):
    """Something was not done, or not to its end; doing it again goes on from there."""

    exit_code = 6


class UnauthorisedError(ReconcilerError):
    """The token is missing, wrong or not allowed."""

    exit_code = 7

    def __init__(self, message: str, fix: str | None = None, *, trace_id: str | None = None) -> None:
        super().__init__(message, fix)
        self.trace_id = trace_id


class ApiError(ReconcilerError):
    """The API cannot be reached or understood. `status` is the HTTP status, None where there was no answer."""

    exit_code = 8

    def __init__(
        self, message: str, fix: str | None = None, *, status: int | None = None, trace_id: str | None = None
    ) -> None:
        super().__init__(message, fix)
        self.status = status
        self.trace_id = trace_id


class UnreachableError(ApiError):
    """No answer came. `sent` tells whether the request may have reached the server."""

    def __init__(self, message: str, fix: str | None = None, *, sent: bool = True) -> None:
        super().__init__(message, fix)
        self.sent = sent


class AnswerError(ApiError):
    """An answer came that cannot be used."""


class UnknownOutcomeError(ApiError):
    """A write may or may not have happened (time-out, reset, 5xx): the object is read before any second write."""


class RejectedError(ApiError):
    """The API refused this one request (400, 403, 404, 409, 422 …)."""


class LateError(ApiError):
    """The windows would have held a write until what was read before it is too old; nothing was sent."""


class EndedError(ReconcilerError):
    """Another request has ended the run, so that this one was not sent; in the words of what ended it."""

    def __init__(self, by: ReconcilerError) -> None:
        super().__init__(by.message, by.fix)
        self.exit_code = by.exit_code


class StoppedError(ReconcilerError):
    """SIGINT (130) or SIGTERM (143) asked the run to end."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("interrupted")
        self.exit_code = exit_code


SEVERITY = (7, 8, 4, 3, 6, 5, 2)
"""Exit codes in the order of the contract: where several hold, the first wins."""


def worst(codes: Sequence[int]) -> int:
    """The exit code that wins; 130 and 143 before all, 64 after all, 0 where none holds."""
    for code in (143, 130, 1, *SEVERITY, 64):
        if code in codes:
            return code
    return 0


def not_text(path: str, text: str, provider: str, source: Source | None, *, secret: bool) -> Problem:
    """The error for an unquoted scalar where the provider says string; never shows the text of a secret."""
    if secret:
        return Problem(
            "not-text", f"{path}: is not text, {provider} defines a string", source, "put it in double quotes"
        )
    return Problem(
        "not-text",
        f"{path}: {text} is not read as text by every YAML version, {provider} defines a string",
        source,
        f'write "{text}"',
    )


def tell_hidden(masked: Sequence[str], unsure: Sequence[str], *, replaces: bool = False) -> tuple[str, str]:
    """Settings that no manifest names and whole settings might erase, and the ways out.

    masked: keys whose values the API hides. unsure: secrets that are left out, as they are where nothing is set.
    replaces: PATCH is known to replace settings, so that sending changed keys alone is no way out.
    """
    told = [f"the API hides {', '.join(masked)}"] if masked else []
    if unsure:
        what = ", ".join(unsure)
        told.append(f"{what} may be set (this account shows no secret, so what is absent may only be hidden)")
    pronoun = "it" if len(masked) + len(unsure) == 1 else "them"
    message = f"{'; '.join(told)}, and the manifest does not name {pronoun}: whole settings might erase what is there"
    null = f", or {unsure[0]}: null where nothing is set" if unsure else ""
    fix = f"name {pronoun} in the manifest (secrets as references{null})"
    if replaces:
        return f"{message}, and this API replaces settings", fix
    return message, f"{fix}, or set settings_patch: changed in reconciler.yaml if PATCH merges"
