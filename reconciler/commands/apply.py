"""`apply`: runs a saved plan as it is, or plans, asks, and applies; reads back; reports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from reconciler.applying.api import Ask
from reconciler.applying.apply import Hand
from reconciler.commands.asking import confirmed
from reconciler.commands.bound import bind_plan
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import SANDBOX_TOKEN
from reconciler.commands.execution import Execution, check_report, count_changes, execute
from reconciler.commands.files import read_file
from reconciler.commands.memory import open_memory
from reconciler.commands.plan import declare, make_planned, plan_text
from reconciler.commands.refused import check_or_report
from reconciler.commands.request import Request, key_of
from reconciler.commands.saved import find_options, resolve_plan
from reconciler.commands.scope import narrow_plan
from reconciler.commands.stopping import Stopping
from reconciler.configuration import holds
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import RefusedError, UsageError
from reconciler.model import Plan, Problem
from reconciler.options import Token, load_options, read_token
from reconciler.planning.codec import check_binding, is_plan, load_plan
from reconciler.planning.coherence import check_coherence

LARGEST_PLAN = 256 * 1024 * 1024


def run_apply(request: Request, console: Console, stopping: Stopping) -> int:
    """Applies, prints the report, returns the exit code."""
    saved = find_saved(request)
    check_report(request, saved)
    if saved is not None:
        return apply_saved(saved, request, console, stopping)
    if not request.yes and not console.asks:
        raise UsageError(
            "apply asks before it writes, and nobody is there to answer", "add --yes, or apply a plan file"
        )
    return apply_now(request, console, stopping)


def find_saved(request: Request) -> Path | None:
    """The plan file among the paths: alone, and known by what it holds where its name is a manifest's."""
    files = [path for path in request.paths if _may_be_plan(request.cwd / path)]
    if not files:
        return None
    if len(request.paths) > 1:
        raise UsageError("a saved plan is applied alone", f"reconciler apply {files[0]}")
    if request.overrides:
        rules = " ".join(f"--override {rule}" for rule in request.overrides)
        raise UsageError(
            "a saved plan holds its overrides, so that they are reviewed", f"reconciler plan --out {files[0]} {rules}"
        )
    if request.flags.settings_patch is not None:
        raise UsageError(
            "--settings-patch changes no saved plan", f"reconciler plan --out {files[0]} --settings-patch …"
        )
    if request.resend_secrets:
        raise UsageError("--resend-secrets changes no saved plan", f"reconciler plan --out {files[0]} --resend-secrets")
    return files[0]


def _may_be_plan(path: Path) -> bool:
    if path.suffix in {".yaml", ".yml"}:
        return holds(path.is_file) and is_plan(read_file(path, LARGEST_PLAN))
    return holds(path.exists) and not path.is_dir()


def apply_saved(file: Path, request: Request, console: Console, stopping: Stopping) -> int:
    """Applies exactly what the file says, to objects that still are what the plan saw."""
    plan = load_plan(read_file(request.cwd / file, LARGEST_PLAN, str(file)), str(file), key_of(request))
    console.measured.account = plan.account
    refuse_snapshot(plan, file)
    options = find_options(plan, request)
    check_binding(
        plan,
        file=str(file),
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=options.company_id,
        now=datetime.now(UTC),
    )
    keys = SecretKeys(options.secret_keys)
    check_coherence(plan, str(file), keys.matches, keyed=key_of(request) is not None)
    console.warn(options.warnings)
    if plan.config != options.config_digest and options.config_file:
        console.warn([Problem("config-changed", f"{options.config_file} is not as it was when this plan was made")])
    plan = msgspec.structs.replace(plan, changes=narrow_plan(plan, request.targets))
    check_or_report(plan, options, request, console, file=file)
    plan = bind_plan(plan, file, options, request)
    memory = open_memory(request, options.account)
    console.warn(memory.warnings if memory is not None else ())
    secrets = resolve_plan(plan, options, request)
    token = Token(SANDBOX_TOKEN) if request.sandbox else read_token(options, request.environ)
    with open_account(request, options, token, console, stopping) as account:
        ask = Ask(reveal=secrets.reveal, secret=keys.matches)
        return execute(Execution(plan, options, account, ask, request, console, stopping, memory=memory))


def refuse_snapshot(plan: Plan, file: Path) -> None:
    """Raises RefusedError for a plan that was not made from the account itself."""
    if plan.origin == "snapshot":
        message = f"{file}: was made from a snapshot of {plan.live_as_of}, not from the account itself"
        raise RefusedError(message, "plan again with the account's token, without --live")


def apply_now(request: Request, console: Console, stopping: Stopping) -> int:
    """Plans from the manifests, asks, and applies with what has just been read."""
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=request.paths)
    console.measured.account = options.account
    console.warn(options.warnings)
    declared = declare(request, options)
    with open_account(request, options, declared.token, console, stopping) as account:
        planned = make_planned(request, options, declared, account, console)
        stopping.check()
        plan = planned.plan
        if request.format == "text":
            console.answer(plan_text(planned, request, console.style, asks=True))
        elif request.fleet is None:
            console.tell(plan_text(planned, request, console.error_style, asks=True))
        check_or_report(plan, options, request, console, requests=account.requests)
        if count_changes(plan) and not request.yes and not confirmed(console, stopping):
            raise RefusedError("not applied: the answer was not yes; nothing was written")
        ask = Ask(reveal=declared.secrets.reveal, secret=declared.keys.matches)
        hand = Hand(planned.snapshot.objects, planned.read_at)
        return execute(Execution(plan, options, account, ask, request, console, stopping, hand, declared.memory))
