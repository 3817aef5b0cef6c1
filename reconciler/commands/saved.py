"""What a saved plan needs where it is applied: its configuration, and the secrets that it names."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from reconciler.commands.request import Request
from reconciler.commands.resolved import resolve_all
from reconciler.configuration import find_config, holds
from reconciler.desired.places import Places
from reconciler.desired.references import Reference
from reconciler.desired.secrets import Secrets
from reconciler.desired.shape import make_reference
from reconciler.errors import InvalidError, RefusedError, UnknownAccountError
from reconciler.model import Change, Json, Manifest, Plan, Problem, SecretRef
from reconciler.options import Flags, Options, load_options
from reconciler.trust import judge_api


def find_options(plan: Plan, request: Request) -> Options:
    """The configuration that is named, else the one that the plan was made with, else the nearest; with the plan's
    account where none is named. Where there is none at all (a job that has only the plan file) the plan tells API,
    account and company, and may say no more than a configuration may.
    """
    flags, environ = request.flags, request.environ
    recorded = plan.config_file
    if not (flags.config or environ.get("RECONCILER_CONFIG")) and recorded and holds((request.cwd / recorded).is_file):
        flags = msgspec.structs.replace(flags, config=recorded)
    account = flags.account or environ.get("RECONCILER_ACCOUNT") or plan.account
    if find_config(flags.config, environ, request.cwd, ()) is not None:
        # A plan that was made without a configuration is for the account of that name, which this one may not have.
        flags = msgspec.structs.replace(flags, account=account if recorded else flags.account)
        return _load_for(plan, flags, request)
    flags = msgspec.structs.replace(flags, account=None)
    options = load_options(flags=flags, environ=_without_account(environ), cwd=request.cwd)
    api = options.api
    if not (flags.api or environ.get("RECONCILER_API") or request.sandbox or plan.api == "sandbox"):
        api = _judge(plan.api)
    return msgspec.structs.replace(options, api=api, account=account, company_id=plan.company_id)


def _load_for(plan: Plan, flags: Flags, request: Request) -> Options:
    """The configuration, which has the account that was asked for, else that of the plan."""
    try:
        return load_options(flags=flags, environ=request.environ, cwd=request.cwd)
    except UnknownAccountError as error:
        if request.flags.account or request.environ.get("RECONCILER_ACCOUNT"):
            raise
        message = f"it was made for account {plan.account!r}, which this configuration does not have"
        raise RefusedError(message, error.fix) from None


def _without_account(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name != "RECONCILER_ACCOUNT"}


def _judge(api: str) -> str:
    address = judge_api(api, from_file=True)
    if address.wrong:
        raise RefusedError(f"the plan names an API that {address.wrong}", "plan again")
    if address.refused:
        shown = "an address" if "@" in api else api
        raise RefusedError(f"the plan was made for {shown}, which {address.refused}", "if it is right: --api URL")
    return address.url


def resolve_plan(plan: Plan, options: Options, request: Request) -> Secrets:
    """The values of the references in a saved plan: of its changes and of what travels along."""
    found = [
        Reference(_read_reference(change, key, value), ("settings", key), _manifest_of(change))
        for change in plan.changes
        if change.action != "none"
        for key, value in {**change.along, **_settings_of(change)}.items()
        if isinstance(value, dict) and "secret" in value
    ]
    return resolve_all(
        found, options, request.environ, request.cwd, literals={}, places=Places(), sandbox=request.sandbox
    )


def _settings_of(change: Change) -> dict[str, Json]:
    settings = change.body.get("settings", {})
    if not isinstance(settings, dict):
        raise _make_invalid(change, "settings")
    return settings


def _read_reference(change: Change, key: str, value: dict[str, Json]) -> SecretRef:
    ref = make_reference(str(value["secret"]))
    if ref is None:
        raise _make_invalid(change, f"settings.{key}")
    return ref


def _make_invalid(change: Change, path: str) -> InvalidError:
    message = f"{change.address}: {path}: the saved plan holds what no plan holds"
    return InvalidError([Problem("not-a-plan", message, change.source, "plan again")])


def _manifest_of(change: Change) -> Manifest:
    return Manifest(address=change.address, provider=change.provider, source=change.source)
