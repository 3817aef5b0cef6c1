"""`providers` as a whole command line."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from reconciler.sandbox.server import SandboxServer, serve
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.commands.stage import Stage

SEED = {
    "providers": [
        {"id": "9", "name": "nine\n", "type": "sms", "settings": [{"name": "\x1b[31mkey", "type": "number"}]},
        {
            "id": "10",
            "name": "ten",
            "type": "sms",
            "settings": [
                {"name": "api_key", "title": "API Key", "required": True},
                {"name": "route", "title": "Route", "deprecated": True},
            ],
        },
    ],
    "integrations": [{"id": "1", "name": "One", "provider_id": "10", "settings": {"api_key": "x"}}],
}


def of(server: SandboxServer) -> Any:
    """The environment in which a run speaks to this server."""
    return {"RECONCILER_API": server.url, "OCAMBA_TOKEN": server.world.token}


def serve_seed(seed: Any = SEED, **switches: Any) -> AbstractContextManager[SandboxServer]:
    """An account, served."""
    return serve(World(switches=Switches(**switches), seed=seed))


def test_the_catalogue_is_a_table(stage: Stage) -> None:
    """A row for each setting, by id; what a terminal obeys is shown escaped."""
    with serve_seed() as server:
        ran = stage.run("providers", **of(server))
    assert [line.rstrip() for line in ran.out.splitlines()] == [
        "  id  provider  type  setting        title",
        "  9   nine\\n    sms   \\u001b[31mkey           number",
        "  10  ten       sms   api_key        API Key  required, secret",
        "                      route          Route    deprecated",
        "",
        "2 providers. A manifest with every key: reconciler new PROVIDER",
    ]
    assert {entry.method for entry in server.world.log} == {"GET"}


def test_the_catalogue_is_json_for_machines(stage: Stage) -> None:
    """The configuration adds to what is secret."""
    stage.write("reconciler.yaml", "version: 1\nsecrets: {keys: [route]}\naccounts: {default: {path: manifests}}\n")
    with serve_seed() as server:
        document = stage.run("providers", "--format", "json", **of(server)).document
    assert document["format"] == "reconciler.providers/1"
    assert document["account"] == "default"
    nine, ten = document["providers"]
    assert (nine["id"], nine["name"], nine["settings"][0]["type"]) == ("9", "nine\n", "number")
    assert ten["settings"] == [
        {
            "name": "api_key",
            "title": "API Key",
            "type": "string",
            "required": True,
            "deprecated": False,
            "secret": True,
        },
        {"name": "route", "title": "Route", "type": "string", "required": False, "deprecated": True, "secret": True},
    ]


def test_what_no_list_tells_is_read_from_live_objects(stage: Stage) -> None:
    """Without GET /providers, only those that have objects are known."""
    with serve_seed(providers="absent") as server:
        (ten,) = stage.run("providers", "--format", "json", **of(server)).document["providers"]
    assert [row["name"] for row in ten["settings"]] == ["api_key", "route"]
    with serve_seed(provider_settings="empty") as server:
        ran = stage.run("providers", **of(server))
    assert ran.out.count("the API does not tell its settings") == 2
    with serve_seed(providers="absent", listing="absent") as server:
        assert "neither its providers nor" in stage.run("providers", code=8, **of(server)).err


def test_the_catalogue_needs_a_token_or_the_sandbox(stage: Stage) -> None:
    """Exit 7 without; the sandbox needs none."""
    stage.patch.delenv("OCAMBA_TOKEN")
    assert "OCAMBA_TOKEN is not set" in stage.run("providers", code=7).err
    ran = stage.run("providers", "--sandbox")
    assert ran.out.startswith("SANDBOX   id")
    assert "7 providers." in ran.out
