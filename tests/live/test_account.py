"""One account, open: everything that a run asks of it, over the emulator and in virtual time."""

from __future__ import annotations

from random import Random
from typing import Any

import httpx
import pytest

from reconciler.errors import StoppedError, UnauthorisedError
from reconciler.live.account import Account
from reconciler.sandbox.messages import Request
from reconciler.sandbox.state import load_world
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.virtual_clock import VirtualClock

EPOCH = 1_700_000_000.0


def open_account(world: World, clock: VirtualClock, seen: list[tuple[str, int | None]], token: str = "") -> Account:
    """The account behind httpx's mock transport."""

    def handle(request: httpx.Request) -> httpx.Response:
        made = Request(
            request.method, request.url.path, dict(request.url.params), dict(request.headers), request.content
        )
        answer = world.handle(made, EPOCH + clock.now())
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    return Account(
        api="https://api.example.com/v1/hood",
        token=lambda: token or world.token,
        per_second=8,
        per_minute=120,
        parallel=1,
        token_name="OCAMBA_TOKEN",
        on_request=lambda method, status, _trace_id: seen.append((method, status)),
        http=httpx.MockTransport(handle),
        clock=clock,
        rng=Random(7),
    )


def test_it_reads_writes_and_counts() -> None:
    """A snapshot, a page, an object, an unknown id, a PATCH; each request is told and counted."""
    world, clock, seen = load_world(), VirtualClock(), list[tuple[str, int | None]]()
    account = open_account(world, clock, seen)
    told: list[tuple[int, int]] = []
    snapshot = account.read_snapshot(
        ids=frozenset({"1161", "1162"}),
        by_name=False,
        need=frozenset({"twilio"}),
        progress=lambda done, of: told.append((done, of)),
    )
    assert {"1161", "1162"} <= set(snapshot.objects)
    assert told
    assert "1162" in account.read_page("1,100")
    account.send_patch("1162", {"name": "Backup SMS"}, quiet=False, left=lambda: None)
    one = account.read_one("1162")
    assert one is not None
    assert one.name == "Backup SMS"
    assert account.read_one("4711") is None
    assert ("PATCH", 204) in seen
    assert account.requests.patch == 1
    assert account.requests.get == len(seen) - 1
    account.close()


@pytest.mark.parametrize(
    ("switches", "told"), [({}, True), ({"post_201": "empty"}, False), ({"envelope": "items"}, True)]
)
def test_it_creates_and_finds(switches: dict[str, Any], told: bool) -> None:
    """The id of what was made, where the answer tells it; and what was made is found by provider and name."""
    world = load_world(switches=Switches(**switches))
    account = open_account(world, VirtualClock(), [])
    body = {"name": "Launch", "provider_id": "1004", "settings": {"api_key": "k", "default_sender": "L"}}
    assert account.find(frozenset({"1004"}), "Launch") == ()
    left: list[int] = []
    made = account.create(body, quiet=True, left=lambda: left.append(1))
    found = account.find(frozenset({"1004"}), "Launch", sure=True)
    assert found is not None
    assert (made == found[0].id) is told
    assert (len(left), account.requests.post) == (1, 1)
    account.close()


@pytest.mark.parametrize("text", ['{"total": 2}', '"1161"', "[]", "{}", '{"items": []}', '[{"id": "1"}, {"id": "2"}]'])
def test_an_answer_to_a_create_that_tells_no_id_is_looked_up(text: str) -> None:
    """JSON of any other shape."""
    account = Account(
        api="https://api.example.com/v1/hood", token=lambda: "token", per_second=8, per_minute=120, parallel=1,
        token_name="OCAMBA_TOKEN", http=httpx.MockTransport(lambda _: httpx.Response(201, text=text)),
    )  # fmt: skip
    assert account.create({"name": "x"}, quiet=False, left=lambda: None) is None
    account.close()


def test_it_waits_in_its_own_time() -> None:
    """Waits, retries and the room in the windows pass no real time."""
    clock = VirtualClock()
    account = open_account(load_world(), clock, [])
    account.wait(30.0)
    assert account.now() == pytest.approx(30.0)
    account.ready(4)
    assert account.now() == pytest.approx(30.0)
    assert account.pause(2)
    assert 30.25 <= account.now() <= 30.75
    assert not account.pause(5)
    account.close()


def test_after_a_stop_nothing_leaves_but_within_a_shield() -> None:
    """StoppedError carries the code; what must not be torn apart goes on."""
    world, seen = load_world(), list[tuple[str, int | None]]()
    account = open_account(world, VirtualClock(), seen)
    before = account.stopped
    account.stop(143)
    assert (before, account.stopped) == (False, True)
    with pytest.raises(StoppedError) as caught:
        account.read_one("1162")
    assert caught.value.exit_code == 143
    assert seen == []
    with account.shield():
        assert account.read_one("1162") is not None
    with pytest.raises(StoppedError):
        account.wait(1.0)
    account.close()


def test_a_wrong_token_is_told_by_the_name_of_its_variable() -> None:
    """Never by its value."""
    account = open_account(load_world(), VirtualClock(), [], token="wrong-token-value")
    with pytest.raises(UnauthorisedError) as caught:
        account.read_one("1162")
    assert "OCAMBA_TOKEN" in f"{caught.value} {caught.value.fix}"
    assert "wrong-token-value" not in f"{caught.value!r} {caught.value.fix} {account!r}"
    account.close()


def test_the_machine_has_its_own_clock_and_dice() -> None:
    """Without a clock handed in the seconds are those of the machine."""
    account = Account(
        api="https://api.example.com/v1/hood",
        token=lambda: "token",
        per_second=8,
        per_minute=120,
        parallel=1,
        token_name="OCAMBA_TOKEN",
        http=httpx.MockTransport(lambda _: httpx.Response(200)),
    )
    assert account.now() <= account.now()
    account.close()


def test_a_test_message_is_one_post() -> None:
    """It is counted, and the emulator remembers it."""
    world, clock, seen = load_world(), VirtualClock(), list[tuple[str, int | None]]()
    account = open_account(world, clock, seen)
    settings = {"account_sid": "AC", "auth_token": "x", "default_phone_number": "+1"}
    account.send_test({"name": "A", "provider_id": "1000", "settings": settings, "status": "active"}, "+2")
    assert [(provider, to) for _, provider, to in world.notifications] == [("twilio", "+2")]
    assert seen == [("POST", 204)]
    assert account.requests.post == 1
