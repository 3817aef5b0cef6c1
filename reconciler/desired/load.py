"""YAML files -> documents of plain data, and all that is wrong with them, each at its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from reconciler.desired.files import MAX_BYTES, find_files, make_file_name, unreadable
from reconciler.desired.places import Places
from reconciler.desired.screen import screen
from reconciler.model import Json, Problem, Source

__all__ = ["MAX_BYTES", "Document", "Places", "find_files", "load_documents", "load_text"]


class Document(Struct, frozen=True):
    """One YAML document. `source` is the place of its first key, `index` its number in the file from 0.

    data: mappings as dict with text keys, sequences as list, text as str, and model.Plain for every unquoted scalar
    that YAML 1.1 or 1.2 reads as anything else. Aliases share the data of their anchor: it is not to be changed.
    """

    data: Json
    source: Source
    index: int


def load_documents(files: Iterable[Path]) -> tuple[list[Document], list[Problem]]:
    """Reads the files in the order given; all documents that are whole, and all problems."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in files:
        try:
            text = path.read_bytes()
        except OSError as error:
            problems.append(unreadable(path, error))
            continue
        found, wrong = load_text(text, make_file_name(path))
        documents += found
        problems += wrong
    return documents, problems


def load_text(text: bytes, file: str, *, pure: bool = False) -> tuple[list[Document], list[Problem]]:
    """The documents of a file's bytes, and its problems; `pure` leaves the C parser aside. Never raises for bytes."""
    from reconciler.desired.parsing import parse

    screened = screen(text, file)
    if screened.problems:
        return [], screened.problems
    reader = parse(screened.text, file, pure=pure or screened.pure)
    if not reader.index and not reader.problems:
        return [], [Problem("empty-file", "is empty", Source(file, 1, 1), "write a manifest, or remove the file")]
    return [Document(*parsed) for parsed in reader.documents], reader.problems
