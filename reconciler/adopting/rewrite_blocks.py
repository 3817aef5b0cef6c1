"""Block scalars (`|` and `>`): the new text in the same block where it can hold it, else in double quotes."""

from __future__ import annotations

import re

from reconciler.adopting.rewrite_scalars import is_clear

_HEADER = re.compile(r"([|>])[-+0-9]*+([^\r\n]*+)(\r\n|\r|\n|\Z)")
_INDENT = re.compile(r"(?:\A|\r\n|\r|\n)( *)(?=[^ \r\n])")
_BREAKS = re.compile(r"\n+")


def make_block(old: str, value: str | None, instead: str, *, ended: bool) -> str:
    """The characters of a block scalar (`old`: from its indicator on) that holds another text.

    ended: a line break stands behind it, else the file ends there. `instead` takes its place where the block cannot
    hold the value: None, or a text with lines that begin or end with blanks, special characters, or gaps at its end.
    A comment behind the indicator stays.
    """
    header = _HEADER.match(old)
    assert header is not None
    indicator, comment, line_break = header.groups()
    body = old[header.end() :]
    indents = [len(found) for found in _INDENT.findall(body)]
    if value is None or not indents or not _fits(value) or (value.endswith("\n") and not ended):
        return instead + comment
    inner = value.removesuffix("\n")
    if indicator == ">":
        inner = _BREAKS.sub(lambda found: found.group() + "\n", inner)
    chomp = "" if value.endswith("\n") else "-"
    blank = " " * min(indents)
    lines = [blank + line if line else "" for line in inner.split("\n")]
    return line_break.join([indicator + chomp + comment, *lines])


def _fits(value: str) -> bool:
    inner = value.removesuffix("\n")
    if not inner.strip("\n") or inner[0] == "\n" or inner[-1] == "\n" or not is_clear(value):
        return False
    return not any(line != line.strip(" ") for line in inner.split("\n"))
