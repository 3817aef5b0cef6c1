"""One manifest against its live object: what changes, what is dropped, what cannot be seen, what is wrong."""

from __future__ import annotations

from msgspec import Struct, field

from reconciler.model import Change, Live, Manifest, Path, Problem, Seen
from reconciler.planning.account import Account, Questions
from reconciler.planning.binding import digest_declared
from reconciler.planning.diff import Wanted, diff_live, is_same, make_wanted
from reconciler.planning.hidden import judge_hidden
from reconciler.planning.patch import make_along, make_body, make_fields, make_seen
from reconciler.planning.settings import Findings, check_settings, is_quiet, undefined_keys
from reconciler.values import kind_of, printable


class Result(Struct):
    """change: None where there is nothing to say."""

    change: Change | None = None
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def is_in_sync(manifest: Manifest, live: Live, account: Account) -> bool:
    """Whether there is nothing to say of almost every object; where not, `compare` tells."""
    definitions = account.definitions.get(live.provider.id)
    return (
        is_same(manifest, live, account.asked.reveal)
        and (definitions is None or is_quiet(manifest, live, definitions))
        and (manifest.type is None or manifest.type == type_of(live))
        and (manifest.is_default is None or manifest.is_default is live.is_default)
        and live.effective_status in (None, live.status)
    )


def compare(manifest: Manifest, live: Live, account: Account) -> Result:
    """Compares one manifest with its live object; both fit each other (id, provider)."""
    definitions = account.definitions.get(live.provider.id)
    asked = account.asked
    wanted = make_wanted(manifest, undefined_keys(manifest, definitions))
    findings = Findings()
    if definitions is not None:
        findings = check_settings(
            manifest,
            wanted,
            live,
            definitions,
            asked.place,
            secret=asked.secret,
            shown=account.shown,
            strict=account.strict,
        )
    result = Result(errors=findings.errors, warnings=findings.warnings)
    _check_fixed(manifest, wanted, live, account, result)
    if not result.errors:
        _compare_fields(manifest, wanted, live, account, findings, result)
    return result


def type_of(live: Live) -> str | None:
    """The type of an integration, which may be told with its provider alone."""
    return live.type if live.type is not None else live.provider.type


def _check_fixed(manifest: Manifest, wanted: Wanted, live: Live, account: Account, result: Result) -> None:
    """What the API cannot change, and words it has not been heard to use."""
    place = account.asked.place
    there = type_of(live)
    if manifest.type is not None and there is not None and manifest.type != there:
        message = f"type: is {manifest.type}, the live object {live.id} is {there}; the API cannot change it"
        source = place.value(manifest, ("type",))
        result.errors.append(Problem("type-differs", message, source, "take the line out, or correct the id"))
    if manifest.is_default is not None and live.is_default is not None and manifest.is_default != live.is_default:
        says, have = str(manifest.is_default).lower(), str(live.is_default).lower()
        message = f"is_default: is {says}, live it is {have}; the API cannot change it, nothing is sent"
        source = place.value(manifest, ("is_default",))
        result.warnings.append(Problem("default-differs", message, source, "change it in the console"))
    warn_of_status(manifest, wanted.top.get("status"), account, result)
    if live.status is not None and live.effective_status not in (None, live.status):
        # Not every API shows it; where it does, it differs from status while untested or after a failed test.
        message = f"{manifest.address}: its status is {printable(live.status)}, and its effective_status is"
        message += f" {printable(live.effective_status or '')}: it was not tested, or its test failed"
        fix = f"check its credentials, then: reconciler send-test {manifest.address} --recipient …"
        result.warnings.append(Problem("effective-status", message, manifest.source, fix))


def warn_of_status(manifest: Manifest, status: str | None, account: Account, result: Result) -> None:
    """A status that no integration has been seen with may be misspelt."""
    if status is not None and status not in account.statuses:
        message = f'status: no integration has been seen with the status "{printable(status)}"'
        source = account.asked.place.value(manifest, ("status",))
        result.warnings.append(Problem("unknown-status", message, source, "check its spelling"))


def _compare_fields(
    manifest: Manifest, wanted: Wanted, live: Live, account: Account, findings: Findings, result: Result
) -> None:
    asked = account.asked
    difference = diff_live(wanted, live, asked.reveal, secret=asked.secret, shown=account.shown)
    for path in difference.retyped:
        result.warnings.append(_retyped(manifest, live, path, asked))
    hidden = judge_hidden(manifest, wanted, live.id, difference, account)
    result.errors += hidden.errors
    result.warnings += hidden.warnings
    changed = [*difference.changed, *hidden.sent]
    if not (changed or findings.dropped or difference.unseen or result.warnings):
        return
    body = make_body(wanted, changed)
    result.change = Change(
        action="update" if changed else "none",
        address=manifest.address,
        id=live.id,
        provider=live.provider.name,
        name=live.name,
        source=manifest.source,
        fields=make_fields(manifest, wanted, live, changed, asked.place, asked.secret),
        dropped=tuple(findings.dropped),
        unseen=tuple(difference.unseen),
        seen=_see(wanted, live, account),
        body=body,
        along=make_along(wanted, difference.unseen, body),
        refused=(),
        is_default=live.is_default,
        status=live.status,
        effective_status=live.effective_status,
        declared=digest_declared(manifest, (item.path for item in findings.dropped)),
        remembered=tuple(hidden.remembered),
        rotated=tuple(hidden.rotated),
        unread=tuple(hidden.unread),
    )


def _see(wanted: Wanted, live: Live, account: Account) -> Seen:
    definitions = account.definitions.get(live.provider.id)
    return make_seen(
        wanted, live, account.pages(live.id), definitions, secret=account.asked.secret, shown=account.shown
    )


def _retyped(manifest: Manifest, live: Live, path: Path, asked: Questions) -> Problem:
    # Of a secret not even the kind is told.
    kind = "of another type" if asked.secret(path[1]) else kind_of(live.settings[path[1]])
    message = f"{'.'.join(path)}: live it is {kind} with the same text; nothing is sent"
    return Problem("type-differs-live", message, asked.place.value(manifest, path))
