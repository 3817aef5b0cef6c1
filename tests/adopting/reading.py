"""What the engine is handed in the tests, and short ways to rewrite a text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reconciler.adopting.rewrite import Edit, Rewritten, Yaml, rewrite
from reconciler.desired.load import load_events, load_text
from reconciler.desired.scalars import reads_as_text
from reconciler.model import Json, Source

YAML = Yaml(load_text, load_events, reads_as_text)
PURE = Yaml(partial(load_text, pure=True), partial(load_events, pure=True), reads_as_text)


def sources_of(data: bytes) -> list[Source]:
    """The places of the documents."""
    documents, problems = load_text(data.removeprefix(b"\xef\xbb\xbf"), "m.yaml")
    assert problems == [], problems
    return [document.source for document in documents]


def set_values(
    data: bytes,
    *edits: tuple[tuple[str | int, ...], Json] | tuple[tuple[str | int, ...], Json, str],
    document: int = 0,
    yaml: Yaml = YAML,
) -> Rewritten:
    """Rewrites one document of a file: path, value, and behind which sibling a new key goes."""
    place = sources_of(data)[document]
    made = [Edit(place, one[0], one[1], one[2] if len(one) > 2 else None) for one in edits]
    return rewrite(data, made, yaml)


def rewritten(text: str, *edits: tuple[tuple[str | int, ...], Json] | tuple[tuple[str | int, ...], Json, str]) -> str:
    """The text afterwards, with C and without; nothing may be refused."""
    done = set_values(text.encode(), *edits)
    assert done.refused == []
    assert set_values(text.encode(), *edits, yaml=PURE) == done
    return done.data.decode()


def reasons(
    text: str, *edits: tuple[tuple[str | int, ...], Json] | tuple[tuple[str | int, ...], Json, str]
) -> Sequence[str]:
    """Why the edits are refused, all of them, so that the text stays as it is."""
    done = set_values(text.encode(), *edits)
    assert done.data == text.encode()
    return [reason for _, reason in done.refused]
