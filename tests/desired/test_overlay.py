"""Overlays replace single fields of the manifests with the same address; places point to where a value was written."""

from __future__ import annotations

from typing import Any

from reconciler.desired.load import Document, load_text
from reconciler.desired.manifests import Desired, make_manifests
from reconciler.desired.overlay import lay_over
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Lifecycle, Origin, Problem, SecretRef, Source
from tests.desired.placing import ToldPlaces

BASE = """\
provider: acme
name: Main One
settings: {a: "1", b: "2", token: {secret: "env:HOOD_A"}}
lifecycle: {ignore: [status], create: true}
---
provider: acme
name: Second
id: {main: "2", other: "3"}
"""


def documents(text: str, file: str) -> list[Document]:
    """The documents of a text without faults."""
    found, problems = load_text(text.encode(), file)
    assert problems == []
    return found


def lay(overlay: str, base: str = BASE, account: str | None = "main") -> tuple[list[Document], list[Problem]]:
    """The documents of both."""
    return lay_over(documents(base, "base.yaml"), documents(overlay, "over.yaml"), account, ToldPlaces())


def declare(overlay: str, base: str = BASE, **variables: str) -> Desired:
    """The manifests of both."""
    places = Places()
    laid, problems = lay_over(documents(base, "base.yaml"), documents(overlay, "over.yaml"), "main", places)
    assert problems == []
    keys = SecretKeys()
    return make_manifests(
        laid, account="main", secret_keys=keys, offline=False, places=ToldPlaces(), variables=variables
    )


def test_single_fields_are_replaced() -> None:
    """Settings and lifecycle key by key, all else whole; what is not named stays."""
    overlay = """
provider: acme
key: main-one
status: paused
settings: {b: "3", c: "4", token: {secret: "file:x"}, a: null}
lifecycle: {ignore: [name], guard: [settings.b]}
x-note: mine
"""
    manifest = next(one for one in declare(overlay).manifests if one.address == "acme/main-one")
    assert manifest.settings == {"a": None, "b": "3", "c": "4", "token": SecretRef("file", "x")}
    assert manifest.lifecycle == Lifecycle((("name",),), (("settings", "b"),), create=True)
    assert (manifest.name, manifest.status) == ("Main One", "paused")
    assert manifest.source == Source("base.yaml", 1, 1)
    assert manifest.files == {"base.yaml", "over.yaml"}


def test_the_address_stays_whatever_is_replaced() -> None:
    """It is made of what the manifest itself says; id and name are replaced."""
    desired = declare('provider: acme\nkey: main-one\nname: Another\nid: "9"\n')
    (manifest,) = [one for one in desired.manifests if one.id == "9"]
    assert (manifest.address, manifest.name) == ("acme/main-one", "Another")
    assert manifest.origin_of(("name",)) == Origin(Source("over.yaml", 1, 1))
    assert manifest.source_of(("id",)) == Source("over.yaml", 1, 1)
    assert manifest.source_of(("settings", "a")) == Source("base.yaml", 1, 1)


def test_an_overlay_may_name_its_manifest_by_name_or_id() -> None:
    """As the address is made."""
    by_name, _ = lay("provider: acme\nname: Main one\nstatus: x\n")
    assert by_name[0].data["name"] == "Main one"
    by_id, problems = lay('provider: acme\nid: "7"\nstatus: x\n', 'provider: acme\nid: "7"\n')
    assert (by_id[0].data["status"], problems) == ("x", [])
    by_map, problems = lay("provider: acme\nid: {main: '7'}\nstatus: x\n", 'provider: acme\nid: "7"\n')
    assert (by_map[0].data["status"], problems) == ("x", [])
    for_any, problems = lay('provider: acme\nid: "7"\nstatus: x\n', "provider: acme\nid: {z: '7'}\n", None)
    assert (for_any[0].data["status"], problems) == ("x", [])


def test_twins_are_told_apart_by_their_ids() -> None:
    """By the address that a plan shows."""
    base = 'provider: acme\nid: "1"\nname: Same\n---\nprovider: acme\nid: "2"\nname: Same\n'
    laid, problems = lay("provider: acme\nkey: same.2\nstatus: x\n", base)
    assert problems == []
    assert ["status" in one.data for one in laid] == [False, True]


