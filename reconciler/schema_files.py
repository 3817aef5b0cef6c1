"""Finds and reads the JSON Schemas: the shipped ones, and those that `reconciler schema` wrote for an account.

The shipped ones lie beside the package in a source checkout, and inside it in a wheel. Written ones are looked for
beside the configuration's file, then beside the folder of manifests; of a provider that both tell, the written one
counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reconciler.desired.files import make_file_name
from reconciler.errors import InvalidError
from reconciler.model import Json, Problem, Source

if TYPE_CHECKING:
    from reconciler.provider_schemas import Described

FOLDER = "schemas"
PROVIDERS = "providers"
MANIFEST = "manifest.schema.json"
OVERLAY = "overlay.schema.json"
CONFIG = "config.schema.json"
EXEC = "exec.schema.json"
SETTING = "setting.schema.json"

_PACKAGE = Path(__file__).resolve().parent


def find_schemas(package: Path = _PACKAGE) -> Path:
    """The folder of the shipped schemas, for the package's folder."""
    shipped = package / FOLDER
    return shipped if shipped.is_dir() else package.parent / FOLDER


def read_schemas(folder: Path | None = None) -> dict[str, Json]:
    """Every schema by its path below the folder, with forward slashes (`providers/twilio.json`), sorted."""
    root = folder or find_schemas()
    return {
        path.relative_to(root).as_posix(): msgspec.json.decode(path.read_bytes())
        for path in sorted(root.rglob("*.json"))
    }


def make_homes(config: Path | None, root: Path) -> list[Path]:
    """Where an account's own schemas may be: beside the configuration's file, beside the folder of manifests."""
    beside = [config.parent] if config is not None else []
    return [folder / FOLDER for folder in dict.fromkeys([*beside, root.parent])]


def find_written(homes: Iterable[Path]) -> Path | None:
    """The first of the folders that holds schemas of providers, None where there is none but the shipped one."""
    for home in homes:
        try:
            if (home / PROVIDERS).is_dir():
                return None if home.samefile(find_schemas()) else home
        except OSError:
            continue
    return None


def read_written(folder: Path, secret: Callable[[str], bool]) -> list[Described]:
    """The providers that `reconciler schema` wrote into a folder, by file. Raises InvalidError for damaged ones.

    `secret` decides which keys are secret: the marks in the files may be older than the configuration.
    """
    from reconciler.provider_schemas import MARK, mark_secrets, read_schema

    problems: list[Problem] = []
    found: list[Described] = []
    for path in sorted((folder / PROVIDERS).glob("*.json")):
        content = b""
        try:
            content = path.read_bytes()
            described = read_schema(msgspec.json.decode(content))
        except (OSError, ValueError):
            if not content or MARK.encode() in content:
                message = "is a schema of reconciler's that is damaged, or cannot be read"
                fix = "write it anew: reconciler schema"
                problems.append(Problem("bad-schema", message, Source(make_file_name(path), 1, 1), fix))
        else:
            found += [mark_secrets(described, secret)] if described is not None else []
    if problems:
        raise InvalidError(problems)
    return found


@cache
def read_shipped() -> dict[str, Described]:
    """The shipped providers, by the names of their files (`twilio.json`)."""
    from reconciler.provider_schemas import read_schema

    told = {path.name: msgspec.json.decode(path.read_bytes()) for path in (find_schemas() / PROVIDERS).glob("*.json")}
    read = {name: read_schema(told[name]) for name in sorted(told)}
    return {name: described for name, described in read.items() if described is not None}


class SchemaSet:
    """The schemas that a run judges by: the shipped ones, with what was written for the account laid over."""

    def __init__(self, written: Sequence[Described] = ()) -> None:
        self.written = tuple(written)

    @cached_property
    def providers(self) -> dict[str, Described]:
        """All providers that are known offline, by the names of their schemas' files."""
        from reconciler.provider_schemas import lay_over

        return lay_over(read_shipped(), self.written)

    @cached_property
    def files(self) -> dict[str, Json]:
        """Every schema by its path, as an editor would see it."""
        from reconciler.provider_schemas import make_manifest_schema, make_overlay_schema, make_schema

        shipped = {path: schema for path, schema in read_schemas().items() if not path.startswith(f"{PROVIDERS}/")}
        made = {f"{PROVIDERS}/{name}": make_schema(described) for name, described in self.providers.items()}
        manifests = make_manifest_schema(shipped[MANIFEST], self.providers)
        return shipped | made | {MANIFEST: manifests, OVERLAY: make_overlay_schema(manifests)}


SHIPPED = SchemaSet()
