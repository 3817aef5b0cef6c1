"""The emulated API as a pure state machine: request and time in, answer out; no clock, disk or network.

    GET   /v1/hood/integrations            page, sort, view, fields, q, q_fields, filters
    GET   /v1/hood/integrations/{id}       view, fields
    PATCH /v1/hood/integrations/{id}       204
    POST  /v1/hood/integrations            201
    GET   /v1/hood/providers               page, fields
    POST  /v1/hood/test-notification       204
    POST  /v2/ocamba/personal-api-keys/validate   204 or 401

Bodies need Content-Type: application/json, all requests Authorization: Bearer TOKEN.
"""

from __future__ import annotations

from email.utils import formatdate
from typing import Any, NamedTuple

import msgspec

from reconciler.sandbox.account import Account, make_time
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.limits import RateWindows
from reconciler.sandbox.messages import Answer, Refusal, Request, make_error, make_trace_id
from reconciler.sandbox.routes import answer_request
from reconciler.sandbox.seed import COMPANY, Seed, load_seed, make_seed
from reconciler.sandbox.shapes import Item, Lens
from reconciler.sandbox.striking import make_fault_answer, strike_after
from reconciler.sandbox.switches import Switches
from reconciler.values import learn

__all__ = ["Answer", "Logged", "Request", "World", "Write"]

FORMAT = "reconciler.sandbox/1"
TOKEN = "sandbox-token"
"""Opens nothing but the emulator."""
DEFAULTS = Switches()


class Logged(NamedTuple):
    """A request that came. fault: the kind that struck it."""

    now: float
    method: str
    path: str
    query: dict[str, str]
    status: int
    fault: str | None


class Write(NamedTuple):
    """A write that was done. body: as it was sent."""

    now: float
    method: str
    id: str
    body: dict[str, Any]


