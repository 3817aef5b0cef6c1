"""The edits of one document as splices, and those that its anchors, comments or shape do not allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from reconciler.adopting.rewrite_blocks import make_block
from reconciler.adopting.rewrite_check import Steps, bare_data, edit_data, make_data
from reconciler.adopting.rewrite_keys import Added, Sheet, Splice, add_keys
from reconciler.adopting.rewrite_nodes import Node
from reconciler.adopting.rewrite_scalars import UnwritableError, make_value
from reconciler.model import Json, Source
from reconciler.values import text_of

_BREAK = re.compile(r"\r\n|\r|\n")


class Edit(Struct, frozen=True):
    """One value to write, at a path of the document whose first key stands at `document`.

    value: text, null, a boolean, a number, a list of these; of a new key also a mapping of texts. A key that is not
    there is added to its mapping: right behind `behind`, or at the top where that is not there either; at the end
    where `behind` is None. So is the mapping itself, at the end, where only that and the key are missing.
    before: the one value that the file must hold there for the edit to be made, or none where the key must be new;
    None where anything may stand there.
    """

    document: Source
    path: Steps
    value: Json
    behind: str | None = None
    before: tuple[Json, ...] | None = None


class Work:
    """The edits of one document: their splices, and those that cannot be made."""

    def __init__(self, sheet: Sheet, root: Node) -> None:
        self.splices: list[Splice] = []
        self.refused: list[tuple[Edit, str]] = []
        self._sheet, self._root = sheet, root
        self._replaced: set[int] = set()

    def take(self, edits: Sequence[Edit], data: Json) -> Json:
        """Makes the splices; returns what the document's data is to be."""
        chains = [_walk(self._root, edit.path) for edit in edits]
        self._replaced = {id(chain[-1]) for chain in chains if chain[-1].kind == "alias"}
        added: dict[tuple[int, str | None], list[tuple[Edit, list[Node]]]] = {}
        for edit, chain in zip(edits, chains, strict=True):
            try:
                _check_before(edit, data)
                self._check_shared(chain)
                if len(chain) > len(edit.path):
                    self._set(chain, edit.value, _data_at(data, edit.path))
                else:
                    _check_addable(chain, edit)
                    behind = edit.behind if len(chain) == len(edit.path) else None
                    added.setdefault((id(chain[-1]), behind), []).append((edit, chain))
                    continue
            except UnwritableError as error:
                self.refused.append((edit, str(error)))
                continue
            data = edit_data(data, edit.path, edit.value, edit.behind)
        return self._add(list(added.values()), data)

    def _add(self, groups: list[list[tuple[Edit, list[Node]]]], data: Json) -> Json:
        # Where mappings end on one line, the keys of the inner one come first.
        groups.sort(key=lambda group: -len(group[0][1]))
        for turn, group in enumerate(groups, 1):
            edits = [edit for edit, _ in group]
            depth = len(group[0][1])
            try:
                self.splices += add_keys(self._sheet, group[0][1][-1], _make_added(edits, depth), turn)
            except UnwritableError as error:
                self.refused += [(edit, str(error)) for edit in edits]
                continue
            # Right behind one sibling the first comes last.
            for edit in edits if edits[0].behind is None else reversed(edits):
                data = edit_data(data, edit.path, edit.value, edit.behind)
        return data

    def _check_shared(self, chain: Sequence[Node]) -> None:
        """Raises UnwritableError where the change would be seen in another place too."""
        last = chain[-1]
        for node in (*chain[:-1], *_all_below(last)):
            for user in node.users:
                if id(user) not in self._replaced and not (last.start <= user.start < last.end):
                    line = len(_BREAK.findall(self._sheet.text, 0, user.start)) + 1
                    raise UnwritableError(f"line {line} uses its anchor, and would change too")

    def _set(self, chain: Sequence[Node], value: Json, old: Json) -> None:
        node = chain[-1]
        if make_data(value) == old:
            return
        if node.kind == "mapping":
            raise UnwritableError("it is a mapping")
        flow = any(one.style == "flow" for one in chain[:-1])
        if node.kind == "sequence":
            self._set_list(chain, value, old, flow=flow)
            return
        style = node.style if node.style in ("", "'") and node.kind == "scalar" else '"'
        text = make_value(value, style, flow=flow, is_text=self._sheet.is_text)
        if node.style in ("|", ">"):
            block, ended = self._sheet.text[node.content : node.end], node.end < len(self._sheet.text)
            text = make_block(block, value if isinstance(value, str) else None, text, ended=ended)
        self._replace(node, text, flow=flow)

    def _replace(self, node: Node, text: str, *, flow: bool) -> None:
        if not node.is_empty:
            self.splices.append(Splice(node.content, node.end, 0, text))
            return
        if node.colon is None and not flow:
            raise UnwritableError("nothing is written there, not even a colon")
        colon = ":" if node.colon is None else ""
        self.splices.append(Splice(node.behind, node.behind, 0, f"{colon} {text}"))

    def _set_list(self, chain: Sequence[Node], value: Json, old: Json, *, flow: bool) -> None:
        """Items are changed in place where none comes or goes; else the list stands in brackets afterwards."""
        node = chain[-1]
        if isinstance(value, list) and len(value) == len(old):
            for item, new, before in zip(node.items, value, old, strict=True):
                self._set([*chain, item], new, before)
            return
        text = make_value(value, '"', flow=flow, is_text=self._sheet.is_text)
        if _holds_comment(self._sheet.text, node):
            raise UnwritableError("it is a list with comments, which would be lost")
        if node.style == "flow":
            self._replace(node, text, flow=flow)
        else:
            self.splices.append(Splice(node.behind, node.end, 0, f" {text}"))


