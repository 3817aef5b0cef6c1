"""A saved plan against the manifests that are at hand where it is applied: only what is the same in both is sent."""

from __future__ import annotations

import pathlib
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from reconciler.commands.declared import Loaded, load_desired, load_schemas
from reconciler.commands.gathered import Gathered
from reconciler.commands.request import Request
from reconciler.configuration import holds
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Change, Manifest, Path, Plan, Problem, Source
from reconciler.options import Options
from reconciler.planning.binding import Mismatch, find_mismatches


def bind_plan(plan: Plan, file: pathlib.Path, options: Options, request: Request) -> Plan:
    """The plan, where each of its documents still declares what it sends. A create whose id has been written into its
    document since knows it.

    Raises RefusedError where a planned document declares anything else by now or is gone, InvalidError where it is
    no longer valid; both before any request. What became of other documents is no matter.

    A job that has only the plan file has nothing to compare with. A plan of `undo` says what no manifest declares:
    the key that it is sealed with has to vouch for it.
    """
    if plan.origin == "undo" and plan.seal.startswith("hmac-"):
        return plan
    planned = [change for change in plan.changes if change.action != "none"]
    keys, places = SecretKeys(options.secret_keys), Places()
    loaded = _load(planned, options, request, keys, places)
    if not loaded.files:
        return plan
    again, providers = _next_step(plan, file), _read_providers(planned, options, request, keys)
    by_id = {one.id: one for one in loaded.desired.manifests if one.id is not None}
    by_address = {one.address: one for one in loaded.desired.manifests}
    known: dict[str, str | None] = {}
    refused: list[Problem] = []
    broken: list[Problem] = []
    for change in planned:
        manifest = by_id.get(change.id or "") or by_address.get(change.address)
        if manifest is not None:
            mismatches = find_mismatches(change, manifest, keys.matches, providers)
            refused += _tell(change, manifest, mismatches, places, again)
            known[change.address] = manifest.id
        elif problems := _problems_of(change, loaded):
            broken += problems
        else:
            message = f"{change.address}: no manifest declares it any more"
            refused.append(Problem("not-declared", message, change.source, again))
    _raise(refused, broken)
    return msgspec.structs.replace(plan, changes=tuple(_with_id(change, known) for change in plan.changes))


def _load(planned: Iterable[Change], options: Options, request: Request, keys: SecretKeys, places: Places) -> Loaded:
    """The account's manifests, and those that the plan was made from elsewhere."""
    sources = sorted({pathlib.Path(change.source.file) for change in planned})
    # A plan may name any file, and only one that could be a manifest is read.
    named = [source for source in sources if source.suffix in {".yaml", ".yml"}]
    at_hand = [source for source in named if holds((request.cwd / source).is_file)]
    return load_desired(options, at_hand, request.cwd, keys, places, allow_literals=True, offline=False)


def _with_id(change: Change, known: Mapping[str, str | None]) -> Change:
    return msgspec.structs.replace(change, id=known[change.address]) if change.action == "create" else change


def _next_step(plan: Plan, file: pathlib.Path) -> str:
    if plan.origin == "undo":
        return "make and apply the plan with RECONCILER_KEY set, or undo without a file: reconciler undo REPORT"
    return f"plan again: reconciler plan --out {shlex.quote(str(file))}"


def _read_providers(planned: Iterable[Change], options: Options, request: Request, keys: SecretKeys) -> dict[str, str]:
    """Ids of providers by name, as schemas tell them: whether the plan would create with the right one."""
    if all(change.action != "create" for change in planned):
        return {}
    schemas, _ = load_schemas(options, request.cwd, keys)
    told = [described.provider for described in schemas.providers.values()]
    names = Counter(provider.name for provider in told)
    return {one.name: one.id for one in told if one.id and names[one.name] == 1}


def _tell(
    change: Change, manifest: Manifest, mismatches: Iterable[Mismatch], places: Places, again: str
) -> list[Problem]:
    found = []
    for path, message in mismatches:
        where = f"{'.'.join(path)}: " if path else ""
        source = _find_place(manifest, path, places)
        found.append(Problem("not-declared", f"{change.address}: {where}{message}", source, again))
    return found


def _find_place(manifest: Manifest, path: Path, places: Places) -> Source:
    """Of what the document does not name: where it would stand."""
    source = places.value(manifest.source, path)
    return places.value(manifest.source, path[:1]) if source == manifest.source else source


def _problems_of(change: Change, loaded: Loaded) -> list[Problem]:
    """What is wrong in the file of a document that is not there as it was planned."""
    return [one for one in loaded.desired.problems if one.source and one.source.file == change.source.file]


def _raise(refused: list[Problem], broken: list[Problem]) -> None:
    gathered = Gathered()
    if refused:
        message = "the plan is not what the manifests declare now; nothing was sent"
        gathered.attempt(lambda: _fail(RefusedError(message, None, refused)))
    if broken:
        gathered.attempt(lambda: _fail(InvalidError(broken)))
    gathered.check()


def _fail(error: RefusedError | InvalidError) -> None:
    raise error
