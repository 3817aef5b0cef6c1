"""Which settings are secret, and the values behind references, which live only in a Secrets object."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NoReturn

from msgspec import Struct

from reconciler.errors import ReconcilerError
from reconciler.model import SecretRef

FLOOR = (
    "token",
    "secret",
    "passw",
    "passwd",
    "pass",
    "pwd",
    "apikey",
    "private",
    "credential",
    "auth",
    "webhook",
)
"""Parts of a key that make it secret whatever the configuration says."""

_IGNORED = str.maketrans("", "", "-_ ")


class SecretKeys(dict[str, bool]):
    """Tells secret settings keys: the floor and `extra`, matched anywhere in the key, without case, `-`, `_`, space.

    A table that fills itself: `keys[key]` is what `keys.matches(key)` is, without the cost of a call.
    """

    def __init__(self, extra: Sequence[str] = ()) -> None:
        super().__init__()
        self._parts = (*FLOOR, *filter(None, map(_fold, extra)))

    def __missing__(self, key: str) -> bool:
        folded = _fold(key)
        secret = self[key] = any(part in folded for part in self._parts)
        return secret

    def matches(self, key: str) -> bool:
        """True where the value of this settings key is never shown."""
        return self[key]


def _fold(key: str) -> str:
    """The key without what the eye does not tell apart: case, width, and format characters such as U+200B."""
    seen = "".join(char for char in key if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", seen).casefold().translate(_IGNORED)


class Secrets:
    """The values behind references. Nothing but `reveal` and `find` shows them: not repr, str, vars or pickle."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[SecretRef, str]) -> None:
        self._values = dict(values)

    def reveal(self, ref: SecretRef) -> str:
        """The value, only for comparing and sending."""
        value = self.find(ref)
        if value is None:
            raise ReconcilerError(f"{ref} was not resolved")
        return value

    def find(self, ref: SecretRef) -> str | None:
        """The value, None where it was not resolved."""
        return self._values.get(ref)

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)} hidden)"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("secrets are not pickled or copied")


class Fault(Struct, frozen=True):
    """Why a reference has no value: it may not be read (refused), or it cannot be. Never holds a piece of a value."""

    code: str
    message: str
    fix: str

    @property
    def is_refused(self) -> bool:
        """Whether it may not be read, rather than cannot."""
        return self.code == "secret-refused"


def refuse(message: str, fix: str) -> Fault:
    """The fault of what may not be read."""
    return Fault("secret-refused", message, fix)


def matches_any(text: str, globs: Iterable[str]) -> bool:
    """Whether one of the globs takes the text; `*` takes slashes too."""
    return any(fnmatchcase(text, glob) for glob in globs)


LARGEST = 64 * 1024
"""Bytes that a secret may have."""


def make_text(data: bytes, what: str) -> str | Fault:
    """A secret's bytes as text, without the one line break that files and commands end with. what: as in messages."""
    if len(data) > LARGEST:
        return Fault("secret-unreadable", f"{what} is larger than 64 KiB", "name what holds the secret alone")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Fault("secret-unreadable", f"{what} is not text in UTF-8", "name what holds the secret as text")
    text = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    return text or Fault("secret-missing", f"{what} is empty", "put the secret there")
