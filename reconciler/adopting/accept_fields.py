"""`--field`: which fields are accepted, one by one or by a pattern of settings keys."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from reconciler.errors import UsageError
from reconciler.model import Path
from reconciler.values import printable

TOP = ("name", "status", "is_default")
_WILD = frozenset("*?[")


class Fields(Struct, frozen=True):
    """The fields that are asked for; none: every one that a manifest names.

    exact: names without wildcards. patterns: globs of settings keys, such as `default_*`.
    """

    exact: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether any field is asked for by its name, so that it may also be added."""
        return bool(self.exact or self.patterns)

    def covers(self, path: Path) -> bool:
        """Whether the field is asked for."""
        if not self.asked or ".".join(path) in self.exact:
            return True
        return path[0] == "settings" and any(fnmatchcase(path[1], pattern) for pattern in self.patterns)


def parse_fields(given: Sequence[str]) -> Fields:
    """The values of --field. Raises UsageError for what names no field."""
    exact: list[str] = []
    patterns: list[str] = []
    for text in given:
        head, _, key = text.partition(".")
        if text not in TOP and not (head == "settings" and key):
            message = f"--field {printable(text)} names no field"
            raise UsageError(message, f"write {', '.join(TOP)}, settings.KEY, or settings.* for all settings")
        if _WILD & set(key):
            patterns.append(key)
        else:
            exact.append(text)
    return Fields(tuple(dict.fromkeys(exact)), tuple(dict.fromkeys(patterns)))
