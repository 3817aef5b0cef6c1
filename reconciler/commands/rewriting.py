"""Edits of manifests: each file is read once, rewritten in one pass, and written in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from reconciler.adopting.rewrite import Edit, Yaml, rewrite
from reconciler.commands.files import read_file, replace_file
from reconciler.commands.stopping import Stopping
from reconciler.desired.load import MAX_BYTES, load_events, load_text
from reconciler.desired.scalars import reads_as_text
from reconciler.errors import ReconcilerError
from reconciler.model import Path as Steps
from reconciler.model import Source

YAML = Yaml(load_text, load_events, reads_as_text)

Reasons = Mapping[tuple[Source, Steps], str]
"""Why an edit was not made, by its document and path."""


class Rewriting(Struct, frozen=True):
    """One file: what it holds and what it is to hold, and the edits that make the difference."""

    path: Path
    before: bytes
    after: bytes
    edits: tuple[Edit, ...]


def rewrite_files(edits: Sequence[Edit], cwd: Path) -> tuple[list[Rewriting], dict[tuple[Source, Steps], str]]:
    """The files as they would be, in the order of their names, and why which edits cannot be made. Writes nothing."""
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(edit.document.file, []).append(edit)
    made: list[Rewriting] = []
    reasons: dict[tuple[Source, Steps], str] = {}
    for file, group in sorted(files.items()):
        path = cwd / file
        try:
            before = read_file(path, MAX_BYTES)
        except ReconcilerError:
            reasons.update({_key(edit): "the file cannot be read any more" for edit in group})
            continue
        done = rewrite(before, group, YAML)
        refused = {_key(edit): reason for edit, reason in done.refused}
        reasons.update(refused)
        if done.data != before:
            made.append(Rewriting(path, before, done.data, tuple(one for one in group if _key(one) not in refused)))
    return made, reasons


def write_files(files: Sequence[Rewriting], stopping: Stopping) -> dict[tuple[Source, Steps], str]:
    """Writes them one after the other; why which edits were not written. A signal ends it between two files."""
    reasons: dict[tuple[Source, Steps], str] = {}
    with stopping.told(lambda _code: None):
        for file in files:
            try:
                stopping.check()
                replace_file(file.path, file.before, file.after)
            except ReconcilerError as error:
                reasons.update({_key(edit): f"not written: {error.message}" for edit in file.edits})
    return reasons


def _key(edit: Edit) -> tuple[Source, Steps]:
    return edit.document, tuple(map(str, edit.path))
