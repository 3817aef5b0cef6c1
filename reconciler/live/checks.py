"""What a survey found -> checks with what to do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil

from msgspec import Struct

from reconciler.errors import ReconcilerError, UnauthorisedError
from reconciler.live.survey import ASKED, Survey
from reconciler.model import Check
from reconciler.values import is_mask, is_nothing, printable

SKEWED = 10.0
"""Seconds by which a clock may be wrong without a word."""

RUN_AGAIN = "look at what answers under this address (--api), then run doctor again"


class Expected(Struct, frozen=True):
    """What the configuration says. token: the name of its variable. secret: whether a settings key is secret."""

    token: str
    per_second: float
    per_minute: float
    share: float
    secret: Callable[[str], bool]


def make_checks(found: Survey, expected: Expected) -> list[Check]:
    """All that the survey tells, in the order in which people look for a fault."""
    checks = [_api(found)]
    if checks[0].level == "ok":
        checks.append(_token(found, expected))
    if checks[0].level == "ok" and found.accepted:
        checks += [_clock(found), _limits(found, expected), *_list(found), *_object(found), *_masks(found, expected)]
        checks += [*_providers(found), *_effective(found)]
    return checks


def make_failure(name: str, error: ReconcilerError) -> Check:
    """The failure that an error is."""
    return Check(name, "failure", error.message, error.fix or RUN_AGAIN, error.exit_code)


def _api(found: Survey) -> Check:
    fault = found.faults.get("list")
    if found.trip is None and fault is not None:
        return make_failure("tls" if "certificate" in fault.message else "api", fault)
    if fault is not None and not isinstance(fault, UnauthorisedError):
        return make_failure("api", fault)
    if found.listing == "refused":
        message = "GET /integrations is refused in every form that the tool knows"
        return Check("api", "failure", message, RUN_AGAIN, 8)
    if not found.accepted and fault is None:
        message = "neither the list nor the providers are known here"
        return Check("api", "failure", message, "check the API's address (--api): it ends with /v1/hood", 8)
    return Check("api", "ok", f"answers in {found.trip or 0:.0f} ms")


def _token(found: Survey, expected: Expected) -> Check:
    fault = next((one for one in found.faults.values() if isinstance(one, UnauthorisedError)), None)
    if fault is not None:
        return make_failure("token", fault)
    name = expected.token
    if found.validated == 204:
        return Check("token", "ok", f"{name} is valid and accepted")
    if found.validated is not None and found.validated not in (404, 405):
        message = f"{name} is accepted by the integrations, and its validation answers {found.validated}"
        return Check("token", "warning", message, "look at the token in the profile menu, API Tokens: is it to expire?")
    return Check("token", "ok", f"{name} is accepted")


def _clock(found: Survey) -> Check:
    if found.skew is None:
        return Check("clock", "ok", "the API tells no time to compare with")
    if abs(found.skew) <= SKEWED:
        return Check("clock", "ok", "agrees with the API's")
    word = "ahead of" if found.skew > 0 else "behind"
    message = f"this machine is {abs(found.skew):.0f} s {word} the API"
    return Check("clock", "warning", message, "set the clock (NTP): saved plans expire and reports are dated by it")


def _limits(found: Survey, expected: Expected) -> Check:
    configured = f"{expected.per_second:g}/s and {expected.per_minute:g}/min, of which a run takes {expected.share:.0%}"
    if found.throttled:
        message = f"the API answers 429: the account's limits are used up; configured are {configured}"
        return Check("limits", "warning", message, "let the account's other clients take less, or lower limits.share")
    limit, left, reset = (found.limits.get(f"x-ratelimit-{word}", "") for word in ("limit", "remaining", "reset"))
    if not limit.isdecimal():
        return Check("limits", "ok", f"the API tells none; configured are {configured}")
    told = f"the API admits {limit} requests in its current window, {left} are left, for {reset} s"
    if int(limit) < expected.per_minute and int(limit) != expected.per_second:
        message = f"{told}; configured are {configured}"
        return Check("limits", "warning", message, "write what the API admits as limits in reconciler.yaml")
    return Check("limits", "ok", f"{told}; configured are {configured}")


def _list(found: Survey) -> Iterator[Check]:
    if found.listing == "absent":
        message = "there is no list: objects are read one by one, by the ids in manifests; nothing else can be seen"
        yield Check("list", "warning", message, "give every manifest its id; nothing can be created here")
        return
    size, total = len(found.items), found.total
    pages = ceil((total or size) / max(size, 1)) or 1
    known = total if total is not None else size
    if found.listing == "always slim":
        message = "never tells settings: every object in scope is read by itself"
        yield Check("list", "warning", message, "narrow runs with --target, where the limits are felt")
    elif found.listing == "slim":
        yield Check("list", "ok", "tells settings with view=full only: one request more in a run")
    else:
        yield Check("list", "ok", f"tells all of every object: {_count(known, 'object')} in {_count(pages, 'request')}")
    yield _page(found, size, total)
    words = {"number": "a number", "text": "a number as text", "absent": "not told: pages are read until one is short"}
    yield Check("total", "ok", words[found.told or "absent"])


def _page(found: Survey, size: int, total: int | None) -> Check:
    if found.page == f"1,{ASKED}" and (size >= ASKED or (total is not None and size >= total)):
        return Check("page", "ok", f"{ASKED} objects, as the tool asks for them")
    if found.page == f"1,{ASKED}" and total is None:
        return Check("page", "ok", f"{size} objects of {ASKED} that were asked for; the API tells no total")
    return Check("page", "ok", f"at most {size} objects, where the tool asks for {ASKED}: reading takes more requests")


def _object(found: Survey) -> Iterator[Check]:
    words = {"bare": "bare", "items": "in a list of one, as {total, items}", "list": "in a bare list"}
    if "object" in found.faults:
        yield make_failure("object", found.faults["object"])
    elif found.envelope is not None:
        yield Check("object", "ok", f"GET by id answers {words[found.envelope]}")
    elif found.denied is not None:
        one, status = found.denied
        listed = any(live.id == one for live in found.items)
        where, fix = ("the list", RUN_AGAIN) if listed else ("a manifest", "correct the id, then run doctor again")
        yield Check("object", "warning", f"GET by id answers {status} to {one}, which {where} names", fix)
    else:
        message = "GET by id could not be looked at: no integration is known"
        yield Check("object", "warning", message, "run doctor again when there is one")


def _masks(found: Survey, expected: Expected) -> Iterator[Check]:
    values = [(expected.secret(key), value) for live in found.items for key, value in live.settings.items()]
    masked = sum(is_mask(value, secret=secret) for secret, value in values)
    clear = sum(secret and not is_nothing(value) and not is_mask(value, secret=True) for secret, value in values)
    if not found.items:
        return
    if not masked and clear:
        yield Check("masks", "ok", f"none: {_count(clear, 'secret')} shown in clear, so that they can be compared")
        return
    message = (
        f"{_count(masked, 'setting')} masked, {_count(clear, 'secret')} shown in clear: masked ones cannot be compared"
        if masked
        else "no secret is shown: this API may leave them out, and what is left out cannot be compared"
    )
    fix = "choose in reconciler.yaml: secrets.when_hidden: warn, resend or fail"
    yield Check("masks", "warning", message, fix)


def _providers(found: Survey) -> Iterator[Check]:
    if "providers" in found.faults:
        yield make_failure("providers", found.faults["providers"])
        return
    within = any(live.provider.settings for live in found.items)
    rows = found.providers
    if rows is not None and any(one.settings for one in rows):
        names = ", ".join(sorted(printable(one.name) for one in rows))
        yield Check("providers", "ok", f"{len(rows)} with the definitions of their settings: {names}")
    elif within:
        word = "are listed without" if rows is not None else "are not listed;"
        tail = " definitions of settings; integrations tell them" if rows is not None else " integrations tell them"
        yield Check("providers", "ok", f"{word}{tail}")
    elif found.items or rows is not None:
        message = "nothing tells the definitions of settings, so that no settings key can be checked"
        yield Check("providers", "warning", message, "manage name and status alone: plans of settings end with 8")


def _effective(found: Survey) -> Iterator[Check]:
    words = {
        "list": "shown in the list: plans warn where it is not the status",
        "full view": "shown with view=full only: show tells it, plans do not",
        "nowhere": "not shown: whether an integration works can be tried with send-test",
    }
    if found.effective is not None:
        yield Check("effective_status", "ok", words[found.effective])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
