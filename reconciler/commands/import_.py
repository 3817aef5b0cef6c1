"""`import`: live objects into manifests, one file each. GETs only; no file is overwritten, no secret stands in one."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from reconciler.adopting.dotenv import make_dotenv
from reconciler.adopting.importer import Wish, make_drafts
from reconciler.adopting.judging import Judge
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import load_schemas
from reconciler.commands.files import create_file
from reconciler.commands.private import check_private
from reconciler.commands.reading import read_account
from reconciler.commands.request import Request, retype
from reconciler.commands.shelf import Placed, Shelf, find_home, is_below, place_drafts, write_placed
from reconciler.commands.stand_ins import STATE, keep_stand_ins
from reconciler.commands.stopping import Stopping
from reconciler.commands.unresolved import Unresolved, load_unresolved
from reconciler.configuration import holds
from reconciler.desired.documented import make_table
from reconciler.desired.files import make_file_name
from reconciler.desired.scalars import reads_as_text
from reconciler.errors import AnswerError, UsageError
from reconciler.live.account import Account
from reconciler.model import (
    Imported,
    ImportedFile,
    Live,
    Manifest,
    NotImported,
    Problem,
    Provider,
    SecretRef,
    SecretVariable,
    Snapshot,
    Source,
)
from reconciler.options import Options, load_options
from reconciler.planning.account import check_company, check_told, shows_secrets
from reconciler.planning.nearest import fits
from reconciler.reporting.import_text import render_import
from reconciler.schema_files import MANIFEST, SchemaSet
from reconciler.values import document_text, id_order, printable

INCOMPLETE = 6


class Asked(Struct, frozen=True):
    """What the verb was asked for. to: None for the account's own folder."""

    ids: tuple[str, ...]
    all: bool
    to: Path | None
    secrets_to: Path | None


def run_import(asked: Asked, request: Request, console: Console, stopping: Stopping) -> int:
    """Reads, judges, writes what is not there yet, and prints it. Returns the exit code."""
    if asked.all == bool(asked.ids):
        raise UsageError("name ids, or --all, and not both", "reconciler import --all")
    paths = (asked.to,) if asked.to is not None else ()
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=paths)
    console.warn(options.warnings)
    if asked.secrets_to is not None:
        check_private(request.cwd / asked.secrets_to)
    declared = load_unresolved(request, options)
    with open_account(request, options, declared.token, console, stopping) as account:
        snapshot = read_objects(asked, options, account, console)
    stopping.check()
    imported = import_objects(asked, request, options, declared, snapshot)
    console.publish(
        {
            "text": lambda: render_import(imported, console.style, sandbox=request.sandbox),
            "json": lambda: document_text(imported),
        }
    )
    left = any(one.reason != "managed" for one in imported.skipped)
    return INCOMPLETE if left or (asked.all and not snapshot.complete) else 0


def import_objects(
    asked: Asked, request: Request, options: Options, declared: Unresolved, snapshot: Snapshot
) -> Imported:
    """Writes what is not there yet: first the secrets, which nothing else would give again, then the manifests."""
    objects, skipped = choose_objects(asked, snapshot, declared.manifests)
    schemas, _ = load_schemas(options, request.cwd, declared.keys)
    wish = make_wish(options, declared, snapshot, schemas)
    drafts, refused = make_drafts(objects, wish)
    folder = request.cwd / asked.to if asked.to is not None else options.root
    shelf = Shelf(folder, find_home(request, options, folder), wish, options.account, declared.keys, schemas)
    placed, in_the_way = place_drafts(drafts, shelf)
    secrets_file = save_secrets(asked, placed, request, options)
    files, lost = write_placed(placed)
    variables = list_variables(placed, files)
    return Imported(
        account=options.account,
        files=tuple(files),
        skipped=tuple(sorted([*skipped, *refused, *in_the_way, *lost], key=lambda one: id_order(one.id))),
        variables=tuple(variables),
        secrets_file=secrets_file,
        warnings=(
            *(one.warning for one in placed if one.warning),
            *warn(snapshot, asked, options, variables),
            *warn_of_places(shelf, options, files, request),
        ),
    )


def read_objects(asked: Asked, options: Options, account: Account, console: Console) -> Snapshot:
    """All objects, or those of the ids. Raises RefusedError for another company's, AnswerError without a list."""
    snapshot = read_account(account, console, [], ids=frozenset(asked.ids), whole=asked.all, details=True)
    if asked.all and not snapshot.listed:
        raise AnswerError("this API has no list of integrations", "name their ids: reconciler import 1161 1162")
    company = check_company(snapshot, options.account, options.company_id)
    for one in asked.ids or snapshot.objects:
        check_told(snapshot.objects.get(one), company)
    return snapshot