def test_settings_may_be_added_where_there_were_none() -> None:
    """Each key of them has its place in the overlay."""
    laid, _ = lay('provider: acme\nkey: second\nsettings: {a: "1"}\nlifecycle: {create: true}\n')
    assert laid[1].data["settings"] == {"a": "1"}
    assert laid[1].source_of(("settings", "a", 0)) == laid[1].source_of(("settings",)) == Source("over.yaml", 1, 1)
    assert laid[1].source_of(("lifecycle", "create")) == Source("over.yaml", 1, 1)
    assert laid[1].source_of(("name",)) == Source("base.yaml", 6, 1)
    assert laid[0].layer is None


def test_what_fits_no_manifest_is_an_error() -> None:
    """Told at the overlay, with what is near."""
    _, problems = lay(
        "provider: acme\nkey: main-on\n---\nprovider: else\nkey: nothing-near\n---\nkey: main-one\n---\n"
        "provider: acme\n---\nprovider: acme\nkey: second\nstatus: x\n---\nprovider: acme\nname: Second\n"
    )
    assert [(one.code, one.source.line if one.source else 0, one.fix) for one in problems] == [
        ("no-such-manifest", 1, "did you mean acme/main-one?"),
        ("no-such-manifest", 4, "write provider and key of a manifest, or remove the document"),
        ("missing-key", 7, "add provider: and key:, as in the manifest's address"),
        ("missing-key", 9, "add provider: and key:, as in the manifest's address"),
        ("duplicate-overlay", 15, "write both into one document"),
    ]


def test_a_broken_manifest_has_its_overlay_all_the_same() -> None:
    """Only what is wrong is told."""
    laid, problems = lay("provider: acme\nkey: second\nstatus: x\n", BASE + "nonsense: 1\nlifecycle: [x]\n")
    assert problems == []
    assert laid[1].data["nonsense"]


def test_variables_of_both_are_expanded() -> None:
    """Origins tell the overlay and the variables of each value."""
    overlay = 'provider: acme\nkey: main-one\nsettings: {a: "${var:X}"}\n'
    desired = declare(overlay, BASE.replace('b: "2"', 'b: "-${var:Y}"'), X="x", Y="y")
    manifest = next(one for one in desired.manifests if one.address == "acme/main-one")
    assert (manifest.settings["a"], manifest.settings["b"]) == ("x", "-y")
    over = Source("over.yaml", 1, 1)
    assert manifest.origins == (
        (("settings", "a"), Origin(over, ("X",))),
        (("settings", "b"), Origin(None, ("Y",))),
    )
    assert manifest.origin_of(("name",)) == Origin()


def test_places_lead_to_the_overlay(tmp_path: Any, monkeypatch: Any) -> None:
    """Of a value, its key and its text."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE)
    text = 'provider: acme\nkey: main-one\nsettings:\n  b: "3"\n'
    (tmp_path / "over.yaml").write_text(text)
    places = Places()
    laid, _ = lay_over(documents(BASE, "base.yaml"), documents(text, "over.yaml"), "main", places)
    source = laid[0].source
    assert places.value(source, ("settings", "b")) == Source("over.yaml", 4, 6)
    assert places.key(source, ("settings", "b")) == Source("over.yaml", 4, 3)
    assert places.text(source, ("settings", "b")) == "3"
    assert places.value(source, ("settings", "a")) == Source("base.yaml", 3, 15)
    assert places.value(laid[1].source, ("settings", "b")) == laid[1].source


def test_a_name_of_variables_makes_the_address_as_it_is_written() -> None:
    """So that it is the same in every account."""
    for env in ("Production", "Staging"):
        laid = documents("provider: acme\nname: Main ${var:ENV}\n", "base.yaml")
        made = make_manifests(
            laid, account="main", secret_keys=SecretKeys(), offline=False, places=ToldPlaces(), variables={"ENV": env}
        )
        assert [(one.address, one.name) for one in made.manifests] == [("acme/main-var-env", f"Main {env}")]
