"""The client: what is asked for again, what is not, and what is counted."""

from __future__ import annotations

from random import Random

import httpx
import pytest

from reconciler.errors import (
    AnswerError,
    RejectedError,
    UnauthorisedError,
    UnreachableError,
)
from reconciler.live.client import ATTEMPTS, Client
from reconciler.live.decode import Decoder
from reconciler.model import Requests
from tests.live.scripts import Step, script
from tests.live.worlds import (
    OpenGate,
    make_client,
    make_transport,
)

PASSING = [
    httpx.Response(429),
    httpx.Response(500, json={"code": 500, "title": "Internal server error."}),
    httpx.Response(502, text="<html>"),
    httpx.Response(503),
    httpx.Response(504),
    httpx.Response(200, text="<html>a page</html>"),
    httpx.Response(200),
    httpx.Response(200, text='{"total": 1, "items": ['),
    httpx.ConnectError("x"),
    httpx.ConnectTimeout("x"),
    httpx.ReadTimeout("x"),
    httpx.ReadError("x"),
    httpx.RemoteProtocolError("x"),
]


@pytest.mark.parametrize("step", PASSING, ids=repr)
def test_what_may_pass_is_asked_for_again(step: Step) -> None:
    """One failure of each passing kind costs one wait and one more request."""
    client, gate, seen = script(step, httpx.Response(200, json={"id": "1"}))
    assert client.get("/x") == {"id": "1"}
    assert len(seen) == 2
    assert len(gate.pauses) == 1
    assert client.requests.retried == 1
    assert gate.acquired == 2


@pytest.mark.parametrize("step", PASSING, ids=repr)
def test_four_attempts_are_the_most(step: Step) -> None:
    """What does not pass is an error of exit code 8 that names the request."""
    client, gate, seen = script(step)
    with pytest.raises((AnswerError, UnreachableError)) as caught:
        client.get("/x", {"page": "1,100", "sort": "id"})
    assert len(seen) == ATTEMPTS == 4
    assert len(gate.pauses) == 3
    assert caught.value.message.startswith("GET /x?page=1,100&sort=id: ")
    assert caught.value.__context__ is None
    assert caught.value.exit_code == 8


def test_waits_grow_and_stay_below_ten_seconds() -> None:
    """Whatever the jitter, each wait is longer on average than the one before, and all together stay below 10 s."""
    totals = []
    for seed in range(200):
        gate = OpenGate()
        client = Client(make_transport(lambda _: httpx.Response(503)), gate, rng=Random(seed))
        with pytest.raises(AnswerError):
            client.get("/x")
        totals.append(gate.pauses)
    assert max(sum(waits) for waits in totals) < 10
    assert len({tuple(waits) for waits in totals}) > 190
    first, second, third = (sum(column) / 200 for column in zip(*totals, strict=True))
    assert first < second < third


@pytest.mark.parametrize("status", [400, 404, 405, 409, 422, 418])
def test_a_rejected_get_is_not_asked_again(status: int) -> None:
    """A 4xx is for good: one request, with the API's words, status and trace id."""
    client, gate, seen = script(
        httpx.Response(status, json={"message": "The request is not valid.", "trace_id": "99a84211-f73d"})
    )
    with pytest.raises(RejectedError) as caught:
        client.get("/x")
    assert len(seen) == 1
    assert gate.pauses == []
    assert (caught.value.status, caught.value.trace_id) == (status, "99a84211-f73d")
    assert caught.value.message == f"GET /x: answered {status} (The request is not valid.)"


def test_a_shape_that_is_wrong_is_not_asked_again() -> None:
    """JSON of another shape says which request and what was wrong."""
    client, _, seen = script(httpx.Response(200, json={"items": [1]}))
    with pytest.raises(AnswerError, match=r"GET /x: the answer has another shape .*items\[0\]"):
        client.get("/x", None, Decoder().make_page)
    assert len(seen) == 1


def test_an_answer_that_is_too_large_is_not_asked_again() -> None:
    """The transport's refusal of an endless answer is final."""
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=iter([bytes(1 << 20)] * 65))

    client, _ = make_client(handle)
    with pytest.raises(AnswerError, match=r"GET /x: an answer of more than 64 MiB") as caught:
        client.get("/x")
    assert len(seen) == 1
    assert caught.value.status == 200


@pytest.mark.parametrize("asked", ["301", "31536000", "1e300"])
def test_a_429_that_asks_for_more_than_minutes_is_not_waited_for(asked: str) -> None:
    """A read is given up at once, and with it the run: whoever asks next would be told the same."""
    client, gate, seen = script(httpx.Response(429, headers={"Retry-After": asked}))
    with pytest.raises(AnswerError, match=r"GET /x: answered 429 .*, and asks to wait") as caught:
        client.get("/x")
    assert (len(seen), gate.pauses, caught.value.status) == (1, [], 429)
    assert (str(gate.ended), gate.reads) == (str(caught.value), False)


