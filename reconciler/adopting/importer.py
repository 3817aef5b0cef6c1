"""Live objects into manifests. Pure: values in, texts out, the same for the same account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from reconciler.adopting.judging import Adopted, Item, Judge, adopt
from reconciler.adopting.manifest_text import Line, Page, find_word, make_about, make_page_text
from reconciler.adopting.placing import Secret, make_paths, make_variables
from reconciler.adopting.rewrite_scalars import IsText
from reconciler.model import LeftOut, Live, NotImported
from reconciler.values import as_declared

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_UNKNOWN = "the API does not show whether it is set; take the # away to manage it"


class Wish(Struct, frozen=True):
    """How manifests are written. account: whose id they hold, where several share the files; None: the only one.

    is_text: whether every YAML version reads an unquoted scalar as text. taken: variables that other manifests use.
    """

    judge: Judge
    is_text: IsText
    account: str | None = None
    taken: Collection[str] = ()


class Draft(Struct, frozen=True):
    """A manifest that may be written. paths: below the folder, the better one first; one that is shared by two objects
    is `spoiled`, and only the second serves.

    variables: by settings key. used: those that the manifest refers to. values: by variable, of those that the API
    shows; repr hides them.
    """

    live: Live
    adopted: Adopted
    paths: tuple[str, str]
    spoiled: bool
    variables: dict[str, str]
    used: dict[str, str]
    values: dict[str, str]
    left_out: tuple[LeftOut, ...]

    def __repr__(self) -> str:
        return f"Draft({self.live.id}, {self.paths})"


def make_drafts(objects: Sequence[Live], wish: Wish) -> tuple[list[Draft], list[NotImported]]:
    """A manifest of each object, in their order, and those of which none can be written."""
    refused = [NotImported(live.id, "unwritable", why) for live in objects if (why := _refuse(live))]
    without = {one.id for one in refused}
    adopted = [adopt(live, wish.judge) for live in objects if live.id not in without]
    paths = make_paths([one.live for one in adopted])
    shared = Counter(plain for plain, _ in paths.values())
    names = make_variables(adopted, wish.taken)
    return [_make_draft(one, paths[one.live.id], names, shared) for one in adopted], refused


def _refuse(live: Live) -> str | None:
    if not _ID.fullmatch(live.id):
        return "a manifest cannot hold its id: letters, digits, - and _, 64 at most"
    if find_word(live.provider) is None:
        return "a manifest can hold neither the name nor the id of its provider"
    return None


def _make_draft(
    adopted: Adopted, paths: tuple[str, str], names: Mapping[Secret, str], shared: Mapping[str, int]
) -> Draft:
    one = adopted.live.id
    known = {item.key: names[one, item.key] for item in adopted.items if item.kind in ("reference", "hidden")}
    used = [item for item in adopted.items if item.kind == "reference"]
    return Draft(
        adopted.live,
        adopted,
        paths,
        shared[paths[0]] > 1,
        known,
        {item.key: known[item.key] for item in used},
        {known[item.key]: item.value for item in used if item.value is not None},
        (
            *(LeftOut((field,), reason) for field, reason in adopted.left),
            *(LeftOut(("settings", item.key), item.reason) for item in adopted.items if item.kind == "left"),
            *(LeftOut(("settings", item.key), _UNKNOWN) for item in adopted.items if item.kind == "hidden"),
        ),
    )


def make_text(draft: Draft, wish: Wish, modeline: str | None) -> str:
    """The file of a draft. modeline: the path of the schema, relative to the file."""
    adopted, live = draft.adopted, draft.live
    page = Page(
        modeline,
        make_about(live.provider),
        find_word(live.provider) or live.provider.id,
        {wish.account: live.id} if wish.account is not None else live.id,
        as_declared(adopted.name),
        adopted.status,
        create=False,
        settings=[_make_line(item, draft.variables) for item in adopted.items],
        notes=[f"{field}: left out: {reason}" for field, reason in adopted.left],
    )
    return make_page_text(page, wish.is_text)


def _make_line(item: Item, variables: Mapping[str, str]) -> Line:
    if item.kind == "left":
        return Line(item.key, comment=f"left out: {item.reason}", off=True)
    comment = "deprecated by the provider" if item.deprecated else ""
    if item.kind == "value":
        return Line(item.key, as_declared(item.value), comment=comment)
    off = item.kind == "hidden"
    return Line(item.key, variable=variables[item.key], comment=comment, note=_UNKNOWN if off else "", off=off)
