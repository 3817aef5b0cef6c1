"""A snapshot as it is kept in a file, and back: no secret is in it, at most a keyed fingerprint. Pure.

What comes back of a secret is a mask, so that a plan calls it unseen; or, where its fingerprint was made with the key
at hand, what a manifest wants (equal) or something else (different): nothing else is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import (
    SNAPSHOT_FORMAT,
    Json,
    KeptObject,
    KeptSnapshot,
    Live,
    Manifest,
    Path,
    Problem,
    Provider,
    SecretRef,
    Snapshot,
    Source,
)
from reconciler.planning.codec import parse_time
from reconciler.planning.nearest import fits
from reconciler.values import id_order, is_mask, is_nothing, learn

MASK = "********"
FIRST_YEAR = 2000
"""No snapshot is older; a time that cannot be read is long past."""

OTHER = "(another value)"
"""Stands for a secret that is known to differ: no text that a mask or a stand-in could be."""

Fingerprint = Callable[[str, Path, Json], str]
"""Of a value at a path of the object with this id."""


def keep_objects(
    snapshot: Snapshot, secret: Callable[[str], bool], fingerprint: Fingerprint | None
) -> tuple[KeptObject, ...]:
    """All objects in the order of their ids, without secrets."""
    ordered = sorted(snapshot.objects.values(), key=lambda live: id_order(live.id))
    return tuple(_keep(live, secret, fingerprint) for live in ordered)


def _keep(live: Live, secret: Callable[[str], bool], fingerprint: Fingerprint | None) -> KeptObject:
    settings: dict[str, Json] = {}
    secrets: dict[str, str] = {}
    for key, value in sorted(live.settings.items()):
        if not secret(key) or is_nothing(value):
            settings[key] = value
        elif is_mask(value, secret=True):
            secrets[key] = "hidden"
        else:
            secrets[key] = "shown" if fingerprint is None else fingerprint(live.id, ("settings", key), value)
    return KeptObject(
        id=live.id,
        company_id=live.company_id,
        provider=live.provider.id,
        name=live.name,
        status=live.status,
        type=live.type,
        effective_status=live.effective_status,
        is_default=live.is_default,
        update_time=live.update_time,
        settings=settings,
        secrets=secrets,
    )


def load_kept(data: bytes, file: str) -> KeptSnapshot:
    """A snapshot from its file's bytes. Raises InvalidError for what is none."""
    kept = None
    # What is wrong is not repeated: its words may hold a piece of the file.
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        kept = msgspec.json.decode(data, type=learn(KeptSnapshot))
    if kept is None or kept.format != SNAPSHOT_FORMAT or parse_time(kept.created).year < FIRST_YEAR:
        fix = f"reconciler snapshot --out {file}"
        raise InvalidError([Problem("not-a-snapshot", f"is no {SNAPSHOT_FORMAT}", Source(file, 1, 1), fix)])
    return kept


def check_kept(kept: KeptSnapshot, *, file: str, account: str, company_id: str | None) -> None:
    """Raises RefusedError where a snapshot is of another account or company."""
    if kept.account != account:
        raise RefusedError(f"{file}: is of account {kept.account}, this is {account}", "name the right --account")
    if None not in (company_id, kept.company_id) and kept.company_id != company_id:
        message = f"{file}: is of company {kept.company_id}, this account is company {company_id}"
        raise RefusedError(message, "take a snapshot of this account")


def restore_snapshot(
    kept: KeptSnapshot,
    manifests: Sequence[Manifest],
    reveal: Callable[[SecretRef], str | None],
    fingerprint: Fingerprint | None,
) -> Snapshot:
    """The snapshot as a plan takes it. fingerprint: None without the key. Ids that are not in it are unknown."""
    providers = {one.id: one for one in kept.providers}
    by_id = {one.id: one for one in manifests if one.id is not None}
    by_name: dict[str | None, list[Manifest]] = {}
    for one in manifests:
        if one.id is None:
            by_name.setdefault(one.name, []).append(one)
    objects = {}
    for row in kept.objects:
        live = _restore(row, providers)
        manifest = by_id.get(row.id) or next((one for one in by_name.get(row.name, ()) if fits(one, live)), None)
        secrets = _restore_secrets(row, manifest, reveal, fingerprint)
        objects[row.id] = msgspec.structs.replace(live, settings={**live.settings, **secrets})
    missing = frozenset(by_id) - objects.keys()
    return Snapshot(
        objects=objects,
        providers=providers,
        complete=kept.complete,
        listed=kept.listed,
        unknown=missing,
        page_size=kept.page_size,
        ids_in_order=kept.ids_in_order,
    )


def _restore(row: KeptObject, providers: Mapping[str, Provider]) -> Live:
    return Live(
        id=row.id,
        company_id=row.company_id,
        provider=providers.get(row.provider, Provider(row.provider, row.provider)),
        name=row.name,
        status=row.status,
        settings=dict(row.settings),
        type=row.type,
        effective_status=row.effective_status,
        is_default=row.is_default,
        update_time=row.update_time,
    )


def _restore_secrets(
    row: KeptObject,
    manifest: Manifest | None,
    reveal: Callable[[SecretRef], str | None],
    fingerprint: Fingerprint | None,
) -> dict[str, str]:
    return {key: _restore_secret(row.id, key, mark, manifest, reveal, fingerprint) for key, mark in row.secrets.items()}


def _restore_secret(
    one: str,
    key: str,
    mark: str,
    manifest: Manifest | None,
    reveal: Callable[[SecretRef], str | None],
    fingerprint: Fingerprint | None,
) -> str:
    wanted = manifest.settings.get(key) if manifest is not None else None
    plain = reveal(wanted) if isinstance(wanted, SecretRef) else None
    if fingerprint is None or plain is None or mark in ("hidden", "shown"):
        return MASK
    return plain if fingerprint(one, ("settings", key), plain) == mark else OTHER
