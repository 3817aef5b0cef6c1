"""One document -> a draft of its manifest, and all that there is to say of it, before its places are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from sys import intern
from typing import TYPE_CHECKING

from reconciler.desired.addresses import Draft
from reconciler.desired.documented import make_table
from reconciler.desired.documents import Document, Layer
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.settings import (
    Literal,
    SettingRules,
    judge_keys,
    judge_lifecycle,
    judge_references,
    judge_setting,
)
from reconciler.desired.shape import is_fine
from reconciler.desired.validate import Finding, check_manifest
from reconciler.model import Json, Origin, Path, Setting

if TYPE_CHECKING:
    from reconciler.desired.variables import Expanded
    from reconciler.schema_files import SchemaSet

_IDENTITY = frozenset({"provider", "id", "name", "key"})
REMARKS = frozenset({"dropped-setting", "deprecated-setting", "suspect-setting"})
"""Findings that are warnings: the manifest can be planned all the same."""


class Rules:
    """What all documents of a run are judged by."""

    def __init__(
        self,
        account: str | None,
        secret_keys: SecretKeys,
        schemas: SchemaSet,
        variables: Mapping[str, str],
        *,
        literals: bool,
        offline: bool,
    ) -> None:
        self.account, self.variables = account, variables
        self.schemas, self.table = schemas, make_table(schemas)
        self.secret_keys = secret_keys
        self.offline = offline
        self.literals = literals
        self._settings: dict[str, SettingRules] = {}

    def of_settings(self, provider: str) -> SettingRules:
        """The rules for the settings of a provider."""
        rules = self._settings.get(provider)
        if rules is None:
            rules = SettingRules(provider, self.table.get(provider), self.secret_keys, self.literals)
            self._settings[provider] = rules
        return rules


def judge(document: Document, rules: Rules) -> tuple[Draft | None, list[Finding]]:
    """The draft (None where the identity is not clear) and all that there is to say of one document."""
    data, unset, names = _expand(document, rules) if document.variables else (document.data, [], {})
    explained = [] if is_fine(data, rules.table) else check_manifest(data, rules.schemas)
    if data.__class__ is not dict:
        return None, explained
    settings, findings = _judge_settings(data, rules)
    if unset:
        findings = [*unset, *(one for one in findings if one.path not in {other.path for other in unset})]
    if explained:
        findings += _keep_unsaid(explained, findings, settings, rules)
    documented = rules.table.get(_text(data, "provider") or "")
    if "lifecycle" in data:
        findings += judge_lifecycle(data, documented)
    if rules.offline:
        findings += judge_references(settings)
    if rules.offline and documented is not None:
        findings += judge_keys(data.get("settings"), documented)
    if findings and _is_unclear(findings):
        return None, findings
    raw_id, name = data.get("id"), data.get("name")
    own_id = _make_id(raw_id, rules.account) if raw_id.__class__ is dict else raw_id
    if own_id is None and name is None:
        message = f"name: is missing, and id names no object of the account {rules.account}"
        return None, [*findings, Finding(("id",), "missing-key", message, f"add name:, or {rules.account}: to id")]
    broken = bool(findings) and any(finding.code not in REMARKS for finding in findings)
    source, key = document.source, data.get("key")
    provider = intern(data["provider"])
    draft = Draft(source, provider, own_id, name, key, raw_id, data, settings, broken, "", name)
    if names or document.layer is not None:
        draft.label = document.data.get("name") if document.layer is None else document.layer.name
        draft.origins = _make_origins(document.layer, names)
    return draft, findings


def _expand(document: Document, rules: Rules) -> Expanded:
    """The document's data with variables; of secrets that stand in it only where these are let through."""
    from reconciler.desired.variables import expand

    account = rules.account or "NAME"
    return expand(document.data, rules.variables, account, lambda key: rules.secret_keys[key] and not rules.literals)


def _make_origins(layer: Layer | None, names: Mapping[Path, tuple[str, ...]]) -> tuple[tuple[Path, Origin], ...]:
    """What overlay and which variables have a part in the values at their paths."""
    laid = layer.paths if layer is not None else frozenset()
    overlay = layer.source if layer is not None else None
    return tuple(
        (path, Origin(overlay if path in laid else None, names.get(path, ()))) for path in sorted({*laid, *names})
    )


def _is_unclear(findings: Iterable[Finding]) -> bool:
    return any(
        finding.code != "unknown-key" and (not finding.path or finding.path[0] in _IDENTITY) for finding in findings
    )


def _judge_settings(data: dict[str, Json], rules: Rules) -> tuple[dict[str, Setting | Literal], list[Finding]]:
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
    explained: list[Finding], findings: list[Finding], settings: dict[str, Setting | Literal], rules: Rules
) -> list[Finding]:
    """What the schemas found beyond what was said of the same setting, allowed literals and (online) drops aside."""
    said = {finding.path[1] for finding in findings if finding.path[0] == "settings"}
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
