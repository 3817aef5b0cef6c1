"""What the API hides: left, sent, remembered, refused, or not read at all."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import Json, Path, SecretRef
from reconciler.planning.compare import Result, compare, is_in_sync
from tests.planning.build import SECRETS, TOKEN, make_asked, make_live, make_manifest, make_provider, make_shared

TOKEN_PATH = ("settings", "token")
MASKED = make_live({"token": "****", "phone": "+1"})
WANTED = make_manifest({"token": TOKEN, "phone": "+1"})


def run(*, live: Any = MASKED, manifest: Any = WANTED, same: bool | None = None, **rest: Any) -> Result:
    """Compares; same: what is remembered of every value."""
    asked: list[tuple[str, Path, Json]] = []

    def recall(one: str, path: Path, value: Json) -> bool | None:
        asked.append((one, path, value))
        return same

    account = make_shared(live, recall=recall, **rest)
    assert not is_in_sync(manifest, live, account)
    result = compare(manifest, live, account)
    assert all(row == ("1", TOKEN_PATH, SECRETS[TOKEN]) for row in asked)
    assert SECRETS[TOKEN] not in repr(result)
    return result


@pytest.mark.parametrize("when_hidden", ["warn", "resend", "fail"])
def test_what_is_as_last_applied_is_left(when_hidden: str) -> None:
    """Whatever the configuration says; it is counted as unseen all the same, and nothing warns of it."""
    result = run(same=True, when_hidden=when_hidden)
    assert result.change is not None
    assert (result.change.action, result.change.body) == ("none", {})
    assert result.change.unseen == result.change.remembered == (TOKEN_PATH,)
    assert (result.errors, result.warnings, result.change.rotated) == ([], [], ())


@pytest.mark.parametrize("when_hidden", ["warn", "resend", "fail"])
def test_what_is_not_as_last_applied_is_a_change(when_hidden: str) -> None:
    """Exactly one, of a secret whose values nobody sees."""
    result = run(same=False, when_hidden=when_hidden)
    assert result.change is not None
    assert result.change.body == {"settings": {"token": {"secret": "env:HOOD_TOKEN"}}}
    assert result.change.unseen == result.change.rotated == (TOKEN_PATH,)
    (field,) = result.change.fields
    assert (field.secret, field.before, field.after, field.action) == (True, None, None, "change")
    assert (result.errors, result.warnings, result.change.remembered) == ([], [], ())


def test_without_a_memory_the_configuration_decides() -> None:
    """Warn with the ways out, send again, or fail."""
    (warning,) = run().warnings
    assert warning.code == "unseen-setting"
    assert all(way in str(warning.fix) for way in ("--state", "RECONCILER_KEY", "--resend-secrets", "when_hidden"))
    change = run(when_hidden="resend").change
    assert change is not None
    assert (change.action, change.unseen, change.rotated) == ("update", (TOKEN_PATH,), ())
    (error,) = run(when_hidden="fail").errors
    assert (error.code, bool(error.fix)) == ("hidden-setting", True)


@pytest.mark.parametrize("same", [True, False, None])
@pytest.mark.parametrize("when_hidden", ["warn", "fail"])
def test_the_flag_sends_all_that_is_hidden(same: bool | None, when_hidden: str) -> None:
    """Also what is as last applied, since somebody may have changed it since."""
    result = run(same=same, when_hidden=when_hidden, resend=True)
    assert result.change is not None
    assert result.change.body == {"settings": {"token": {"secret": "env:HOOD_TOKEN"}}}
    assert (result.change.remembered, result.change.rotated, result.errors) == ((), (), [])


def test_what_travels_along_is_what_was_left() -> None:
    """A remembered secret goes with a PATCH of whole settings, as any that is hidden."""
    live = make_live({"token": "****", "phone": "+2"})
    change = run(live=live, same=True).change
    assert change is not None
    assert change.along == {"token": {"secret": "env:HOOD_TOKEN"}}
    assert change.body == {"settings": {"phone": "+1"}}


def unread(live: Any, manifest: Any = WANTED, **rest: Any) -> Result:
    """Compares where no secret is read."""

    class Blind(dict[SecretRef, str]):
        """Knows nothing."""

        def __getitem__(self, ref: SecretRef) -> Any:
            return None

    account = make_shared(*([live] if not isinstance(live, list) else live), secrets=Blind(), **rest)
    return compare(manifest, live if not isinstance(live, list) else live[0], account)


@pytest.mark.parametrize("value", ["****", "in clear", SECRETS[TOKEN], 5])
@pytest.mark.parametrize("when_hidden", ["warn", "resend", "fail"])
def test_what_is_not_read_is_not_compared(value: Json, when_hidden: str) -> None:
    """Masked or in clear, equal or not: it is unseen and nothing is sent; no rule for hidden ones applies."""
    result = unread(make_live({"token": value, "phone": "+2"}), when_hidden=when_hidden)
    assert result.change is not None
    assert result.change.body == {"settings": {"phone": "+1"}}
    assert result.change.unseen == result.change.unread == (TOKEN_PATH,)
    assert (result.errors, result.warnings) == ([], [])


@pytest.mark.parametrize("value", [None, ""])
def test_what_is_surely_absent_is_a_change(value: Json) -> None:
    """Where the account shows secrets; else an API may leave them out."""
    there = {"phone": "+1"} if value is None else {"phone": "+1", "token": value}
    shows = make_live({"token": "x"}, id="2")
    change = unread([make_live(there), shows]).change
    assert change is not None
    assert (change.body, change.unseen) == ({"settings": {"token": {"secret": "env:HOOD_TOKEN"}}}, ())
    change = unread(make_live(there)).change
    assert change is not None
    assert (change.action, change.unread) == ("none", (TOKEN_PATH,))


def test_clearing_needs_no_secret() -> None:
    """`null` over what is live is a change; a setting that is no secret but masked is hidden as ever."""
    change = unread(make_live({"token": "****"}), make_manifest({"token": None})).change
    assert change is not None
    assert change.body == {"settings": {"token": None}}
    provider = make_provider(("sid",))
    result = unread(make_live({"sid": "****1234"}, provider=provider), make_manifest({"sid": "AC1234"}))
    assert [one.code for one in result.warnings] == ["unseen-setting"]


def test_nobody_is_asked_of_what_is_seen() -> None:
    """Only what the API hides."""
    live = make_live({"token": "other", "phone": "+1"})
    result = compare(WANTED, live, make_shared(live, recall=lambda *_: 1 / 0))
    assert result.change is not None
    assert result.change.unseen == ()
    assert make_asked().recall("5")("1", TOKEN_PATH, "x") is None
