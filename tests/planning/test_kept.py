"""Snapshots kept in a file: no secret is in one, and what comes back plans as live does."""

from __future__ import annotations

import pytest

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import KeptObject, KeptSnapshot, Live, Manifest, Provider, SecretRef, Snapshot, Source
from reconciler.planning.kept import MASK, OTHER, check_kept, keep_objects, load_kept, restore_snapshot
from reconciler.planning.state import Fingerprints
from reconciler.values import document_text

TWILIO = Provider("1000", "twilio")
LIVE = Live(
    "2", "7", TWILIO, "Two", "active", {"auth_token": "clear-secret", "pin_token": "****1234", "a": 1, "api_key": ""}
)
SNAPSHOT = Snapshot({"10": Live("10", "7", TWILIO, "Ten", None), "2": LIVE}, {"1000": TWILIO}, complete=True)
MARK = Fingerprints(b"key", "snapshot:main", "7").make


def is_secret(key: str) -> bool:
    """As the floor says."""
    return "token" in key or "key" in key


def kept_of(*objects: KeptObject, keyed: bool = False) -> KeptSnapshot:
    """A file of these objects."""
    return KeptSnapshot("0", "x", "main", "7", "2026-01-01T00:00:00Z", True, True, keyed, (TWILIO,), objects)


def test_secrets_are_left_out_or_marked() -> None:
    """Clear ones as shown or by fingerprint, masked ones as hidden, empty ones as they are; ids in order."""
    plain = keep_objects(SNAPSHOT, is_secret, None)
    assert [one.id for one in plain] == ["2", "10"]
    assert plain[0].settings == {"a": 1, "api_key": ""}
    assert plain[0].secrets == {"auth_token": "shown", "pin_token": "hidden"}
    keyed = keep_objects(SNAPSHOT, is_secret, MARK)[0]
    assert keyed.secrets["auth_token"].startswith("hmac-sha256:")
    assert "clear-secret" not in document_text(kept_of(*plain, keyed))


def test_what_comes_back_is_equal_different_or_unseen() -> None:
    """By the fingerprint where the key and the wanted value are at hand, else a mask; a provider that is not told."""
    ref = SecretRef("env", "HOOD_A")
    manifest = Manifest(
        "twilio/two", "twilio", Source("a", 1, 1), id="2", settings={"auth_token": ref, "pin_token": ref}
    )
    gone = Manifest("twilio/gone", "twilio", Source("a", 9, 1), id="99")
    kept = kept_of(*keep_objects(SNAPSHOT, is_secret, MARK), keyed=True)

    def settings(wanted: str | None, mark: object = MARK) -> dict[str, object]:
        made = restore_snapshot(kept, [manifest, gone], lambda _ref: wanted, mark)  # type: ignore[arg-type]
        assert made.unknown == {"99"}
        return made.objects["2"].settings

    assert settings("clear-secret") == {"a": 1, "api_key": "", "auth_token": "clear-secret", "pin_token": MASK}
    assert settings("other")["auth_token"] == OTHER
    assert settings(None)["auth_token"] == MASK
    assert settings("clear-secret", None)["auth_token"] == MASK
    named = Manifest("twilio/two", "twilio", Source("a", 1, 1), name="Two", settings={"auth_token": ref})
    assert restore_snapshot(kept, [named], lambda _ref: "x", MARK).objects["2"].settings["auth_token"] == OTHER
    alone = KeptObject("5", "7", "77", "N", None, None, None, None, None, {}, {"auth_token": "shown"})
    other = restore_snapshot(kept_of(alone), [], lambda _ref: None, None).objects["5"]
    assert (other.provider.name, other.settings) == ("77", {"auth_token": MASK})


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": "other"}', b"\xff", b"[" * 100_000])
def test_what_is_no_snapshot_is_told(data: bytes) -> None:
    """Without a piece of it."""
    with pytest.raises(InvalidError) as caught:
        load_kept(data, "live.json")
    assert "reconciler.snapshot/1" in caught.value.problems[0].message


def test_a_snapshot_of_elsewhere_is_refused() -> None:
    """Another account, another company; an unknown company is no reason."""
    kept = load_kept(document_text(kept_of()).encode(), "live.json")
    check_kept(kept, file="live.json", account="main", company_id=None)
    for account, company in (("other", "7"), ("main", "8")):
        with pytest.raises(RefusedError):
            check_kept(kept, file="live.json", account=account, company_id=company)
