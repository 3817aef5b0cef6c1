"""`snapshot`: keeps what is live in a file, without secrets, so that plans need no token (`plan --live`)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from reconciler import __version__
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import SANDBOX_TOKEN, Declared
from reconciler.commands.files import check_target, read_file, save_file
from reconciler.commands.reading import read_account
from reconciler.commands.request import Request, key_of
from reconciler.commands.stopping import Stopping
from reconciler.desired.secrets import SecretKeys
from reconciler.model import KeptSnapshot, Snapshot
from reconciler.options import Options, Token, load_options, read_token
from reconciler.planning.account import check_company
from reconciler.planning.codec import format_time
from reconciler.planning.kept import Fingerprint, check_kept, keep_objects, load_kept, restore_snapshot
from reconciler.planning.state import Fingerprints
from reconciler.values import document_text, id_order

LARGEST = 256 * 1024 * 1024


def run_snapshot(request: Request, console: Console, stopping: Stopping, out: Path) -> int:
    """Reads the account and writes the file. Returns the exit code."""
    check_target(out)
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=request.paths)
    console.measured.account = options.account
    console.warn(options.warnings)
    token = Token(SANDBOX_TOKEN) if request.sandbox else read_token(options, request.environ)
    with open_account(request, options, token, console, stopping) as account:
        snapshot = read_account(account, console, (), whole=True, effective=True, details=True)
    stopping.check()
    kept = make_kept(snapshot, options, request)
    save_file(out, document_text(kept).encode(), private=False)
    how = "keyed fingerprints of their secrets" if kept.keyed else "no secrets"
    whole = "" if kept.complete else "; the list could not be read whole"
    console.answer(f"Kept {len(kept.objects)} integrations with {how} in {out}{whole}.")
    return 0


def make_kept(snapshot: Snapshot, options: Options, request: Request) -> KeptSnapshot:
    """What is written of a snapshot."""
    company = check_company(snapshot, options.account, options.company_id)
    fingerprint = fingerprint_of(request, options.account, company)
    return KeptSnapshot(
        tool=__version__,
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=company,
        created=format_time(datetime.now(UTC)),
        complete=snapshot.complete,
        listed=snapshot.listed,
        keyed=fingerprint is not None,
        providers=tuple(sorted(snapshot.providers.values(), key=lambda one: id_order(one.id))),
        objects=keep_objects(snapshot, SecretKeys(options.secret_keys).matches, fingerprint),
        page_size=snapshot.page_size,
        ids_in_order=snapshot.ids_in_order,
    )


def fingerprint_of(request: Request, account: str, company: str | None) -> Fingerprint | None:
    """What makes fingerprints with RECONCILER_KEY; None without it."""
    key = key_of(request)
    return None if key is None else Fingerprints(key, f"snapshot:{account}", company).make


def read_kept(request: Request, options: Options) -> KeptSnapshot:
    """The snapshot that --live names. Raises InvalidError, or RefusedError where it is of another account."""
    name = str(request.live)
    kept = load_kept(read_file(request.cwd / name, LARGEST, name), name)
    check_kept(kept, file=name, account=options.account, company_id=options.company_id)
    return kept


def needs_no_secrets(request: Request, kept: KeptSnapshot) -> Request:
    """The request as it can be met: without the key, or without fingerprints, secrets cannot be compared."""
    if kept.keyed and key_of(request) is not None:
        return request
    return msgspec.structs.replace(request, no_secrets=True)


def restore(kept: KeptSnapshot, declared: Declared, request: Request) -> Snapshot:
    """The kept snapshot as a plan takes it."""
    fingerprint = fingerprint_of(request, kept.account, kept.company_id) if kept.keyed else None
    scope = [one for one in declared.manifests if declared.in_scope(one)]
    rest = [one for one in declared.manifests if not declared.in_scope(one)]
    reveal = declared.reveal
    known = restore_snapshot(kept, scope, reveal, fingerprint)
    missing = known.unknown | {one.id for one in rest if one.id is not None and one.id not in known.objects}
    return msgspec.structs.replace(known, unknown=missing)
