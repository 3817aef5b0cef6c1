"""`doctor`: what stands between a person and a plan, from the configuration to what the server does. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from reconciler import __version__
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import SANDBOX_TOKEN, Loaded, load_desired
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.configuration import holds
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError, ReconcilerError, RefusedError, StoppedError, worst
from reconciler.live.checks import Expected, make_checks, make_failure
from reconciler.live.surroundings import check_proxy, check_tls
from reconciler.live.survey import Survey, survey_api
from reconciler.model import Check, Diagnosis, Requests, Snapshot
from reconciler.options import Options, Token, load_options, read_token
from reconciler.planning.account import check_company
from reconciler.reporting.doctor_text import render_diagnosis
from reconciler.reporting.documents import diagnosis_document
from reconciler.sandbox.messages import SERVER
from reconciler.trust import DEFAULT_API


class Looked(Struct):
    """What was found so far, and what the next looks need."""

    checks: list[Check]
    options: Options | None = None
    ids: Sequence[str] = ()
    requests: Requests = Requests()


def run_doctor(request: Request, console: Console, stopping: Stopping) -> int:
    """Looks at all that it can, prints it, returns the worst exit code."""
    looked = Looked([])
    look_at_configuration(request, looked)
    if looked.options is not None:
        look_at_manifests(request, looked.options, looked)
        token = look_at_token(request, looked.options, looked)
        look_at_surroundings(request, looked.options, looked)
        if token is not None:
            look_at_api(request, looked.options, token, looked, console, stopping)
    stopping.check()
    diagnosis = make_diagnosis(request, looked)
    text, json = (lambda: render_diagnosis(diagnosis, console.style)), (lambda: diagnosis_document(diagnosis))
    console.publish({"text": text, "json": json})
    return diagnosis.exit_code


def look_at_configuration(request: Request, looked: Looked) -> None:
    """The options, None where there can be none. Raises UsageError for a wrong command line."""
    try:
        looked.options = options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd)
    except (InvalidError, RefusedError) as error:
        looked.checks += [
            Check(
                "configuration",
                "failure",
                f"{problem.source}: {problem.message}" if problem.source is not None else problem.message,
                problem.fix or "correct it, then run doctor again",
                error.exit_code,
            )
            for problem in error.problems
        ]
        return
    name = options.config_file or "no reconciler.yaml: defaults"
    message = f"{name}; account {options.account}, {'the emulator' if request.sandbox else options.api}"
    looked.checks.append(Check("configuration", "ok", message))
    looked.checks += [Check("configuration", "warning", one.message, one.fix) for one in options.warnings]


def look_at_manifests(request: Request, options: Options, looked: Looked) -> None:
    """Whether they are valid, without resolving a reference; all their ids, for later."""
    if not holds(options.root.exists):
        looked.checks.append(_no_manifests(options))
        return
    loaded = load_desired(
        options, (), request.cwd, SecretKeys(options.secret_keys), Places(), allow_literals=False, offline=True
    )
    looked.ids = [one.id for one in loaded.desired.manifests if one.id is not None]
    looked.checks.append(_judge_manifests(options, loaded))


def _judge_manifests(options: Options, loaded: Loaded) -> Check:
    desired = loaded.desired
    errors = [problem for problem in desired.problems if problem.code != "no-manifests"]
    if errors:
        first = errors[0]
        place = f"{first.source}: " if first.source is not None else ""
        message = f"{_count(len(errors), 'error')}, the first at {place}{first.message}"
        return Check("manifests", "failure", message, "reconciler validate", InvalidError.exit_code)
    if not loaded.documents:
        return _no_manifests(options)
    counted = f"{_count(loaded.documents, 'manifest')} in {_count(len(loaded.files), 'file')}"
    if desired.warnings:
        message = f"{counted}, valid, with {_count(len(desired.warnings), 'warning')}"
        return Check("manifests", "warning", message, "reconciler validate")
    return Check("manifests", "ok", f"{counted}, valid")


def _no_manifests(options: Options) -> Check:
    message = f"none below {options.root.name or options.root}: nothing is managed yet"
    return Check("manifests", "warning", message, "reconciler import --all, or reconciler new PROVIDER")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def look_at_token(request: Request, options: Options, looked: Looked) -> Token | None:
    """The token, None where there is none that could be sent."""
    if request.sandbox:
        return Token(SANDBOX_TOKEN)
    try:
        return read_token(options, request.environ)
    except ReconcilerError as error:
        looked.checks.append(make_failure("token", error))
        return None


def look_at_surroundings(request: Request, options: Options, looked: Looked) -> None:
    """Proxy and certificates; with --sandbox there are none."""
    if not request.sandbox:
        looked.checks += [check_tls(options.api, request.environ), check_proxy(options.api, request.environ)]


def look_at_api(
    request: Request, options: Options, token: Token, looked: Looked, console: Console, stopping: Stopping
) -> None:
    """A handful of requests; no write among them."""

    def may_validate(server: str) -> bool:
        """Elsewhere a POST to that path may mean anything."""
        return urlsplit(options.api).hostname == urlsplit(DEFAULT_API).hostname or server == SERVER

    keys = SecretKeys(options.secret_keys)
    name = "the sandbox's token" if request.sandbox else options.token_env
    expected = Expected(name, options.per_second, options.per_minute, options.share, keys.matches)
    try:
        with open_account(request, options, token, console, stopping) as account, account.probing() as probe:
            found = survey_api(probe, looked.ids, may_validate)
            looked.requests = probe.requests
    except StoppedError:
        raise
    except ReconcilerError as error:
        looked.checks.append(make_failure("api", error))
        return
    looked.checks += make_checks(found, expected)
    if found.items:
        looked.checks.append(judge_company(options, found))


def judge_company(options: Options, found: Survey) -> Check:
    """The company that is configured against the one that is seen."""
    objects = {live.id: live for live in found.items}
    try:
        seen = check_company(Snapshot(objects, {}, complete=False), options.account, options.company_id)
    except ReconcilerError as error:
        return make_failure("company", error)
    if options.company_id is not None:
        return Check("company", "ok", f"{seen}, as it is configured")
    if seen is None:
        return Check(
            "company", "warning", "the API does not tell it", "see to it that the token is the right account's"
        )
    fix = f'write company_id: "{seen}" for the account {options.account} in reconciler.yaml, if it is the right one'
    return Check("company", "warning", f"{seen}, and no configuration says whether it is the right one", fix)


def make_diagnosis(request: Request, looked: Looked) -> Diagnosis:
    """The answer."""
    options = looked.options
    return Diagnosis(
        tool=__version__,
        api="sandbox" if request.sandbox else options.api if options is not None else "",
        account=options.account if options is not None else "",
        checks=tuple(looked.checks),
        requests=looked.requests,
        exit_code=worst([one.exit_code for one in looked.checks if one.level == "failure"]),
    )