class World:
    """One account behind one token. `log` holds every request, `writes` every write that was done.

    seed None: the demo's. company_id None: the seed's. faults None: the script of the seed.
    """

    def __init__(
        self,
        *,
        switches: Switches = DEFAULTS,
        faults: Faults | None = None,
        seed: Seed | dict[str, Any] | None = None,
        token: str = TOKEN,
        company_id: str | None = None,
    ) -> None:
        if not isinstance(seed, Seed):
            seed = load_seed() if seed is None else make_seed(seed)
        self.switches = switches
        self.faults = faults or Faults(script=seed.faults)
        self.token = token
        self.account = Account(seed, company_id or seed.company_id or COMPANY, switches)
        self.lens = Lens(switches, self.account.providers, self.account.masked)
        self.rates = RateWindows(switches)
        self.clock = 0.0
        self.errors = 0
        self.log: list[Logged] = []
        self.writes: list[Write] = []
        self.notifications: list[tuple[float, str, str]] = []
        self._date = (0, "")
        self.rows: tuple[Any, list[Item]] = (None, [])

    def handle(self, request: Request, now: float) -> Answer:
        """The answer to a request that lands at `now` (seconds since the epoch, on the server's clock)."""
        self.clock = now
        fault: Fault | None = None
        try:
            self._admit(request, now)
            fault = self.faults.strike(request.method, request.path)
            answer = self._answer(request, now, fault)
        except Refusal as refusal:
            answer = self.make_refusal(refusal)
        if answer.status not in (401, 429):
            answer.headers.update(self.rates.make_headers(now))
        answer.headers["Date"] = self._make_date(now)
        kind = fault.kind if fault else None
        self.log.append(Logged(now, request.method, request.path, dict(request.query), answer.status, kind))
        return answer

    def _admit(self, request: Request, now: float) -> None:
        """401 for a wrong token (which has no account, so no windows either), 429 beyond the limits."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise Refusal(401, "Unauthorized.")
        if self.switches.parallel and request.parallel > self.switches.parallel:
            raise Refusal(429, "Too many requests at once.", {"Retry-After": "-1"})
        wait = self.rates.admit(now)
        if wait is not None:
            headers = {"Retry-After": str(wait)} if self.switches.retry_after else {}
            raise Refusal(429, "Too many requests.", headers)

    def _answer(self, request: Request, now: float, fault: Fault | None) -> Answer:
        if fault is None:
            return answer_request(self, request, now, None)
        if fault.when == "before":
            struck = make_fault_answer(fault, self.next_trace_id())
            if struck is not None:
                return struck
        try:
            answer = answer_request(self, request, now, fault)
        except Refusal as refusal:
            answer = self.make_refusal(refusal)
        return strike_after(fault, answer, self.next_trace_id())

    def make_refusal(self, refusal: Refusal) -> Answer:
        """The error answer of a Refusal."""
        answer = make_error(refusal.status, refusal.message, self.next_trace_id(), self.switches.error_body)
        answer.headers.update(refusal.headers)
        return answer

    def note_write(self, now: float, method: str, key: str, body: dict[str, Any]) -> None:
        """Remember a write that was done."""
        self.writes.append(Write(now, method, key, body))

    def next_trace_id(self) -> str:
        """Deterministic: a count of the errors."""
        self.errors += 1
        return make_trace_id(self.errors)

    def _make_date(self, now: float) -> str:
        if self._date[0] != int(now) or not self._date[1]:
            self._date = (int(now), formatdate(int(now), usegmt=True))
        return self._date[1]

    def objects(self) -> dict[str, Item]:
        """Copies of all integrations as they are stored, unmasked, by id."""
        return {key: {**item, "settings": dict(item["settings"])} for key, item in self.account.items.items()}

    def edit(self, key: str, *, now: float | None = None, **fields: Any) -> None:
        """Somebody changed fields in the console (at the time of the last request, where `now` is not given)."""
        self.account.put({**self.account.items[key], **fields}, self.clock if now is None else now)

    def set_setting(self, key: str, name: str, value: Any, *, now: float | None = None) -> None:
        """Somebody changed a setting in the console."""
        self.edit(key, now=now, settings={**self.account.items[key]["settings"], name: value})

    def remove_setting(self, key: str, name: str, *, now: float | None = None) -> None:
        """Somebody cleared a setting in the console."""
        settings = self.account.items[key]["settings"]
        self.edit(key, now=now, settings={k: v for k, v in settings.items() if k != name})

    def remove(self, key: str) -> None:
        """Somebody deleted an integration in the console."""
        self.account.remove(key)

    def add(
        self, provider: str, name: str, settings: dict[str, Any], *, masked: tuple[str, ...] = (), **fields: Any
    ) -> str:
        """Add an integration of a provider (name or id); returns its id. fields: id, status, is_default, times …"""
        found = self.account.find_provider(provider)
        key = str(fields.pop("id", None) or self.account.take_id())
        made = make_time(self.clock)
        item = {
            "id": key, "name": name, "provider_id": found.id, "type": found.type, "settings": dict(settings),
            "status": "active", "is_default": False, "create_time": made, "update_time": made,
            "company_id": self.account.company_id, **fields,
        }  # fmt: skip
        item.setdefault("effective_status", item["status"])
        self.account.insert(item, masked)
        return key

    def dump(self) -> dict[str, Any]:
        """The state as JSON data: objects, windows, ids, marks, switches, faults. Not the token, log and writes."""
        data = {
            "format": FORMAT,
            "switches": self.switches,
            "faults": self.faults,
            "account": self.account.dump(),
            "windows": self.rates.dump(),
            "clock": self.clock,
            "errors": self.errors,
        }
        copy: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(data))
        return copy

    @classmethod
    def load(cls, data: dict[str, Any], *, switches: Switches | None = None, token: str = TOKEN) -> World:
        """A World of what dump() told; `switches` win over those in it. ValueError and kin for anything else."""
        if data["format"] != FORMAT:
            raise ValueError("another format")
        world = cls(
            switches=switches or msgspec.convert(data["switches"], learn(Switches)),
            faults=msgspec.convert(data["faults"], learn(Faults)),
            seed=Seed(company_id=data["account"]["company_id"]),
            token=token,
        )
        world.account.restore(data["account"])
        world.lens = Lens(world.switches, world.account.providers, world.account.masked)
        world.rates.restore(data["windows"])
        world.clock, world.errors = float(data["clock"]), int(data["errors"])
        return world
