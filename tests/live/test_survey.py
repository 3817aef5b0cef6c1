"""What a server does where the documentation is silent, found with a handful of requests; and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import httpx
import pytest

from reconciler.errors import AnswerError, UnreachableError
from reconciler.live.checks import Expected, make_checks
from reconciler.live.exchange import Exchange
from reconciler.live.probe import CORE, Probe
from reconciler.live.survey import Survey, survey_api
from reconciler.live.transport import Transport
from reconciler.model import Check
from reconciler.sandbox.world import TOKEN, World
from tests.live.worlds import API, OpenGate, answer_from, item, make_world

EXPECTED = Expected("OCAMBA_TOKEN", 10, 150, 0.8, lambda key: "token" in key)
NOW = 1_700_000_000.0


def survey(
    handler: Callable[[httpx.Request], httpx.Response], *ids: str, validates: bool = True, ahead: float = 0.0
) -> Survey:
    """A survey of an API made of one function; each request takes half a second. ahead: of this machine's clock."""
    times: Iterator[float] = (NOW + ahead + number / 2 for number in range(1000))
    own, core = (
        Exchange(
            Transport(api=api, token=lambda: TOKEN, parallel=1, http=httpx.MockTransport(handler)),
            OpenGate(),
            rng=Random(1),
        )
        for api in (API, API.replace("/v1/hood", CORE))
    )
    return survey_api(Probe(own, core, wall=lambda: next(times)), ids, lambda _: validates)


def survey_world(world: World, **more: Any) -> Survey:
    """Of the emulator."""
    return survey(answer_from(world), **more)


def checks_of(found: Survey) -> dict[str, Check]:
    """By name."""
    return {check.name: check for check in make_checks(found, EXPECTED)}


def levels(found: Survey) -> dict[str, str]:
    """Of the checks that are not ok."""
    return {name: check.level for name, check in checks_of(found).items() if check.level != "ok"}


