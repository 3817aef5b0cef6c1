"""`accept`: what is live goes into the manifests, in the bytes of the values that differ. GETs only, no reference is
resolved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from reconciler import __version__
from reconciler.adopting.accept import Choice, Chosen, Judges, choose, find_unknown
from reconciler.adopting.accept_fields import Fields, parse_fields
from reconciler.adopting.rewrite_scalars import make_text
from reconciler.commands.asking import confirmed
from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import find_laid_over
from reconciler.commands.reading import read_account
from reconciler.commands.request import Request
from reconciler.commands.rewriting import Reasons, Rewriting, rewrite_files, write_files
from reconciler.commands.scope import make_scope
from reconciler.commands.sharing import warn_of_sharing
from reconciler.commands.stopping import Stopping
from reconciler.commands.unresolved import Unresolved as Declared
from reconciler.commands.unresolved import load_unresolved
from reconciler.desired.scalars import reads_as_text
from reconciler.errors import RefusedError, UsageError
from reconciler.model import Acceptance, AcceptedField, AcceptedIntegration, AcceptSummary, Json, Manifest, Problem
from reconciler.names import make_slug
from reconciler.options import Options, load_options
from reconciler.planning.differences import Compared, Comparison, compare_all
from reconciler.planning.overview import Unresolved
from reconciler.planning.settings import Place
from reconciler.reporting.accept_text import render_acceptance, render_accepted
from reconciler.reporting.documents import accept_document

INCOMPLETE = 6


class Proposal(Struct, frozen=True):
    """What is chosen of each manifest, in the order of addresses, and the files as they would be."""

    rows: list[tuple[Compared, Chosen]]
    files: list[Rewriting]
    reasons: Reasons
    answer: Acceptance


def run_accept(request: Request, console: Console, stopping: Stopping, *, given: Sequence[str]) -> int:
    """Reads, compares, shows, asks, writes. given: the values of --field. Returns the exit code."""
    fields = parse_fields(given)
    if not request.yes and not console.asks:
        raise UsageError("accept asks before it writes, and nobody is there to answer", "add --yes")
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=request.paths)
    console.warn(options.warnings)
    declared = load_unresolved(request, options)
    comparison = compare_live(request, options, declared, console, stopping)
    proposal = propose(request, options, declared, comparison, fields)
    console.warn(declared.warnings)
    text = request.format == "text"
    (console.answer if text else console.tell)(
        render_acceptance(proposal.answer, console.style if text else console.error_style)
    )
    answer = write(proposal, request, console, stopping) if proposal.files else proposal.answer
    if not text:
        console.answer(accept_document(answer))
    elif answer.written:
        console.answer(render_accepted(answer, proposal.answer, console.style))
    stopping.check()
    return INCOMPLETE if answer.summary.refused or answer.problems else 0


def compare_live(
    request: Request, options: Options, declared: Declared, console: Console, stopping: Stopping
) -> Comparison:
    """Every manifest in scope against the account, which is read here."""
    scope = make_scope(declared.manifests, request.paths, request.targets, request.cwd)
    with open_account(request, options, declared.token, console, stopping) as account:
        snapshot = read_account(account, console, [one for one in declared.manifests if scope(one)])
    stopping.check()
    return compare_all(
        declared.manifests,
        snapshot,
        Unresolved(declared.keys.matches, Place(declared.places.value, declared.places.key)),
        account=options.account,
        company_id=options.company_id,
        in_scope=scope,
    )


def propose(request: Request, options: Options, declared: Declared, comparison: Comparison, fields: Fields) -> Proposal:
    """What would be written. Writes nothing."""
    judges = Judges(declared.keys.matches, declared.places.value)
    # In the order of files, since finding places reads a file again and remembers only the last few.
    ordered = sorted(comparison.compared, key=attrgetter("manifest.source"))
    laid_over = find_laid_over(options)
    chosen = {
        one.manifest.address: _keep_laid_over(one.manifest, choose(one, one.live, fields, judges), declared, laid_over)
        if one.live and not one.problems
        else Chosen()
        for one in ordered
    }
    rows = [(one, chosen[one.manifest.address]) for one in comparison.compared]
    edits = [choice.edit for one in ordered for choice in chosen[one.manifest.address].choices if choice.edit]
    files, reasons = rewrite_files(edits, request.cwd)
    answer = Acceptance(
        tool=__version__,
        api="sandbox" if request.sandbox else options.api,
        account=options.account,
        company_id=comparison.company_id,
        summary=AcceptSummary(),
        integrations=(),
        problems=tuple(_unknown_field(name, comparison) for name in _find_unknown(fields, comparison)),
    )
    answer = fill(answer, rows, reasons, len(files))
    shared = warn_of_sharing([file.path for file in files], options, request)
    answer = replace(answer, warnings=(*_warn_of_addresses(answer, declared), *shared))
    return Proposal(rows, files, reasons, answer)


def _keep_laid_over(manifest: Manifest, chosen: Chosen, declared: Declared, laid_over: frozenset[str]) -> Chosen:
    """Refuses a name that would take its address from a manifest that an overlay names by it."""
    if manifest.address not in laid_over or declared.places.text(manifest.source, ("key",)) is not None:
        return chosen
    return Chosen(
        tuple(
            _refuse_name(one, manifest.id)
            if one.edit and one.edit.document == manifest.source and _moves_address(one.field, manifest.id)
            else one
            for one in chosen.choices
        ),
        chosen.secrets,
        chosen.hidden,
    )


def _refuse_name(choice: Choice, number: str | None) -> Choice:
    reason = "an overlay names this manifest by the address that its name makes"
    key, field = _key_of(choice.field.before, number), choice.field
    return Choice(replace(field, before=None, after=None, refused=reason, fix=f"add key: {_as_written(key)}"))


def _warn_of_addresses(answer: Acceptance, declared: Declared) -> Iterator[Problem]:
    """A manifest without `key:` has its address from the name that stands in it, and from its id without one."""
    for one in answer.integrations:
        renamed = [field for field in one.fields if field.refused is None and _moves_address(field, one.id)]
        if not renamed or declared.places.text(one.source, ("key",)) is not None:
            continue
        (name,) = renamed
        if name.source.file != one.source.file:  # an overlay's name makes no address
            continue
        address = f"{one.address.partition('/')[0]}/{_key_of(name.after, one.id)}"
        message = f"{one.address}: its name makes its address, which becomes {address}"
        fix = f"add key: {_as_written(_key_of(name.before, one.id))} to keep it"
        yield Problem("address-changes", message, one.source, fix)


def _moves_address(field: AcceptedField, number: str | None) -> bool:
    return field.path == ("name",) and _key_of(field.before, number) != _key_of(field.after, number)


def _key_of(name: Json, number: str | None) -> str:
    """What an address is made of where there is no `key:`."""
    return (make_slug(name) if isinstance(name, str) else "") or number or ""


def _as_written(key: str) -> str:
    return make_text(key, "", flow=False, is_text=reads_as_text)


def _find_unknown(fields: Fields, comparison: Comparison) -> list[str]:
    return find_unknown(fields, ((one, one.live) for one in comparison.compared if one.live is not None))


def _unknown_field(name: str, comparison: Comparison) -> Problem:
    defined = (row.name for one in comparison.compared if one.provider for row in one.provider.settings or ())
    near = get_close_matches(name, sorted({f"settings.{key}" for key in defined}), n=1)
    message = f"--field {name}: no manifest in scope names it, and no live object has it"
    return Problem("unknown-field", message, None, f"did you mean {near[0]}?" if near else "check its spelling")


def fill(answer: Acceptance, rows: Sequence[tuple[Compared, Chosen]], reasons: Reasons, files: int) -> Acceptance:
    """The answer with every manifest that has something to say, and its counts; reasons: why edits were not made."""
    told = [_tell(compared, chosen, reasons) for compared, chosen in rows]
    shown = tuple(one for one in told if one.fields or one.problems)
    accepted = sum(field.refused is None for one in shown for field in one.fields)
    summary = AcceptSummary(
        accepted=accepted,
        refused=sum(len(one.fields) + bool(one.problems) for one in shown) - accepted,
        files=files,
        secrets=sum(chosen.secrets for _, chosen in rows),
        hidden=sum(chosen.hidden for _, chosen in rows),
        compared=sum(compared.live is not None and not compared.problems for compared, _ in rows),
    )
    return replace(answer, integrations=shown, summary=summary)


def _tell(compared: Compared, chosen: Chosen, reasons: Reasons) -> AcceptedIntegration:
    manifest, live = compared.manifest, compared.live
    return AcceptedIntegration(
        address=manifest.address,
        id=live.id if live else manifest.id,
        provider=live.provider.name if live else manifest.provider,
        name=live.name if live else manifest.name,
        source=manifest.source,
        fields=tuple(_with_reason(choice, reasons) for choice in chosen.choices),
        problems=compared.problems,
    )


def _with_reason(choice: Choice, reasons: Reasons) -> AcceptedField:
    field = choice.field
    reason = reasons.get((choice.edit.document, field.path)) if choice.edit else None
    if reason is None:
        return field
    return replace(field, before=None, after=None, refused=reason, fix="write it by hand")


def write(proposal: Proposal, request: Request, console: Console, stopping: Stopping) -> Acceptance:
    """Asks, where that is to be asked, and writes. Raises RefusedError where the answer is not yes."""
    if not request.yes and not confirmed(console, stopping, "Write this into the manifests?"):
        raise RefusedError("not accepted: the answer was not yes; nothing was written")
    failed = write_files(proposal.files, stopping)
    files = sum(not any((edit.document, edit.path) in failed for edit in file.edits) for file in proposal.files)
    answer = fill(proposal.answer, proposal.rows, {**proposal.reasons, **failed}, files)
    return replace(answer, written=True)
