"""The emulator against its OpenAPI document: every endpoint under every value of every switch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import Request, World
from tests.sandbox.asking import ALL, HEADERS, NOW, ONE, TWILIO
from tests.sandbox.document import DOCUMENT, check, find, validator

LIST = ALL
TEST, VALIDATE = "/v1/hood/test-notification", "/v2/ocamba/personal-api-keys/validate"
NEW = {"name": "n", "provider_id": "1000", "settings": TWILIO}

OTHERS: dict[str, tuple[Any, ...]] = {
    "page_maximum": (1, 5),
    "default_page_size": (1, 200),
    "moving_seed": (1, 2),
    "read_lag": (5.0,),
    "statuses": (("active",),),
    "post_status": ("pending",),
    "mask_keys": (("account_*",),),
    "per_second": (0, 1),
    "per_minute": (0, 1),
    "parallel": (1,),
    "latency": (0.5,),
}
"""Values to try of the switches whose type does not name them."""


def make_variations() -> Iterator[Switches]:
    """One Switches for each value of each field, all masks with keys of their own, and the defaults."""
    yield Switches()
    for name, kind in get_type_hints(Switches).items():
        values = get_args(kind) if get_origin(kind) is Literal else (True, False) if kind is bool else OTHERS[name]
        for value in values:
            yield Switches(**{name: value})
            if name == "moving_seed":
                yield Switches(moving_rows=True, moving_seed=value)
    yield Switches(window_headers="second", windows="first", count_429=True, per_second=2)
    yield Switches(envelope="items", total="string", id_type="number", listing="slim", masks="null", order="name")


QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"page": "1,100", "sort": "id"},
    {"page": "1,3", "sort": "-name,id"},
    {"page": "2,3", "view": "full"},
    {"fields": "id,settings"},
    {"fields": "nothing"},
    {"q": "sms", "q_fields": "name"},
    {"id": "in:1161,1162", "type": "sms", "status": "neq:x", "view": "default"},
    {"page": "0"},
    {"page": "1,1000"},
    {"sort": "settings"},
    {"view": "odd"},
)
BODIES: tuple[Any, ...] = (
    {"name": "new"},
    {"status": "inactive", "settings": {"default_phone_number": "+2", "unknown": "x"}},
    {"settings": {"auth_token": None}},
    {"settings": {"default_phone_number": 5}},
    {"is_default": True},
    {},
    [],
)


def make_requests() -> Iterator[Request]:
    """Requests to every endpoint, good and bad."""

    def make(method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Request:
        return Request(method, path, query or {}, HEADERS, b"" if body is None else json.dumps(body).encode())

    for query in QUERIES:
        yield make("GET", LIST, query)
    for query in ({}, {"view": "full"}, {"fields": "name,provider"}, {"view": "odd"}):
        yield make("GET", ONE, query)
        yield make("GET", LIST + "/1171", query)
    yield make("GET", LIST + "/none")
    for body in BODIES:
        yield make("PATCH", ONE, None, body)
        yield make("GET", ONE)
    yield make("PATCH", LIST + "/none", None, {"name": "x"})
    for change in ({}, {"provider_id": "9"}, {"status": "odd"}, {"name": ""}, {"provider_id": 1000}):
        yield make("POST", LIST, None, {**NEW, **change})
        yield make("POST", TEST, None, {"integration": {**NEW, **change}, "recipient": "+1"})
    for query in ({}, {"page": "2,2"}, {"fields": "id"}, {"page": "x"}):
        yield make("GET", "/v1/hood/providers", query)
    yield make("POST", VALIDATE)
    for method, path in (("DELETE", ONE), ("PUT", LIST), ("GET", TEST), ("GET", "/v1/hood/other")):
        yield make(method, path)
    for method, path in (
        ("GET", LIST), ("POST", LIST), ("GET", ONE), ("PATCH", ONE), ("GET", "/v1/hood/providers"), ("POST", TEST),
        ("POST", VALIDATE),
    ):  # fmt: skip
        yield Request(method, path, {}, {"authorization": "Bearer wrong"})
    yield Request("GET", ONE, {}, HEADERS, b"", 9)


def drive(world: World, step: float = 0.3) -> set[tuple[str, int]]:
    """All requests against one World; returns what was seen."""
    seen, now = set(), NOW
    for request in make_requests():
        now += step
        answer = world.handle(request, now)
        if answer.fault is None:
            seen.add(check(request, answer, world.switches))
    return seen


@pytest.mark.parametrize("switches", list(make_variations()), ids=lambda switches: repr(switches_changed(switches)))
def test_every_answer_is_as_the_document_says(switches: Switches) -> None:
    """Status, headers and body of every endpoint, with each value of each switch."""
    seen = drive(World(switches=switches))
    assert len(seen) > 5


def switches_changed(switches: Switches) -> dict[str, Any]:
    """The fields that are not the default."""
    return {name: getattr(switches, name) for name in Switches.__struct_fields__
            if getattr(switches, name) != getattr(Switches(), name)}  # fmt: skip


def test_everything_that_the_document_promises_is_seen() -> None:
    """Each status of each operation occurs under some switch, 500 where it is scripted."""
    seen = drive(World(faults=Faults((Fault("500", count=0),))))
    for switches in (
        Switches(),
        Switches(listing="absent", providers="absent", unknown_id=404),
        Switches(per_minute=1),
    ):
        seen |= drive(World(switches=switches))
    promised = {
        (operation["operationId"], int(status))
        for path in DOCUMENT["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "patch")
        for status in operation["responses"]
    }
    assert promised - seen == set()


def test_an_answer_by_id_without_fields_is_a_whole_integration() -> None:
    """Stricter than the document can say: only ?fields and slim lists leave fields out."""
    whole = validator("/components/schemas/Integration")
    for switches in make_variations():
        answer = World(switches=switches).handle(Request("GET", ONE, {}, HEADERS), NOW)
        data = json.loads(answer.body)
        assert whole.is_valid(data["items"][0] if switches.envelope == "items" else data)


def test_the_document_itself_is_sound() -> None:
    """OpenAPI 3.1; every schema is one of JSON Schema 2020-12; every reference leads somewhere; all is used."""
    assert DOCUMENT["openapi"] == "3.1.0"
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    text = json.dumps(DOCUMENT)
    for kind in ("schemas", "responses", "headers", "parameters"):
        for name in DOCUMENT["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text or name in ("MethodNotAllowed",), name
    references = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    for reference in references:
        assert find({"$ref": reference}, "")[0]


def test_the_document_names_every_switch_that_changes_an_answer() -> None:
    """What a client can notice in form stands in the document's words."""
    text = json.dumps(DOCUMENT)
    named = (
        "envelope", "listing", "total", "unknown_id", "id_type", "default_flag", "extra_fields", "settings_patch",
        "undefined_key", "null_in_settings", "post_201", "effective_status", "masks", "providers", "provider_settings",
        "error_body", "window_headers", "retry_after",
    )  # fmt: skip
    assert [name for name in named if f"switch {name}" not in text and f"({name})" not in text] == []
