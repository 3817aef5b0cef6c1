"""The demo's manifests against the demo's seed: every kind of plan line is there, and an apply converges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.sandbox.seed import COMPANY
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.sandbox.asking import ALL, get, patch

MANIFESTS = Path(__file__).parents[2] / "manifests"
SECRET = "fake-value-of-the-demo"


def read_manifests() -> list[dict[str, Any]]:
    """All documents below manifests/ but the configuration."""
    files = [path for path in sorted(MANIFESTS.rglob("*.yaml")) if path.name != "reconciler.yaml"]
    return [document for path in files for document in YAML(typ="safe").load_all(path)]


def read_existing() -> list[dict[str, Any]]:
    """Those of integrations that are there."""
    return [manifest for manifest in read_manifests() if "lifecycle" not in manifest]


def find_twin(world: World, manifest: dict[str, Any]) -> dict[str, Any]:
    """What the API shows of the integration that a manifest means."""
    fits = [
        item
        for item in get(world, page="1,100")["items"]
        if item["id"] == manifest.get("id")
        or (item["provider"]["name"], item["name"]) == (manifest["provider"], manifest["name"])
    ]
    assert len(fits) == 1, manifest["name"]
    assert fits[0]["provider"]["name"] == manifest["provider"]
    found: dict[str, Any] = fits[0]
    return found


def make_lines(world: World) -> dict[str, list[str]]:
    """What a plan would have to say, by kind, each as `key path`."""
    lines: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for manifest in read_existing():
        live = find_twin(world, manifest)
        defined = {row["name"] for row in live["provider"]["settings"]}
        for name in ("name", "status"):
            if manifest.get(name, live[name]) != live[name]:
                lines[name].append(manifest["key"])
        for key, value in manifest.get("settings", {}).items():
            kind = judge(live["settings"], defined, key, value)
            if kind:
                lines[kind].append(f"{manifest['key']} {key}")
    return lines


def judge(live: dict[str, Any], defined: set[str], key: str, value: Any) -> str | None:
    """The kind of line of one setting; None where it is as desired."""
    wanted = SECRET if isinstance(value, dict) else value
    shown = live.get(key)
    if key not in defined:
        return "dropped"
    if str(shown).startswith("****"):
        return "unseen"
    if shown == wanted:
        return None
    if wanted is None or shown is None:
        return "cleared" if wanted is None else "added"
    if str(shown) == str(wanted):
        return "other type"
    return "secret" if isinstance(value, dict) else "changed"


KINDS = {
    "name": ["backup-sms"],
    "status": ["old-ops-chat"],
    "changed": ["main-sms default_phone_number"],
    "secret": ["main-sms auth_token"],
    "added": ["newsletter sending_domain"],
    "cleared": ["newsletter default_sender_name"],
    "dropped": ["main-sms defualt_phone_number"],
    "unseen": ["receipts api_key"],
    "other type": ["newsletter port"],
}
LASTING = {"dropped", "unseen", "other type"}
"""What an apply does not end, since it is no change."""


def test_the_demo_shows_every_kind_of_plan_line() -> None:
    """One of each; the other manifests are in sync, and some integrations are not managed."""
    world = World(switches=Switches(per_second=0, per_minute=0))
    assert make_lines(world) == KINDS
    managed = {find_twin(world, manifest)["id"] for manifest in read_existing()}
    assert len(managed) == len(read_existing()) == 8
    assert world.objects().keys() - managed == {"1163", "1180", "1181", "1182"}


def test_the_demo_shows_a_create() -> None:
    """One manifest may be created: no integration has its provider and name, and its provider knows its keys."""
    world = World(switches=Switches(per_second=0, per_minute=0))
    (new,) = [manifest for manifest in read_manifests() if manifest not in read_existing()]
    assert new["lifecycle"] == {"create": True}
    assert new["name"] not in {item["name"] for item in world.objects().values()}
    (provider,) = [
        item for item in get(world, "/v1/hood/providers", page="1,100")["items"] if item["name"] == new["provider"]
    ]
    assert new["settings"].keys() <= {row["name"] for row in provider["settings"]}


def test_the_demo_converges() -> None:
    """After a PATCH of whole manifests nothing is left but what is no change."""
    world = World(switches=Switches(per_second=0, per_minute=0))
    for manifest in read_existing():
        live = find_twin(world, manifest)
        sent = {
            key: SECRET if isinstance(value, dict) else value for key, value in manifest.get("settings", {}).items()
        }
        visible = {key: value for key, value in live["settings"].items() if not str(value).startswith("****")}
        whole = {**visible, **{key: value for key, value in sent.items() if key != "port"}}
        fields = {key: manifest[key] for key in ("name", "status") if key in manifest}
        assert patch(world, {**fields, "settings": whole}, f"{ALL}/{live['id']}") == 204
    assert make_lines(world) == {kind: lines if kind in LASTING else [] for kind, lines in KINDS.items()}
    assert world.objects()["1171"]["settings"]["api_key"] == SECRET


def test_the_demo_is_bound_to_the_sandbox_and_needs_two_variables() -> None:
    """A token of another company stops a run; the references name HOOD_ variables alone."""
    config = YAML(typ="safe").load(MANIFESTS / "reconciler.yaml")
    assert config["accounts"]["main"]["company_id"] == COMPANY
    references = [
        value["secret"]
        for manifest in read_manifests()
        for value in manifest.get("settings", {}).values()
        if isinstance(value, dict)
    ]
    assert sorted(references) == ["env:HOOD_MANDRILL_API_KEY", "env:HOOD_TWILIO_AUTH_TOKEN"]


def test_every_manifest_names_its_schema() -> None:
    """The modeline leads an editor to a schema that exists."""
    for path in MANIFESTS.rglob("*.yaml"):
        first = path.read_text().splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (path.parent / first.partition("=")[2]).resolve().is_file()
