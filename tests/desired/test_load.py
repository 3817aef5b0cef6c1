"""The loader as a whole: it agrees with ruamel, says the same from both parsers, and never raises."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.events import ScalarEvent

from reconciler.desired.load import Document, load_documents, load_events, load_text
from reconciler.model import Plain, Source
from tests.desired.corpus import CORPUS, TEXTS

FRAGMENTS = (
    *"abx01-?:,[]{}#&*!|>'\"%@`~=\\.<\n\n \t\r",
    *("key", "x y", "\n  ", "\n    ", "  ", ": ", "- ", "? ", ", ", " # c", "''", "'q'", '"d"', "|-", "|+", ">2", "|1"),
    *("&x ", "&x:", "*x", "*x ", "!t ", "!!str ", "%YAML 1.2\n", "---\n", "...\n", "\n---\n", "<<", "<<: ", "null"),
    *("yes", "12:30", "-1", ".inf", "1: ", "\\n", "\\x41", "\\\n", "é", "\u00a0", "😀", "\ufeff", "\u0085", "\u2028"),
    *(
        "a: b\n",
        "c: d\n",
        "- a\n",
        "a:\n",
        "{a: b}",
        "{a:1}",
        "[a, b]",
        "a: |\n  x\n",
        "a: >\n  x\n\n",
        "a: 'b\n  c'\n",
    ),
    *("\r\n", "\n \n", "http://a.b", "a:b", "a #b", "...", '"a":', "a : b", "|#", "[a?b]", "\x00", "\x1b"),
)
yamlish = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)
corpus_pieces = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A text of the corpus with a piece put in or taken out."""
    text: str = draw(corpus_pieces)
    at = draw(st.integers(0, len(text)))
    piece: str = draw(st.sampled_from(("", *FRAGMENTS)))
    return text[:at] + piece + text[at + draw(st.integers(0, 2)) :]


def unwrap(data: Any) -> Any:
    """Data as ruamel's safe loader gives it: Plain as its value."""
    if isinstance(data, dict):
        return {key: unwrap(value) for key, value in data.items()}
    if isinstance(data, list):
        return [unwrap(value) for value in data]
    return data.value if isinstance(data, Plain) else data


def dates_as_text(data: Any) -> Any:
    """Dates that ruamel makes of scalars that are text in ours."""
    if isinstance(data, dict):
        return {key: dates_as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [dates_as_text(value) for value in data]
    return data.isoformat() if isinstance(data, datetime.date) else data


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("text", CORPUS)
def test_agrees_with_the_safe_loader(text: str, pure: bool) -> None:
    """On the corpus the data is that of ruamel's own safe loader, types included."""
    documents, problems = load_text(text.encode(), "f.yaml", pure=pure)
    theirs = [dates_as_text(data) for data in YAML(typ="safe", pure=True).load_all(io.BytesIO(text.encode()))]
    assert problems == []
    assert repr([unwrap(document.data) for document in documents]) == repr(theirs)


@settings(max_examples=400, deadline=None)
@given(st.one_of(yamlish, yamlish.map("k: {}".format), damaged()))
def test_both_parsers_say_the_same(text: str) -> None:
    """C and pure Python give the same documents at the same places, or both give problems."""
    documents, problems = load_text(text.encode(), "f.yaml")
    pure_documents, pure_problems = load_text(text.encode(), "f.yaml", pure=True)
    assert bool(problems) == bool(pure_problems)
    if not problems:
        assert repr(documents) == repr(pure_documents)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(),
        yamlish.map(str.encode),
        st.tuples(yamlish, st.binary(max_size=3)).map(lambda pair: pair[0].encode() + pair[1]),
    ),
    st.booleans(),
)
def test_no_bytes_raise(text: bytes, pure: bool) -> None:
    """Whatever the bytes, there are documents or problems, and a problem has a place and a way out."""
    documents, problems = load_text(text, "f.yaml", pure=pure)
    assert documents or problems
    assert all(problem.source is not None and problem.fix for problem in problems)


def test_a_document_knows_its_place_and_number() -> None:
    """The source is that of the first key, comments and the line of dashes aside."""
    documents, problems = load_text(b"# c\na: x\n---\n# d\n\n  b: w\n--- {c: z}\n--- {}\n", "m.yaml")
    assert problems == []
    assert documents == [
        Document({"a": "x"}, Source("m.yaml", 2, 1), 0),
        Document({"b": "w"}, Source("m.yaml", 6, 3), 1),
        Document({"c": "z"}, Source("m.yaml", 7, 6), 2),
        Document({}, Source("m.yaml", 8, 6), 3),
    ]


def test_documents_before_a_fault_are_kept(tmp_path: Path) -> None:
    """A syntax error ends its file only, and takes none of what came before it or stands in another file."""
    (tmp_path / "a.yaml").write_text("a: 1\n---\nb: [\n---\nc: 1\n")
    (tmp_path / "b.yaml").write_text("d: 1\n")
    documents, problems = load_documents([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert [list(document.data) for document in documents] == [["a"], ["d"]]
    assert [problem.code for problem in problems] == ["syntax"]


def test_files_are_named_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absolute path is printed relative, a relative one as it is, and a lost file is a problem."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.yaml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    documents, problems = load_documents([tmp_path / "m" / "a.yaml", Path("m/a.yaml"), Path("m/gone.yaml")])
    assert [document.source.file for document in documents] == ["m/a.yaml", "m/a.yaml"]
    assert [(problem.code, str(problem.source)) for problem in problems] == [("no-such-path", "m/gone.yaml:1:1")]


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# only a comment\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_error(text: bytes) -> None:
    """A file without a document says so at its begin."""
    documents, problems = load_text(text, "f.yaml")
    assert documents == []
    assert [(problem.code, str(problem.source)) for problem in problems] == [("empty-file", "f.yaml:1:1")]


@pytest.mark.parametrize("text", [b"a: [http://a.b]\n", b"%YAML 1.2\n---\na: b\n", b"a: 'x\ty'\n"])
@pytest.mark.parametrize("pure", [False, True])
def test_the_events_are_those_of_the_documents(text: bytes, pure: bool) -> None:
    """Also of what the C parser refuses, or may not read."""
    (document,) = load_text(text, "m.yaml", pure=pure)[0]
    values = [event.value for event in load_events(text, pure=pure) if isinstance(event, ScalarEvent)]
    assert values == ["a", document.data["a"][0] if isinstance(document.data["a"], list) else document.data["a"]]
