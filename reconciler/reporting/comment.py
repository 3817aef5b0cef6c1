"""The sticky comment of a pull or merge request: one for all accounts, a section each. Pure.

    <!-- reconciler:comment -->
    <!-- reconciler:section main -->
    ### reconciler plan: main …
    <!-- reconciler:end main -->

A section's markers stand on lines of their own. What is written between them cannot hold one: `<!--` is taken apart.
"""

from __future__ import annotations

import re

MARKER = "<!-- reconciler:comment -->"
LARGEST = 65_000
"""Characters of a whole comment; GitHub takes 65,536."""
SMALLEST = 2_000
"""Characters that a section gets however long the others are."""

_SECTION = re.compile(
    r"^<!-- reconciler:section ([A-Za-z0-9_.-]{1,100}) -->\n(.*?)\n<!-- reconciler:end \1 -->$",
    re.MULTILINE | re.DOTALL,
)
_CUT = "\n\n**The rest does not fit into this comment.**"


def is_ours(body: str) -> bool:
    """Whether a comment is the sticky one."""
    return body.replace("\r\n", "\n").startswith(MARKER)


def read_sections(body: str) -> dict[str, str]:
    """The sections of a comment by name, in its order."""
    return dict(_SECTION.findall(body.replace("\r\n", "\n"))) if is_ours(body) else {}


def room_for(body: str, name: str) -> int:
    """Characters that a section may have beside the others of the comment."""
    others = sum(len(text) + 2 * len(one) + 70 for one, text in read_sections(body).items() if one != name)
    return max(SMALLEST, LARGEST - others - 2 * len(name) - 200)


def merge_comment(body: str, name: str, text: str) -> str:
    """The comment with this section new or replaced, all others as they are; sections in the order of their names.

    Raises ValueError where a section's name is no plain word.
    """
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", name):
        raise ValueError(name)
    sections = {**read_sections(body), name: _fit(text, room_for(body, name))}
    parts = [
        f"<!-- reconciler:section {one} -->\n{sections[one]}\n<!-- reconciler:end {one} -->" for one in sorted(sections)
    ]
    return "\n\n".join([MARKER, *parts]) + "\n"


def _fit(text: str, room: int) -> str:
    """The text without markers of ours, cut between blocks where it is too long."""
    text = text.strip("\n").replace("<!--", "&lt;!--")
    if len(text) <= room:
        return text
    kept = text[: room - len(_CUT)]
    # A folded section is kept whole or not at all: half of one would swallow what comes behind it.
    end = max(kept.rfind("\n</details>") + len("\n</details>"), text.find("\n\n<details>"))
    return (kept[:end] if 0 < end <= len(kept) else kept.split("\n\n<details>")[0].split("\n\n```")[0]) + _CUT
