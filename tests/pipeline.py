"""The whole pipeline in one process, in virtual time: YAML texts, the emulator behind httpx's mock transport."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import httpx

from reconciler.applying.api import Ask
from reconciler.applying.apply import Applied, Hand, apply_plan
from reconciler.commands.memory import Memory
from reconciler.desired.load import load_text
from reconciler.desired.manifests import make_manifests
from reconciler.desired.places import Places
from reconciler.desired.references import references, resolve
from reconciler.desired.secrets import SecretKeys, Secrets
from reconciler.errors import InvalidError
from reconciler.live.account import Account
from reconciler.model import Allowed, Manifest, Plan, Report, ReportSummary, Requests, SecretRef, Snapshot
from reconciler.planning.account import recall_nothing
from reconciler.planning.codec import seal_plan
from reconciler.planning.guard import Guards
from reconciler.planning.planner import Asked, Context, make_plan
from reconciler.planning.settings import Place
from reconciler.planning.undo import Undo, finish_undo, is_undoable, make_bare, make_undo
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.messages import Request
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import TOKEN, World

EPOCH = 1_700_000_000.0


class VirtualClock:
    """Waiting passes at once; a request takes a tenth of a second."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        """Seconds that only grow."""
        return self.time

    def wait(self, condition: threading.Condition, timeout: float) -> None:
        """Passes the time."""
        self.time += max(timeout, 1e-3)


class Bench:
    """One account, its manifests, and the environment that they are planned in."""

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        manifests: Sequence[Mapping[str, Any]],
        *,
        environ: Mapping[str, str] | None = None,
        switches: Switches | None = None,
        faults: Faults | None = None,
        settings_patch: Any = "auto",
        when_hidden: Any = "warn",
        state: Path | None = None,
    ) -> None:
        self.world = World(
            switches=switches or Switches(), faults=faults, seed={"integrations": [dict(row) for row in rows]}
        )
        self.clock = VirtualClock()
        self.environ = dict(environ or {})
        self.text = "\n---\n".join(json.dumps(one) for one in manifests).encode()
        self.settings_patch, self.when_hidden = settings_patch, when_hidden
        self.state, self.resend, self.no_secrets = state, False, False
        self.keys = SecretKeys()
        self.bodies: list[tuple[str, Any]] = []

    def account(self) -> Account:
        """The account, open; one request at a time."""
        return Account(
            api="https://api.example.com/v1/hood",
            token=lambda: TOKEN,
            per_second=8,
            per_minute=120,
            parallel=1,
            token_name="OCAMBA_TOKEN",
            http=httpx.MockTransport(self._handle),
            clock=self.clock,
            rng=Random(7),
        )

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.clock.time += 0.05
        if request.method == "PATCH":
            self.bodies.append((request.url.path.rpartition("/")[2], json.loads(request.content)))
        made = Request(
            request.method, request.url.path, dict(request.url.params), dict(request.headers), request.content
        )
        answer = self.world.handle(made, EPOCH + self.clock.time)
        self.clock.time += 0.05
        if answer.fault == "timeout":
            self.clock.time += 30
            raise httpx.ReadTimeout("no answer", request=request)
        if answer.fault == "reset":
            raise httpx.ReadError("reset", request=request)
        if answer.fault == "truncated":
            raise httpx.RemoteProtocolError("peer closed connection", request=request)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body)

    def declared(self) -> tuple[list[Manifest], Secrets, Places]:
        """The manifests with their secrets resolved. Raises InvalidError."""
        places = Places()
        documents, problems = load_text(self.text, "manifests/all.yaml")
        desired = make_manifests(documents, account="main", secret_keys=self.keys, offline=False, places=places)
        if problems or desired.problems:
            raise InvalidError([*problems, *desired.problems])
        secrets = resolve(
            references(desired.manifests), environ=self.environ, allowed=Allowed(), literals={}, places=places
        )
        return desired.manifests, secrets, places

    def snapshot(self, account: Account, manifests: Sequence[Manifest]) -> Snapshot:
        """What a plan reads."""
        nameless = [one for one in manifests if one.id is None]
        return account.read_snapshot(
            ids=frozenset(one.id for one in manifests if one.id is not None),
            by_name=bool(nameless),
            need=frozenset(one.provider for one in manifests if one.settings),
            names=frozenset((one.provider, one.name or "") for one in nameless),
        )

    def plan(self) -> Plan:
        """A sealed plan of the account as it is now."""
        account = self.account()
        try:
            return self._plan(account)[0]
        finally:
            account.close()

    def _plan(self, account: Account) -> tuple[Plan, Snapshot, Secrets, float]:
        manifests, secrets, places = self.declared()
        began = account.now()
        snapshot = self.snapshot(account, manifests)
        memory = self.memory()
        asked = Asked(
            reveal=(lambda _: None) if self.no_secrets else secrets.reveal,
            secret=self.keys.matches,
            place=Place(places.value, places.key),
            recall=memory.recall if memory else lambda _: recall_nothing,
        )
        return seal_plan(make_plan(manifests, snapshot, self._context(), asked))[0], snapshot, secrets, began

    def _context(self) -> Context:
        return Context(
            tool="0",
            api="https://api.example.com/v1/hood",
            account="main",
            company_id=None,
            created="2026-11-22T10:00:00Z",
            expires="2026-11-29T10:00:00Z",
            settings_patch=self.settings_patch,
            when_hidden=self.when_hidden,
            resend=self.resend,
            no_secrets=self.no_secrets,
            guards=Guards(overrides=("deactivate", "default-status")),
        )

    def undo(self, applied: Applied) -> tuple[Undo, Applied]:
        """Undoes what was applied: what the report says of it, and what became of that."""
        report = Report("", "main", ReportSummary(), applied.outcomes, Requests(), 0.0)
        bare = [make_bare(one, "report.json") for one in report.outcomes if is_undoable(one)]
        account = self.account()
        try:
            began = account.now()
            snapshot = self.snapshot(account, bare)
            undo = make_undo(report, snapshot.objects, "report.json", in_scope=lambda _: True, secret=self.keys.matches)
            nowhere = Place(lambda source, _: source, lambda source, _: source)
            asked = Asked(_reveal_nothing, self.keys.matches, nowhere)
            plan = finish_undo(make_plan(undo.manifests, snapshot, self._context(), asked), undo)
            ask = Ask(_reveal_nothing, self.keys.matches)
            hand = Hand(snapshot.objects, began)
            return undo, apply_plan(plan, account, ask, parallel=1, hand=hand)
        finally:
            account.close()

    def apply(self, plan: Plan | None = None) -> Applied:
        """Applies a plan made before, or plans and applies with what was just read."""
        account = self.account()
        try:
            hand = None
            if plan is None:
                plan, snapshot, secrets, began = self._plan(account)
                hand = Hand(snapshot.objects, began)
            else:
                secrets = self.declared()[1]
            ask, memory = Ask(secrets.reveal, self.keys.matches), self.memory()
            if memory is not None:
                memory.begin(plan)
            applied = apply_plan(plan, account, ask, parallel=1, hand=hand)
            if memory is not None:
                memory.finish(plan, applied.outcomes, ask)
            return applied
        finally:
            account.close()

    def memory(self) -> Memory | None:
        """What was last applied, where a state file is named."""
        return Memory(self.state, "state.json", b"k" * 40, "main") if self.state is not None else None


def _reveal_nothing(_: SecretRef) -> NoReturn:
    raise AssertionError("an undo sends no secret")


def changes_of(plan: Plan) -> list[str]:
    """The addresses that an apply would change."""
    return [change.address for change in plan.changes if change.action != "none"]
