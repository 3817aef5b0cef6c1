"""Scalars that the not-text rule reports: in quotes they are the text that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from msgspec import Struct

from reconciler.desired.documents import Document
from reconciler.desired.validate import Finding, Steps
from reconciler.model import Json, Plain, Source


class Unquoted(Struct, frozen=True):
    """The source text of a scalar, and what YAML makes of it: it may be a secret, so repr hides it."""

    document: Source
    path: Steps
    text: str
    value: Json

    def __repr__(self) -> str:
        return f"Unquoted({self.document}, {self.path})"


def find_unquoted(document: Document, findings: Iterable[Finding]) -> Iterator[Unquoted]:
    """Those of one document. What stands there empty is no text in quotes, but nothing at all."""
    for finding in findings:
        if finding.code == "not-text":
            value: Json = reduce(lambda container, step: container[step], finding.path, document.data)
            if isinstance(value, Plain) and value.value is not None:
                yield Unquoted(document.source_of(finding.path), finding.path, value.text, value.value)
