"""`drift`: is live still as declared? With --accept, what is live is offered as a commit on a new branch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.adopting.accept_fields import parse_fields
from reconciler.commands.accept import INCOMPLETE, Proposal, propose
from reconciler.commands.branch import Author, check_branch, commit_files, parse_author
from reconciler.commands.console import Console
from reconciler.commands.files import WRITING
from reconciler.commands.plan import Planned, exit_code_of, plan_and_publish
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.commands.unresolved import Unresolved
from reconciler.errors import UsageError, worst
from reconciler.model import Acceptance
from reconciler.planning.differences import compare_all
from reconciler.planning.overview import Unresolved as Judging
from reconciler.planning.settings import Place
from reconciler.reporting.accept_text import render_acceptance
from reconciler.reporting.fields import path_text, value_text
from reconciler.reporting.style import cut

LONGEST = 100
"""Characters of a value in the message of a commit."""


class Offer(Struct, frozen=True):
    """What --accept asks for: the branch to make, and who commits."""

    branch: str
    author: Author


def read_offer(*, accept: bool, branch: str | None, author: str | None) -> Offer | None:
    """The offer that the flags ask for. Raises UsageError where they do not fit together."""
    if not accept:
        if branch or author:
            raise UsageError("--branch and --author go with --accept", "add --accept")
        return None
    if not branch or not author:
        raise UsageError("--accept needs --branch and --author", '--branch drift --author "Name <email>"')
    return Offer(branch, parse_author(author))


def run_drift(request: Request, console: Console, stopping: Stopping, offer: Offer | None) -> int:
    """Reads, compares, prints; commits what is live where that is asked for. Returns the exit code."""
    if offer is not None and request.fleet is not None:
        offer = msgspec.structs.replace(offer, branch=f"{offer.branch}-{request.fleet}")
    root = check_branch(request.cwd, offer.branch) if offer is not None else None
    planned = plan_and_publish(request, console, stopping, word="drift")
    code = exit_code_of(planned.plan, detailed=True)
    if offer is None or root is None or not planned.plan.summary.update:
        return code
    stopping.check()
    return worst([code, commit_drift(planned, request, console, root, offer)])


def commit_drift(planned: Planned, request: Request, console: Console, root: Path, offer: Offer) -> int:
    """Commits what `accept` would write. Returns 6 where something could not be accepted, else 0."""
    with WRITING:
        return _commit(make_proposal(planned, request), console, root, offer)


def _commit(proposal: Proposal, console: Console, root: Path, offer: Offer) -> int:
    console.tell(render_acceptance(proposal.answer, console.error_style))
    if proposal.files:
        message = make_message(proposal.answer)
        commit = commit_files(root, offer.branch, proposal.files, message, offer.author)
        console.tell(
            f"Committed as {commit[:12]} on the branch {offer.branch}. To push it: git push origin {offer.branch}"
        )
    else:
        console.tell("Nothing could be accepted, so that no branch was made.")
    return INCOMPLETE if proposal.answer.summary.refused else 0


def make_proposal(planned: Planned, request: Request) -> Proposal:
    """What `accept` would write, by what was read for the plan."""
    declared, options = planned.declared, planned.options
    comparison = compare_all(
        declared.manifests,
        planned.snapshot,
        Judging(declared.keys.matches, Place(declared.places.value, declared.places.key)),
        account=options.account,
        company_id=options.company_id,
        in_scope=declared.in_scope,
    )
    unresolved = Unresolved(declared.manifests, [], declared.token, declared.keys, declared.places)
    return propose(request, options, unresolved, comparison, parse_fields(()))


def make_message(answer: Acceptance) -> str:
    """The message of the commit: how much is accepted, then each value. Nothing of a secret."""
    summary = answer.summary
    head = f"Accept {summary.accepted} live value{'s' if summary.accepted != 1 else ''} of account {answer.account}"
    return "\n".join([head, "", *_rows(answer), ""])


def _rows(answer: Acceptance) -> Iterator[str]:
    for one in answer.integrations:
        for field in one.fields:
            if field.refused is None:
                before, after = (cut(value_text(value), LONGEST) for value in (field.before, field.after))
                yield f"- {one.address}: {path_text(field.path)}: {before} -> {after}"
