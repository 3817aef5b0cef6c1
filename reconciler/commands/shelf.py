"""Where imported manifests are put: beside what is there, never in its place, and read back before they are written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from reconciler.adopting.importer import Draft, Wish, make_text
from reconciler.commands.files import create_file
from reconciler.commands.request import Request
from reconciler.configuration import holds
from reconciler.desired.files import make_file_name
from reconciler.desired.load import Places, load_text
from reconciler.desired.manifests import make_manifests
from reconciler.desired.secrets import SecretKeys
from reconciler.model import ImportedFile, NotImported, Problem, Source
from reconciler.options import Options
from reconciler.schema_files import FOLDER, MANIFEST, SchemaSet, make_homes


class Shelf(Struct, frozen=True):
    """A folder for manifests, the folder of their schemas, and what they are judged by."""

    folder: Path
    home: Path
    wish: Wish
    account: str
    keys: SecretKeys
    schemas: SchemaSet


class Placed(Struct, frozen=True):
    """A manifest that is ready to be written, and what there is to say of its place."""

    draft: Draft
    path: Path
    text: str
    warning: Problem | None = None


def find_home(request: Request, options: Options, folder: Path) -> Path:
    """The folder of schemas that manifests in `folder` refer to: one that is there, else where `schema` would write.

    Where that is of no project that the folder belongs to: beside the folder, so that no path tells of this machine.
    """
    config = request.cwd / options.config_file if options.config_file else None
    beside = (config.parent if config is not None else request.cwd) / FOLDER
    homes = make_homes(config, options.root)
    home = next((one for one in homes if holds((one / MANIFEST).is_file)), beside)
    return home if is_below(folder, home.parent) else folder.parent / FOLDER


def is_below(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder, by the letters of both."""
    return Path(os.path.normpath(path)).is_relative_to(os.path.normpath(folder))


def make_modeline(path: Path, home: Path) -> str:
    """The path of the manifests' schema, relative to the file's folder."""
    return Path(os.path.relpath(home / MANIFEST, path.parent)).as_posix()


def place_drafts(drafts: Sequence[Draft], shelf: Shelf) -> tuple[list[Placed], list[NotImported]]:
    """A place for each, and those for which there is none."""
    placed: list[Placed] = []
    refused: list[NotImported] = []
    for draft in drafts:
        found = _place(draft, shelf)
        (placed if isinstance(found, Placed) else refused).append(found)  # type: ignore[arg-type]
    return placed, refused


def _place(draft: Draft, shelf: Shelf) -> Placed | NotImported:
    one = draft.live.id
    paths = [shelf.folder / path for path in draft.paths]
    for path in paths:
        if holds_id(path, one):
            place = Source(make_file_name(path), 1, 1)
            return NotImported(one, "managed", f"is described already, by {place.file}", place)
    fitting = paths[1:] if draft.spoiled else paths
    free = next((path for path in fitting if not os.path.lexists(path)), None)
    first = make_file_name(fitting[0])
    if free is None:
        message = f"{first} is there already, and stays: it describes another"
        return NotImported(one, "file-exists", message, Source(first, 1, 1))
    if not is_below(free.parent.resolve(), shelf.folder.resolve()):
        return NotImported(one, "unwritable", f"{make_file_name(free.parent)} is a link that leaves the folder")
    text = make_text(draft, shelf.wish, make_modeline(free, shelf.home))
    wrong = find_fault(text, shelf)
    if wrong is not None:
        return NotImported(one, "unwritable", f"its manifest would not be valid: {wrong.message}")
    warning = None
    if free is not fitting[0]:
        message = f"{first} is there already, and stays: {one} was written to {make_file_name(free)}"
        warning = Problem("file-exists", message, None, None)
    return Placed(draft, free, text, warning)


def holds_id(path: Path, one: str) -> bool:
    """Whether a file holds a manifest with this id, for any account."""
    if not holds(path.is_file):
        return False
    try:
        documents, _ = load_text(path.read_bytes(), path.name)
    except OSError:
        return False
    ids = (document.data.get("id") for document in documents if isinstance(document.data, dict))
    return any(one in (found.values() if isinstance(found, dict) else (found,)) for found in ids)


def find_fault(text: str, shelf: Shelf) -> Problem | None:
    """The first thing that the reader of manifests has against a text."""
    documents, problems = load_text(text.encode(), "")
    desired = make_manifests(
        documents,
        account=shelf.account,
        secret_keys=shelf.keys,
        offline=False,
        places=Places(),
        schemas=shelf.schemas,
    )
    return next(iter([*problems, *desired.problems]), None)


def write_placed(placed: Sequence[Placed]) -> tuple[list[ImportedFile], list[NotImported]]:
    """Writes each file where nothing is yet. Raises ReconcilerError where one cannot be written."""
    files: list[ImportedFile] = []
    lost: list[NotImported] = []
    for one in placed:
        live, name = one.draft.live, make_file_name(one.path)
        if create_file(one.path, one.text.encode()):
            files.append(ImportedFile(name, live.id, live.provider.name, live.name, one.draft.left_out))
        else:
            message = f"{name} has come to be meanwhile, and stays"
            lost.append(NotImported(live.id, "file-exists", message, Source(name, 1, 1)))
    return files, lost
