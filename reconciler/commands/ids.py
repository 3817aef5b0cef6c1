"""`apply --write-ids`: the id of each integration that was created goes into its manifest; no other byte changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from reconciler.adopting.rewrite import Edit
from reconciler.commands.declared import load_desired
from reconciler.commands.files import WRITING
from reconciler.commands.rewriting import rewrite_files, write_files
from reconciler.commands.stopping import Stopping
from reconciler.desired.load import load_documents
from reconciler.desired.places import Places
from reconciler.desired.scalars import reads_as_text
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Json, Manifest, Outcome, Problem, Source
from reconciler.options import Options

OTHERS = frozenset({"stale", "skipped"})
"""What is live there was made by somebody else."""


class WrittenIds(Struct, frozen=True):
    """notes: what was written, for people. problems: what could not be, each with the line to add by hand."""

    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Id(Struct, frozen=True):
    """One id to write: of which outcome, into which manifest, and the edit; or why there is none."""

    outcome: Outcome
    line: str
    manifest: Manifest | None = None
    edit: Edit | None = None
    reason: str | None = None


def write_ids(
    outcomes: Sequence[Outcome], options: Options, paths: Sequence[Path], cwd: Path, *, allow_literals: bool
) -> WrittenIds:
    """Writes the ids into the manifests as they are now, found by their addresses: behind `key:`, else at the top.

    An id stands by itself where the configuration has one account, and by its account's name where it has several. It
    is written to the end whatever signal comes: the integrations are there.
    """
    created = [one for one in outcomes if one.action == "create" and one.id is not None and one.status not in OTHERS]
    if not created:
        return WrittenIds()
    with WRITING:
        ids = list(_make_ids(created, options, paths, cwd, allow_literals=allow_literals))
        files, reasons = rewrite_files([one.edit for one in ids if one.edit is not None], cwd)
        reasons.update(write_files(files, Stopping()))
    notes: list[str] = []
    problems: list[Problem] = []
    for one in ids:
        reason = one.reason
        if one.edit is not None:
            reason = reasons.get((one.edit.document, tuple(map(str, one.edit.path))))
            if reason is None:
                notes.append(f"{one.line} was written into {one.edit.document.file} ({one.outcome.address})")
                continue
        source = one.manifest.source if one.manifest is not None else one.outcome.source
        message = f"{one.outcome.address}: its id {one.outcome.id} could not be written: {reason}"
        problems.append(Problem("id-not-written", message, source, f"add the line {one.line}"))
    return WrittenIds(tuple(notes), tuple(problems))


def _make_ids(
    created: Sequence[Outcome], options: Options, paths: Sequence[Path], cwd: Path, *, allow_literals: bool
) -> Iterator[_Id]:
    keys, places = SecretKeys(options.secret_keys), Places()
    loaded = load_desired(options, paths, cwd, keys, places, allow_literals=allow_literals, offline=True)
    manifests = {one.address: one for one in loaded.desired.manifests}
    found = [manifests[one.address] for one in created if one.address in manifests]
    raw = _read_ids(found, cwd)
    for outcome in created:
        manifest = manifests.get(outcome.address)
        line = _make_line(outcome.id, options)
        if manifest is None:
            yield _Id(outcome, line, reason="no manifest here has this address")
        elif manifest.id is not None and manifest.id != outcome.id:
            yield _Id(outcome, line, manifest, reason="another id stands there by now")
        elif manifest.id is None:
            yield _Id(outcome, line, manifest, _make_edit(manifest, raw.get(manifest.source), outcome.id, options))


def _read_ids(manifests: Sequence[Manifest], cwd: Path) -> dict[Source, Json]:
    """What stands behind `id:` in these documents; nothing of those that have none."""
    files = dict.fromkeys(one.source.file for one in manifests)
    documents, _ = load_documents(cwd / file for file in files)
    return {document.source: document.data["id"] for document in documents if "id" in document.data}


def _make_edit(manifest: Manifest, raw: Json, id_: str | None, options: Options) -> Edit:
    """Into the mapping that is there, else as a mapping where there are several accounts."""
    if isinstance(raw, dict):
        return Edit(manifest.source, ("id", options.account), id_, before=())
    value = {options.account: id_} if len(options.accounts) > 1 else id_
    return Edit(manifest.source, ("id",), value, behind="key", before=())


def _make_line(id_: str | None, options: Options) -> str:
    if len(options.accounts) == 1:
        return f"id: {json.dumps(id_)}"
    name = options.account if reads_as_text(options.account) else json.dumps(options.account)
    return f"id: {{{name}: {json.dumps(id_)}}}"
