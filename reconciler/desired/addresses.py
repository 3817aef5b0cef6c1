"""Gives each manifest its address, and finds those that share an id or an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from reconciler.desired.settings import Literal
from reconciler.desired.validate import Finding
from reconciler.model import Json, Origin, Path, Setting, Source
from reconciler.names import make_slug


class Draft(Struct):
    """A document whose identity is clear, on its way to a manifest.

    raw_id: as written: text, a mapping from account to text, or None. broken: something else is wrong with it. label:
    the name as its own document writes it, which the address is made of.
    """

    source: Source
    provider: str
    id: str | None
    name: str | None
    key: str | None
    raw_id: Json
    data: dict[str, Json]
    settings: dict[str, Setting | Literal]
    broken: bool
    address: str = ""
    label: str | None = None
    origins: tuple[tuple[Path, Origin], ...] = ()

    def __repr__(self) -> str:
        """Without its data: a secret may stand in it."""
        return f"Draft({self.address} at {self.source})"


ROUNDS = 4
"""An address that `.ID` was added to may be another's own; so often it is added again."""


def assign_addresses(drafts: Sequence[Draft]) -> list[tuple[Source, Finding]]:
    """Sets `address` of each: provider/key, provider/slug, provider/ID; .ID is added where it is shared.

    Returns clashes: those that no id tells apart.
    """
    found: list[tuple[Source, Finding]] = []
    for draft in drafts:
        last = draft.key or make_slug(draft.label or "") or draft.id
        if last is None:
            message = "name: has no letter or digit that an address could be made of"
            found.append((draft.source, Finding(("name",), "no-address", message, "add key:")))
            continue
        draft.address = f"{draft.provider}/{last}"
    for _ in range(ROUNDS):
        if not _tell_apart(drafts):
            return found
    return found + list(_find_twins(drafts))


def _tell_apart(drafts: Iterable[Draft]) -> bool:
    """Adds `.ID` to those with an id that share an address; one without keeps it. Whether any is shared still."""
    shared = [group for group in _group(drafts).values() if len(group) > 1]
    for group in shared:
        for draft in group:
            if draft.id is not None:
                draft.address += f".{draft.id}"
    return bool(shared)


def _group(drafts: Iterable[Draft]) -> dict[str, list[Draft]]:
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.address:
            groups.setdefault(draft.address, []).append(draft)
    return groups


def _find_twins(drafts: Iterable[Draft]) -> Iterator[tuple[Source, Finding]]:
    for address, twins in _group(drafts).items():
        if len(twins) < 2:
            continue
        ids = Counter(twin.id for twin in twins if twin.id is not None)
        for twin in twins:
            if twin.id is not None and ids[twin.id] == len(twins):
                continue  # one object twice: find_shared_ids says so
            other = next(each for each in twins if each is not twin)
            step = "key" if twin.key else "name"
            message = f"{step}: the address {address} is also that of {other.source}"
            fix = "write another key:, or add id:" if twin.key else "add id: or key:"
            yield twin.source, Finding((step,), "duplicate-address", message, fix)


def find_shared_ids(drafts: Sequence[Draft], account: str | None) -> list[tuple[Source, Finding]]:
    """Ids that an earlier manifest of the account has too; without an account, of any account that is named."""
    accounts = [account]
    if account is not None:
        ids = [draft.id for draft in drafts if draft.id is not None]
        if len(set(ids)) == len(ids):
            return []
    else:
        maps = (draft.raw_id for draft in drafts if isinstance(draft.raw_id, dict))
        accounts = sorted({name for raw in maps for name in raw}) or [None]
    found: dict[tuple[Source, Source], Finding] = {}
    for name in accounts:
        first: dict[str, Draft] = {}
        for draft in drafts:
            raw = draft.raw_id
            value = raw.get(name) if isinstance(raw, dict) else raw
            if value is None:
                continue
            earlier = first.setdefault(value, draft)
            if earlier is not draft:
                path = ("id", name) if isinstance(raw, dict) and name else ("id",)
                message = f'id: "{value}" is also the id of {earlier.source}'
                fix = "remove one of the two, or correct the id"
                found.setdefault((draft.source, earlier.source), Finding(path, "duplicate-id", message, fix))
    return [(source, finding) for (source, _), finding in found.items()]
