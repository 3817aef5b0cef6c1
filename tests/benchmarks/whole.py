"""The whole plan as the command makes it, from the same parts, of an account whose list pages lie on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from reconciler.commands.collecting import collect_rarely
from reconciler.desired.files import list_files
from reconciler.desired.load import load_documents
from reconciler.desired.manifests import Desired, make_manifests
from reconciler.desired.places import Places
from reconciler.desired.references import references, resolve
from reconciler.desired.secrets import SecretKeys, Secrets
from reconciler.errors import InvalidError, RejectedError
from reconciler.live.client import Client
from reconciler.live.decode import decode_json
from reconciler.live.reader import Reader
from reconciler.model import Allowed, Manifest, Plan, Snapshot
from reconciler.planning.codec import seal_plan
from reconciler.planning.planner import Asked, Context, make_plan
from reconciler.planning.settings import Place
from tests.benchmarks.stored import read_environ, read_page

T = TypeVar("T")


class StoredClient(Client):
    """Answers with pages from disk: everything of a request but the network."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def get(self, path: str, params: Mapping[str, str] | None = None, decode: Callable[[bytes], T] = decode_json) -> T:
        """One page."""
        number = int((params or {}).get("page", "0").partition(",")[0])
        body = read_page(self._folder, number) if path == "/integrations" else None
        if body is None:
            raise RejectedError(f"GET {path}: is not stored", status=404)
        return decode(body)


def make_whole_plan(folder: str) -> tuple[Plan, bytes]:
    """Reads, judges, compares, plans and seals. Raises what a plan raises."""
    collect_rarely()
    keys, places = SecretKeys(), Places()
    manifests, secrets = _declare(folder, keys, places)
    snapshot = read_live(folder, manifests)
    context = Context(
        tool="0",
        api="https://api.example.com/v1/hood",
        account="default",
        company_id=None,
        created="2026-11-22T10:00:00Z",
        expires="2026-11-29T10:00:00Z",
    )
    asked = Asked(secrets.reveal, keys.matches, Place(places.value, places.key))
    return seal_plan(make_plan(manifests, snapshot, context, asked))


def _declare(folder: str, keys: SecretKeys, places: Places) -> tuple[list[Manifest], Secrets]:
    desired = load_manifests(folder, keys, places)
    environ = read_environ(folder)
    found = references(desired.manifests)
    return desired.manifests, resolve(found, environ=environ, allowed=Allowed(), literals={}, places=places)


def load_manifests(folder: str, keys: SecretKeys, places: Places) -> Desired:
    """The manifests of an account on disk."""
    root = Path(folder) / "manifests"
    files, missing = list_files([root], root=root)
    documents, broken = load_documents(files)
    desired = make_manifests(documents, account="default", secret_keys=keys, offline=False, places=places)
    if missing or broken or desired.problems:
        raise InvalidError([*missing, *broken, *desired.problems], desired.warnings)
    return desired


def read_live(folder: str, manifests: list[Manifest]) -> Snapshot:
    """What its pages show."""
    return Reader(StoredClient(folder), parallel=4).read_snapshot(
        ids=frozenset(one.id for one in manifests if one.id is not None),
        by_name=any(one.id is None for one in manifests),
        need=frozenset(one.provider for one in manifests if one.settings),
        names=frozenset((one.provider, one.name or "") for one in manifests if one.id is None),
    )


def find_changed(folder: str) -> list[str]:
    """The ids of the objects that the plan would change."""
    return [change.id or "" for change in make_whole_plan(folder)[0].changes if change.action != "none"]
