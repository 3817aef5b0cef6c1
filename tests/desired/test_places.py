"""Places that are found again: of keys, values, items and what stands behind an alias."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.desired.load import MAX_BYTES, Places, load_documents, load_text
from reconciler.model import Plain, Source
from tests.desired.corpus import TEXTS

TEXT = b"""# c
key: &n x
settings: {port: 12, list: [a, "b", *n]}
empty:
block: |-
  two
  lines
- : refused
"""
Step = str | int


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(text: str | bytes) -> list[Source]:
    """Writes a file and gives its documents' sources."""
    Path("m.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    documents, problems = load_documents([Path("m.yaml")])
    assert problems == []
    return [document.source for document in documents]


def walk(data: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every path into plain data with its value, the root aside."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        yield (*path, step), value
        yield from walk(value, (*path, step))


@pytest.mark.parametrize(
    ("path", "value", "key", "text"),
    [
        (["key"], "2:9", "2:1", "x"),
        (["settings"], "3:11", "3:1", None),
        (["settings", "port"], "3:18", "3:12", "12"),
        (["settings", "list", 1], "3:32", "3:32", "b"),
        (["settings", "list", 2], "2:9", "2:6", "x"),
        (["empty"], "4:1", "4:1", ""),
        (["block"], "5:8", "5:1", "two\nlines"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_finds_keys_and_values(path: list[Step], value: str, key: str, text: str | None) -> None:
    """A scalar at its begin, a block at its indicator, an empty value at its key, an alias at its anchor."""
    source = load(TEXT.replace(b"- : refused\n", b""))[0]
    places = Places()
    assert str(places.value(source, path)) == f"m.yaml:{value}"
    assert str(places.key(source, path)) == f"m.yaml:{key}"
    assert places.text(source, path) == text


@pytest.mark.usefixtures("folder")
def test_finds_the_document_by_its_place() -> None:
    """Each document of a file is searched by itself, whatever its lines are before."""
    sources = load("a: 1\r\n---\r\n# c\r\na: 2\r\n...\r\n---\r\n  a: {b: 3}\r\n")
    places = Places()
    assert [str(places.value(source, ["a"])) for source in sources] == ["m.yaml:1:4", "m.yaml:4:4", "m.yaml:7:6"]
    assert str(places.value(sources[2], ["a", "b"])) == "m.yaml:7:10"
    assert places.text(sources[1], ["a"]) == "2"


@pytest.mark.parametrize("path", [["b"], ["a", "b"], ["a", 0], [0], ["l", 1], ["l", "x"]])
@pytest.mark.usefixtures("folder")
def test_falls_back_to_the_document(path: list[Step]) -> None:
    """A path that is not there has the place of its document, and no text."""
    source = load("# c\na: 1\nl: [x]\n")[0]
    places = Places()
    assert places.value(source, path) == places.key(source, path) == source
    assert places.text(source, path) is None


@pytest.mark.usefixtures("folder")
def test_documents_are_parted_by_lines_of_three_dashes_alone() -> None:
    """A key that begins with them, and a text that holds them, stay within their document; a comment may follow."""
    sources = load('---\na: 1\n---x: 2\nb: "2\n  ---\n  3"\nc: 4\n--- # d\na: 5\n---\nc: 6')
    places = Places()
    assert [str(places.value(sources[0], [key])) for key in ("---x", "c")] == ["m.yaml:3:7", "m.yaml:7:4"]
    assert [str(places.value(source, [key])) for source, key in zip(sources[1:], "ac", strict=True)] == [
        "m.yaml:9:4",
        "m.yaml:11:4",
    ]


@pytest.mark.parametrize(
    "text", ["a: 1\n...\nb: {c: 2}\n", "a: 1\n--- {b: 3}\n--- [c, d]\n", "{}\n--- {}\n", "a: [b://c]\n"]
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_parsed_alone_is_found_with_its_file(text: str) -> None:
    """Documents parted by other marks, begun on the line of their mark, or without a key, are found all the same."""
    Path("m.yaml").write_text(text)
    for document in load_documents([Path("m.yaml")])[0]:
        for path, value in walk(document.data):
            found = Places().value(document.source, path)
            rest = text.splitlines()[found.line - 1][found.column - 1 :]
            assert isinstance(value, (dict, list)) or begins_alike(rest, value)
        assert Places().value(document.source, ["z"]) == document.source


@pytest.mark.usefixtures("folder")
def test_the_root_has_a_place() -> None:
    """The empty path is the document itself."""
    source = load("# c\na: 1\n")[0]
    assert Places().value(source, []) == source


@pytest.mark.parametrize(
    "text", [None, b"", b"\xff", b"\n\n\na: 1\n", b"- x\n", b"!", b"a: &x\nb: [*y, *x]\n? [c]\n: d\n"]
)
@pytest.mark.usefixtures("folder")
def test_a_file_that_changed_is_no_fault(text: bytes | None) -> None:
    """A file that is gone, broken or another one by now has no places: the document's own is given."""
    source = load("# c\n  key:\n    deep: 1\n")[0]
    if text is None:
        Path("m.yaml").unlink()
    else:
        Path("m.yaml").write_bytes(text)
    assert Places().value(source, ["key", "deep"]) == source


@pytest.mark.usefixtures("folder")
def test_what_stands_before_a_fault_is_found() -> None:
    """In a file with a fault further down the documents before it keep their places, absurd nesting included."""
    for fault in ("b: [\n", "? " * 50_000, "[" * 50_000):
        Path("m.yaml").write_text(f"a: {{b: c}}\n---\n{fault}")
        assert str(Places().value(Source("m.yaml", 1, 1), ["a", "b"])) == "m.yaml:1:8"


@pytest.mark.usefixtures("folder")
def test_odd_structures_are_found_as_far_as_they_go() -> None:
    """Undefined aliases, keys that are no text and duplicates do not stop the search; the first of a name counts."""
    Path("m.yaml").write_text("a: *x\n[k]: 1\nb: 2\nb: 3\n")
    places, source = Places(), Source("m.yaml", 1, 1)
    assert [str(places.value(source, [key])) for key in "ab"] == ["m.yaml:1:4", "m.yaml:3:4"]
    assert places.text(source, ["a"]) is None


@pytest.mark.usefixtures("folder")
def test_an_anchor_on_a_line_of_its_own_is_the_place() -> None:
    """The value begins behind its anchor where both share a line."""
    source = load("a: &x   b\nc: &y\n  d\n")[0]
    places = Places()
    assert [str(places.value(source, [key])) for key in "ac"] == ["m.yaml:1:9", "m.yaml:2:4"]


@pytest.mark.usefixtures("folder")
def test_only_the_last_few_are_kept() -> None:
    """Many files and many documents are all found, though only a few are kept."""
    text = "---\n".join(f"a: {number}\n" for number in range(200))
    for number in range(20):
        Path(f"{number}.yaml").write_text(text)
    places = Places()
    for number in (*range(20), 0):
        for index in (0, 199, 100):
            source = Source(f"{number}.yaml", 2 * index + 1, 1)
            assert places.text(source, ["a"]) == str(index)
    document = [Source("0.yaml", 2 * index + 1, 1) for index in range(200)]
    assert [places.text(source, ["a"]) for source in document] == [str(index) for index in range(200)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
def test_every_place_reads_to_the_same_scalar(folder: Path, texts: list[str]) -> None:
    """What stands at the place of a value, read by itself, is that value; and so with its text."""
    text = "---\n".join(piece.removeprefix("\ufeff").rstrip("\n") + "\n" for piece in texts)
    Path("m.yaml").write_bytes(text.encode())
    documents, problems = load_documents([Path("m.yaml")])
    lines, places = text.split("\n"), Places()
    if problems:
        return
    for document in documents:
        for path, value in walk(document.data):
            if isinstance(value, (dict, list)):
                continue
            assert places.text(document.source, path) == (value.text if isinstance(value, Plain) else value)
            if value in ("", Plain(None, "")):
                continue
            place = places.value(document.source, path)
            rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
            assert rest.startswith(tuple("|>\"'&")) or begins_alike(rest, value)
            if rest.startswith(("'", '"')):
                assert load_text(b"k: " + closed(rest).encode(), "f.yaml")[0][0].data["k"] == value


def begins_alike(rest: str, value: str | Plain) -> bool:
    """Whether a plain scalar's text begins with the value's first line."""
    return rest.startswith((value.text if isinstance(value, Plain) else value).split("\n")[0].split(" ")[0])


def closed(rest: str) -> str:
    """A quoted scalar up to the end of its quote."""
    end = 1
    while rest[end] != rest[0] or (rest[0] == "'" and rest[end + 1 : end + 2] == "'"):
        end += 2 if rest[end] in ("\\", "'") and (rest[0] == "'" or rest[end] == "\\") else 1
    return rest[: end + 1]


def test_a_place_in_what_is_no_file_is_not_looked_for(tmp_path: Path) -> None:
    """The name may come from a saved plan, and lead to a pipe, a device, or something huge."""
    os.mkfifo(tmp_path / "pipe.yaml")
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name in (str(tmp_path / "pipe.yaml"), str(tmp_path / "huge.yaml"), str(tmp_path), "/dev/zero", "a\0b"):
        source = Source(name, 1, 1)
        assert Places().value(source, ("settings", "port")) == source
