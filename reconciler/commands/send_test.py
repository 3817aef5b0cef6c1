"""`send-test`: has the API send one real message with the settings that a manifest declares."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec
from msgspec import Struct

from reconciler import __version__
from reconciler.commands.asking import confirmed
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import Declared, load_declared
from reconciler.commands.reading import read_account
from reconciler.commands.request import Request
from reconciler.commands.scope import find_manifest, no_such_target
from reconciler.commands.stopping import Stopping
from reconciler.errors import ApiError, ReconcilerError, RefusedError, RejectedError, UnknownOutcomeError, UsageError
from reconciler.live.account import Account
from reconciler.model import Json, Manifest, SecretRef, TrialReport
from reconciler.options import Options, load_options
from reconciler.planning.account import check_company, make_account
from reconciler.planning.match import match_all
from reconciler.planning.planner import Asked
from reconciler.planning.settings import Place
from reconciler.planning.trial import Trial, find_definitions, find_live, make_trial
from reconciler.reporting.documents import trial_document
from reconciler.reporting.trial_text import render_trial

INCOMPLETE = 6


class Message(Struct, frozen=True):
    """What was asked for: the address or id of the integration, and who gets the message."""

    address: str
    recipient: str


def run_send_test(asked: Message, request: Request, console: Console, stopping: Stopping) -> int:
    """Reads, says what it will do, asks, sends once, and tells what came of it."""
    if not request.yes and not console.asks:
        raise UsageError("send-test sends a real message, and nobody is there to agree", "add --yes")
    if not asked.recipient.strip():
        raise UsageError("--recipient is empty", "name who gets the message: --recipient +14445550199")
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd)
    console.warn(options.warnings)
    declared, manifest = declare_one(asked.address, request, options)
    with open_account(request, options, declared.token, console, stopping) as account:
        trial = prepare(manifest, declared, options, account, console)
        stopping.check()
        console.warn(trial.warnings)
        check_hidden(manifest, trial)
        console.tell(tell_what_comes(asked, manifest, trial, request))
        if not request.yes and not confirmed(console, stopping, "Send it?"):
            raise RefusedError("not sent: the answer was not yes")
        report = send(asked, manifest, trial, declared, account)
    report = msgspec.structs.replace(report, api="sandbox" if request.sandbox else options.api, account=options.account)
    text, json = (lambda: render_trial(report, console.style)), (lambda: trial_document(report))
    console.publish({"text": text, "json": json})
    stopping.check()
    return report.exit_code


def declare_one(address: str, request: Request, options: Options) -> tuple[Declared, Manifest]:
    """All manifests, and the one that is meant; no reference but its own is resolved. May raise UsageError."""
    found: list[Manifest] = []

    def narrow(manifests: Sequence[Manifest]) -> frozenset[str]:
        one = find_manifest(address, manifests)
        if one is None:
            raise no_such_target(address, [one.address for one in manifests], label="")
        found.append(one)
        return frozenset([one.address])

    declared = load_declared(
        options,
        (),
        (),
        request.cwd,
        request.environ,
        allow_literals=request.allow_literals,
        sandbox=request.sandbox,
        narrow=narrow,
    )
    return declared, found[0]


def prepare(manifest: Manifest, declared: Declared, options: Options, account: Account, console: Console) -> Trial:
    """Reads the account and judges the manifest as a plan does."""
    snapshot = read_account(account, console, [manifest], effective=True)
    company = check_company(snapshot, options.account, options.company_id)
    matches = match_all(sorted(declared.manifests, key=attrgetter("address")), snapshot)
    live = find_live(manifest, matches)
    asked = Asked(
        reveal=declared.secrets.reveal,
        secret=declared.keys.matches,
        place=Place(declared.places.value, declared.places.key),
    )
    shared = make_account(snapshot, asked, strict=False, when_hidden="warn")
    provider = find_definitions(manifest, live, snapshot, shared)
    return make_trial(manifest, live, provider, shared, company)


def check_hidden(manifest: Manifest, trial: Trial) -> None:
    """Raises RefusedError where a live setting would be missing from the test, since nobody can read it."""
    if trial.hidden:
        keys = ", ".join(f"settings.{key}" for key in trial.hidden)
        raise RefusedError(
            f"{manifest.address}: the API hides {keys}, and the manifest does not name it, so that a test would"
            " be sent without it; nothing was sent",
            f'write {trial.hidden[0]}: {{secret: "env:HOOD_…"}} in the manifest',
        )


def tell_what_comes(asked: Message, manifest: Manifest, trial: Trial, request: Request) -> str:
    """What will happen, for people."""
    if request.sandbox:
        return f"The emulator takes a test message of {manifest.address} to {asked.recipient}; nothing leaves it."
    what = "as it is live, with the manifest laid over it" if trial.live is not None else "as the manifest declares it"
    return (
        f"This sends a REAL message to {asked.recipient} by {trial.provider.name}, with {manifest.address} {what}."
        " The provider may charge for it."
    )


def send(asked: Message, manifest: Manifest, trial: Trial, declared: Declared, account: Account) -> TrialReport:
    """Sends, once, and reads effective_status. Raises what says that nothing was sent and is no word on this test."""
    live = trial.live
    report = TrialReport(
        tool=__version__,
        api="",
        account="",
        address=manifest.address,
        id=live.id if live is not None else None,
        provider=trial.provider.name,
        recipient=asked.recipient,
        status="sent",
        effective_status_before=live.effective_status if live is not None else None,
    )
    try:
        account.send_test(make_body(trial, declared), asked.recipient)
    except (RejectedError, UnknownOutcomeError) as error:
        report = tell_failure(report, error)
    else:
        report = msgspec.structs.replace(report, effective_status=read_effect(report.id, account))
    return msgspec.structs.replace(report, requests=account.requests)


def make_body(trial: Trial, declared: Declared) -> dict[str, Json]:
    """The integration with the values of its references; it goes nowhere but into the request."""
    settings = {
        key: declared.secrets.reveal(value) if isinstance(value, SecretRef) else value
        for key, value in trial.settings.items()
    }
    body: dict[str, Json] = {
        "name": trial.name,
        "provider_id": trial.provider.id,
        "settings": settings,
        "status": trial.status,
    }
    return {"id": trial.live.id, **body} if trial.live is not None else body


def tell_failure(report: TrialReport, error: ApiError) -> TrialReport:
    """What is said where the API refused, or did not answer."""
    unknown = isinstance(error, UnknownOutcomeError)
    fix = (
        "ask the recipient before you send again: it may have come"
        if unknown
        else "check the settings, the credentials and the recipient, then send again"
    )
    return msgspec.structs.replace(
        report,
        status="unknown" if unknown else "refused",
        error=error.message,
        fix=fix,
        trace_id=error.trace_id,
        exit_code=error.exit_code if unknown else INCOMPLETE,
    )


def read_effect(one: str | None, account: Account) -> str | None:
    """The effective_status right after; None where it cannot be read: the message has been sent all the same."""
    if one is None:
        return None
    try:
        live = account.read_one(one, effective=True)
    except ReconcilerError:
        return None
    return live.effective_status if live is not None else None
