"""Which of the configured accounts a run is for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import translate

from reconciler.errors import UnknownAccountError, UsageError

SHOWN = 20
"""Names that a message lists."""

_GLOB = frozenset("*?[")


def is_glob(text: str) -> bool:
    """Whether a text is a glob of accounts: no account's name holds any of its signs."""
    return not _GLOB.isdisjoint(text)


def choose_account(chosen: str | None, accounts: Collection[str]) -> str:
    """The account that is named, or the only one. Raises UnknownAccountError, UsageError where it is unclear."""
    if chosen is not None and chosen in accounts:
        return chosen
    if chosen:
        raise _unknown(chosen, accounts)
    first = next(iter(accounts))
    if len(accounts) > 1:
        message = f"several accounts are configured: {list_names(accounts)}"
        raise UsageError(message, f"choose one: --account {first}; or --all-accounts")
    return first


def choose_accounts(chosen: Sequence[str], accounts: Iterable[str]) -> tuple[str, ...]:
    """The accounts that these names and globs mean, by name; all where none is given.

    Raises UnknownAccountError for the first that means none: a run that leaves out whom it was asked for is no success.
    """
    known = sorted(accounts)
    if not chosen:
        return tuple(known)
    names, found = frozenset(known), set()
    for one in chosen:
        if one in names:
            found.add(one)
            continue
        pattern = re.compile(translate(one)) if is_glob(one) else None
        matches = [name for name in known if pattern.match(name)] if pattern is not None else []
        if not matches:
            raise _unknown(one, known)
        found.update(matches)
    return tuple(sorted(found))


def list_names(accounts: Collection[str]) -> str:
    """Names for a message: not thousands of them."""
    names = list(accounts)
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def split_accounts(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names and globs of RECONCILER_ACCOUNT, which commas divide."""
    return tuple(filter(None, (part.strip() for part in environ.get("RECONCILER_ACCOUNT", "").split(","))))


def _unknown(chosen: str, accounts: Collection[str]) -> UnknownAccountError:
    from difflib import get_close_matches

    if is_glob(chosen):
        return UnknownAccountError(f"no account matches {chosen!r}", f"accounts here: {list_names(accounts)}")
    near = get_close_matches(chosen, list(accounts), n=1)
    fix = f"did you mean --account {near[0]}?" if near else f"accounts here: {list_names(accounts)}"
    return UnknownAccountError(f"there is no account {chosen!r}", fix)
