"""PATCH: what is sent again, and what is not."""

from __future__ import annotations

import httpx
import pytest

from reconciler.errors import (
    AnswerError,
    LateError,
    RejectedError,
    UnknownOutcomeError,
    UnreachableError,
)
from reconciler.live.client import ATTEMPTS
from reconciler.model import Requests
from tests.live.scripts import Step, patch_error, script


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_patch_is_sent_once(status: int) -> None:
    """Any 2xx is done; what left is the body as JSON."""
    client, gate, seen = script(httpx.Response(status))
    client.send_patch("11 61/x", {"settings": {"port": "587", "old": None}})
    [request] = seen
    assert request.method == "PATCH"
    assert request.url.raw_path == b"/v1/hood/integrations/11%2061%2Fx"
    assert request.content == b'{"settings":{"port":"587","old":null}}'
    assert client.requests == Requests(get=0, patch=1)
    assert [answer for answer, _ in gate.answers] == [status]


def test_a_throttled_patch_is_sent_again_at_once() -> None:
    """A 429 did nothing, so that the PATCH goes again through the gate, without a wait of our own."""
    client, gate, seen = script(*[httpx.Response(429)] * (ATTEMPTS - 1), httpx.Response(204))
    client.send_patch("1", {"name": "x"})
    assert len(seen) == gate.acquired == ATTEMPTS == 4
    assert gate.pauses == []
    assert client.requests == Requests(patch=4, throttled=3, retried=3)


def test_a_patch_that_is_throttled_for_good_is_given_up() -> None:
    """Four requests are the most, and fewer where some of the same change have left before."""
    client, _, seen = script(httpx.Response(429))
    with pytest.raises(AnswerError) as caught:
        client.send_patch("1", {"name": "x"})
    assert len(seen) == ATTEMPTS
    assert caught.value.status == 429
    with pytest.raises(AnswerError):
        client.send_patch("1", {"name": "x"}, tries=1)
    assert len(seen) == ATTEMPTS + 1
    assert "limits" in str(caught.value.fix)


