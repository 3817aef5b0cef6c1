"""Changes values in the bytes of a YAML file and leaves every other byte as it is. Pure: bytes -> bytes.

Characters are spliced between the marks of the parser. Whatever comes of it is read again by the reader of manifests
and must say what the file said before, but for the edits: else the file stays as it is.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct, field

from reconciler.adopting.rewrite_check import find_difference
from reconciler.adopting.rewrite_edits import Edit, Work
from reconciler.adopting.rewrite_keys import Splice, make_sheet
from reconciler.adopting.rewrite_nodes import Place, read_roots
from reconciler.adopting.rewrite_scalars import IsText
from reconciler.model import Json, Problem, Source

__all__ = ["Edit", "Rewritten", "Yaml", "rewrite"]


class Document(Protocol):
    """One document as the reader of manifests tells it."""

    @property
    def data(self) -> Json:
        """Dicts, lists, text, and Plain."""
        ...

    @property
    def source(self) -> Source:
        """The place of its first key."""
        ...


class Yaml(Struct, frozen=True):
    """How files are read: handed in, so that what is written is judged by the very reader of manifests.

    load: bytes and the file's name -> documents and problems. events: bytes without BOM -> the parser's events.
    is_text: whether every YAML version reads an unquoted scalar as text.
    """

    load: Callable[[bytes, str], tuple[Sequence[Document], Sequence[Problem]]]
    events: Callable[[bytes], Iterable[Any]]
    is_text: IsText


class Rewritten(Struct, frozen=True):
    """The file's bytes, and why which edits were not made: `data` holds all others. No reason holds a value."""

    data: bytes
    refused: list[tuple[Edit, str]] = field(default_factory=list)


def rewrite(data: bytes, edits: Sequence[Edit], yaml: Yaml) -> Rewritten:
    """The file with the edits, each value in the quotes that stand there, where these can hold it."""
    file = edits[0].document.file if edits else ""
    body = data.removeprefix(codecs.BOM_UTF8)
    before, problems = yaml.load(body, file)
    if problems:
        return Rewritten(data, [(edit, "the file is not valid any more") for edit in edits])
    text = body.decode()
    groups: dict[Place, list[Edit]] = {}
    for edit in edits:
        groups.setdefault((edit.document.line - 1, edit.document.column - 1), []).append(edit)
    roots = read_roots(text, yaml.events(body), groups)
    known = {(document.source.line - 1, document.source.column - 1): document.data for document in before}
    refused: list[tuple[Edit, str]] = []
    splices: list[Splice] = []
    for place, group in groups.items():
        if place not in roots:
            refused += [(edit, "the file holds no such document any more") for edit in group]
            continue
        work = Work(make_sheet(text, roots[place], yaml.is_text), roots[place])
        known[place] = work.take(group, known[place])
        splices += work.splices
        refused += work.refused
    after = _splice(text, splices).encode()
    wrong = _find_wrong(after, list(known.values()), yaml, file)
    if wrong is not None:
        said = {id(edit) for edit, _ in refused}
        return Rewritten(data, [*refused, *((edit, wrong) for edit in edits if id(edit) not in said)])
    return Rewritten(data[: len(data) - len(body)] + after, refused)


def _splice(text: str, splices: Iterable[Splice]) -> str:
    parts: list[str] = []
    at = 0
    for splice in sorted(splices):
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, text[at:]])


def _find_wrong(after: bytes, expected: Sequence[Json], yaml: Yaml, file: str) -> str | None:
    """What the rewritten file says wrong, None where it says what it should."""
    found, problems = yaml.load(after, file)
    if problems or len(found) != len(expected):
        return "the file would not read back as a valid one, so it stays as it is"
    for document, data in zip(found, expected, strict=True):
        path = find_difference(data, document.data)
        if path is not None:
            where = ".".join(map(str, path)) or "the document"
            return f"{where} would not read back as it should, so the file stays as it is"
    return None
