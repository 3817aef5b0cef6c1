"""Which live values go into a manifest, and why others do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from reconciler.adopting.accept import Chosen, Judges, choose, find_unknown
from reconciler.adopting.accept_fields import Fields, parse_fields
from reconciler.adopting.rewrite import Edit
from reconciler.errors import UsageError
from reconciler.model import (
    Json,
    Lifecycle,
    Live,
    Manifest,
    Origin,
    Path,
    Plain,
    Provider,
    SecretRef,
    Setting,
    SettingDefinition,
    Source,
)

HERE = Source("m.yaml", 1, 1)
REF = SecretRef("env", "HOOD_TOKEN")
ROWS = (SettingDefinition("a", required=True), SettingDefinition("b"), SettingDefinition("token"))
NUMBERS = SettingDefinition("n", type="number")
PROVIDER = Provider("1", "twilio", settings=(*ROWS, NUMBERS))


@dataclass(frozen=True)
class Case:
    """What a comparison tells."""

    manifest: Manifest
    live: Live
    changed: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    undefined: frozenset[str] = frozenset()
    provider: Provider | None = PROVIDER


def make_case(
    declared: Mapping[str, Setting],
    live: Mapping[str, Json],
    *changed: str,
    more: Mapping[str, Any] | None = None,
    **rest: Any,
) -> Case:
    """A manifest with these settings and an object with those; `more` are its other fields."""
    there = {"name": "One", "status": "active", **(more or {})}
    shown = Live("1", "c", PROVIDER, settings=dict(live), **there)
    fields = {key: rest.pop(key) for key in ("name", "status", "is_default", "lifecycle", "origins") if key in rest}
    manifest = Manifest("twilio/one", "twilio", HERE, "1", settings=dict(declared), **fields)
    paths = tuple((key,) if key in {"name", "status", "is_default"} else ("settings", key) for key in changed)
    return Case(manifest, shown, paths, **rest)


def chosen(case: Case, *given: str) -> Chosen:
    """What is chosen of it."""
    judges = Judges(lambda key: "token" in key, lambda source, path: Source(source.file, 7, len(path)))
    return choose(case, case.live, parse_fields(given), judges)


def values(case: Case, *given: str) -> dict[str, Any]:
    """By path: before and after, or why it is refused."""
    out: dict[str, Any] = {}
    for one in chosen(case, *given).choices:
        field = one.field
        assert (one.edit is None) is (field.refused is not None)
        assert one.edit is None or one.edit.value == field.after
        out[".".join(field.path)] = field.refused or (field.before, field.after)
    return out


def test_what_differs_is_written() -> None:
    """Name, status and settings, in that order; what is the same is not told."""
    case = make_case({"a": "x", "b": "y"}, {"a": "z", "b": "y"}, "a", "status", "name", name="Two", status="paused")
    assert list(values(case).items()) == [
        ("name", ("Two", "One")),
        ("status", ("paused", "active")),
        ("settings.a", ("x", "z")),
    ]
    (first, *_) = chosen(case).choices
    assert first.edit == Edit(HERE, ("name",), "One", before=("Two",))
    assert first.field.source == Source("m.yaml", 7, 1)


@pytest.mark.parametrize(
    ("key", "declared", "live", "after"),
    [
        ("b", "587", 588, "588"),
        ("b", "x", True, "true"),
        ("b", "x", 1.5, "1.5"),
        ("n", "587", 588, "588"),
        ("n", Plain(587, "587"), 588, 588),
        ("n", Plain(587, "587"), "x", "x"),
        ("n", ["x"], ["x", 1], ["x", 1]),
        ("b", "x", None, None),
        ("b", None, "x", "x"),
        ("b", "x", "", ""),
    ],
)
def test_values_are_written_as_a_manifest_holds_them(key: str, declared: Setting, live: Json, after: Json) -> None:
    """Where the provider defines text, or the manifest says text, a number is written as text."""
    before = declared.value if isinstance(declared, Plain) else declared
    assert values(make_case({key: declared}, {key: live}, key)) == {f"settings.{key}": (before, after)}


@pytest.mark.parametrize(
    ("key", "live", "reason"),
    [
        ("a", None, "live it is not set, and twilio requires it"),
        ("b", ["x"], "live it is a list, and the manifest may hold text"),
        ("n", [None], "live it is a list of other things than texts and numbers, and the manifest may hold text"),
        ("b", {"x": 1}, "live it is a mapping, which no manifest holds"),
    ],
)
def test_what_no_manifest_may_hold_is_refused(key: str, live: Json, reason: str) -> None:
    """With the reason."""
    assert values(make_case({key: "x"}, {key: live}, key)) == {f"settings.{key}": reason}


def test_a_name_or_status_that_no_manifest_may_hold_is_refused() -> None:
    """None, empty, or longer than 100 characters."""
    case = make_case({}, {}, "name", "status", name="x", status="y", more={"name": "é" * 101, "status": None})
    assert values(case) == {
        "name": "the live name is longer than 100 characters",
        "status": "live it has no status",
    }
    assert values(make_case({}, {}, "name", name="x", more={"name": ""})) == {"name": "live it has no name"}


def test_is_default_is_accepted_though_the_api_cannot_change_it() -> None:
    """The manifest only checks it."""
    case = make_case({}, {}, "is_default", is_default=True, more={"is_default": False})
    assert values(case) == {"is_default": (True, False)}


def test_secrets_are_counted_and_never_written() -> None:
    """References, literals and secret keys; of a secret key that is to be cleared it is said."""
    case = make_case({"b": REF, "token": None}, {"b": "canary", "token": "canary"}, "token")
    assert values(case) == {"settings.token": "it is a secret, and accept neither reads nor writes secrets"}
    assert chosen(case).secrets == 2
    assert "canary" not in repr(chosen(case))
    assert chosen(case, "settings.b").secrets == 1


def test_a_field_that_is_asked_for_leaves_the_others_alone() -> None:
    """One by one, or by a pattern of settings keys."""
    case = make_case({"a": "x", "b": "y"}, {"a": "1", "b": "2"}, "a", "b", "name", name="Two")
    assert values(case, "settings.a") == {"settings.a": ("x", "1")}
    assert values(case, "settings.[b-z]", "name") == {"name": ("Two", "One"), "settings.b": ("y", "2")}


def test_a_field_that_is_asked_for_is_added_where_the_manifest_does_not_name_it() -> None:
    """With a value that is live, in clear, and that the provider defines."""
    case = make_case({}, {"a": "x", "b": 587, "n": 7, "other": "y", "token": "canary", "c": None})
    assert values(case, "settings.*") == {
        "settings.a": (None, "x"),
        "settings.b": (None, "587"),
        "settings.n": (None, 7),
    }
    assert chosen(case, "settings.*").secrets == 1
    assert values(case, "name", "status") == {"name": (None, "One"), "status": (None, "active")}
    (choice,) = chosen(case, "name").choices
    assert choice.edit == Edit(HERE, ("name",), "One", before=())
    assert (choice.field.action, choice.field.source) == ("add", HERE)
    assert values(case) == {}
    assert values(make_case({}, {"x": 1}, provider=None), "settings.x") == {"settings.x": (None, "1")}


def test_what_is_named_one_by_one_and_cannot_be_accepted_is_said() -> None:
    """A pattern passes over it."""
    ignore = Lifecycle(ignore=(("settings", "b"),))
    case = make_case(
        {"a": "x", "b": "y", "ref": REF, "typo": "z"},
        {"a": "****1234", "b": "x", "ref": "canary", "token": "canary", "n": "****5678", "other": "y"},
        hidden=(("settings", "a"),),
        lifecycle=ignore,
    )
    asked = [f"settings.{key}" for key in ("a", "b", "ref", "token", "typo", "n", "other", "gone")]
    assert values(case, *asked) == {
        "settings.a": "the API hides what is live",
        "settings.b": "lifecycle.ignore names it",
        "settings.n": "the API hides what is live",
        "settings.other": "twilio does not define it",
        "settings.ref": "it refers to a secret, and accept neither reads nor writes secrets",
        "settings.token": "it is a secret, and accept neither reads nor writes secrets",
        "settings.typo": "twilio does not define it",
    }
    assert values(case, "settings.*") == {}
    assert (chosen(case, "settings.*").hidden, chosen(case, "settings.*").secrets) == (2, 2)
    assert (chosen(case).hidden, chosen(case).secrets) == (1, 1)


def test_what_a_variable_makes_is_refused_and_what_an_overlay_writes_goes_there() -> None:
    """The variable serves other manifests too; the overlay is this account's own."""
    there = Source("overlays/m.yaml", 3, 1)
    origins = ((("settings", "a"), Origin(variables=("X", "Y"))), (("settings", "b"), Origin(overlay=there)))
    case = make_case({"a": "x", "b": "y"}, {"a": "1", "b": "2"}, "a", "b", origins=origins)
    assert values(case) == {
        "settings.a": "it is made with the variable ${var:X}, ${var:Y}",
        "settings.b": ("y", "2"),
    }
    assert chosen(case).choices[1].edit == Edit(there, ("settings", "b"), "2", before=("y",))
    marked = make_case({"a": "${var:x}"}, {"a": "1"}, "a")
    assert chosen(marked).choices[0].edit == Edit(HERE, ("settings", "a"), "1", before=("$${var:x}",))


