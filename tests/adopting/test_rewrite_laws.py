"""Laws of the engine over generated files: only the bytes of the values differ, and all else reads as before."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.adopting.rewrite import Edit, Rewritten, rewrite
from reconciler.desired.load import load_text
from reconciler.model import Json, Plain
from tests.adopting.generated import VALUES, Made, Path, files
from tests.adopting.reading import PURE, YAML, sources_of

Chosen = list[tuple[int, Path, Any]]


@st.composite
def rewrites(draw: st.DrawFn) -> tuple[bytes, list[Made], Chosen]:
    """A file, and new values for some of its places."""
    data, parts = draw(files())
    places = [(number, path) for number, part in enumerate(parts) for path in part.values]
    chosen = draw(st.lists(st.sampled_from(places), unique=True, min_size=1, max_size=5))
    return data, parts, [(number, path, draw(VALUES)) for number, path in chosen]


def run(data: bytes, chosen: Chosen) -> Rewritten:
    """The rewritten file, the same with the C parser and without."""
    places = sources_of(data)
    edits = [Edit(places[number], path, value) for number, path, value in chosen]
    done = rewrite(data, edits, YAML)
    assert rewrite(data, edits, PURE) == done
    assert rewrite(done.data, [_moved(edit, done.data, data) for edit in edits], YAML) == done
    return done


def _moved(edit: Edit, after: bytes, before: bytes) -> Edit:
    number = sources_of(before).index(edit.document)
    return Edit(sources_of(after)[number], edit.path, edit.value)


def values_in(data: bytes) -> list[Json]:
    """The documents' data; numbers, booleans and null as JSON has them."""
    documents, problems = load_text(data, "m.yaml")
    assert problems == []
    return [_bare(document.data) for document in documents]


def _bare(data: Json) -> Json:
    if isinstance(data, dict):
        return {key: _bare(value) for key, value in data.items()}
    return data.value if isinstance(data, Plain) else data


def make_expected(parts: list[Made], chosen: Chosen) -> list[Json]:
    """What the documents say afterwards, from what the generator meant."""
    out: list[Json] = []
    for part in parts:
        document: dict[str, Any] = {}
        for path, value in part.values.items():
            target = document.setdefault("settings", {}) if len(path) == 2 else document
            target[str(path[-1])] = value
        out.append(document)
    for number, path, value in chosen:
        target = out[number]["settings"] if len(path) == 2 else out[number]
        target[str(path[-1])] = value
    return out


@settings(max_examples=150)
@given(rewrites())
def test_only_the_bytes_of_the_chosen_values_change(case: tuple[bytes, list[Made], Chosen]) -> None:
    """Done again nothing changes; C and pure agree; what is read is what was meant."""
    data, parts, chosen = case
    done = run(data, chosen)
    assert done.refused == []
    assert values_in(done.data) == make_expected(parts, chosen)
    places = {(number, path) for number, path, _ in chosen}
    pattern = "".join(
        "(?s:.*)" if (number, path) in places else re.escape(text)
        for number, part in enumerate(parts)
        for text, path in part.pieces
    )
    assert re.fullmatch("\ufeff?" + pattern, done.data.decode())


@settings(max_examples=150)
@given(rewrites(), st.data())
def test_a_new_key_adds_its_own_line_or_words_and_nothing_else(
    case: tuple[bytes, list[Made], Chosen], data: st.DataObject
) -> None:
    """Taken out again, the file is as it was without it."""
    content, parts, chosen = case
    number = data.draw(st.integers(0, len(parts) - 1))
    parents: list[Path] = [()]
    if any(len(path) == 2 for path in parts[number].values):
        parents.append(("settings",))
    path = (*data.draw(st.sampled_from(parents)), "zz")
    behind = data.draw(st.sampled_from([None, "name", "port", "nothing"]))
    done = run(content, chosen)
    again = rewrite(done.data, [Edit(sources_of(done.data)[number], path, "v", behind)], YAML)
    assert again.refused == []
    found = values_in(again.data)[number]
    assert (found["settings"] if len(path) == 2 else found)["zz"] == "v"
    assert done.data.decode() in without_key(again.data.decode(), parts[0].line_break)


def without_key(text: str, line_break: str, key: str = "zz", value: str = "v") -> set[str]:
    """All ways to take the new key out."""
    pair = rf"(?:(['\"]?){key}\1: (['\"]){value}\2)"
    ways = (
        rf"(?:^|(?<=\ufeff)) *{pair},?{line_break}",
        rf"{line_break} *{pair}\Z",
        rf", {pair}",
        rf"{pair}, ",
        rf",(?= *(?:#[^\r\n]*)?{line_break} *{pair}{line_break})",
    )
    once = {re.sub(way, "", text, count=1, flags=re.MULTILINE) for way in ways}
    return once | {re.sub(ways[0], "", one, count=1, flags=re.MULTILINE) for one in once}
