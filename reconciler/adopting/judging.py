r"""What of a live object its manifest holds, key by key.

    live \ the provider says     text                  another type   secret               nothing of the key
    text                         text                  text           reference            left out
    number, boolean              its text              as it is       reference            left out
    list                         left out              list           left out             left out
    object                       left out              left out       left out             left out
    mask                         left out              left out       reference            left out
    null                         -                     -              - or reference       -
    absent                       - or left out         the same       - or reference       -

A secret that the account does not show at all (null, empty, absent) gets its reference where the provider requires it,
and one to uncomment elsewhere. Where the API tells no definitions nothing of the settings can be planned, so that all
are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from reconciler.model import Json, Live, Provider, SettingDefinition
from reconciler.values import is_mask, is_nothing, text_of

LONGEST_NAME = 100
LONGEST_KEY = 250
"""Characters of a settings key. YAML allows 1,024 for a key with its quotes and escapes."""

Kind = Literal["value", "reference", "hidden", "left"]


class Item(Struct, frozen=True):
    """A settings key. value: of kind `value` as it is written; of `reference` the secret's text, None if it is hidden.

    Kind `hidden`: a reference that may be uncommented. Kind `left`: `reason` says why it is left out.
    """

    key: str
    kind: Kind
    value: Json = None
    reason: str = ""
    deprecated: bool = False

    def __repr__(self) -> str:
        return f"Item({self.key!r}, {self.kind})"


class Judge(Struct, frozen=True):
    """What keys are judged by. shown: the account shows secrets. is_text: whether a documented provider says text,
    whatever the API says.
    """

    secret: Callable[[str], bool]
    shown: bool
    is_text: Callable[[Provider, str], bool]


class Adopted(Struct, frozen=True):
    """A live object on its way to a manifest. name and status: None where they are not written; `left` says why."""

    live: Live
    name: str | None
    status: str | None
    items: tuple[Item, ...]
    left: tuple[tuple[str, str], ...]


def adopt(live: Live, judge: Judge) -> Adopted:
    """Judges all of a live object whose provider has its definitions."""
    left: list[tuple[str, str]] = []
    name, length = live.name, len(live.name or "")
    if name is not None and not 1 <= length <= LONGEST_NAME:
        name = None
        left.append(("name", f"it has {length} characters, a manifest's has 1 to {LONGEST_NAME}"))
    status = live.status or None
    return Adopted(live, name, status, tuple(_judge_settings(live, judge)), tuple(left))


def _judge_settings(live: Live, judge: Judge) -> Iterator[Item]:
    """In the order of the definitions; what these do not name comes last."""
    rows = {row.name: row for row in live.provider.settings or ()}
    for key in [*rows, *sorted(live.settings.keys() - rows)]:
        if not rows:
            reason = f"the API does not tell which settings {live.provider.name} has, so that none can be planned"
            yield Item(key, "left", reason=reason)
        elif key not in rows:
            yield Item(key, "left", reason=f"{live.provider.name} does not define it")
        elif len(key) > LONGEST_KEY:
            yield Item(key, "left", reason=f"a manifest's keys have at most {LONGEST_KEY} characters")
        else:
            yield from _judge_one(live, rows[key], judge)


def _judge_one(live: Live, row: SettingDefinition, judge: Judge) -> Iterator[Item]:
    value, secret = live.settings.get(row.name), judge.secret(row.name)
    if secret and (is_mask(value, secret=True) or (is_nothing(value) and not judge.shown)):
        masked = not is_nothing(value)
        yield Item(row.name, "reference" if masked or row.required else "hidden", deprecated=row.deprecated)
    elif value is None:
        if row.required:
            reason = f"{live.provider.name} requires it, and the account has no value: write one"
            yield Item(row.name, "left", reason=reason)
    elif secret:
        yield _judge_secret(value, row)
    elif is_mask(value, secret=False):
        yield Item(row.name, "left", reason="the API shows only a mask of it")
    else:
        as_text = row.type == "string" or judge.is_text(live.provider, row.name)
        yield _judge_value(value, row, live.provider, as_text=as_text)


def _judge_secret(value: Json, row: SettingDefinition) -> Item:
    if value == "":
        return Item(row.name, "left", reason="it is an empty secret, and no variable can be read as one")
    if isinstance(value, dict | list):
        return Item(row.name, "left", reason="it is a secret that is no text")
    text = value if isinstance(value, str) else text_of(value)
    if "\0" in text:
        return Item(row.name, "left", reason="it is a secret with a character that no variable can hold")
    return Item(row.name, "reference", text, deprecated=row.deprecated)


def _judge_value(value: Json, row: SettingDefinition, provider: Provider, *, as_text: bool) -> Item:
    if isinstance(value, str):
        return Item(row.name, "value", value, deprecated=row.deprecated)
    if isinstance(value, dict) or (isinstance(value, list) and as_text):
        kind = "an object" if isinstance(value, dict) else "a list"
        what = "a string" if as_text else row.type
        return Item(row.name, "left", reason=f"it is {kind} where {provider.name} defines {what}")
    if isinstance(value, list) and not all(isinstance(one, str | int | float) for one in value):
        return Item(row.name, "left", reason="it is a list of more than plain values")
    return Item(row.name, "value", text_of(value) if as_text else value, deprecated=row.deprecated)