def test_fields_that_nobody_knows_are_found() -> None:
    """Neither a manifest, a live object nor a provider has them; of patterns nothing is said."""
    case = make_case({"typo": "x"}, {"other": "y"})
    fields = parse_fields(["settings.typo", "settings.other", "settings.a", "settings.prot", "name", "settings.zz*"])
    assert find_unknown(fields, [(case, case.live)]) == ["settings.prot"]
    assert find_unknown(fields, [(case, case.live), (make_case({"prot": "x"}, {}), case.live)] * 2) == []
    assert find_unknown(parse_fields(["name"]), []) == ["name"]


def test_fields_are_read_once() -> None:
    """Names, and globs of settings keys; a key may hold dots."""
    assert parse_fields(["name", "name", "settings.x.y", "settings.a*"]) == Fields(("name", "settings.x.y"), ("a*",))
    assert parse_fields(["settings.x.y"]).covers(("settings", "x.y"))
    assert not parse_fields([]).asked


@pytest.mark.parametrize(
    "text", ["", "port", "settings", "settings.", "provider", "id", "names", "name.x", "*", "x\x1b"]
)
def test_what_names_no_field_is_a_wrong_command_line(text: str) -> None:
    """With what may be written."""
    with pytest.raises(UsageError) as caught:
        parse_fields([text])
    assert "settings.KEY" in str(caught.value.fix)
    assert "\x1b" not in str(caught.value)
