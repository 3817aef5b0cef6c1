"""The formats that answers are written in, by verb, and `--write FORMAT=FILE`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from reconciler.commands.files import save_file
from reconciler.errors import ReconcilerError, UsageError

PLAN = ("text", "json", "markdown", "html", "github", "gitlab", "terraform-json")
REPORT = ("text", "json", "markdown", "html", "github")
VALIDATION = ("text", "json", "markdown", "html", "sarif", "github", "gitlab")
FLEET = ("text", "json", "markdown", "html")
TABLE = ("text", "json")

Writers = Mapping[str, Callable[[], str]]
"""What writes an answer in each format."""


class Write(Struct, frozen=True):
    """One more copy of the answer: in this format, to this file."""

    form: str
    path: Path


def parse_writes(given: Sequence[str], forms: Sequence[str]) -> tuple[Write, ...]:
    """The values of --write. Raises UsageError for a format that the verb does not have, and for a file named twice."""
    made: list[Write] = []
    for text in given:
        form, equals, name = text.partition("=")
        if not equals or not name or form not in forms:
            raise UsageError(f"--write {text}: is not FORMAT=FILE", f"the formats here: {', '.join(forms)}")
        path = Path(name)
        if any(one.path == path for one in made):
            raise UsageError(f"--write {text}: this file is named twice", "name another file")
        if path.exists() and not path.is_file():
            raise UsageError(f"--write {text}: is no ordinary file", "name a file")
        if not path.parent.is_dir():
            raise UsageError(f"--write {text}: there is no folder {path.parent}", f"mkdir -p {path.parent}")
        made.append(Write(form, path))
    return tuple(made)


def save_writes(writes: Sequence[Write], writers: Writers) -> None:
    """Writes each copy, every one that can be; then raises the first ReconcilerError."""
    failed: list[ReconcilerError] = []
    for one in writes:
        writer = writers.get(one.form)
        if writer is None:
            continue
        try:
            save_file(one.path, writer().encode("utf-8", "surrogateescape"))
        except ReconcilerError as error:
            failed.append(error)
    if failed:
        raise failed[0]
