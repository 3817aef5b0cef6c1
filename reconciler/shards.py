"""Which accounts of a fleet are this run's, where several runs share it: `--shard i/n`.

An account's shard follows from its name and from n alone: the first 8 bytes of the SHA-256 of the name in UTF-8, as a
big-endian number, modulo n, plus 1. Every machine and every Python agrees; an account that comes or goes
moves no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from reconciler.errors import UsageError
from reconciler.model.fleet import Shard

MOST = 100_000
"""Shards of a fleet."""
FLAG, VARIABLE = "--shard", "RECONCILER_SHARD"
POD, NODE, NODES = "JOB_COMPLETION_INDEX", "CI_NODE_INDEX", "CI_NODE_TOTAL"

Environ = Mapping[str, str]


class _Number(Struct, frozen=True):
    """Which shard, from 1, and what to call the place where it stands."""

    value: int
    label: str


def is_mine(account: str, shard: Shard | None) -> bool:
    """Whether this run works on an account; without a shard it works on all."""
    return shard is None or shard_of(account, shard.of) == shard.index


def shard_of(account: str, of: int) -> int:
    """The one shard, from 1 to `of`, that an account is in."""
    digest = hashlib.sha256(account.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % of + 1


def find_shard(given: str | None, environ: Environ) -> Shard | None:
    """The shard of a fleet run: of --shard, of RECONCILER_SHARD, or else of the job that a pipeline started several
    times; None where this run is alone.

    given: `i/n` with i from 1, or `/n`, which takes i from the environment. Kubernetes' JOB_COMPLETION_INDEX counts
    from 0 and comes without a total, so that `/n` or CI_NODE_TOTAL has to say it; GitLab's CI_NODE_INDEX counts from 1.
    Raises UsageError where any of these cannot be right.
    """
    label, text = (FLAG, given) if given is not None else (VARIABLE, environ.get(VARIABLE) or None)
    index = _find_index(environ)
    if text is None:
        return _share_of_job(index, environ)
    first, slash, last = text.partition("/")
    if not slash:
        raise _misshapen(label)
    total = _read(last, label, at_least=1)
    if first:
        return _make(_Number(_read(first, label, at_least=1), label), total)
    if index is None:
        message = f"{label} /{last} leaves out which shard this is, and neither {POD} nor {NODE} is set"
        raise UsageError(message, f"write which one it is, such as {FLAG} 1/{last}")
    if environ.get(NODES) and _read(environ[NODES], NODES, at_least=1) != total:
        raise UsageError(f"{label} and {NODES} name different totals", f"write {FLAG} i/{last}, or unset {NODES}")
    return _make(index, total)


def _share_of_job(index: _Number | None, environ: Environ) -> Shard | None:
    if index is None:
        return None
    if not environ.get(NODES):
        message = f"{index.label} is set, but nothing tells how many jobs share the fleet: each would run all of it"
        raise UsageError(
            message, f"write {FLAG} /N with the number of jobs, or {FLAG} 1/1 for all accounts in this one"
        )
    shard = _make(index, _read(environ[NODES], NODES, at_least=1))
    return shard if shard.of > 1 else None


def _find_index(environ: Environ) -> _Number | None:
    """Which of several jobs this is, from 1. Raises UsageError where two variables tell two."""
    pod, node = environ.get(POD), environ.get(NODE)
    found = [
        *([_Number(_read(pod, POD, at_least=0) + 1, POD)] if pod else []),
        *([_Number(_read(node, NODE, at_least=1), NODE)] if node else []),
    ]
    if len({one.value for one in found}) > 1:
        raise UsageError(f"{POD} and {NODE} name different shards", f"write {FLAG} i/n, or unset one of them")
    return found[0] if found else None


def _make(index: _Number, total: int) -> Shard:
    if index.value > total:
        message = f"{index.label} is past the last of {total} shards"
        raise UsageError(message, f"write {FLAG} i/{total} with an i from 1 to {total}")
    return Shard(index.value, total)


def _read(text: str, label: str, *, at_least: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
    if at_least <= number <= MOST:
        return number
    if label in {FLAG, VARIABLE}:
        raise _misshapen(label)
    raise UsageError(f"{label} is not a whole number from {at_least} to {MOST}", f"unset it, or write {FLAG} i/n")


def _misshapen(label: str) -> UsageError:
    example = f"{label}=2/8" if label == VARIABLE else f"{label} 2/8"
    return UsageError(f"{label} is not i/n with i from 1 to n, and n up to {MOST}", f"write {example}")
