"""What things are called: slugs, words of manifests, files, variables, and what a misspelt word means. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from functools import cache


@cache
def _others() -> re.Pattern[str]:
    return re.compile(r"[^a-z0-9]+")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[^\s/*?\[\]!\x00-\x1f\x7f]{1,100}")


@cache
def _file() -> re.Pattern[str]:
    return re.compile(r"[a-z0-9][a-z0-9_-]*")


@cache
def _reserved() -> re.Pattern[str]:
    """What Windows takes for a device, whatever stands behind the dot."""
    return re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")


_LONGEST = 100
"""Bytes of a file's name without its ending; file systems allow 255 with all."""


@cache
def _between() -> re.Pattern[str]:
    return re.compile(r"[\W_]+")


_SHORT = 6
"""Up to so many letters, one slip is all that a word may be from another."""


def make_slug(name: str) -> str:
    """The name in lower case; letters and digits of any script stay (NFC), all else becomes single dashes."""
    if name.isascii():
        return _others().sub("-", name.lower()).strip("-")
    kept: list[str] = []
    for letter in unicodedata.normalize("NFC", name.lower()):
        # A mark belongs to its letter: without its vowel signs a Hindi or Thai name would fall apart.
        if letter.isalnum() or (kept and kept[-1] != "-" and unicodedata.category(letter)[0] == "M"):
            kept.append(letter)
        elif kept and kept[-1] != "-":
            kept.append("-")
    return unicodedata.normalize("NFC", "".join(kept)).strip("-")


def is_word(text: str) -> bool:
    """Whether a manifest may hold the text as its provider or key: no spaces, slashes, or characters of globs."""
    return _word().fullmatch(text) is not None


def make_file_stem(name: str, otherwise: str) -> str:
    """A name as the name of a file or folder on every system, without ending; `otherwise` (an id) where none comes of
    it. Plain names stay as they are.
    """
    stem = name if _file().fullmatch(name) else make_slug(name)
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    stem = stem.strip("-")
    if stem and not _reserved().fullmatch(stem):
        return stem
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", otherwise)
    return f"{stem}-{safe}" if stem else safe


def make_variable(*parts: str) -> str:
    """The name of an environment variable: upper case, single underscores for all but ASCII letters and digits."""
    text = "_".join("".join(char if char.isascii() and char.isalnum() else "_" for char in part) for part in parts)
    return "_".join(filter(None, text.upper().split("_")))


def find_meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that is nearest, None where none is near: by slips of the hand, else the only one that has all
    its parts (`sid` of account_sid, `token_auth`), else by what they share.

    Case, and what stands between the words of a name, are no difference: `accountSID` is account_sid.
    """
    from difflib import get_close_matches

    words = sorted(known)
    slip = find_slip(word, words)
    if slip is not None:
        return slip
    parts = _split(word)
    whole = [one for one in words if parts and parts <= _split(one)]
    if len(whole) == 1:
        return whole[0]
    folded = {one.casefold(): one for one in reversed(words)}
    near = get_close_matches(word.casefold(), sorted(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def find_slip(word: str, known: Iterable[str]) -> str | None:
    """The known word of which this one is a slip of the hand: at most two letters more, less, other or swapped."""
    from difflib import SequenceMatcher

    bare = _bare(word)
    most = 1 if len(bare) <= _SHORT else 2
    found = []
    for one in sorted(known):
        other = _bare(one)
        if abs(len(other) - len(bare)) <= most and (distance := count_slips(bare, other, most)) <= most:
            found.append((distance, -SequenceMatcher(None, bare, other).ratio(), one))
    return min(found)[2] if found else None


def _split(word: str) -> set[str]:
    return set(filter(None, _between().split(word.casefold())))


def _bare(word: str) -> str:
    return _between().sub("", word.casefold())


def count_slips(one: str, other: str, most: int) -> int:
    """Letters to add, take out, replace, or swap with their neighbour, to make one word of the other.

    More than `most` is told as `most + 1`.
    """
    rows = [[0] * (len(other) + 1), list(range(len(other) + 1))]
    for at, letter in enumerate(one, 1):
        before, last, row = rows[-2], rows[-1], [at]
        for to, there in enumerate(other, 1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (letter != there))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == there:
                cost = min(cost, before[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        rows = [last, row]
    return min(rows[-1][-1], most + 1)


def is_loopback(host: str) -> bool:
    """Whether a host, in lower case, is this machine itself: what is sent there leaves it by no wire and no proxy."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address in ipaddress.IPv4Network("127.0.0.0/8")
    return address == ipaddress.IPv6Address("::1")
