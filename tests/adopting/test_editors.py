"""What an editor shows of a manifest: the real yaml-language-server, through the modeline, on written schemas."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import guarded
from tests.adopting.language_server import LanguageServer, find_server, serving

Desk = tuple[LanguageServer, Path]
MODELINE = "# yaml-language-server: $schema=../../schemas/manifest.schema.json\n"
WRONG_TYPE = "Incorrect type. Expected one of"
MITTO = 'provider: mitto\nid: "1164"\n'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server, and a folder with the schemas of the sandbox's account."""
    command = find_server()
    if command is None:
        reason = "not installed here: node with yaml-language-server (RECONCILER_YAML_SERVER names the program)"
        if os.environ.get("RECONCILER_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder, before = tmp_path_factory.mktemp("desk"), Path.cwd()
    os.chdir(folder)
    try:
        assert guarded(["schema", "--sandbox", "--quiet"]) == 0
        assert guarded(["import", "--all", "--sandbox", "--quiet"]) == 0
        assert guarded(["new", "mitto", "--sandbox", "--quiet", "--to", "manifests"]) == 0
    finally:
        os.chdir(before)
    with serving(command, folder) as server:
        yield server, folder / "written" / "mitto"


def write(folder: Path, text: str) -> Path:
    """A manifest of its own name, with the modeline."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{len(list(folder.iterdir()))}.yaml"
    file.write_text(MODELINE + text)
    return file


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MITTO + 'settings:\n  default_sender: "A"\n', []),
        (MITTO + 'settings:\n  default_sneder: "A"\n', [("default_sneder", "Property default_sneder is not allowed.")]),
        (MITTO + 'sttings:\n  a: "A"\n', [("sttings", "Property sttings is not allowed.")]),
        ('id: "1164"\n', [("i", 'Missing property "provider".')]),
        (
            'provider: twilio\nname: New\nlifecycle: {create: true}\nsettings:\n  account_sid: "A"\n',
            [("settings", 'Missing property "auth_token".'), ("settings", 'Missing property "default_phone_number".')],
        ),
        (
            MITTO + "settings:\n  default_sender: [a]\n",
            [("[a]", "Incorrect type. Expected one of string, null, object.")],
        ),
        (MITTO + 'settings:\n  api_key: "k"\n', [('"k"', f"{WRONG_TYPE} object, null.")]),
        (
            MITTO + "settings:\n  api_key: {secret: nope}\n",
            [("nope", 'write env:NAME, file:PATH or exec:NAME/ARG, as in {secret: "env:HOOD_NAME"}')],
        ),
        (
            'provider: mailgun\nid: "1"\nsettings:\n  region: "eu"\n',
            [('region: "eu"', "mailgun calls region deprecated")],
        ),
    ],
)
def test_what_is_wrong_is_flagged_at_its_place(
    desk: tuple[LanguageServer, Path], text: str, told: list[tuple[str, str]]
) -> None:
    """Wrong keys, missing keys, wrong types, and keys that the provider calls deprecated."""
    server, folder = desk
    assert server.diagnose(write(folder, text)) == told


@pytest.mark.slow
def test_the_providers_keys_are_offered(desk: Desk) -> None:
    """By name or by id, whatever is typed already; and the providers themselves."""
    server, folder = desk
    keys = {"api_key", "default_sender", "traffic_account"}
    assert set(server.complete(write(folder, MITTO + "settings:\n  \n"), 4, 2)) == keys
    by_id = write(folder, 'provider: "1004"\nid: "1164"\nsettings:\n  api_key: {secret: "env:HOOD_X"}\n  \n')
    assert set(server.complete(by_id, 5, 2)) == keys - {"api_key"}
    assert {"mitto", "telegram", "twilio"} <= set(server.complete(write(folder, "provider: \n"), 1, 10))


@pytest.mark.slow
def test_a_key_is_explained_where_the_mouse_rests(desk: Desk) -> None:
    """Its title, and what to write."""
    server, folder = desk
    shown = server.hover(write(folder, MITTO + 'settings:\n  api_key: {secret: "env:HOOD_X"}\n'), 4, 4)
    assert "API Key" in shown
    assert "HOOD" in shown


@pytest.mark.slow
def test_what_the_tool_writes_is_fine_in_an_editor(desk: Desk) -> None:
    """Imported and new manifests find the schema by their modeline; deprecated keys are marked, nothing else is."""
    server, folder = desk
    files = sorted((folder.parents[1] / "manifests").rglob("*.yaml"))
    told = {file.name: server.diagnose(file) for file in files}
    assert len(told) == 13
    assert {name: rows for name, rows in told.items() if rows} == {
        "legacy-mail.yaml": [("region: eu", "mailgun calls region deprecated")]
    }
