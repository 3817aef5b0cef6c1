"""Documents -> manifests: every rule of one manifest, then the rules between them; all problems of a run at once.

A document goes through the quick shape check; only where that wants a closer look do the schemas explain. Places are
found only for what there is to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from sys import intern

from msgspec import Struct, field

from reconciler.desired.addresses import Draft, assign_addresses, find_shared_ids
from reconciler.desired.judging import REMARKS, Rules, judge
from reconciler.desired.load import Document, Places
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.settings import (
    Literal,
    make_lifecycle,
)
from reconciler.desired.unquoted import Unquoted, find_unquoted
from reconciler.desired.validate import make_problem
from reconciler.model import Lifecycle, Manifest, Problem, SecretRef, Setting, Source
from reconciler.schema_files import SHIPPED, SchemaSet
from reconciler.values import KNOWN_STATUSES, printable

_NO_LIFECYCLE = Lifecycle()


class Desired(Struct):
    """What the documents declare. `manifests`: those without a problem, by address.

    literals: the texts of secrets that stand in manifests (allow_literals); repr hides them. unquoted: scalars of
    which quotes make what is asked for.
    """

    manifests: list[Manifest] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    literals: dict[SecretRef, str] = field(default_factory=dict)
    unquoted: list[Unquoted] = field(default_factory=list)

    def __repr__(self) -> str:
        return (
            f"Desired({len(self.manifests)} manifests, {len(self.problems)} problems, "
            f"{len(self.warnings)} warnings, {len(self.literals)} literals)"
        )


def make_manifests(
    documents: Iterable[Document],
    *,
    account: str | None,
    secret_keys: SecretKeys,
    allow_literals: bool = False,
    offline: bool,
    places: Places,
    schemas: SchemaSet = SHIPPED,
    variables: Mapping[str, str] | None = None,
) -> Desired:
    """Judges the documents as manifests of `account` (None: of any; an id map then counts with its first id).

    offline: keys that a documented provider does not define, or calls deprecated, are warnings; else the API's own
    definitions decide later, and nothing is said here. schemas: what is known of providers. variables: of the
    account. Never raises for what documents hold.
    """
    rules = Rules(account, secret_keys, schemas, variables or {}, literals=allow_literals, offline=offline)
    desired = Desired()
    drafts = _judge_all(documents, rules, places, desired)
    clashes = assign_addresses(drafts) + find_shared_ids(drafts, account)
    desired.problems += [make_problem(finding, source, places) for source, finding in clashes]
    clashing = {source for source, _ in clashes}
    for draft in drafts:
        if not draft.broken and (not clashing or draft.source not in clashing):
            desired.manifests.append(_make_manifest(draft, desired.literals))
    if offline:
        # With live objects at hand the planner knows more words.
        desired.warnings += [_warn_of_status(one, places) for one in desired.manifests if not _is_known_status(one)]
    desired.manifests.sort(key=lambda manifest: manifest.address)
    desired.problems.sort(key=_by_place)
    desired.warnings.sort(key=_by_place)
    return desired


def _judge_all(documents: Iterable[Document], rules: Rules, places: Places, desired: Desired) -> list[Draft]:
    drafts = []
    for document in documents:
        draft, findings = judge(document, rules)
        for finding in findings:
            problem = make_problem(finding, document.source, places)
            (desired.warnings if finding.code in REMARKS else desired.problems).append(problem)
        desired.unquoted += find_unquoted(document, findings)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _is_known_status(manifest: Manifest) -> bool:
    return manifest.status is None or manifest.status in KNOWN_STATUSES


def _warn_of_status(manifest: Manifest, places: Places) -> Problem:
    message = f'status: no integration has been seen with the status "{printable(manifest.status or "")}"'
    return Problem("unknown-status", message, places.value(manifest.source, ("status",)), "check its spelling")


def _by_place(problem: Problem) -> tuple[Source | None, str]:
    return problem.source, problem.message


def _make_manifest(draft: Draft, literals: dict[SecretRef, str]) -> Manifest:
    data, settings = draft.data, draft.settings
    if Literal in map(type, settings.values()):
        settings = _hide_literals(draft, literals)
    status, default = data.get("status"), data.get("is_default")
    return Manifest(
        draft.address,
        draft.provider,
        draft.source,
        draft.id,
        draft.name,
        None if status is None else intern(status),
        data.get("type"),
        None if default is None else default.value,
        settings,  # type: ignore[arg-type]
        make_lifecycle(data["lifecycle"]) if "lifecycle" in data else _NO_LIFECYCLE,
        draft.origins,
    )


def _hide_literals(draft: Draft, literals: dict[SecretRef, str]) -> dict[str, Setting | Literal]:
    hidden: dict[str, Setting | Literal] = {}
    for key, value in draft.settings.items():
        if isinstance(value, Literal):
            ref = SecretRef("literal", f"{draft.address}#settings.{key}")
            literals[ref] = value.text
            hidden[key] = ref
        else:
            hidden[key] = value
    return hidden
