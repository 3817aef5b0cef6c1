"""Documents -> manifests: every rule of one manifest, then the rules between them; all problems of a run at once.

A document goes through the quick shape check; only where that wants a closer look do the schemas explain. Places are
found only for what there is to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern

from msgspec import Struct, field

from reconciler.desired.addresses import Draft, assign_addresses, find_shared_ids
from reconciler.desired.documented import make_table
from reconciler.desired.load import Document, Places
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.settings import (
    Literal,
    SettingRules,
    judge_keys,
    judge_lifecycle,
    judge_setting,
    make_lifecycle,
)
from reconciler.desired.shape import is_fine
from reconciler.desired.unquoted import Unquoted, find_unquoted
from reconciler.desired.validate import Finding, check_manifest, make_problem
from reconciler.model import Json, Lifecycle, Manifest, Problem, SecretRef, Setting, Source
from reconciler.schema_files import SHIPPED, SchemaSet
from reconciler.values import KNOWN_STATUSES, printable

_IDENTITY = frozenset({"provider", "id", "name", "key"})
_NO_LIFECYCLE = Lifecycle()
_REMARKS = frozenset({"dropped-setting", "deprecated-setting", "suspect-setting"})
"""Findings that are warnings: the manifest can be planned all the same."""


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


class _Rules:
    """What all documents of a run are judged by."""

    def __init__(
        self,
        account: str | None,
        secret_keys: SecretKeys,
        schemas: SchemaSet,
        *,
        allow_literals: bool,
        offline: bool,
    ) -> None:
        self.account = account
        self.schemas, self.table = schemas, make_table(schemas)
        self.secret_keys = secret_keys
        self.offline = offline
        self._allow_literals = allow_literals
        self._settings: dict[str, SettingRules] = {}

    def of_settings(self, provider: str) -> SettingRules:
        """The rules for the settings of a provider."""
        rules = self._settings.get(provider)
        if rules is None:
            rules = SettingRules(provider, self.table.get(provider), self.secret_keys, self._allow_literals)
            self._settings[provider] = rules
        return rules


def make_manifests(
    documents: Iterable[Document],
    *,
    account: str | None,
    secret_keys: SecretKeys,
    allow_literals: bool = False,
    offline: bool,
    places: Places,
    schemas: SchemaSet = SHIPPED,
) -> Desired:
    """Judges the documents as manifests of `account` (None: of any; an id map then counts with its first id).

    offline: keys that a documented provider does not define, or calls deprecated, are warnings; else the API's own
    definitions decide later, and nothing is said here. schemas: what is known of providers. Never raises for what
    documents hold.
    """
    rules = _Rules(account, secret_keys, schemas, allow_literals=allow_literals, offline=offline)
    desired, drafts = Desired(), []
    for document in documents:
        draft, findings = _judge(document, rules)
        for finding in findings:
            problem = make_problem(finding, document.source, places)
            (desired.warnings if finding.code in _REMARKS else desired.problems).append(problem)
        desired.unquoted += find_unquoted(document, findings)
        if draft is not None:
            drafts.append(draft)
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


def _is_known_status(manifest: Manifest) -> bool:
    return manifest.status is None or manifest.status in KNOWN_STATUSES


def _warn_of_status(manifest: Manifest, places: Places) -> Problem:
    message = f'status: no integration has been seen with the status "{printable(manifest.status or "")}"'
    return Problem("unknown-status", message, places.value(manifest.source, ("status",)), "check its spelling")


def _by_place(problem: Problem) -> tuple[Source | None, str]:
    return problem.source, problem.message


def _judge(document: Document, rules: _Rules) -> tuple[Draft | None, list[Finding]]:
    """The draft (None where the identity is not clear) and all that there is to say of one document."""
    data = document.data
    explained = [] if is_fine(data, rules.table) else check_manifest(data, rules.schemas)
    if data.__class__ is not dict:
        return None, explained
    settings, findings = _judge_settings(data, rules)
    if explained:
        findings += _keep_unsaid(explained, findings, settings, rules)
    documented = rules.table.get(_text(data, "provider") or "")
    if "lifecycle" in data:
        findings += judge_lifecycle(data, documented)
    if rules.offline and documented is not None:
        findings += judge_keys(data.get("settings"), documented)
    if findings and _is_unclear(findings):
        return None, findings
    raw_id, name = data.get("id"), data.get("name")
    own_id = _make_id(raw_id, rules.account) if raw_id.__class__ is dict else raw_id
    if own_id is None and name is None:
        message = f"name: is missing, and id names no object of the account {rules.account}"
        return None, [*findings, Finding(("id",), "missing-key", message, f"add name:, or {rules.account}: to id")]
    broken = bool(findings) and any(finding.code not in _REMARKS for finding in findings)
    source, key = document.source, data.get("key")
    provider = intern(data["provider"])
    return Draft(source, provider, own_id, name, key, raw_id, data, settings, broken), findings


def _is_unclear(findings: Iterable[Finding]) -> bool:
    return any(
        finding.code != "unknown-key" and (not finding.path or finding.path[0] in _IDENTITY) for finding in findings
    )


def _judge_settings(data: dict[str, Json], rules: _Rules) -> tuple[dict[str, Setting | Literal], list[Finding]]:
    raw = data.get("settings")
    settings: dict[str, Setting | Literal] = {}
    findings: list[Finding] = []
    if raw.__class__ is not dict:
        return settings, findings
    judged_by = rules.of_settings(_text(data, "provider") or "the provider")
    secret_keys = rules.secret_keys
    for key, value in raw.items():
        if value.__class__ is str and not secret_keys[key]:
            settings[key] = value
            continue
        judged = judge_setting(key, value, judged_by)
        if isinstance(judged, Finding):
            findings.append(judged)
        else:
            settings[key] = judged
    return settings, findings


def _keep_unsaid(
    explained: list[Finding], findings: list[Finding], settings: dict[str, Setting | Literal], rules: _Rules
) -> list[Finding]:
    """What the schemas found beyond what was said of the same setting, allowed literals and (online) drops aside."""
    said = {finding.path[1] for finding in findings}
    kept = []
    for finding in explained:
        key = str(finding.path[1]) if len(finding.path) > 1 and finding.path[0] == "settings" else None
        if finding.code == "dropped-setting":
            keep = rules.offline
        else:
            keep = key is None or (key not in said and settings[key].__class__ is not Literal)
        if keep:
            kept.append(finding)
    return kept


def _text(data: dict[str, Json], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _make_id(raw: dict[str, str], account: str | None) -> str | None:
    return next(iter(raw.values())) if account is None else raw.get(account)


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
