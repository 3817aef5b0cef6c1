"""Finds and reads the JSON Schemas: in a source checkout they lie beside the package, in a wheel inside it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconciler.model import Json

MANIFEST = "manifest.schema.json"
CONFIG = "config.schema.json"

_PACKAGE = Path(__file__).resolve().parent


def find_schemas(package: Path = _PACKAGE) -> Path:
    """The folder of the schema files, for the package's folder."""
    shipped = package / "schemas"
    return shipped if shipped.is_dir() else package.parent / "schemas"


def read_schemas(folder: Path | None = None) -> dict[str, Json]:
    """Every schema by its path below the folder, with forward slashes (`providers/twilio.json`), sorted."""
    root = folder or find_schemas()
    return {
        path.relative_to(root).as_posix(): msgspec.json.decode(path.read_bytes())
        for path in sorted(root.rglob("*.json"))
    }
