"""Generated manifests, each as pieces: what stands around the values, and each value with its path."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

PLAIN = ("active", "Example Integration", "587", "+13345550100", "yes", "null", "https://example.com/x?y=1", "é😀", "")
SIGNS = ("it's", 'say "x"', "a: b", "a #b", "x,y", "[x]", "#no", "- no", "back\\slash", "over\nlines", "ends\n", "a\tb")
WORDS = st.sampled_from([*PLAIN, *SIGNS])
VALUES = WORDS | st.text(max_size=8) | st.none() | st.integers(-5, 600) | st.booleans()
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")


@dataclass
class Made:
    """A file: `pieces` are its characters with the path of the value that they are, None for all else."""

    pieces: list[tuple[str, Path | None]] = field(default_factory=list)
    values: dict[Path, Any] = field(default_factory=dict)
    line_break: str = "\n"

    @property
    def text(self) -> str:
        """The whole file."""
        return "".join(text for text, _ in self.pieces)

    def put(self, text: str, path: Path | None = None) -> None:
        """Adds characters; line breaks become the file's."""
        self.pieces.append((text.replace("\n", self.line_break), path))


@st.composite
def scalars(draw: st.DrawFn, indent: int, *, flow: bool) -> tuple[str, str]:
    """A scalar as it is written, and its value."""
    value = draw(WORDS)
    if value and set(value) <= SAFE and value not in {"yes", "null"} and draw(st.booleans()):
        return value, value
    if not flow and value.strip("\n") == value and value and draw(st.booleans()):
        blank = " " * (indent + draw(st.integers(1, 3)))
        sign = draw(st.sampled_from(["|", ">"]))
        inner = value.replace("\n", "\n\n") if sign == ">" else value
        comment = draw(st.sampled_from(["", " # said"]))
        lines = "".join(f"\n{blank}{line}" if line else "\n" for line in inner.split("\n"))
        return f"{sign}-{comment}{lines}", value
    if value.isprintable() and draw(st.booleans()):
        return "'" + value.replace("'", "''") + "'", value
    return json.dumps(value, ensure_ascii=draw(st.booleans()) and value.isascii()), value


@st.composite
def documents(draw: st.DrawFn, made: Made) -> None:
    """Puts a manifest into a file: block or flow, with comments, gaps and anchors."""
    keys = draw(st.lists(st.sampled_from(["name", "status", "x-note", "x-more"]), unique=True, min_size=1))
    settings = draw(st.lists(st.sampled_from(["port", "user", "no", "x:y"]), unique=True, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        _put_flow(draw, made, keys, settings)
    else:
        _put_block(draw, made, keys, settings)


def _quoted(key: str) -> str:
    return f'"{key}"' if key in {"no", "x:y"} else key


def _put_scalar(draw: st.DrawFn, made: Made, path: Path, indent: int, *, flow: bool) -> None:
    written, value = draw(scalars(indent, flow=flow))
    anchor = draw(st.sampled_from(["", "", "", f"&a{len(made.pieces)} "]))
    made.put(anchor)
    made.put(written, path)
    made.values[path] = value


def _put_flow(draw: st.DrawFn, made: Made, keys: list[str], settings: list[str]) -> None:
    gap = draw(st.sampled_from(["", " ", "\n  "]))
    made.put("{" + gap)
    for number, key in enumerate(keys):
        made.put(f"{key}: ")
        _put_scalar(draw, made, (key,), 2, flow=True)
        made.put("," + (gap or " ") if number < len(keys) - 1 or settings else "")
    if settings:
        made.put("settings: {")
        for number, key in enumerate(settings):
            made.put(f"{_quoted(key)}: ")
            _put_scalar(draw, made, ("settings", key), 4, flow=True)
            made.put(", " if number < len(settings) - 1 else draw(st.sampled_from(["", ",", " "])))
        made.put("}")
    made.put(draw(st.sampled_from(["", " # end", "\n"])) if "\n" in gap else "")
    made.put("\n}" if "\n" in gap else "}")


def _put_block(draw: st.DrawFn, made: Made, keys: list[str], settings: list[str]) -> None:
    column = draw(st.sampled_from([0, 0, 1]))
    step = draw(st.integers(1, 4))
    rows: list[tuple[Path, int]] = [((key,), column) for key in keys]
    rows += [(("settings", key), column + step) for key in settings]
    for number, (path, indent) in enumerate(rows):
        if number:
            made.put("\n" + draw(st.sampled_from(["", "", "\n", "# between\n"])))
        if len(path) == 2 and path[1] == settings[0]:
            made.put(f"{' ' * column}settings:{draw(st.sampled_from(['', ' # why']))}\n")
        made.put(" " * indent + _quoted(str(path[-1])) + ":" + draw(st.sampled_from([" ", "   "])))
        _put_scalar(draw, made, path, indent, flow=False)
        if not made.pieces[-1][0].startswith(("|", ">")):
            made.put(draw(st.sampled_from(["", "", " # said: é"])))


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[Made]]:
    """A file of one to three documents: its bytes, and each document with what stands before it."""
    line_break = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    parts: list[Made] = []
    for number in range(draw(st.integers(1, 3))):
        made = Made(line_break=line_break)
        made.put("\n---\n" if number else draw(st.sampled_from(["", "# top\n", "---\n", "\n"])))
        draw(documents(made))
        parts.append(made)
    parts[-1].put(draw(st.sampled_from(["\n", "", "\n\n# end\n"])))
    bom = draw(st.sampled_from(["", "", "\ufeff"]))
    return (bom + "".join(part.text for part in parts)).encode(), parts
