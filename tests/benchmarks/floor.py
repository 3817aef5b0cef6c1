"""The floor: the same question answered by the least that any tool must do, built from the quickest known steps.

Files read, events of the C parser put together without a check, list pages decoded, dicts compared, and DeepDiff asked
where they differ. Nothing is validated, no place is known, and what is wrong in a manifest would end in a traceback.
"""

from __future__ import annotations

from typing import Any

import msgspec
from ruamel.yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, StreamEndEvent

from reconciler.desired.parsers import find_c_parser
from tests.benchmarks.stored import read_environ, read_page, walk_files

C_PARSER = find_c_parser()
COMPARED = ("name", "status", "settings")


def find_changed(folder: str) -> list[str]:
    """The ids of the objects that are not as their manifests want them."""
    environ = read_environ(folder)
    manifests: list[dict[str, Any]] = []
    for path in walk_files(folder):
        with open(path, "rb") as file:
            text = file.read()
        _read_documents(text, manifests)
    objects: dict[str, Any] = {}
    number = 1
    while body := read_page(folder, number):
        for item in msgspec.json.decode(body)["items"]:
            objects[item["id"]] = item
        number += 1
    return [one["id"] for one in manifests if _differs(one, objects[one["id"]], environ)]


def _differs(manifest: dict[str, Any], live: dict[str, Any], environ: dict[str, str]) -> bool:
    settings = manifest["settings"]
    for key, value in settings.items():
        if value.__class__ is dict:
            settings[key] = environ[value["secret"][4:]]
    same = manifest["name"] == live["name"] and manifest["status"] == live["status"]
    if same and settings == live["settings"]:
        return False
    from deepdiff import DeepDiff

    return bool(DeepDiff({key: live[key] for key in COMPARED}, {key: manifest[key] for key in COMPARED}))


def _read_documents(text: bytes, documents: list[dict[str, Any]]) -> None:
    """Mappings of text only: all that an account in sync needs."""
    get_event, scalar, start, end, last = (
        C_PARSER(text).get_event,
        ScalarEvent,
        MappingStartEvent,
        MappingEndEvent,
        StreamEndEvent,
    )
    stack: list[tuple[Any, Any]] = []
    into: Any = None
    key: Any = None
    while True:
        event = get_event()
        kind = event.__class__
        if kind is scalar:
            if key is None:
                key = event.value
            else:
                into[key] = event.value
                key = None
        elif kind is start:
            made: dict[str, Any] = {}
            if into is None:
                documents.append(made)
            else:
                into[key] = made
            stack.append((into, None))
            into, key = made, None
        elif kind is end:
            into, key = stack.pop()
        elif kind is last:
            return
