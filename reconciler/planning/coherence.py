"""Could this tool have made a saved plan? What it shows must be all that it sends.

A seal without a key can be made by whoever can write the file, so that a sealed plan may still be a forgery. One that
shows less than it sends, or lets a reference leave through a setting that anybody may read, is refused as a whole.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import msgspec

from reconciler.errors import RefusedError
from reconciler.model import Change, FieldChange, Json, Path, Plan, PlanSummary, Problem
from reconciler.values import encode_json, is_equal

Secret = Callable[[str], bool]
"""Whether a settings key is secret."""

_ID = re.compile(r"[A-Za-z0-9_:.-]{1,64}")
_PAGE = re.compile(r"[1-9][0-9]{0,6},[1-9][0-9]{0,6}")


def check_coherence(plan: Plan, file: str, secret: Secret, *, keyed: bool) -> None:
    """Raises RefusedError where a plan says what none does; each of its documents that does so is named.

    keyed: its seal was made with RECONCILER_KEY, so that it may know more secret keys than this run.
    """
    again = f"reconciler plan --out {file}"
    message = f"{file}: holds what no plan holds; nothing was sent"
    if not _is_sound(plan):
        raise RefusedError(message, again)
    problems = [
        Problem("incoherent-plan", f"{change.address}: {what}", change.source, again)
        for change in plan.changes
        for what in _judge(change, secret, keyed=keyed)
    ]
    if problems:
        raise RefusedError(message, again, problems)


def _is_sound(plan: Plan) -> bool:
    """Whether the counts are those of the changes, and nothing is changed twice."""
    summary, actions = plan.summary, Counter(change.action for change in plan.changes)
    numbers = [getattr(summary, name) for name in PlanSummary.__struct_fields__]
    ids = [change.id for change in plan.changes if change.id is not None]
    addresses = [change.address for change in plan.changes]
    return (
        _is_text(msgspec.to_builtins(plan))
        and all(math.isfinite(number) and number >= 0 for number in numbers)
        and (summary.update, summary.create) == (actions["update"], actions["create"])
        and len(set(ids)) == len(ids)
        and len(set(addresses)) == len(addresses)
    )


def _is_text(value: Json) -> bool:
    """Whether JSON can carry all texts; of file names alone it need not."""
    if isinstance(value, dict):
        return all(_is_text(item) for key, item in value.items() if key not in {"file", "config_file"})
    if isinstance(value, list | tuple):
        return all(map(_is_text, value))
    return not isinstance(value, str) or value.isascii() or encode_json(value) is not None


def _judge(change: Change, secret: Secret, *, keyed: bool) -> Iterator[str]:
    """What is wrong with one change, in words that show no value of it."""
    settings = change.body.get("settings", {})
    if not isinstance(settings, dict):
        yield "the body's settings are no mapping"
        return
    if not _has_paths(change):
        yield "it holds a path that cannot be"
        return
    if change.action == "none":
        if change.fields or change.body or change.along:
            yield "it says that nothing changes, and holds a body"
        return
    new = change.action == "create"
    if change.error is not None or (change.id is None) is not new or (change.seen is None) is not new:
        yield "it cannot be sent"
    if new and not all(isinstance(change.body.get(key), str) for key in ("name", "provider_id")):
        yield "it names no provider or no name"
    if change.id is not None and (not _ID.fullmatch(change.id) or not change.id.strip(".")):
        yield "its id is none"
    if _paths_of(change) != [item.path for item in change.fields]:
        yield "what it shows is not what it sends"
        return
    for item in change.fields:
        known = item.path[0] != "settings" or secret(item.path[1]) or keyed or not item.secret
        if not known:
            yield f"{'.'.join(item.path)} is a secret there and none here: name the plan's configuration with --config"
        else:
            yield from _judge_field(item, _sent_at(change.body, item.path), secret)
    yield from _judge_along(change, settings, secret, keyed=keyed)


def _has_paths(change: Change) -> bool:
    seen = change.seen
    paths = [item.path for item in change.fields]
    settings = [*change.unseen, *(item.path for item in change.dropped)]
    if seen is not None:
        paths += [*seen.paths, *(path for path, _ in seen.values)]
        if seen.page is not None and not _PAGE.fullmatch(seen.page):
            return False
    return all(_is_setting(path) for path in settings) and all(
        path in {("name",), ("status",)} or _is_setting(path) for path in paths
    )


def _is_setting(path: Path) -> bool:
    return len(path) == 2 and path[0] == "settings"


def _paths_of(change: Change) -> list[Path]:
    """The paths of the body in the order of fields; a create names its provider besides."""
    top = [(key,) for key in ("name", "status") if key in change.body]
    known = {"name", "status", "settings", *(("provider_id",) if change.action == "create" else ())}
    rest = [(key,) for key in change.body if key not in known]
    return [*top, *(("settings", key) for key in sorted(change.body.get("settings", {}))), *rest]


def _sent_at(body: Mapping[str, Json], path: Path) -> Json:
    return body["settings"][path[1]] if path[0] == "settings" else body[path[0]]


def _judge_field(item: FieldChange, sent: Json, secret: Secret) -> Iterator[str]:
    name = ".".join(item.path)
    if item.secret < (item.path[0] == "settings" and secret(item.path[1])) or (item.secret and len(item.path) < 2):
        yield f"{name} is not marked as what it is, a secret or none"
    elif not item.secret:
        text = isinstance(sent, str) if item.path[0] != "settings" else not isinstance(sent, dict)
        if not text or not is_equal(sent, item.after) or item.reference is not None:
            yield f"{name} is sent with another value than it shows"
    elif item.before is not None or item.after is not None:
        yield f"{name} shows a secret"
    elif not _is_reference(sent, item.reference):
        yield f"{name} does not send the secret that it names"


def _is_reference(sent: Json, named: str | None) -> bool:
    """Whether it is null (cleared) or the reference that the field names."""
    return sent is None if named is None else is_equal(sent, {"secret": named})


def _judge_along(change: Change, settings: Mapping[str, Json], secret: Secret, *, keyed: bool) -> Iterator[str]:
    """What travels along is hidden by the API, named by the manifest, and a secret only where its key says so."""
    unseen = {path[1] for path in change.unseen}
    for key, value in change.along.items():
        named = value.get("secret") if isinstance(value, dict) and set(value) == {"secret"} else None
        fits = (isinstance(named, str) and (keyed or secret(key))) or not (secret(key) or isinstance(value, dict))
        if key in settings or key not in unseen or not fits:
            yield f"settings.{key} travels along and may not"