def _walk(root: Node, path: Steps) -> list[Node]:
    """The nodes on the way to a path, as far as they are there; an alias ends the way."""
    chain = [root]
    for step in path:
        node = chain[-1].find(step)
        if node is None:
            break
        chain.append(node)
    return chain


def _check_before(edit: Edit, data: Json) -> None:
    """Raises UnwritableError where the file was changed since it was read."""
    if edit.before is None:
        return
    try:
        there: tuple[Json, ...] = (bare_data(_data_at(data, edit.path)),)
    except (LookupError, TypeError):
        there = ()
    if text_of(there) != text_of(edit.before):
        raise UnwritableError("the file says something else there by now")


def _check_addable(chain: Sequence[Node], edit: Edit) -> None:
    if chain[-1].kind == "alias":
        raise UnwritableError("it stands behind an alias, which other places share")
    if chain[-1].kind != "mapping" or len(edit.path) - len(chain) > 1:
        raise UnwritableError("there is no mapping to put it into")


def _make_added(edits: Sequence[Edit], depth: int) -> list[Added]:
    """The new keys of one mapping that lies `depth` - 1 steps down; those of a mapping that is new itself together."""
    added: dict[str, Added] = {}
    for edit in edits:
        key = str(edit.path[depth - 1])
        if len(edit.path) == depth:
            added[key] = Added(key, edit.value, edit.behind)
        else:
            nested = added.setdefault(key, Added(key, {}, nested=True))
            nested.value[str(edit.path[depth])] = edit.value
    return list(added.values())


def _data_at(data: Json, path: Steps) -> Json:
    for step in path:
        data = data[step]
    return data


def _all_below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all_below(child)


def _holds_comment(text: str, node: Node) -> bool:
    """Whether a comment stands between the key and the last item of a list."""
    at = node.behind
    for child in [*_leaves(node), None]:
        end = child.start if child is not None else node.end
        if "#" in text[at:end]:
            return True
        at = child.end if child is not None else end
    return False


def _leaves(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield from _leaves(child) if child.children else (child,)