def test_a_write_that_is_asked_to_wait_for_long_is_given_up_with_all_writes() -> None:
    """Reads go on, since what has left is read back; no word of the answer ends up in what the others are told."""
    body = {"message": "auth_token hunter2", "trace_id": "99a84211-f73d"}
    client, gate, seen = script(httpx.Response(429, headers={"Retry-After": "3600"}, json=body))
    with pytest.raises(AnswerError, match=r"PATCH /integrations/1: answered 429, and asks to wait 3,600 s") as caught:
        client.send_patch("1", {"settings": {"auth_token": "hunter2"}}, quiet=True)
    assert (len(seen), caught.value.trace_id) == (1, "99a84211-f73d")
    assert (str(gate.ended), gate.reads) == (str(caught.value), True)


@pytest.mark.parametrize("status", [501, 505, 100, 520])
def test_an_odd_status_is_an_answer_error(status: int) -> None:
    """Statuses that nobody expects are neither asked again nor taken for an answer."""
    client, _, seen = script(httpx.Response(status))
    with pytest.raises(AnswerError, match=f"answered {status} \\(an empty body\\)"):
        client.get("/x")
    assert len(seen) == 1


def test_the_gate_hears_of_each_request_once() -> None:
    """Answers with their headers, failures without."""
    client, gate, _ = script(
        httpx.ReadTimeout("x"), httpx.Response(200, headers={"X-RateLimit-Remaining": "3"}, json=1)
    )
    assert client.get("/x") == 1
    assert (gate.acquired, gate.failures) == (2, 1)
    [(status, headers)] = gate.answers
    assert (status, headers["x-ratelimit-remaining"]) == (200, "3")


def test_an_interrupt_frees_the_ticket() -> None:
    """Ctrl-C while a request is under way passes through, and the gate hears of it."""
    client, gate, _ = script(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        client.get("/x")
    assert gate.failures == 1
    assert client.requests == Requests()


def test_what_leaves_is_counted_and_told() -> None:
    """Every request that left is counted by method, and told to whoever shows progress."""
    told: list[tuple[str, int | None, str | None]] = []
    client, _, _ = script(
        httpx.Response(429, json={"trace_id": "trace-id-0001"}),
        httpx.ReadError("x"),
        httpx.Response(200, json={}),
        httpx.Response(204),
        on_request=lambda method, status, trace_id: told.append((method, status, trace_id)),
    )
    client.get("/x")
    client.send_patch("1", {})
    assert told == [("GET", 429, "trace-id-0001"), ("GET", None, None), ("GET", 200, None), ("PATCH", 204, None)]
    assert client.requests == Requests(get=3, patch=1, throttled=1, retried=2)


def test_a_trace_id_that_repeats_what_was_sent_is_told_to_nobody() -> None:
    """The body of a write holds secrets, and an answer may echo them."""
    told: list[str | None] = []
    client, _, _ = script(
        httpx.Response(400, json={"trace_id": "aaaabbbbccccdddd"}),
        httpx.Response(400, json={"trace_id": "trace-id-0001"}),
        on_request=lambda _method, _status, trace_id: told.append(trace_id),
    )
    for _ in range(2):
        with pytest.raises(RejectedError):
            client.send_patch("1", {"settings": {"auth_token": "aaaabbbbccccdddd"}})
    assert told == [None, "trace-id-0001"]


@pytest.mark.parametrize(("attempt", "waits"), [(1, False), (2, True), (3, True), (4, True), (5, False)])
def test_whoever_retries_by_itself_waits_the_same_way(attempt: int, waits: bool) -> None:
    """pause() waits before attempts two to four, and says when there are no more."""
    client, gate, _ = script(httpx.Response(204))
    assert client.pause(attempt) is waits
    assert len(gate.pauses) == waits


def test_a_token_that_is_refused_ends_all_requests_before_the_gate_hears_of_the_answer() -> None:
    """Whoever waits would be let through by the answer; a 403 is of one request alone."""
    client, gate, _ = script(httpx.Response(403), httpx.Response(401))
    heard: list[object] = []
    gate.answered = lambda *_: heard.append(gate.ended)  # type: ignore[method-assign]
    for ended in (False, True):
        with pytest.raises(UnauthorisedError) as caught:
            client.get("/x")
        assert (gate.ended is not None) is ended
    assert heard == [None, gate.ended]
    assert str(gate.ended) == str(caught.value) == "GET /x: the API does not accept the token (401)"


def test_only_what_left_again_is_counted_as_sent_again() -> None:
    """An attempt without a connection is none; so what is counted never is more than what left."""
    client, _, _ = script(httpx.ConnectError("x"), httpx.ConnectError("x"), httpx.Response(200, json=1))
    client.get("/x")
    assert client.requests == Requests(get=1, retried=1)
    client, _, _ = script(httpx.ConnectError("x"))
    with pytest.raises(UnreachableError):
        client.get("/x")
    assert client.requests == Requests()
    client.pause(2)
    assert client.requests == Requests()
