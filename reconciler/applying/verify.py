"""What became of each field, by reading the object back; what a PATCH of settings erased; what whole settings are.

read back            verdict
as sent              applied
as sent, other type  coerced (587 for "587"): a later plan sees no difference
another value        coerced, and the run is incomplete: a later plan would want to change it again
as before, nothing   dropped: the API ignored it (or it lags: apply reads again before it says so)
a mask               masked; dropped where a last-four mask shows another tail
left out, a secret   masked where the API leaves secrets out, else dropped
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.applying.api import Ask
from reconciler.applying.judge import resolve, shown, wanted_at
from reconciler.model import Change, FieldChange, FieldVerdict, Json, Live
from reconciler.values import is_equal, is_mask, is_nothing, is_retyped, kind_of, mask_tail, value_at

AS_BEFORE = "it reads as before"
IGNORED = f"the API ignored it: {AS_BEFORE}"


def make_verdicts(change: Change, before: Live, after: Live, ask: Ask) -> tuple[FieldVerdict, ...]:
    """A verdict per field of the change, and one for an effective_status that fell."""
    verdicts = [_judge_field(change, item, before, after, ask) for item in change.fields]
    degraded = _judge_effect(before, after)
    return (*verdicts, *([degraded] if degraded else []))


def _judge_field(change: Change, item: FieldChange, before: Live, after: Live, ask: Ask) -> FieldVerdict:
    wanted = wanted_at(change, item.path, ask)
    old, new = value_at(before, item.path), value_at(after, item.path)
    if wanted is None:
        return _judge_cleared(item, new)
    if is_equal(wanted, new):
        return FieldVerdict(item.path, "applied")
    if is_mask(new, secret=item.secret):
        tail = mask_tail(new)
        if tail is not None and not str(wanted).endswith(tail):
            return FieldVerdict(item.path, "dropped", "the mask that the API shows ends differently", settled=False)
        return FieldVerdict(item.path, "masked", "sent; the API hides it, so it cannot be read back")
    if item.secret and is_nothing(new) and (item.path in change.unseen or _may_be_hidden(change, after, ask)):
        return FieldVerdict(item.path, "masked", "sent; the API leaves it out, so it cannot be read back")
    if is_retyped(wanted, new):
        # Of a secret not even the kind is told.
        kind = "another type" if item.secret else kind_of(new)
        return FieldVerdict(item.path, "coerced", f"stored as {kind}; nothing to do, it is compared as text")
    if (is_equal(old, new) or (is_nothing(old) and is_nothing(new))) and change.action != "create":
        return FieldVerdict(item.path, "dropped", IGNORED, settled=False)
    if is_nothing(new) and not is_nothing(wanted):
        return FieldVerdict(item.path, "dropped", "the API did not keep it: nothing is there", settled=False)
    if item.secret:
        return FieldVerdict(item.path, "coerced", "stored differently: check its value", settled=False)
    return FieldVerdict(item.path, "coerced", f"stored as {shown(new)}: write that instead", settled=False)


def _may_be_hidden(change: Change, after: Live, ask: Ask) -> bool:
    """Of what was just created no plan could tell; an object that shows no secret at all may hide each."""
    if change.action != "create":
        return False
    secrets = [value for key, value in after.settings.items() if ask.secret(key) and not is_nothing(value)]
    return all(is_mask(value, secret=True) for value in secrets)


def _judge_cleared(item: FieldChange, new: Json) -> FieldVerdict:
    if new is None:
        return FieldVerdict(item.path, "applied")
    if new == "":
        return FieldVerdict(item.path, "coerced", 'cleared to empty text: write "" instead of null', settled=False)
    return FieldVerdict(item.path, "dropped", "the API did not clear it", settled=False)


BROKEN = frozenset({"error", "failed", "invalid", "rejected"})
"""Words for an integration that does not work; the documentation shows no value but `active`."""


def _judge_effect(before: Live, after: Live) -> FieldVerdict | None:
    """effective_status may differ from status when the integration is not tested or its test failed [facts 2]."""
    was, now = before.effective_status, after.effective_status
    if was is None or now is None or now in {was, after.status}:
        return None
    if was not in {before.status, "active"} and now not in BROKEN:
        return None
    return FieldVerdict(
        ("effective_status",), "degraded", f"was {shown(was)}, is {shown(now)}: check the integration's credentials"
    )


def reads_new(verdicts: Iterable[FieldVerdict], before: Live, after: Live) -> bool:
    """Whether a changed field reads other than before, and as sent: only then the read shows what the PATCH did."""
    return any(
        verdict.verdict in {"applied", "coerced", "masked"}
        and not is_equal(value_at(before, verdict.path), value_at(after, verdict.path))
        for verdict in verdicts
    )


def vanished_keys(change: Change, before: Live, after: Live) -> tuple[str, ...]:
    """Settings that were there, that the change does not name, and that are gone: PATCH replaced the settings."""
    sent = change.body.get("settings", {})
    if not sent:
        return ()
    return tuple(
        sorted(
            key
            for key, value in before.settings.items()
            if key not in sent and not is_nothing(value) and is_nothing(after.settings.get(key))
        )
    )


def whole_settings(change: Change, before: Live, ask: Ask, now: Live | None = None) -> dict[str, Json]:
    """Settings as they are sent whole: the visible live ones with the changes laid over, and what travels along.

    now: the object as it reads after a PATCH; what is there wins over what was before. References of the plan are
    revealed here. Masks are left out, and so is a secret that reads as empty text: it may be hidden, and writing it
    back would erase it.
    """
    there = {key: value for key, value in now.settings.items() if not is_nothing(value)} if now else {}
    live = [*before.settings.items(), *there.items()]
    visible = {key: value for key, value in live if not _is_unseen(key, value, ask)}
    planned = {**change.along, **change.body.get("settings", {})}
    return {**visible, **{key: resolve(value, ask) for key, value in planned.items()}}


def _is_unseen(key: str, value: Json, ask: Ask) -> bool:
    secret = ask.secret(key)
    return value is None or (secret and is_nothing(value)) or is_mask(value, secret=secret)


def blind_keys(change: Change, before: Live, ask: Ask) -> tuple[str, ...]:
    """Keys that whole settings would erase: the API hides them, and the plan has no value for them."""
    known = {*change.along, *change.body.get("settings", {})}
    masked = {key for key, value in before.settings.items() if is_mask(value, secret=ask.secret(key))}
    hidden = change.seen.hidden if change.seen else ()
    left_out = {key for key in hidden if is_nothing(before.settings.get(key))}
    return tuple(sorted((masked | left_out) - known))
