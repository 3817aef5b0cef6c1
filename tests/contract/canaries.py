"""Secrets that occur nowhere else, planted wherever a secret may be, and the search for them.

They look like nothing, so that even eight of their characters in a row are a find; one looks like an expression, one
holds quotes, a line break and markup, one has four characters.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from tests.contract.desk import find_disguises

WINDOW = 8
"""So many characters of a secret in a row are a find."""


@dataclass(frozen=True)
class Canaries:
    """One of each. old_*: live before; new_*: desired."""

    token: str = 'tK9~w"\\/Zq5+hX2Bn7&<m3'
    key: str = "kY4_vR8~pD1-sW6zQ0"
    proxy: str = "pX7~gH3zN9kV2"
    forge: str = "ghF5~uT8_cE2yL0iA4"
    pipeline: str = "uR1~oB6xK3jM8"
    new_plain: str = "Qj5Vw2Zx8Lm4Rb6Tn"
    old_plain: str = "Gd3Ky7Ps1Hf9Uc5Wa"
    new_regex: str = ".*+?[a-z]$^\\b9Jx4(c|d)7{3}Vq"
    old_regex: str = "^(?:[A-Z]+?)\\d17Wk|x{4,}$.*Zp6"
    new_quoted: str = "Hq7\"x'Rz\nKd<b e5>&amp;é東`{{v9}}%s\\n\u202eJw2"
    old_quoted: str = "Lp4\"t'Sm\nXc<i o8>&lt;ü西`${{y3}}%d\\t\u2066Bg6"
    new_short: str = "Ж7ßq"
    old_short: str = "ы4þW"
    same: str = "Nb8Tc3Xz5Qv1Jk7Rd"
    new_file: str = "fL2~wM9-eS5nC7xP"
    old_file: str = "fK8~dJ1-rV6qB3hZ"
    new_exec: str = "xE6~yU2-tG9mO4wI"
    old_exec: str = "xA3~lN7-pC5sD1kF"
    stderr: str = "zR4~bQ8-jX2vT6gY"
    new_born: str = "cW9~nH5-uK1eL7oS"
    unmanaged: str = "mJ2~fV6-iD8aP3rX"
    literal: str = "vB7~qG1-yZ4cN9tM"
    undefined: str = "wS5~hE3-kO8xR2bU"

    def values(self) -> dict[str, str]:
        """All of them, by name."""
        return dict(vars(self))

    @property
    def environ(self) -> dict[str, str]:
        """The variables that hold those that come from the environment, as a pipeline sets them."""
        return {
            "OCAMBA_TOKEN": self.token,
            "RECONCILER_KEY": self.key,
            "HTTPS_PROXY": f"http://bot:{self.proxy}@127.0.0.1:9",
            "HTTP_PROXY": f"http://bot:{self.proxy}@127.0.0.1:9",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_TOKEN": self.forge,
            "RECONCILER_PIPELINE": f"https://bot:{self.pipeline}@ci.example.com/runs/7?token={self.pipeline}",
            "RECONCILER_ACTOR": "somebody",
            "HOOD_PLAIN": self.new_plain,
            "HOOD_REGEX": self.new_regex,
            "HOOD_QUOTED": self.new_quoted,
            "HOOD_SHORT": self.new_short,
            "HOOD_SAME": self.same,
            "HOOD_NEWBORN": self.new_born,
        }


CANARIES = Canaries()


def find_forms(secret: str) -> Iterator[bytes]:
    """A secret in every form that a stream or a file could carry it in, and pieces of it."""
    long = len(secret) > WINDOW
    coded = (secret.encode().hex(), secret.encode("utf-16-le").hex())
    yield from (one for one in find_disguises(secret) if len(one) >= WINDOW - 1 or one == secret.encode())
    yield from (text.encode() for text in (secret.lower(), secret.upper()) if long)
    yield from (text.encode() for text in (html.escape(secret), html.escape(secret, quote=False), secret[::-1]))
    yield from (text.encode() for text in (*coded, *(one.upper() for one in coded)))
    if long and secret.isascii():
        pieces = [secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1)]
        yield from (piece.encode() for piece in pieces if sum(map(str.isalnum, piece)) > WINDOW // 2)


@cache
def _forms(secrets: tuple[tuple[str, str], ...]) -> tuple[tuple[bytes, str], ...]:
    return tuple((form, name) for name, secret in secrets for form in sorted(set(find_forms(secret))) if form)


def find_canaries(content: bytes, canaries: Canaries = CANARIES) -> list[str]:
    """The names of those that stand in the content in any form."""
    found = {name for form, name in _forms(tuple(canaries.values().items())) if form in content}
    return sorted(found)


def other_canaries(changes: Mapping[str, str]) -> Canaries:
    """The same with some secrets replaced."""
    return replace(CANARIES, **changes)
