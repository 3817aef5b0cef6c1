"""What an answer may come to."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest

from reconciler.errors import AnswerError, ApiError, UnreachableError
from reconciler.live.bounds import CROWDED, LARGEST, PIECE, SLOWEST, Deadline, make_allowance, read_body


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Now."""
        return self.now


def read(*chunks: bytes, packing: str = "", most: int = 2 * LARGEST, deadline: Deadline | None = None) -> bytes:
    """The body that these bytes are."""
    return read_body(chunks, packing, 200, make_allowance(most), deadline or Deadline(30, Clock()))


def refuse(*chunks: bytes, packing: str = "", most: int = 2 * LARGEST) -> ApiError:
    """The error of an answer beyond a bound."""
    with pytest.raises(ApiError) as caught:
        read(*chunks, packing=packing, most=most)
    assert caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize("packing", ["", "identity", " Identity "])
def test_an_answer_that_is_not_packed_is_its_bytes(packing: str) -> None:
    """In as many pieces as they come."""
    assert read(b"ab", b"", b"c", packing=packing) == b"abc"


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "GZIP"])
@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_a_packed_answer_is_unpacked_whole(packing: str, size: int) -> None:
    """Whatever the pieces in which it comes, and whatever follows it."""
    body = bytes(range(256)) * (size // 256 + 1)
    packed = gzip.compress(body[:size], 1, mtime=0)
    step = max(1, len(packed) // 7)
    chunks = [packed[at : at + step] for at in range(0, len(packed), step)]
    assert read(*chunks, b"more", packing=packing) == body[:size]


def test_a_packed_answer_of_nothing_is_empty() -> None:
    """A 204 may name a packing, too."""
    assert read(packing="gzip") == b""
    assert read(b"", packing="gzip") == b""


@pytest.mark.parametrize(
    "chunk", [b"no gzip", gzip.compress(b"{}", mtime=0)[:-9], gzip.compress(b"{}", mtime=0)[:-1], zlib.compress(b"{}")]
)
def test_what_cannot_be_unpacked_may_be_asked_for_again(chunk: bytes) -> None:
    """It may have been cut off on its way."""
    error = refuse(chunk, packing="gzip")
    assert (error.message, error.status) == ("the answer could not be unpacked", None)


@pytest.mark.parametrize("packing", ["br", "zstd", "deflate", "gzip, gzip", "gzip\x1b[31m", "x" * 100])
def test_a_packing_that_was_not_asked_for_is_refused(packing: str) -> None:
    """Those within others too: each makes a thousand bytes of one."""
    error = refuse(b"{}", packing=packing)
    assert isinstance(error, AnswerError)
    assert error.status == 200
    assert "\x1b" not in error.message
    assert len(error.message) < 100


def test_a_bomb_is_never_unpacked_whole() -> None:
    """128 MiB in a few kilobytes ends at the bound, a piece at a time."""
    engine = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    block = bytes(1 << 24)
    packed = b"".join([*(engine.compress(block) for _ in range(8)), engine.flush()])
    assert len(packed) < 1 << 18
    error = refuse(packed, packing="gzip")
    assert (error.message, error.status) == ("an answer of more than 64 MiB", 200)


def test_an_answer_without_an_end_is_left() -> None:
    """What comes after the bound is not read."""
    told = 0

    def drip() -> Iterator[bytes]:
        nonlocal told
        while True:
            told += 1
            yield bytes(PIECE)

    with pytest.raises(AnswerError, match="64 MiB"):
        read_body(drip(), "", 200, make_allowance(), Deadline(30, Clock()))
    assert told == LARGEST // PIECE + 1


def test_all_answers_together_are_bounded() -> None:
    """By what they are unpacked; and it says so in words."""
    allowance = make_allowance(3 << 20)
    for _ in range(3):
        read_body([bytes(PIECE)], "", 200, allowance, Deadline(30, Clock()))
    with pytest.raises(AnswerError, match="all answers together are larger than 3 MiB") as caught:
        read_body([b"x"], "", 200, allowance, Deadline(30, Clock()))
    assert "--api" in str(caught.value.fix)
    with pytest.raises(AnswerError, match="larger than 4 GiB"):
        make_allowance().take((4 << 30) + 1, 200)


@pytest.mark.parametrize("unit", [b"{},", b"[],"])
def test_a_crowd_of_objects_is_refused_before_any_is_made(unit: bytes) -> None:
    """Those of 64 MiB of braces would take gigabytes."""
    assert len(read(unit * CROWDED)) == 3 * CROWDED
    assert "1,000,000 objects" in refuse(unit * (CROWDED + 1)).message


def test_a_deadline_is_what_is_left_in_whole_seconds() -> None:
    """Never more than one time-out, never none; past it a read is out of time."""
    clock = Clock()
    deadline = Deadline(30, clock)
    seen = []
    for now in (0.0, 100.0, 119.9):
        clock.now = now
        seen.append(deadline.__index__())
    assert seen == [30, 20, 1]
    deadline.check()
    clock.now = 30.0 * SLOWEST
    with pytest.raises(TimeoutError):
        deadline.__index__()
    clock.now += 1
    with pytest.raises(UnreachableError, match="not whole after 120 s"):
        deadline.check()
