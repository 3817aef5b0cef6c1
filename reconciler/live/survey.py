"""Finds out, with a handful of requests, how a server behaves where the API's documentation is silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar
from urllib.parse import quote

from msgspec import Struct

from reconciler.errors import AnswerError, ReconcilerError, UnauthorisedError
from reconciler.live.decode import Decoder, NotJsonError, Page, ShapeError, decode_json
from reconciler.live.listing import ABSENT, REFUSED
from reconciler.live.probe import Answered, Probe
from reconciler.live.reader import INTEGRATIONS, PROVIDERS
from reconciler.model import Live, Provider

T = TypeVar("T")

ASKED = 100
"""Items on a page, as the tool asks for them."""

WAYS: tuple[dict[str, str], ...] = (
    {"page": f"1,{ASKED}", "sort": "id"},
    {"page": f"1,{ASKED}"},
    {"page": "1,20"},
    {"page": "1"},
)
"""How the first page is asked for, the best way first."""


class Survey(Struct):
    """What was found; None where it was not, or could not be, looked at.

    listing: what the list shows. page: how its first page was asked for. told: the JSON type of `total`. envelope: of
    GET by id; denied: the id that it does not know, and the status. effective: where effective_status is shown.
    providers: of GET /providers, None where there is none. validated: the status of the token's validation. faults: by
    part, what could not be told. limits: of the last answer that carried the headers. skew: seconds by which this
    machine's clock is ahead. trip: milliseconds.
    """

    listing: Literal["full", "slim", "always slim", "absent", "refused"] | None = None
    page: str | None = None
    items: tuple[Live, ...] = ()
    total: int | None = None
    told: Literal["number", "text", "absent"] | None = None
    envelope: Literal["bare", "items", "list"] | None = None
    denied: tuple[str, int] | None = None
    effective: Literal["list", "full view", "nowhere"] | None = None
    providers: tuple[Provider, ...] | None = None
    validated: int | None = None
    accepted: bool = False
    faults: dict[str, ReconcilerError] = {}
    limits: dict[str, str] = {}
    throttled: bool = False
    skew: float | None = None
    trip: float | None = None
    server: str = ""


def survey_api(probe: Probe, ids: Sequence[str], may_validate: Callable[[str], bool]) -> Survey:
    """Looks at the list, one object, the providers, and the token. Raises nothing: what fails is in `faults`.

    ids: of objects that may be read where the list shows none. may_validate: told the server's name for itself.
    """
    found, decoder = Survey(faults={}), Decoder()
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("list", lambda: _look_at_list(probe, found, decoder)),
        ("object", lambda: _look_at_one(probe, found, ids)),
        ("providers", lambda: _look_at_providers(probe, found, decoder)),
        ("token", lambda: _look_at_token(probe, found, may_validate)),
    )
    for name, step in steps:
        try:
            step()
        except ReconcilerError as error:
            found.faults[name] = error
            if found.trip is None or isinstance(error, UnauthorisedError):
                # Nobody is there, or nothing would be answered to this token: the rest would fail alike.
                break
    return found


def _look_at_list(probe: Probe, found: Survey, decoder: Decoder) -> None:
    for params in WAYS:
        answered = _note(found, probe.get(INTEGRATIONS, params))
        status = answered.response.status
        if status in ABSENT:
            found.listing = "absent"
            return
        if status not in REFUSED:
            page = _decode(probe, answered, decoder.make_page)
            found.page, found.items, found.total = params["page"], page.items, page.total
            found.told = _kind_of_total(answered)
            _look_at_views(probe, found, decoder, page, params)
            return
    found.listing = "refused"


def _look_at_views(probe: Probe, found: Survey, decoder: Decoder, page: Page[Live], params: dict[str, str]) -> None:
    """The full view is asked for only where the default one lacks something."""
    slim = bool(page.items) and len(page.slim) == len(page.items)
    found.listing = "slim" if slim else "full"
    effective = any(live.effective_status is not None for live in page.items)
    if not page.items:
        return
    found.effective = "list" if effective else "nowhere"
    if not slim and effective:
        return
    answered = _note(found, probe.get(INTEGRATIONS, {**params, "view": "full"}))
    if answered.response.status in (*ABSENT, *REFUSED):
        found.listing = "always slim" if slim else "full"
        return
    full = _decode(probe, answered, decoder.make_page)
    if slim and len(full.slim) == len(full.items):
        found.listing = "always slim"
    else:
        found.items = full.items
    if not effective and any(live.effective_status is not None for live in full.items):
        found.effective = "full view"


def _look_at_one(probe: Probe, found: Survey, ids: Sequence[str]) -> None:
    one = next((live.id for live in found.items), ids[0] if ids else None)
    if one is None:
        return
    answered = _note(found, probe.get(f"{INTEGRATIONS}/{quote(one, safe='')}"))
    if answered.response.status in (*ABSENT, *REFUSED):
        found.denied = one, answered.response.status
        return
    body = _decode(probe, answered, decode_json)
    if isinstance(body, list):
        found.envelope = "list"
    elif isinstance(body, dict):
        found.envelope = "items" if "items" in body else "bare"
    else:
        raise AnswerError(f"{answered.what}: the answer is neither an object nor a list")


def _look_at_providers(probe: Probe, found: Survey, decoder: Decoder) -> None:
    for params in ({"page": f"1,{ASKED}"}, None):
        answered = _note(found, probe.get(PROVIDERS, params))
        if answered.response.status in ABSENT:
            return
        if answered.response.status not in REFUSED:
            found.providers = _decode(probe, answered, decoder.make_providers).items
            return


def _look_at_token(probe: Probe, found: Survey, may_validate: Callable[[str], bool]) -> None:
    if may_validate(found.server):
        answered = probe.validate()
        found.validated = answered.response.status
        # It has an address of its own, so that it says nothing about that of the integrations.
        found.accepted, _ = found.accepted, _note(found, answered)


def _note(found: Survey, answered: Answered) -> Answered:
    """What every answer tells by the way."""
    response, middle = answered.response, (answered.sent + answered.came) / 2
    headers = response.headers
    found.trip = found.trip or (answered.came - answered.sent) * 1000
    found.server = headers.get("server", found.server)
    found.throttled = found.throttled or response.status == 429
    found.accepted = found.accepted or 200 <= response.status < 300
    if "date" in headers:
        # The header is cut to whole seconds.
        found.skew = middle - (int(headers["date"]) + 0.5)
    told = {name: value for name, value in headers.items() if name.startswith("x-ratelimit-")}
    found.limits = told or found.limits
    return answered


def _decode(probe: Probe, answered: Answered, decode: Callable[[bytes], T]) -> T:
    if not 200 <= answered.response.status < 300:
        raise probe.refuse(answered)
    try:
        return decode(answered.response.body)
    except (NotJsonError, ShapeError) as error:
        fault = AnswerError(f"{answered.what}: the answer {error}", "check the API's address (--api)")
    raise fault


def _kind_of_total(answered: Answered) -> Literal["number", "text", "absent"]:
    body = decode_json(answered.response.body)
    total = body.get("total") if isinstance(body, dict) else None
    if isinstance(total, str):
        return "text"
    return "number" if isinstance(total, int) else "absent"