def choose_objects(
    asked: Asked, snapshot: Snapshot, manifests: Sequence[Manifest]
) -> tuple[list[Live], list[NotImported]]:
    """The objects to import, by id, and those that a manifest describes already or that the API does not know."""
    owners = find_owners(manifests, snapshot.objects.values())
    objects: list[Live] = []
    skipped: list[NotImported] = []
    for one in sorted(set(asked.ids) or snapshot.objects, key=id_order):
        live = snapshot.objects.get(one)
        if live is None:
            skipped.append(NotImported(one, "unknown-id", f"the API does not know the id {printable(one)}"))
        elif one in owners:
            place = owners[one]
            skipped.append(NotImported(one, "managed", f"is managed already, by {place}", place))
        else:
            objects.append(live)
    return objects, skipped


def find_owners(manifests: Sequence[Manifest], objects: Iterable[Live]) -> dict[str, Source]:
    """By id the manifest that describes an object: by its id, or by provider and name."""
    owners = {one.id: one.source for one in manifests if one.id is not None}
    named: dict[str | None, list[Manifest]] = {}
    for one in manifests:
        if one.id is None:
            named.setdefault(one.name, []).append(one)
    for live in objects:
        for one in named.get(live.name, ()):
            if fits(one, live):
                owners.setdefault(live.id, one.source)
    return owners


def make_wish(options: Options, declared: Unresolved, snapshot: Snapshot, schemas: SchemaSet) -> Wish:
    """How the manifests are written, as this account's are."""
    table, secret = make_table(schemas), declared.keys.matches

    def is_text(provider: Provider, key: str) -> bool:
        return any(word in table and table[word].is_text(key) for word in (provider.name, provider.id))

    values = (value for one in declared.manifests for value in one.settings.values())
    taken = {value.name for value in values if isinstance(value, SecretRef) and value.scheme == "env"}
    account = options.account if len(options.accounts) > 1 else None
    judge = Judge(secret, shows_secrets(snapshot, secret), is_text)
    return Wish(judge, reads_as_text, account, frozenset(taken))


def save_secrets(asked: Asked, placed: Sequence[Placed], request: Request, options: Options) -> str | None:
    """Writes the values that the API shows; the file's name, None where there is none to write.

    Raises UsageError where the file is there already. In the sandbox references stand for the emulator's values.
    """
    values = {name: value for one in placed for name, value in one.draft.values.items()}
    if request.sandbox:
        keep_stand_ins(request.cwd / STATE, {f"env:{name}": value for name, value in values.items()})
    if asked.secrets_to is None or not values:
        return None
    about = f"The secrets of account {printable(options.account)}, for: set -a; . ./{printable(asked.secrets_to.name)}"
    if not create_file(request.cwd / asked.secrets_to, make_dotenv(values, about).encode(), private=True):
        raise UsageError(f"{asked.secrets_to}: is there already, and stays; nothing was imported", "name another file")
    return make_file_name(request.cwd / asked.secrets_to)


def list_variables(placed: Sequence[Placed], files: Sequence[ImportedFile]) -> list[SecretVariable]:
    """The variables to set, by name."""
    names = {one.id: one.file for one in files}
    return sorted(
        SecretVariable(name, names[one.draft.live.id], one.draft.live.id, ("settings", key), name in one.draft.values)
        for one in placed
        if one.draft.live.id in names
        for key, name in one.draft.used.items()
    )


def warn(snapshot: Snapshot, asked: Asked, options: Options, variables: Sequence[SecretVariable]) -> Iterator[Problem]:
    """What is to be said of the whole."""
    if asked.all and not snapshot.complete:
        yield Problem("list-incomplete", "the list could not be read whole: some may be missing", None, "run it again")
    narrowed = options.secret_env
    for one in variables:
        if narrowed is not None and not any(fnmatchcase(one.name, glob) for glob in narrowed):
            message = f"{one.name}: reconciler.yaml does not let manifests read it"
            yield Problem("secret-refused", message, None, f'add "{one.name}" to secrets.env in {options.config_file}')


def warn_of_places(
    shelf: Shelf, options: Options, files: Sequence[ImportedFile], request: Request
) -> Iterator[Problem]:
    """Manifests that no plan would read by itself, and editors that would find no schema."""
    if not files:
        return
    folder, root = make_file_name(shelf.folder), make_file_name(options.root)
    if not is_below(shelf.folder, options.root):
        message = f"{folder} lies outside {root}, so that only a plan that names it reads these manifests"
        yield Problem("outside-root", message, None, retype(request, "plan", shlex.quote(folder)))
    if not holds((shelf.home / MANIFEST).is_file):
        message = f"editors look for {make_file_name(shelf.home / MANIFEST)}, which is not there yet"
        yield Problem(
            "no-schema", message, None, retype(request, "schema", f"--to {shlex.quote(make_file_name(shelf.home))}")
        )
