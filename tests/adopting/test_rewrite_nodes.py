"""Spans are those of the characters, whatever parser told them; and every value of the YAML corpus can be changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.adopting.rewrite_nodes import Node, read_roots
from reconciler.desired.load import load_events, load_text
from reconciler.model import Json
from tests.adopting.reading import set_values, sources_of
from tests.desired.corpus import CORPUS

TEXTS = [text for text in CORPUS if not load_text(text.encode(), "m.yaml")[1]]


def roots_of(text: str, *, pure: bool) -> list[Node]:
    """The nodes of all documents."""
    body = text.removeprefix("\ufeff")
    places = {(one.line - 1, one.column - 1) for one in sources_of(body.encode())}
    return list(read_roots(body, load_events(body.encode(), pure=pure), places).values())


def spans(node: Node, text: str) -> Iterator[Any]:
    """All that is known of a node and of those below it."""
    yield node.kind, node.style, node.anchored, node.colon, len(node.users)
    yield text[node.start : node.end], text[node.content : node.end], text[node.end : node.tail], text[node.behind :]
    for child in node.children:
        yield from spans(child, text)


def test_both_parsers_tell_the_same_spans() -> None:
    """Of every text that both read."""
    assert len(TEXTS) > 350
    for text in TEXTS:
        body = text.removeprefix("\ufeff")
        one, other = roots_of(text, pure=False), roots_of(text, pure=True)
        assert [list(spans(root, body)) for root in one] == [list(spans(root, body)) for root in other], text


def test_only_wanted_documents_are_built() -> None:
    """By the places of their first keys."""
    text = "a: 1\n---\nb: 2\n---\n{}\n"
    (root,) = read_roots(text, load_events(text.encode()), {(2, 0)}).values()
    assert list(root.entries) == ["b"]


def test_a_block_ends_with_its_last_line_of_text() -> None:
    """Blank lines behind it belong to it only where they are kept; blanks at the end of its last line do."""
    for sign, tail in (("|", ""), ("|+", "\n\n"), (">-", "")):
        (root,) = roots_of(f"a: {sign}\n  x \n\nb: 1\n", pure=False)
        node = root.entries["a"][1]
        text = f"a: {sign}\n  x \n\nb: 1\n"
        assert (text[node.content : node.end], text[node.end : node.tail]) == (f"{sign}\n  x ", tail)


def paths_of(data: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all scalars and lists."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from paths_of(value, (*path, key))
        return
    for number, item in enumerate(data if isinstance(data, list) else ()):
        yield from paths_of(item, (*path, number))
    yield path


@pytest.mark.parametrize("value", ["a: b\nc", ["x", 1]])
def test_every_value_of_the_corpus_can_be_changed(value: Json) -> None:
    """But for what others share; the engine's own check of what it wrote never fails."""
    reasons: set[str] = set()
    changed = 0
    for text in TEXTS:
        data = text.encode()
        for number, document in enumerate(load_text(data, "m.yaml")[0]):
            for path in paths_of(document.data):
                done = set_values(data, (path, value), document=number)
                reasons |= {re.sub(r"line \d+", "a line", reason) for _, reason in done.refused}
                changed += not done.refused
    assert changed > 900
    assert reasons <= {
        "a line uses its anchor, and would change too",
        "it stands behind an alias, which other places share",
        "nothing is written there, not even a colon",
        "it is a mapping",
    }
