"""What an answer may come to: in bytes, packed or not, in objects, in time, and all answers of an account together.

Answers are unpacked here, piece by piece: libraries unpack a whole piece at once, and packings within packings.
"""

from __future__ import annotations

import math
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator

from reconciler.errors import AnswerError, UnreachableError
from reconciler.values import printable

LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, unpacked, beyond which it is refused."""

MOST = 64 * LARGEST
"""Bytes of all answers of an account in one run; those of 100,000 objects, read five times, are a half of it."""

HEAVIEST = 16 * LARGEST
"""Bytes of one list, of which 100,000 objects take a fifth at most; it may be read twice for one snapshot."""

MOST_OBJECTS = 1_000_000
"""Objects of one list."""

CROWDED = 1_000_000
"""Objects and lists in one answer; smaller ones than the API's take fifty times their text in memory."""

SLOWEST = 4
"""An answer may take this many time-outs from the first byte sent to the last one received."""

PIECE = 1 << 20

PACKINGS = "gzip"
"""Accept-Encoding: how answers may be packed."""

ADDRESS = "check the API's address (--api), and whether a proxy or a login page answers in its place"


class Allowance:
    """What is left of something that may come to `most`. message: of the error beyond it. Safe for threads."""

    def __init__(self, most: int, message: str) -> None:
        self._left, self._message = most, message
        self._lock = threading.Lock()

    def take(self, size: int, status: int = 200) -> None:
        """Raises AnswerError where that is more than is left. status: of the answer that brings it."""
        with self._lock:
            self._left -= size
            left = self._left
        if left < 0:
            raise AnswerError(self._message, ADDRESS, status=status)


def make_allowance(most: int = MOST) -> Allowance:
    """Bytes for all answers of an account."""
    return Allowance(most, f"all answers together are larger than {_tell(most)}")


def make_list_allowances() -> tuple[Allowance, Allowance]:
    """Bytes and objects for the pages of one list, which may be read twice."""
    return (
        Allowance(HEAVIEST, f"the list is larger than {_tell(HEAVIEST)}"),
        Allowance(2 * MOST_OBJECTS, f"the list holds more than {MOST_OBJECTS:,} objects"),
    )


class Deadline:
    """When an answer must be whole. As the time-out of a read it is what is left: sockets ask for its whole seconds."""

    def __init__(self, timeout: float, clock: Callable[[], float]) -> None:
        self._timeout, self._clock = timeout, clock
        self._until = clock() + SLOWEST * timeout

    def __index__(self) -> int:
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        return max(1, math.ceil(min(left, self._timeout)))

    def check(self) -> None:
        """Raises UnreachableError once it is past."""
        if self._clock() > self._until:
            raise UnreachableError(f"the answer was not whole after {SLOWEST * self._timeout:g} s", "run again")


def read_body(chunks: Iterable[bytes], packing: str, status: int, allowance: Allowance, deadline: Deadline) -> bytes:
    """The body of an answer from its bytes as they come. packing: its Content-Encoding.

    Raises AnswerError (without a status: it cannot be unpacked; with one: beyond a bound, or packed in another way) or
    UnreachableError (too slow).
    """
    pieces, size = [], 0
    for piece in _unpack(chunks, packing, status):
        size += len(piece)
        if size > LARGEST:
            raise AnswerError(f"an answer of more than {_tell(LARGEST)}", ADDRESS, status=status)
        allowance.take(len(piece), status)
        deadline.check()
        pieces.append(piece)
    body = b"".join(pieces)
    if body.count(b"{") + body.count(b"[") > CROWDED:
        raise AnswerError(f"an answer of more than {CROWDED:,} objects", ADDRESS, status=status)
    return body


def _unpack(chunks: Iterable[bytes], packing: str, status: int) -> Iterator[bytes]:
    packing = packing.strip().lower()
    if packing in ("", "identity"):
        yield from chunks
    elif packing in ("gzip", "x-gzip"):
        yield from _unzip(chunks)
    else:
        told = printable(packing[:40])
        raise AnswerError(f"an answer packed as {told}, which was not asked for", ADDRESS, status=status)


def _unzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    engine, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
    try:
        for chunk in chunks:
            begun = begun or bool(chunk)
            rest = chunk
            while rest and not engine.eof:
                yield engine.decompress(rest, PIECE)
                rest = engine.unconsumed_tail
        whole = engine.eof or not begun
    except zlib.error:
        whole = False
    if not whole:
        raise AnswerError("the answer could not be unpacked", "run again later")


def _tell(size: int) -> str:
    return f"{size >> 30} GiB" if size >= 1 << 30 else f"{size >> 20} MiB"
