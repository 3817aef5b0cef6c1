r"""Globs of paths, as expressions that take no more time on a hostile pattern than on any other.

`*` and `?` stay within a name, `[a-z]` and `[!a-z]` are one character of it, `**` crosses folders, and `**/` at the
start of a name is any folders or none. A glob takes all below what it matches.

What stands between stars is found where it comes first, and is not looked for again: if the rest does not fit behind
the first place, it fits behind none. So stars are atomic groups, and nothing is tried twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache


@cache
def _token() -> re.Pattern[str]:
    return re.compile(r"(?:(?<=/)|\A)\*\*/|\*\*+|\*|\?|\[!?[^\]!][^\]]*\]|.", re.DOTALL)


_STARS = {"**/": "(?:[^/]*/)*?", "*": "[^/]*?"}
_END = r"(?=/|\Z)"


def compile_glob(pattern: str) -> re.Pattern[str]:
    """A glob relative to a folder, to be matched from the start of a path with forward slashes."""
    stars, pieces = [""], [""]
    for token in _token().findall(pattern.removeprefix("./").strip("/")):
        if token.startswith("*"):
            stars.append(_STARS.get(token, ".*?"))
            pieces.append("")
        else:
            pieces[-1] += _translate(token)
    pieces[-1] += _END
    groups: list[tuple[str, str]] = []
    for star, piece in zip(stars, pieces, strict=True):
        if star == _STARS["*"]:
            # It cannot leave its name, so that what stands before it may have to be found further on.
            before, group = groups.pop()
            groups.append((before, f"{group}(?>{star}{piece})"))
        else:
            groups.append((star, piece))
    return re.compile("".join(f"(?>{star}{group})" for star, group in groups), re.DOTALL)


def _translate(token: str) -> str:
    if token == "?":
        return "[^/]"
    if len(token) == 1:
        return re.escape(token)
    others, inner = token[1] == "!", token[1:-1].removeprefix("!")
    characters = "".join(_ranges(inner))
    if others:
        return f"[^/{characters}]"
    return f"(?!/)[{characters}]" if characters else "(?!)"


def _ranges(inner: str) -> Iterator[str]:
    """The characters of a class; a range that ends before it begins holds none."""
    at = 0
    while at < len(inner):
        first, last = inner[at], inner[at + 2] if inner[at + 1 : at + 2] == "-" and at + 2 < len(inner) else None
        at += 1 if last is None else 3
        if last is None:
            yield re.escape(first)
        elif first <= last:
            yield f"{re.escape(first)}-{re.escape(last)}"
