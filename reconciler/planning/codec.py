"""Plans as bytes and back. The bytes of a plan are the same for the same input, but for created, expires and seal.

digest   sha256 over the deterministic part: the plan without created, expires, seal and the digest itself.
seal     sha256, or HMAC-SHA256 with a key, over every other byte of the file: a flipped byte anywhere is found.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import msgspec

from reconciler.errors import InvalidError, RefusedError
from reconciler.model import PLAN_FORMAT, Json, Plan, Problem, Source
from reconciler.values import document_text, learn


def seal_plan(plan: Plan, key: bytes | None = None) -> tuple[Plan, bytes]:
    """The plan with its digest and seal, and the bytes of its file."""
    bare = msgspec.structs.replace(plan, created="", expires="", digest="", seal="")
    digest = "sha256:" + hashlib.sha256(document_text(bare).encode()).hexdigest()
    open_plan = msgspec.structs.replace(plan, digest=digest, seal="")
    seal = seal_of(document_text(open_plan).encode(), key)
    sealed = msgspec.structs.replace(open_plan, seal=seal)
    return sealed, document_text(sealed).encode()


def seal_of(data: bytes, key: bytes | None) -> str:
    """The seal of a document whose own seal is empty: HMAC-SHA256 with a key, else sha256."""
    if key:
        return "hmac-sha256:" + hmac.new(key, data, hashlib.sha256).hexdigest()
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_plan(data: bytes) -> bool:
    """Whether a file means to be a saved plan: it says so in one of two ways, whatever byte of it was changed."""
    told = b'"reconciler.plan/' in data, b'"seal"' in data
    return all(told) or (any(told) and data.lstrip()[:1] == b"{")


def load_plan(data: bytes, file: str, key: bytes | None = None) -> Plan:
    """A saved plan from its bytes. Raises InvalidError for what is no plan, RefusedError for one that was changed."""
    if not is_plan(data):
        problem = Problem("not-a-plan", "is not a saved plan", Source(file, 1, 1), f"reconciler plan --out {file}")
        raise InvalidError([problem])
    found = _parse(data)
    check_seal(data, found.get("seal"), file, key)
    try:
        # Not msgspec.json.decode, since the name of a file may hold what only ASCII escapes can carry.
        plan = msgspec.convert(found, type=learn(Plan))
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        plan = None
    if plan is None or plan.format != PLAN_FORMAT:
        # Only another version of the tool writes a plan that is sealed and that this one cannot read.
        problem = Problem("not-a-plan", f"is not a {PLAN_FORMAT}", Source(file, 1, 1), f"reconciler plan --out {file}")
        raise InvalidError([problem])
    return plan


def _parse(data: bytes) -> dict[str, Json]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def check_seal(data: bytes, seal: Json, file: str, key: bytes | None, again: str | None = None) -> None:
    """Raises RefusedError where the seal is not that of the other bytes. again: what to type then."""
    again = again or f"reconciler plan --out {file}"
    if not isinstance(seal, str) or not seal.isascii() or not seal:
        raise RefusedError(f"{file}: was changed after it was saved", again)
    if seal.startswith("hmac-") and not key:
        raise RefusedError(f"{file}: is sealed with a key", "set RECONCILER_KEY to the key it was made with")
    if key and not seal.startswith("hmac-"):
        raise RefusedError(
            f"{file}: is not sealed with a key, and RECONCILER_KEY is set", "plan again with RECONCILER_KEY set"
        )
    open_data = data.replace(b'"seal": "' + seal.encode() + b'"', b'"seal": ""', 1)
    if not hmac.compare_digest(seal, seal_of(open_data, key)):
        hint = " or sealed with another key" if key else ""
        raise RefusedError(f"{file}: was changed after it was saved{hint}", again)


def check_binding(plan: Plan, *, file: str, api: str, account: str, company_id: str | None, now: datetime) -> None:
    """Raises RefusedError where a saved plan was made for somewhere else, or has expired."""
    for word, planned, here in (("API", plan.api, api), ("account", plan.account, account)):
        if planned != here:
            raise RefusedError(f"{file}: was made for {word} {planned}, this is {here}", "plan again here")
    if company_id is not None and plan.company_id not in (None, company_id):
        raise RefusedError(
            f"{file}: was made for company {plan.company_id}, this account is company {company_id}", "plan again here"
        )
    if parse_time(plan.expires) <= now:
        raise RefusedError(f"{file}: expired at {plan.expires}", f"plan again: reconciler plan --out {file}")


def parse_time(text: str) -> datetime:
    """An RFC 3339 UTC time; one that cannot be read is long past."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def format_time(moment: datetime) -> str:
    """RFC 3339 UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
