"""YAML files -> documents of plain data, and all that is wrong with them, each at its place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reconciler.desired.documents import Document
from reconciler.desired.files import MAX_BYTES, find_files, make_file_name, make_unreadable
from reconciler.desired.places import Places
from reconciler.desired.screen import screen
from reconciler.model import Problem

_PIECE = 64 * 1024
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

__all__ = ["MAX_BYTES", "Document", "Places", "find_files", "load_documents", "load_events", "load_text"]


def load_documents(files: Iterable[Path | str]) -> tuple[list[Document], list[Problem]]:
    """Reads the files in the order given; all documents that are whole, and all problems."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in files:
        try:
            text = _read(path)
        except OSError as error:
            problems.append(make_unreadable(path, error))
            continue
        found, wrong = load_text(text, make_file_name(path))
        documents += found
        problems += wrong
    return documents, problems


def _read(path: Path | str) -> bytes:
    """The bytes of a file, by the fewest calls of the system: of a small file this is what reading costs."""
    number = os.open(path, _READ)
    try:
        pieces = []
        while piece := os.read(number, _PIECE):
            pieces.append(piece)
    finally:
        os.close(number)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def load_text(text: bytes, file: str, *, pure: bool = False) -> tuple[list[Document], list[Problem]]:
    """The documents of a file's bytes, and its problems; `pure` leaves the C parser aside. Never raises for bytes."""
    from reconciler.desired.parsing import read_documents

    text, problem, only_pure = screen(text, file)
    if problem is not None:
        return [], [problem]
    return read_documents(text, file, pure=pure or only_pure)


def load_events(text: bytes, *, pure: bool = False) -> list[Any]:
    """The YAML events behind the documents of a file that has no fault; with a BOM their indexes cannot be told."""
    from reconciler.desired.parsing import list_events

    text, _, only_pure = screen(text, "")
    return list_events(text, pure=pure or only_pure)
