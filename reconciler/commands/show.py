"""`show`: every integration in a line, or desired, live and verdict of one side by side. GETs only, no reference is
resolved.
"""

from __future__ import annotations

from reconciler import __version__
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.reading import read_account
from reconciler.commands.request import Request
from reconciler.commands.scope import Targets, find_manifest, no_such_target
from reconciler.commands.stopping import Stopping
from reconciler.commands.unresolved import Unresolved as Declared
from reconciler.commands.unresolved import load_unresolved
from reconciler.errors import RefusedError, UsageError
from reconciler.model import Live, Manifest, Problem, Show, ShownIntegration, Snapshot
from reconciler.options import Options, load_options
from reconciler.planning.account import check_company
from reconciler.planning.overview import Unresolved, make_overview, summarise
from reconciler.planning.settings import Place
from reconciler.reporting.documents import show_document
from reconciler.reporting.show_text import render_overview, render_sides
from reconciler.values import printable


def run_show(request: Request, console: Console, stopping: Stopping, *, address: str | None) -> int:
    """Reads, judges, prints. address: of the one to be shown, or its id; None: all."""
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd)
    console.warn(options.warnings)
    declared = load_unresolved(request, options)
    one = find_one(address, declared) if address is not None else None
    with open_account(request, options, declared.token, console, stopping) as account:
        if address is None:
            snapshot = read_account(account, console, declared.manifests, whole=True, effective=True)
        else:
            ids = frozenset([address]) if one is None else frozenset()
            snapshot = read_account(account, console, [one] if one else [], ids=ids, effective=True)
    stopping.check()
    rows = show_all(request, declared, snapshot) if address is None else show_one(address, one, declared, snapshot)
    show = make_show(request, options, snapshot, rows, whole=address is None)
    console.warn(declared.warnings)
    render = render_overview if address is None else render_sides
    console.publish({"text": lambda: render(show, console.style), "json": lambda: show_document(show)})
    return 0


def find_one(address: str, declared: Declared) -> Manifest | None:
    """The manifest of that address or id; None for an id that none has. Raises UsageError for another address."""
    found = find_manifest(address, declared.manifests)
    if found is None and "/" in address:
        raise no_such_target(address, [one.address for one in declared.manifests], label="")
    return found


def show_all(request: Request, declared: Declared, snapshot: Snapshot) -> tuple[ShownIntegration, ...]:
    """All, or what --target names: managed ones as everywhere, others by their ids. May raise UsageError."""
    named = Targets(request.targets)

    def in_scope(manifest: Manifest) -> bool:
        return not named or named.take(manifest)

    def unmanaged(live: Live) -> bool:
        return not named or named.take_name(live.id)

    rows = [(one.address, one.id, file) for one in declared.manifests for file in one.files] if named else []
    idle = named.find_idle([*rows, *((one, None, "") for one in snapshot.objects)])
    if idle is not None:
        raise no_such_target(idle, [one.address for one in declared.manifests])
    return make_overview(declared.manifests, snapshot, asked_of(declared), in_scope=in_scope, unmanaged=unmanaged)


def show_one(
    address: str, one: Manifest | None, declared: Declared, snapshot: Snapshot
) -> tuple[ShownIntegration, ...]:
    """The one, field by field. Raises UsageError for an id that neither a manifest nor the API knows."""
    rows = make_overview(
        declared.manifests,
        snapshot,
        asked_of(declared),
        in_scope=lambda manifest: manifest is one,
        unmanaged=lambda live: one is None and live.id == address,
        sides=True,
    )
    if not rows:
        message = f"no manifest has the address or id {printable(address)}, and the API knows no such id"
        raise UsageError(message, "reconciler show lists all of them")
    return rows


def asked_of(declared: Declared) -> Unresolved:
    """What the overview may ask."""
    return Unresolved(declared.keys.matches, Place(declared.places.value, declared.places.key))


def make_show(
    request: Request, options: Options, snapshot: Snapshot, rows: tuple[ShownIntegration, ...], *, whole: bool
) -> Show:
    """The answer. Objects of another company are shown, and said: nothing is written here."""
    company, warnings = options.company_id, list[Problem]()
    try:
        company = check_company(snapshot, options.account, options.company_id)
    except RefusedError as error:
        warnings.append(Problem("another-company", error.message, None, error.fix))
    return Show(
        tool=__version__,
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=company,
        summary=summarise(rows),
        integrations=rows,
        complete=snapshot.complete or not whole,
        warnings=tuple(warnings),
    )
