"""Ways for tests to make documents and to see which place was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.desired.load import Document, Places, load_text
from reconciler.desired.manifests import Desired, make_manifests
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.validate import make_path
from reconciler.model import Source
from reconciler.schema_files import SHIPPED, SchemaSet


class ToldPlaces(Places):
    """Places that tell what they were asked for: the file is the path, the column 1 for a key and 2 for a value."""

    def value(self, source: Source, path: Sequence[str | int]) -> Source:
        """The path as a file."""
        return Source(make_path(path), source.line, 2)

    def key(self, source: Source, path: Sequence[str | int]) -> Source:
        """The path as a file."""
        return Source(make_path(path), source.line, 1)


def make_documents(text: str) -> list[Document]:
    """The documents of a YAML text that has no fault as YAML."""
    documents, problems = load_text(text.encode(), "m.yaml")
    assert problems == []
    return documents


def make_desired(
    text: str,
    *,
    account: str | None = "main",
    keys: Sequence[str] = (),
    allow_literals: bool = False,
    offline: bool = True,
    schemas: SchemaSet = SHIPPED,
) -> Desired:
    """The manifests of a YAML text."""
    return make_manifests(
        make_documents(text),
        account=account,
        secret_keys=SecretKeys(keys),
        allow_literals=allow_literals,
        offline=offline,
        places=ToldPlaces(),
        schemas=schemas,
    )
