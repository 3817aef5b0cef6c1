"""What an account holds at the beginning: the demo's seed.json beside this file, or a file of the same shape."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from reconciler.errors import InvalidError, UsageError, reason_of
from reconciler.model import Problem, Source
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.providers import PROVIDERS, ProviderSeed
from reconciler.values import learn

COMPANY = "999999999"
"""The sandbox's company: no real one, so that manifests bound to it cannot touch a real account."""

DEMO = Path(__file__).with_name("seed.json")


class IntegrationSeed(Struct, frozen=True, forbid_unknown_fields=True):
    """An integration. masked: its settings that reads hide (as a last-four mask where Switches.masks is none).

    effective_status None: as status. company_id None: the seed's.
    """

    id: str
    name: str
    provider_id: str
    settings: dict[str, Any] = field(default_factory=dict)
    status: str = "active"
    effective_status: str | None = None
    is_default: bool = False
    create_time: str = "2024-05-23 06:33:01"
    update_time: str = "2024-05-23 06:33:01"
    company_id: str | None = None
    masked: tuple[str, ...] = ()


class Seed(Struct, frozen=True, forbid_unknown_fields=True):
    """An account: its company, the providers, the integrations, and the faults that will strike."""

    company_id: str = COMPANY
    providers: tuple[ProviderSeed, ...] = PROVIDERS
    integrations: tuple[IntegrationSeed, ...] = ()
    faults: tuple[Fault, ...] = ()


def load_seed(path: Path | None = None) -> Seed:
    """Read a seed file (JSON); None: the demo's. Raises UsageError if it cannot be read, InvalidError if it is none."""
    file = path or DEMO
    try:
        return make_seed(msgspec.json.decode(file.read_bytes()))
    except OSError as error:
        message = f"{file}: cannot read the seed: {reason_of(error)}"
        raise UsageError(message, "name another file with --seed") from None
    except (msgspec.MsgspecError, ValueError, RecursionError, re.error) as error:
        fix = "compare it with the seed.json of the package"
        raise InvalidError([Problem("not-a-seed", f"not a seed: {error}", Source(str(file), 1, 1), fix)]) from None


def make_seed(data: Any) -> Seed:
    """A Seed of JSON data; msgspec.ValidationError where it has another shape, ValueError where it makes no sense."""
    seed = msgspec.convert(data, learn(Seed))
    for fault in seed.faults:
        re.compile(fault.path)
    known = {provider.id for provider in seed.providers}
    ids = [item.id for item in seed.integrations]
    for item in seed.integrations:
        if item.provider_id not in known:
            raise ValueError(f"integration {item.id}: no provider has the id {item.provider_id}")
    if len(set(ids)) < len(ids):
        raise ValueError("two integrations have the same id")
    return seed
