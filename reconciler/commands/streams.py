"""The three streams of the process: none of them may break a run with a traceback."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from reconciler.errors import ReconcilerError, reason_of
from reconciler.reporting.style import escape_character

ESCAPE = "reconciler.escape"
"""The name of the error handler that writes what a stream cannot encode as JSON does in ASCII."""

FULL = frozenset({errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT})
"""What the system says of a stream that takes no more."""


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(escape_character, error.object[error.start : error.end])), error.end


codecs.register_error(ESCAPE, _escape)


def prepare_streams() -> None:
    """Makes stdout and stderr take any text. Raises ReconcilerError where stdout is closed."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # else the next file or connection would become this stream
    sys.stderr = sys.stderr or _open_nothing()
    if sys.stdout is None:
        sys.stdout = _open_nothing()
        raise ReconcilerError("stdout is closed, so that the answer can go nowhere", "send it to a file or /dev/null")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPE)


def _open_nothing() -> TextIO:
    return io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8")


def fit_document(text: str, stream: TextIO) -> str:
    """A JSON document as a stream can carry it: in ASCII unless the stream is UTF-8."""
    with suppress(LookupError, TypeError):
        if codecs.lookup(stream.encoding).name == "utf-8":
            return text
    return text.encode("ascii", ESCAPE).decode("ascii")


def silence(stream: TextIO) -> None:
    """Takes a stream that broke away, so that its rest, written when the process ends, fails no more."""
    with suppress(OSError, ValueError):
        number = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(number, stream.fileno())
        finally:
            os.close(number)


class LostError(ReconcilerError):
    """The answer could not be written. Without words where whoever reads it has gone."""


def make_lost(error: OSError, stream: TextIO) -> LostError:
    """The error for an answer that could not be written to a stream, which is silenced."""
    silence(stream)
    if error.errno == errno.EPIPE:
        return LostError("")
    return LostError(f"cannot write the answer: {reason_of(error)}", "make room, or send stdout elsewhere")
