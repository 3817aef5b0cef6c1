"""What each endpoint answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.account import make_time
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.listing import parse_page, select_rows
from reconciler.sandbox.messages import INVALID, INVALID_BODY, Answer, Refusal, Request, make_json, parse_body
from reconciler.sandbox.providers import ProviderSeed
from reconciler.sandbox.shapes import Item, is_full_view, pick_fields
from reconciler.sandbox.writes import make_integration, merge_patch, spoil_write

if TYPE_CHECKING:
    from reconciler.sandbox.world import World

INTEGRATIONS = "/v1/hood/integrations"
PROVIDERS = "/v1/hood/providers"
TEST = "/v1/hood/test-notification"
VALIDATE = "/v2/ocamba/personal-api-keys/validate"

Endpoint = Callable[["World", Request, float, Fault | None], Answer]


def answer_request(world: World, request: Request, now: float, fault: Fault | None) -> Answer:
    """The answer of the endpoint; Refusal with 400, 404 or 405. `fault`: what a write is spoilt by."""
    path = request.path
    methods = ENDPOINTS.get(path)
    if methods is None and path.startswith(INTEGRATIONS + "/") and "/" not in path[len(INTEGRATIONS) + 1 :]:
        methods = ONE
    if methods is None:
        raise Refusal(404, "There is no such resource.")
    if request.method not in methods:
        raise Refusal(405, "The resource does not have this method.", {"Allow": ", ".join(methods)})
    return methods[request.method](world, request, now, fault)


def list_integrations(world: World, request: Request, now: float, _: Fault | None) -> Answer:
    """GET /integrations: total counts all that match, items holds one page."""
    listing, query = world.switches.listing, request.query
    if listing == "absent":
        raise Refusal(404, "There is no such resource.")
    full = is_full_view(query)
    number, size = parse_page(query, world.switches)
    rows = list_rows(world, query, now)
    if world.switches.moving_rows:
        rows = world.account.move_rows(rows, number, size, lambda: list_rows(world, query, now))
    slim = listing == "slim-always" or (listing == "slim" and not full and not query.get("fields"))
    page = rows[(number - 1) * size : number * size]
    shown = [pick_fields(world.lens.integration(item, slim=slim, full=full), query) for item in page]
    return _make_list(world, len(rows), shown)


def list_rows(world: World, query: dict[str, str], now: float) -> list[Item]:
    """All rows that match; kept from one page to the next while nothing changes."""
    wanted = sorted((key, value) for key, value in query.items() if key not in ("page", "view", "fields"))
    mark = (world.account.revision, wanted)
    if world.account.past or world.rows[0] != mark:
        world.rows = (mark, select_rows(world.account.all_visible(now), query, world.switches))
    return world.rows[1]


def _make_list(world: World, total: int, shown: list[Item]) -> Answer:
    return make_json(200, {"total": str(total) if world.switches.total == "string" else total, "items": shown})


def show_integration(world: World, request: Request, now: float, _: Fault | None) -> Answer:
    """GET /integrations/{id}, bare or in a list of one."""
    full = is_full_view(request.query)
    item = world.account.visible(_id(request), now)
    if item is None:
        raise Refusal(world.switches.unknown_id, INVALID)
    shown = pick_fields(world.lens.integration(item, full=full or bool(request.query.get("fields"))), request.query)
    return make_json(200, shown) if world.switches.envelope == "bare" else _make_list(world, 1, [shown])


def patch_integration(world: World, request: Request, now: float, fault: Fault | None) -> Answer:
    """PATCH /integrations/{id}: 204 without a body."""
    body = parse_body(request, INVALID)
    item = world.account.items.get(_id(request))
    if item is None:
        raise Refusal(world.switches.unknown_id, INVALID)
    after = merge_patch(item, body, world.account.providers[item["provider_id"]], world.switches)
    _check_name(world, item["id"], after["name"], INVALID)
    after = spoil_write(item, after, body, fault)
    if after is not item:
        world.account.put(after, now)
        world.note_write(now, "PATCH", item["id"], body)
    return Answer(204)


def create_integration(world: World, request: Request, now: float, fault: Fault | None) -> Answer:
    """POST /integrations: 201 with the object, or without a body."""
    body = parse_body(request, INVALID_BODY)
    provider = _find_provider(world, body)
    given = make_integration(body, provider, world.switches)
    _check_name(world, "", given["name"], INVALID_BODY)
    made = make_time(now)
    item = {
        **given, "id": world.account.take_id(), "company_id": world.account.company_id, "provider_id": provider.id,
        "type": provider.type, "is_default": False, "create_time": made, "update_time": made,
    }  # fmt: skip
    if fault is not None and fault.kind == "silent-drop":
        item["settings"] = {key: value for key, value in item["settings"].items() if key not in fault.keys}
    if fault is None or fault.kind != "silent-drop" or fault.keys:
        world.account.put(item, now)
        world.note_write(now, "POST", item["id"], body)
    if world.switches.post_201 == "empty":
        return Answer(201)
    return make_json(201, world.lens.integration(item))


def list_providers(world: World, request: Request, _now: float, _: Fault | None) -> Answer:
    """GET /providers, with the definitions of their settings unless the switches hide them."""
    if world.switches.providers == "absent":
        raise Refusal(404, "There is no such resource.")
    number, size = parse_page(request.query, world.switches)
    rows = list(world.account.providers.values())
    page = rows[(number - 1) * size : number * size]
    return _make_list(world, len(rows), [pick_fields(world.lens.provider(row), request.query) for row in page])


def take_notification(world: World, request: Request, now: float, _: Fault | None) -> Answer:
    """POST /test-notification: 204; nothing is sent anywhere, `World.notifications` remembers it."""
    body = parse_body(request, INVALID_BODY)
    integration, recipient = body.get("integration"), body.get("recipient")
    if not isinstance(integration, dict) or not isinstance(recipient, str) or not recipient:
        raise Refusal(400, INVALID_BODY)
    provider = _find_provider(world, integration)
    make_integration(integration, provider, world.switches)
    world.notifications.append((now, provider.name, recipient))
    return Answer(204)


def validate_key(_world: World, _request: Request, _now: float, _: Fault | None) -> Answer:
    """POST /personal-api-keys/validate: 204, since the token was already found right."""
    return Answer(204)


def _id(request: Request) -> str:
    return request.path[len(INTEGRATIONS) + 1 :]


def _find_provider(world: World, body: dict[str, Any]) -> ProviderSeed:
    given = body.get("provider_id")
    if world.switches.id_type == "number" and isinstance(given, int):
        given = str(given)
    if not isinstance(given, str) or given not in world.account.providers:
        raise Refusal(400, INVALID_BODY)
    return world.account.providers[given]


def _check_name(world: World, key: str, name: str, message: str) -> None:
    if world.switches.unique_names and any(
        item["name"] == name and item["id"] != key for item in world.account.items.values()
    ):
        raise Refusal(400, message)


ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    INTEGRATIONS: {"GET": list_integrations, "POST": create_integration},
    PROVIDERS: {"GET": list_providers},
    TEST: {"POST": take_notification},
    VALIDATE: {"POST": validate_key},
}
ONE: dict[str, Endpoint] = {"GET": show_integration, "PATCH": patch_integration}