def answering(answers: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    """By the end of the path: JSON, a status, bytes, a Response, or an exception to raise."""

    def handle(request: httpx.Request) -> httpx.Response:
        told = next((value for end, value in answers.items() if request.url.path.endswith(end)), 404)
        if isinstance(told, Exception):
            raise told
        if isinstance(told, httpx.Response | int):
            return told if isinstance(told, httpx.Response) else httpx.Response(told)
        return httpx.Response(200, content=told if isinstance(told, bytes) else json.dumps(told))

    return handle


def test_an_api_as_it_is_most_likely_takes_four_requests() -> None:
    """The list, one object, the providers, the token; all is well, and nothing but the last is no GET."""
    world = make_world(3)
    found = survey_world(world)
    assert [(entry.method, entry.path.rpartition("/")[2]) for entry in world.log] == [
        ("GET", "integrations"),
        ("GET", "1001"),
        ("GET", "providers"),
        ("POST", "validate"),
    ]
    assert (found.listing, found.page, found.total, found.told) == ("full", "1,100", 3, "number")
    assert (found.envelope, found.effective, found.validated) == ("bare", "list", 204)
    assert len(found.items) == 3
    assert found.providers
    assert found.trip == 500
    assert levels(found) == {}
    assert list(checks_of(found)) == [
        "api",
        "token",
        "clock",
        "limits",
        "list",
        "page",
        "total",
        "object",
        "masks",
        "providers",
        "effective_status",
    ]
    assert checks_of(found)["list"].message == "tells all of every object: 3 objects in 1 request"


@pytest.mark.parametrize(
    ("switches", "name", "level", "part"),
    [
        ({"listing": "slim"}, "list", "ok", "view=full only"),
        ({"listing": "slim-always"}, "list", "warning", "never tells settings"),
        ({"listing": "absent"}, "list", "warning", "there is no list"),
        ({"page_maximum": 2}, "page", "ok", "at most 2 objects"),
        ({"page_maximum": 2, "page_over_maximum": "refuse"}, "page", "ok", "at most 2 objects"),
        ({"total": "string"}, "total", "ok", "a number as text"),
        ({"envelope": "items"}, "object", "ok", "in a list of one"),
        ({"masks": "last4"}, "masks", "warning", "3 settings masked, 0 secrets shown"),
        ({"masks": "absent"}, "masks", "warning", "no secret is shown"),
        ({"providers": "absent"}, "providers", "ok", "are not listed; integrations tell them"),
        ({"provider_settings": "empty"}, "providers", "warning", "nothing tells the definitions"),
        ({"provider_settings": "providers-only"}, "providers", "ok", "7 with the definitions"),
        ({"effective_status": "hidden"}, "effective_status", "ok", "view=full only"),
    ],
)
def test_each_thing_that_may_be_otherwise_is_found(switches: dict[str, Any], name: str, level: str, part: str) -> None:
    """In a handful of requests; warnings say what to do."""
    world = make_world(3, **switches)
    found = survey_world(world)
    check = checks_of(found)[name]
    assert (check.level, part in check.message) == (level, True), check
    assert check.level == "ok" or check.fix
    assert len(world.log) <= 8


def test_an_empty_account_tells_little() -> None:
    """An object is looked at by an id of a manifest; without any, that is said."""
    world = make_world(0)
    found = survey_world(world)
    assert (found.envelope, found.effective, found.items) == (None, None, ())
    checks = checks_of(found)
    assert checks["object"].message.endswith("no integration is known")
    assert not {"masks", "effective_status"} & checks.keys()
    absent = make_world(2, listing="absent")
    assert survey_api_with(absent, "1002").envelope == "bare"
    assert survey_api_with(absent, "9").envelope is None


def survey_api_with(world: World, *ids: str) -> Survey:
    """With ids of manifests."""
    return survey(answer_from(world), *ids)


def test_the_token_is_validated_only_where_that_is_known_to_be_no_write() -> None:
    """Elsewhere the GETs tell that it is accepted."""
    world = make_world(1)
    found = survey_world(world, validates=False)
    assert {entry.method for entry in world.log} == {"GET"}
    assert checks_of(found)["token"].message == "OCAMBA_TOKEN is accepted"


def test_a_valid_token_does_not_make_a_wrong_address_right() -> None:
    """Its validation has an address of its own: where integrations and providers are unknown nothing can be planned."""
    found = survey(answering({"validate": 204, "integrations": 404, "providers": 404}))
    check = checks_of(found)["api"]
    assert (check.level, check.exit_code) == ("failure", 8)
    assert "it ends with /v1/hood" in str(check.fix)


@pytest.mark.parametrize(
    ("status", "level"), [(204, "ok"), (404, "ok"), (405, "ok"), (403, "warning"), (500, "warning")]
)
def test_what_the_validation_answers_is_told(status: int, level: str) -> None:
    """A server without it is no reason to doubt."""
    listed = {"total": 1, "items": [item("7")]}
    found = survey(answering({"validate": status, "integrations": listed, "7": item("7"), "providers": 404}))
    assert checks_of(found)["token"].level == level


def test_a_token_that_is_not_accepted_ends_it() -> None:
    """7, after one request; the server was reached all the same."""
    for status in (401, 403):
        found = survey(answering({"integrations": status}))
        checks = checks_of(found)
        assert list(checks) == ["api", "token"]
        assert (checks["api"].level, checks["token"].level, checks["token"].exit_code) == ("ok", "failure", 7)


@pytest.mark.parametrize(
    ("answers", "name", "code"),
    [
        ({"integrations": httpx.ConnectError("no")}, "api", 8),
        ({"integrations": 500}, "api", 8),
        ({"integrations": 302}, "api", 8),
        ({"integrations": b"<html>"}, "api", 8),
        ({"integrations": {"something": "else"}}, "api", 8),
        ({"integrations": 400}, "api", 8),
        ({}, "api", 8),
    ],
)
def test_what_makes_no_sense_is_a_failure_of_the_api(answers: dict[str, Any], name: str, code: int) -> None:
    """8 with what to do; nothing more is said of such a server."""
    checks = make_checks(survey(answering(answers), validates=False), EXPECTED)
    (failure,) = [check for check in checks if check.level == "failure"]
    assert (failure.name, failure.exit_code) == (name, code)
    assert failure.fix
    assert not {"clock", "list", "masks"} & {check.name for check in checks}


def test_a_certificate_that_is_not_trusted_is_a_failure_of_tls() -> None:
    """As the transport words it."""
    found = Survey(faults={"list": UnreachableError("x: the server's certificate is not trusted", "fix", sent=False)})
    (check,) = make_checks(found, EXPECTED)
    assert (check.name, check.exit_code) == ("tls", 8)


def test_an_api_that_answers_nothing_well_is_no_api() -> None:
    """The list is absent and the providers fail."""
    assert levels(survey(answering({"providers": 500}), validates=False)) == {"api": "failure"}


def test_parts_that_fail_do_not_hide_the_rest() -> None:
    """One object and the providers answer with nonsense; the list is still told."""
    listed = {"total": 1, "items": [item("7", effective_status="active")]}
    found = survey(answering({"integrations": listed, "7": 500, "providers": b"<html>", "validate": 204}))
    assert levels(found) == {"object": "failure", "providers": "failure", "masks": "warning"}
    text = answering({"integrations": listed, "7": "just text", "providers": {"items": []}, "validate": 204})
    found = survey(text)
    assert isinstance(found.faults["object"], AnswerError)
    assert "integrations tell them" in checks_of(found)["providers"].message
    assert checks_of(found)["providers"].message.startswith("are listed without definitions")


def test_lists_without_a_total_and_bare_lists_are_told() -> None:
    """What the server does not say is not made up."""
    rows = [item("7", effective_status="active")]
    found = survey(answering({"integrations": rows, "7": rows, "providers": 400, "validate": 204}))
    assert (found.told, found.envelope, found.providers) == ("absent", "list", None)
    checks = checks_of(found)
    assert "not told" in checks["total"].message
    assert "the API tells no total" in checks["page"].message
    assert "bare list" in checks["object"].message


def test_an_object_that_could_not_be_looked_at_is_not_ok() -> None:
    """None is known, or the one that is known is denied, by the list's word or by a manifest's."""
    empty = checks_of(survey_world(make_world()))["object"]
    assert (empty.level, "no integration is known" in empty.message) == ("warning", True)
    listed = {"/integrations": {"total": 1, "items": [item("7")]}, "/providers": []}
    denied = checks_of(survey(answering(listed)))["object"]
    assert (denied.level, denied.message) == ("warning", "GET by id answers 404 to 7, which the list names")
    named = checks_of(survey(answering({"/integrations": [], "/providers": []}), "9"))["object"]
    assert (named.level, named.message) == ("warning", "GET by id answers 404 to 9, which a manifest names")
    assert "correct the id" in str(named.fix)


def test_a_full_view_that_is_refused_leaves_what_is_known() -> None:
    """The default one counts."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("view"):
            return httpx.Response(400)
        return httpx.Response(200, content=json.dumps({"total": 1, "items": [item("7")]}))

    found = survey(handle)
    assert (found.listing, found.effective) == ("full", "nowhere")
    assert "not shown" in checks_of(found)["effective_status"].message

    def slim(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("view"):
            return httpx.Response(400)
        return httpx.Response(200, content=json.dumps({"total": 1, "items": [{"id": "7", "name": "n"}]}))

    assert survey(slim).listing == "always slim"


@pytest.mark.parametrize(
    ("ahead", "level", "part"), [(0, "ok", "agrees"), (95, "warning", "ahead of"), (-95, "warning", "behind")]
)
def test_a_clock_that_is_wrong_is_told(ahead: float, level: str, part: str) -> None:
    """By the header Date, which is cut to whole seconds."""
    check = checks_of(survey_world(make_world(1), ahead=ahead))["clock"]
    assert (check.level, part in check.message) == (level, True)


def test_a_server_that_tells_no_time_and_no_limits() -> None:
    """Nothing is said against it."""
    listed = {"total": 1, "items": [item("7", effective_status="active")]}
    checks = checks_of(survey(answering({"integrations": listed, "7": item("7"), "providers": 404, "validate": 204})))
    assert checks["clock"].message == "the API tells no time to compare with"
    assert checks["limits"].message.startswith("the API tells none; configured are 10/s and 150/min")


@pytest.mark.parametrize(
    ("limit", "level"),
    [("150", "ok"), ("10", "ok"), ("500", "ok"), ("60", "warning"), ("5", "warning"), ("many", "ok")],
)
def test_limits_lower_than_configured_are_a_warning(limit: str, level: str) -> None:
    """The headers may speak of either window."""
    headers = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "9"}
    listed = json.dumps({"total": 0, "items": []})
    found = survey(answering({"integrations": httpx.Response(200, headers=headers, content=listed)}))
    assert checks_of(found)["limits"].level == level


def test_an_account_at_its_limits_is_told() -> None:
    """The providers were answered 429."""
    found = survey(answering({"integrations": {"total": 0, "items": []}, "providers": 429}))
    assert levels(found)["limits"] == "warning"
    assert levels(found)["providers"] == "failure"
