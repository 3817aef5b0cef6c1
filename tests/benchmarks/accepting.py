"""What `accept` does of an account whose list pages lie on disk, from the same parts, but for writing the files."""

from __future__ import annotations

from pathlib import Path

from reconciler.adopting.accept import Chosen, Judges, choose
from reconciler.adopting.accept_fields import parse_fields
from reconciler.commands.rewriting import rewrite_files
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.planning.differences import compare_all
from reconciler.planning.overview import Unresolved
from reconciler.planning.settings import Place
from tests.benchmarks.whole import load_manifests, read_live


def find_changed(folder: str) -> list[str]:
    """The names that would be written, by the addresses of their manifests. Raises what reading raises."""
    keys, places = SecretKeys(), Places()
    manifests = load_manifests(folder, keys, places).manifests
    asked = Unresolved(keys.matches, Place(places.value, places.key))
    snapshot = read_live(folder, manifests)
    comparison = compare_all(manifests, snapshot, asked, account="default", company_id=None, in_scope=lambda _: True)
    judges, fields = Judges(keys.matches, places.value), parse_fields([])
    ordered = sorted(comparison.compared, key=lambda one: one.manifest.source)
    chosen = [choose(one, one.live, fields, judges) if one.live else Chosen() for one in ordered]
    edits = [choice.edit for one in chosen for choice in one.choices if choice.edit is not None]
    files, refused = rewrite_files(edits, Path(folder))
    if refused or not files:
        raise AssertionError(f"{len(refused)} refused, {len(files)} files")
    return [str(edit.value) for file in files for edit in file.edits]
