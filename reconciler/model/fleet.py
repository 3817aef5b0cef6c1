"""What a run over several accounts came to: a row an account."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct, UnsetType

FLEET_FORMAT = "reconciler.fleet/1"


class Shard(Struct, frozen=True):
    """One of several runs that share a fleet. index: from 1 to `of`."""

    index: int
    of: int


class FleetRow(Struct, frozen=True):
    """What became of one account. The counts are objects: planned by plan and drift, done by apply and undo.

    failed: failed, unverified and skipped objects, and manifests that could not be planned. requests: what left.
    seconds: how long it took. exit: the exit code of this account alone; None where it was not begun. errors: what
    ended it, and what to type next; never a secret. file: its saved plan or report, relative to the fleet's folder;
    digest: the sha256 of that. apply_requests, apply_seconds: what an apply of its plan is forecast to need. answer:
    the account's own document, in JSON documents only, and left out where there is none: of `Raw | None` msgspec reads
    nothing but null.
    """

    account: str
    create: int = 0
    update: int = 0
    unchanged: int = 0
    stale: int = 0
    failed: int = 0
    requests: int = 0
    seconds: float = 0.0
    exit: int | None = None
    throttled: int = 0
    errors: tuple[str, ...] = ()
    file: str | None = None
    digest: str | None = None
    apply_requests: int = 0
    apply_seconds: float = 0.0
    answer: Raw | UnsetType = UNSET


class FleetSummary(Struct, frozen=True):
    """The sums of all rows. accounts: rows; clean, pending, broken: those that ended 0, 2, and anything else.

    seconds: of the whole run, which is less than the sum where accounts run side by side. apply_requests,
    apply_seconds: of applying all plans with the same jobs.
    """

    accounts: int = 0
    clean: int = 0
    pending: int = 0
    broken: int = 0
    create: int = 0
    update: int = 0
    unchanged: int = 0
    stale: int = 0
    failed: int = 0
    requests: int = 0
    seconds: float = 0.0
    throttled: int = 0
    apply_requests: int = 0
    apply_seconds: float = 0.0


class FleetReport(Struct, frozen=True):
    """A run over several accounts, rows by name. exit: of the whole run, by the contract's order over all accounts.

    verb: the verb that ran in each. missing: the shards that a merged report does not hold. seal: of the index of
    a folder, over every other byte of it: sha256, or HMAC-SHA256 with RECONCILER_KEY; empty elsewhere.
    """

    verb: str
    summary: FleetSummary
    accounts: tuple[FleetRow, ...]
    exit: int
    format: str = FLEET_FORMAT
    tool: str = ""
    created: str = ""
    shard: Shard | None = None
    missing: tuple[Shard, ...] = ()
    seal: str = ""