@pytest.mark.parametrize(
    "step",
    [
        httpx.Response(500),
        httpx.Response(501),
        httpx.Response(502, text="<html>"),
        httpx.Response(503),
        httpx.Response(504),
        httpx.Response(408),
        httpx.ReadTimeout("x"),
        httpx.WriteTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.DecodingError("x"),
    ],
    ids=repr,
)
def test_a_patch_of_unknown_outcome_is_not_sent_again(step: Step) -> None:
    """Whoever sent it has to read the object before any second write."""
    client, _, seen = script(step)
    with pytest.raises(UnknownOutcomeError) as caught:
        client.send_patch("1", {"name": "x"})
    assert len(seen) == 1
    assert caught.value.message.startswith("PATCH /integrations/1: ")
    assert caught.value.exit_code == 8
    assert client.requests == Requests(patch=1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_patch_that_is_redirected_was_not_done(status: int) -> None:
    """A redirect is neither followed nor asked again: whoever sends it has not done the write."""
    client, _, seen = script(httpx.Response(status, headers={"Location": "https://elsewhere.example/x"}))
    with pytest.raises(AnswerError) as caught:
        client.send_patch("1", {"name": "x"})
    assert len(seen) == 1
    assert str(status) in caught.value.message
    assert "not followed" in caught.value.message


def test_a_patch_that_never_left_is_sent_again() -> None:
    """A refused connection did nothing; it is retried inside, and only what left is counted."""
    client, gate, _ = script(httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.Response(204))
    client.send_patch("1", {"name": "x"})
    assert client.requests == Requests(patch=1, retried=1)
    assert (gate.failures, len(gate.pauses)) == (2, 2)


def test_a_patch_that_never_leaves_is_unreachable() -> None:
    """Four attempts to connect are the most; the error says that nothing left."""
    error = patch_error(httpx.ConnectError("x"))
    assert isinstance(error, UnreachableError)
    assert not error.sent


@pytest.mark.parametrize("status", [400, 404, 405, 409, 422])
def test_a_rejected_patch_has_status_and_trace_id(status: int) -> None:
    """A 4xx is this one request's failure."""
    error = patch_error(httpx.Response(status, json={"title": "No.", "trace_id": "0123456789abc"[:13]}))
    assert isinstance(error, RejectedError)
    assert error.status == status
    assert error.message == f"PATCH /integrations/1: answered {status} (No.)"


@pytest.mark.parametrize("body", [{"name": "\ud800"}, {"name": object()}])
def test_a_body_that_json_cannot_carry_is_not_sent(body: dict[str, object]) -> None:
    """An unpaired surrogate has no UTF-8; the error shows nothing of the body."""
    client, _, seen = script(httpx.Response(204))
    with pytest.raises(RejectedError, match="nothing was sent") as caught:
        client.send_patch("1", body)
    assert seen == []
    assert caught.value.__context__ is None


def test_every_patch_that_left_is_told() -> None:
    """Those answered 429 and those of unknown outcome too; what never left is not."""
    told: list[int] = []
    client, _, _ = script(httpx.Response(429), httpx.ConnectError("x"), httpx.Response(204))
    client.send_patch("1", {"name": "x"}, left=lambda: told.append(1))
    assert len(told) == 2
    client, _, _ = script(httpx.ReadTimeout("x"))
    with pytest.raises(UnknownOutcomeError):
        client.send_patch("1", {"name": "x"}, left=lambda: told.append(1))
    assert len(told) == 3


def test_a_patch_that_would_leave_too_late_is_not_sent() -> None:
    """The gate's word passes as it is: nothing was done."""
    client, gate, seen = script(httpx.Response(204))

    def late(by: float | None = None, *, write: bool = False) -> float:
        raise LateError(f"by {by}")

    gate.acquire = late  # type: ignore[method-assign]
    with pytest.raises(LateError, match="by 5"):
        client.send_patch("1", {"name": "x"}, by=5.0)
    assert seen == []


PAGES = [
    httpx.Response(200, text="<html>Please log in</html>"),
    httpx.Response(204, text="not JSON"),
    httpx.Response(200, text='{"id": '),
    httpx.Response(200, text="[" * 100_000),
]


@pytest.mark.parametrize("step", PAGES, ids=repr)
def test_a_page_in_place_of_the_answer_is_no_answer(step: httpx.Response) -> None:
    """A captive portal or a proxy says 200 to anything: whether the write happened cannot be told."""
    client, _, seen = script(step)
    with pytest.raises(UnknownOutcomeError, match="which is not the API's answer") as caught:
        client.send_patch("1", {"name": "x"})
    assert len(seen) == 1
    assert "log in" not in str(caught.value)
    assert "proxy" in str(caught.value.fix)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ["", " \n", "{}", '{"id": "1"}', "null", "[]"])
def test_an_answer_of_json_or_of_nothing_is_done(text: str) -> None:
    """The documentation says 204 without a body; other APIs of the family answer the object."""
    client, _, _ = script(httpx.Response(200, text=text))
    client.send_patch("1", {"name": "x"})
    assert client.requests == Requests(patch=1)


def test_a_second_request_for_the_same_change_is_counted_as_sent_again() -> None:
    """Whoever sends it after a look says so."""
    client, _, _ = script(httpx.ReadTimeout("x"), httpx.Response(204))
    with pytest.raises(UnknownOutcomeError):
        client.send_patch("1", {"name": "x"})
    assert client.requests == Requests(patch=1)
    client.send_patch("1", {"name": "x"}, again=True)
    assert client.requests == Requests(patch=2, retried=1)


def test_a_post_is_a_write_like_any_other() -> None:
    """Its answer's body comes back; it counts as POST; a 429 is sent again at once, an unknown outcome is not."""
    client, gate, seen = script(httpx.Response(429), httpx.Response(201, json={"id": "7"}), httpx.Response(201))
    assert client.send_post("/integrations", {"name": "x"}) == b'{"id":"7"}'
    assert client.send_post("/integrations", {"name": "x"}) == b""
    assert {str(request.url.path) for request in seen} == {"/v1/hood/integrations"}
    assert client.requests == Requests(post=3, throttled=1, retried=1)
    client, gate, seen = script(httpx.Response(503))
    with pytest.raises(UnknownOutcomeError, match="POST /integrations: answered 503"):
        client.send_post("/integrations", {"name": "x"})
    assert (len(seen), gate.pauses) == (1, [])
