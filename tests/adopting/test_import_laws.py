"""The law of importing: import, set the variables, plan: empty. For every provider and every switch of the emulator."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.desired.secrets import SecretKeys
from reconciler.sandbox.providers import PROVIDERS
from tests.adopting.importing import desk_of

secret = SecretKeys().matches
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

odd_texts = st.one_of(
    st.sampled_from(
        ["", "a", "587", "+13345550100", "yes", "null", "~", "00123", "12:30:00", "a: b", "a #b", "- x", "{a", "x\ny"]
    ),
    st.sampled_from(
        [
            '"q"',
            "it's",
            "\\d",
            "${var:X}",
            "$HOME `id`",
            "it's $x",
            "\x1b[31m",
            "\u202e",
            "\0",
            " ",
            "é",
            "😀",
            "****1234",
        ]
    ),
    st.text(max_size=12),
)
numbers = st.one_of(st.integers(-5, 10**25), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
odd = st.one_of(odd_texts, odd_texts, numbers, st.none(), st.just(["a", 1]), st.just({"a": 1}), st.just([]))
names = st.one_of(st.sampled_from(["Main SMS", "main sms", "Main/SMS", "!!!", "con", "x" * 101, "語" * 100]), odd_texts)


@st.composite
def accounts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Objects of all providers, with values of all kinds in their settings, and keys that nobody defines."""
    rows = []
    for number in range(draw(st.integers(1, 5))):
        provider = draw(st.sampled_from(PROVIDERS))
        held: dict[str, Any] = {}
        for row in provider.settings:
            if row.required or draw(st.integers(0, 4)):
                held[row.name] = draw(st.text(min_size=1, max_size=9)) if draw(st.booleans()) else draw(odd)
        held |= draw(st.dictionaries(st.sampled_from(["zz", "a: b", "my_token", "", "x\ny"]), odd, max_size=1))
        masked = [key for key in held if draw(st.integers(0, 9)) == 0]
        made = {"id": str(1001 + number), "name": draw(names), "provider_id": provider.id, "settings": held}
        status = draw(st.sampled_from(["active", "inactive", "yes", "", "x: y"]))
        rows.append({**made, "masked": masked, "status": status, "is_default": draw(st.booleans())})
    return rows


switches = st.fixed_dictionaries(
    {
        "envelope": st.sampled_from(["bare", "items"]),
        "listing": st.sampled_from(["full", "slim", "slim-always", "absent"]),
        "total": st.sampled_from(["number", "string"]),
        "page_maximum": st.sampled_from([1, 2, 100]),
        "page_over_maximum": st.sampled_from(["clamp", "refuse"]),
        "order": st.sampled_from(["id", "name", "shuffled"]),
        "id_order": st.sampled_from(["number", "text"]),
        "id_type": st.sampled_from(["string", "number"]),
        "default_flag": st.sampled_from(["boolean", "number"]),
        "extra_fields": st.booleans(),
        "effective_status": st.sampled_from(["same", "hidden"]),
        "masks": st.sampled_from(["none", "none", "full", "last4", "absent", "null", "empty"]),
        "providers": st.sampled_from(["list", "absent"]),
        "provider_settings": st.sampled_from(["embedded", "embedded", "providers-only", "empty"]),
        "window_headers": st.sampled_from(["minute", "second", "tightest", "off"]),
    }
)


@SLOW
@given(accounts(), switches)
def test_what_is_imported_plans_empty(rows: list[dict[str, Any]], how: dict[str, Any]) -> None:
    """Unless a required value is missing in the account, which was said; and a second import writes nothing."""
    hold_the_law(rows, how)


@pytest.mark.nightly
@settings(SLOW, max_examples=1500)
@given(accounts(), switches)
def test_the_law_holds_all_night(rows: list[dict[str, Any]], how: dict[str, Any]) -> None:
    """The same over many more accounts."""
    hold_the_law(rows, how)


def hold_the_law(rows: list[dict[str, Any]], how: dict[str, Any]) -> None:
    """Imports, sets the variables, plans, and imports once more."""
    with desk_of(rows, **how) as desk:
        what = [row["id"] for row in rows] if how["listing"] == "absent" else ["--all"]
        imported = desk.document("import", *what, "--secrets-to", "secrets.env")
        assert {one["id"] for one in imported["files"]} == {row["id"] for row in rows}
        assert imported["skipped"] == []
        desk.set_variables(imported)
        code, out = desk.run("plan", "--detailed-exitcode")
        if any(is_lacking(one) for one in imported["files"]):
            assert code == 0 or (code == 3 and "requires this key" in out), out
        else:
            assert code == 0, out
        before = desk.files()
        again = desk.document("import", *what, "--secrets-to", "secrets.env")
        assert (again["files"], again["variables"], again["secrets_file"]) == ([], [], None)
        assert {one["reason"] for one in again["skipped"]} == {"managed"}
        assert desk.files() == before
        assert desk.run("validate")[0] == 0
        assert not desk.world.writes


def is_lacking(file: dict[str, Any]) -> bool:
    """Whether a key that its provider requires was left out."""
    provider = next(one for one in PROVIDERS if one.name == file["provider"])
    required = {row.name for row in provider.settings if row.required}
    return any(left["path"][-1] in required for left in file["left_out"])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(accounts())
def test_the_same_account_makes_the_same_bytes(rows: list[dict[str, Any]]) -> None:
    """However the API orders its lists."""
    made = []
    for order in ("id", "shuffled"):
        with desk_of(rows, order=order, page_maximum=2) as desk:
            desk.document("import", "--all", "--secrets-to", "secrets.env")
            secrets = desk.folder / "secrets.env"
            made.append(
                (
                    [(name.partition("manifests")[2], text) for name, text in desk.files().items()],
                    secrets.read_bytes() if secrets.exists() else b"",
                )
            )
    assert made[0] == made[1]
