"""What things are called: slugs, the words that a manifest may hold, names of files and of variables. Pure."""

from __future__ import annotations

import re
import unicodedata

_OTHERS = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[^\s/*?\[\]!\x00-\x1f\x7f]{1,100}")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""What Windows takes for a device, whatever stands behind the dot."""

_LONGEST = 100
"""Bytes of a file's name without its ending; file systems allow 255 with all."""


def make_slug(name: str) -> str:
    """The name in lower case; letters and digits of any script stay (NFC), all else becomes single dashes."""
    if name.isascii():
        return _OTHERS.sub("-", name.lower()).strip("-")
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
    return _WORD.fullmatch(text) is not None


def make_file_stem(name: str, otherwise: str) -> str:
    """A name as the name of a file or folder on every system, without ending; `otherwise` (an id) where none comes of
    it. Plain names stay as they are.
    """
    stem = name if _FILE.fullmatch(name) else make_slug(name)
    while len(stem.encode()) > _LONGEST:
        stem = stem[:-1]
    stem = stem.strip("-")
    if stem and not _RESERVED.fullmatch(stem):
        return stem
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", otherwise)
    return f"{stem}-{safe}" if stem else safe


def make_variable(*parts: str) -> str:
    """The name of an environment variable: upper case, single underscores for all but ASCII letters and digits."""
    text = "_".join("".join(char if char.isascii() and char.isalnum() else "_" for char in part) for part in parts)
    return "_".join(filter(None, text.upper().split("_")))
