"""What a refusal says, and what it never shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from reconciler.errors import (
    AnswerError,
    RejectedError,
    UnauthorisedError,
)
from reconciler.live.client import Client
from tests.live.scripts import error_body, patch_error, script
from tests.live.worlds import (
    SECRET,
)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://login.example/path?secret=1", " to https://login.example;"),
        ("https://user:pw@login.example/", " to https://login.example;"),
        ("/relative", "a redirect;"),
        ("https://[", "a redirect;"),
        ("javascript:alert(1)", "a redirect;"),
    ],
)
def test_a_redirect_says_where_it_points(location: str, shown: str) -> None:
    """A 3xx is an error that names the other host, and nothing is sent there."""
    client, _, seen = script(httpx.Response(302, headers={"Location": location}))
    with pytest.raises(AnswerError) as caught:
        client.get("/x")
    assert len(seen) == 1
    assert shown in caught.value.message
    assert "secret" not in caught.value.message
    assert "pw" not in caught.value.message


def test_a_quiet_patch_shows_no_word_of_the_answer() -> None:
    """Where the body held a secret the API may echo it, so its words stay hidden; the trace id does not."""
    error = patch_error(error_body(message="auth_token hunter2 is wrong"), quiet=True)
    assert error.message == "PATCH /integrations/1: answered 400"
    assert isinstance(error, RejectedError)
    assert error.trace_id == "99a84211-f73d"


@pytest.mark.parametrize("trace_id", ["hunter2hunter3", "HUNTER2HUNTER3", "x-hunter2hun-1"])
def test_a_trace_id_that_repeats_what_was_sent_is_none(trace_id: str) -> None:
    """A secret may look like one."""
    client, _, _ = script(error_body(trace_id=trace_id))
    with pytest.raises(RejectedError) as caught:
        client.send_patch("1", {"settings": {"auth_token": "hunter2hunter3"}}, quiet=True)
    assert caught.value.trace_id is None


@pytest.mark.parametrize(("host", "quiet"), [(f"{SECRET[:12]}.example", False), ("hunter2hunter3.example", True)])
def test_a_redirect_to_a_name_made_of_secrets_names_no_host(host: str, quiet: bool) -> None:
    """Neither of the token, nor of what was sent."""
    error = patch_error(httpx.Response(302, headers={"Location": f"https://{host}/"}), quiet=quiet)
    assert "a redirect;" in error.message


@pytest.mark.parametrize(
    ("asked", "said", "fix"),
    [("60", "GET /x: answered 429 (an empty body)", "limits"), ("3600", "asks to wait 3,600 s", "after that time")],
)
def test_a_429_that_asks_for_long_says_for_how_long(asked: str, said: str, fix: str) -> None:
    """And what to do: to come back later, which is no matter of this run."""
    client, _, _ = script(httpx.Response(429, headers={"Retry-After": asked}))
    with pytest.raises(AnswerError, match=re.escape(said)) as caught:
        client.get("/x")
    assert fix in str(caught.value.fix)


def test_an_answer_that_echoes_the_token_is_hidden() -> None:
    """Neither message nor trace id may carry the token or a part of it."""
    error = patch_error(error_body(message=f"bad header {SECRET[:20]}", trace_id=SECRET))
    assert error.message == "PATCH /integrations/1: answered 400"
    assert isinstance(error, RejectedError)
    assert error.trace_id is None


def test_long_and_wild_messages_are_tamed() -> None:
    """At most 200 characters on one line, control and bidi characters escaped."""
    error = patch_error(error_body(message="a\x1b[31m\n\u202e" + "b" * 500))
    shown = error.message.partition("(")[2][:-1]
    assert shown.startswith("a\\x1b[31m\\n\\u202ebbb")
    assert shown.endswith("…")
    assert len(shown) < 220


@pytest.mark.parametrize("trace_id", ["{}", "short", "x" * 65, 12345678, None, "a b c d e f g", "<script>"])
def test_a_trace_id_must_look_like_one(trace_id: object) -> None:
    """The documentation's own sample is the text {}: such things are not shown."""
    error = patch_error(error_body(trace_id=trace_id))
    assert isinstance(error, RejectedError)
    assert error.trace_id is None


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        (httpx.Response(400, text=" <html>hunter2"), "HTML, 14 bytes"),
        (httpx.Response(400, text="hunter2"), "a body that is not JSON, 7 bytes"),
        (httpx.Response(400, json=["hunter2"]), "JSON of another shape, 11 bytes"),
        (httpx.Response(400, content=b"[" * 100_000), "100,000 bytes"),
        (httpx.Response(400), "an empty body"),
    ],
)
def test_a_body_that_is_not_understood_is_told_by_kind_and_length(response: httpx.Response, shown: str) -> None:
    """No byte of such a body is shown."""
    error = patch_error(response)
    assert shown in error.message
    assert "hunter2" not in error.message


def test_a_body_without_words_shows_none() -> None:
    """An error of another shape has neither message nor title."""
    assert patch_error(httpx.Response(400, json={"message": 7})).message == "PATCH /integrations/1: answered 400"


@pytest.mark.parametrize(
    ("status", "fix"),
    [(400, "documentation"), (404, "--api"), (409, "same moment"), (418, "documentation")],
)
def test_a_refusal_says_what_to_do_next(status: int, fix: str) -> None:
    """Each 4xx ends with a next step."""
    error = patch_error(httpx.Response(status, json={"message": "no"}))
    assert isinstance(error, RejectedError)
    assert fix in (error.fix or "")
    assert "run again" in (error.fix or "")


@pytest.mark.parametrize(("status", "word"), [(401, "accept"), (403, "allowed")])
def test_a_refused_token_ends_seven(status: int, word: str) -> None:
    """401 and 403 stop at once, name the token's variable, and show nothing of the body but the trace id."""
    sends: list[Callable[[Client], object]] = [lambda one: one.get("/x"), lambda one: one.send_patch("1", {})]
    told = {"message": "nonsense", "trace_id": "99a84211-f73d"}
    for send in sends:
        client, _, seen = script(httpx.Response(status, json=told), token_name="OCAMBA_X")
        with pytest.raises(UnauthorisedError) as caught:
            send(client)
        assert len(seen) == 1
        assert word in caught.value.message
        assert caught.value.trace_id == "99a84211-f73d"
        assert "OCAMBA_X" in str(caught.value.fix)
        assert "nonsense" not in f"{caught.value.message}{caught.value.fix}"
