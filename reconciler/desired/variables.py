"""`${var:NAME}` in name and settings: text of the account, from reconciler.yaml. No code, no nesting, no secrets.

`$${var:` stands for `${var:` itself. Elsewhere in a manifest a variable is an error: what identifies a document, and
what decides over it, is the same in every account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from reconciler.desired.validate import Finding, Steps, make_path
from reconciler.model import Json, Path
from reconciler.names import find_meant
from reconciler.values import VARIABLE as MARK


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(r"\$\$\{var:|\$\{var:([^}]*)(\}?)")


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class Expanded(NamedTuple):
    """A document's data with its variables in place, what is wrong, and the names by the path that they stand at."""

    data: Json
    findings: list[Finding]
    names: dict[Path, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"Expanded({len(self.names)} values)"


def expand(data: Json, variables: Mapping[str, str], account: str, skip: Callable[[str], bool]) -> Expanded:
    """Puts the variables of an account into a document. skip: settings keys that stay as they are, since a secret there
    is an error of its own. Data without any mark comes back as it is.
    """
    out = Expanded(data, [], {})
    if data.__class__ is not dict:
        return out
    made = dict(data)
    worker = _Worker(variables, account, out)
    if isinstance(made.get("name"), str):
        made["name"] = worker.text(made["name"], ("name",), ("name",))
    settings = made.get("settings")
    if isinstance(settings, dict):
        made["settings"] = {
            key: value if skip(key) and isinstance(value, str) else worker.setting(key, value)
            for key, value in settings.items()
        }
    for key, value in data.items():
        if key not in ("name", "settings") and not key.startswith("x-"):
            out.findings.extend(_find_misplaced(value, (key,)))
    return out._replace(data=made)


class _Worker:
    """Replaces within one document."""

    def __init__(self, variables: Mapping[str, str], account: str, out: Expanded) -> None:
        self._variables, self._account, self._out = variables, account, out

    def setting(self, key: str, value: Json) -> Json:
        """One settings value: text, or the texts of a list; a reference holds no variable."""
        path = ("settings", key)
        if isinstance(value, str):
            return self.text(value, path, path)
        if isinstance(value, list):
            return [
                self.text(item, (*path, number), path) if isinstance(item, str) else item
                for number, item in enumerate(value)
            ]
        if isinstance(value, dict) and any(isinstance(item, str) and MARK in item for item in value.values()):
            message = f"{make_path(path)}: a reference to a secret holds no variable"
            fix = "write the reference itself; an overlay may write another one for an account"
            self._out.findings.append(Finding(path, "variable-in-reference", message, fix))
        return value

    def text(self, text: str, at: Steps, path: Path) -> str:
        """The text with its variables; as it is where one of them is wrong."""
        if MARK not in text:
            return text
        wrong = [finding for found in _piece().finditer(text) if (finding := self._judge(found, at))]
        self._out.findings.extend(wrong)
        if wrong:
            return text
        names = [found[1] for found in _piece().finditer(text) if found[1] is not None]
        self._out.names[path] = tuple(dict.fromkeys([*self._out.names.get(path, ()), *names]))
        return _piece().sub(lambda found: MARK if found[1] is None else self._variables[found[1]], text)

    def _judge(self, found: re.Match[str], at: Steps) -> Finding | None:
        name, end = found[1], found[2]
        if name is None or (end and name in self._variables):
            return None
        where = make_path(at)
        if not end or not _name().fullmatch(name):
            message = f"{where}: what begins with {MARK} is no variable"
            return Finding(at, "not-a-variable", message, "write ${var:NAME}, or $${var: for the text itself")
        near = find_meant(name, self._variables)
        place = f"accounts.{self._account}.variables of reconciler.yaml"
        fix = f"did you mean ${{var:{near}}}?" if near else f"add {name} to {place}"
        return Finding(at, "unknown-variable", f"{where}: there is no variable {name} in {place}", fix)


def _find_misplaced(value: Json, path: Steps) -> Iterator[Finding]:
    if isinstance(value, str) and MARK in value:
        message = f"{make_path(path)}: a variable stands where none may, only in name and settings"
        yield Finding(
            path, "variable-not-here", message, "write the value; an overlay may write another for an account"
        )
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _find_misplaced(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _find_misplaced(item, (*path, number))
