"""Judges each settings value of a manifest, and the paths of its lifecycle: what the schemas cannot say, or say badly.

No message holds the value of a secret or of a key that the provider does not define.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from reconciler import errors
from reconciler.desired.documented import Documented
from reconciler.desired.secrets import SecretKeys
from reconciler.desired.shape import is_reference, make_reference
from reconciler.desired.validate import Finding, did_you_mean, make_path
from reconciler.model import Json, Lifecycle, Plain, SecretRef, Setting
from reconciler.names import find_slip

HOW_TO_REFER = '{secret: "env:HOOD_NAME"}'
SCHEMES = "env:NAME, file:PATH or exec:NAME/ARG"


class Literal(Struct, frozen=True):
    """The text of a secret that stands in the manifest itself, on its way to Desired.literals; repr hides it."""

    text: str

    def __repr__(self) -> str:
        return "Literal(hidden)"


class SettingRules(Struct, frozen=True):
    """What the settings of one manifest are judged by. `documented` is None for a provider without shipped schema."""

    provider: str
    documented: Documented | None
    secret_keys: SecretKeys
    allow_literals: bool


def judge_setting(key: str, value: Json, rules: SettingRules) -> Setting | Literal | Finding:
    """The value as it stands in a Manifest (a Literal where it is an allowed secret literal), or what is wrong."""
    secret = rules.secret_keys[key]
    if value.__class__ is str:
        return _judge_text(key, value, rules) if secret else value
    if value.__class__ is dict:
        return _judge_mapping(key, value, secret=secret)
    if value.__class__ is Plain:
        return _judge_plain(key, value, rules, secret=secret)
    return _judge_list(key, value, rules, secret=secret)


def _judge_text(key: str, value: str, rules: SettingRules) -> Literal | Finding:
    return Literal(value) if rules.allow_literals else _literal_secret(key)


def _judge_mapping(key: str, value: dict[str, Json], *, secret: bool) -> SecretRef | Finding:
    ref = make_reference(value["secret"]) if is_reference(value) else None
    if ref is not None and secret:
        return ref
    where = make_path(("settings", key))
    if ref is not None:
        message = f"{where}: refers to a secret, but {key} is not a secret key: anyone could read its value"
        fix = f'add "{key}" to secrets.keys in reconciler.yaml, or write the value as text'
        return Finding(("settings", key), "reference-not-secret", message, fix)
    if "secret" in value:
        message = f"{where}: is no reference to a secret"
    else:
        message = f"{where}: is a mapping where text is expected"
    fix = f"a reference to a secret is written {HOW_TO_REFER}, with {SCHEMES}"
    return Finding(("settings", key), "bad-reference", message, fix)


def _judge_plain(key: str, value: Plain, rules: SettingRules, *, secret: bool) -> Setting | Finding:
    path, where, documented = ("settings", key), make_path(("settings", key)), rules.documented
    required = documented is not None and key in documented.required
    if value.value is None:
        if value.text == "":
            instead = HOW_TO_REFER if secret else '"" for an empty text'
            fix = f"write {instead}" if required else f"write null to clear it, or {instead}"
            return Finding(path, "empty-value", f"{where}: is empty", fix)
        if required:
            message = f"{where}: {rules.provider} requires it, so it cannot be cleared"
            return Finding(path, "required-null", message, "write its value, or leave the key out")
        return None
    if secret and not rules.allow_literals:
        return _literal_secret(key)
    if secret or (documented and documented.is_text(key)):
        problem = errors.not_text(where, value.text, rules.provider, None, secret=secret)
        return Finding(path, problem.code, problem.message, problem.fix)
    return value


def _judge_list(key: str, value: Json, rules: SettingRules, *, secret: bool) -> list[Json] | Finding:
    path, where, documented = ("settings", key), make_path(("settings", key)), rules.documented
    if secret:
        return _literal_secret(key)
    if documented and documented.is_text(key):
        return Finding(path, "not-text", f"{where}: is a list, {rules.provider} defines a string", "write one text")
    items: list[Json] = []
    for number, item in enumerate(value):
        plain = item.__class__ is Plain
        if not plain and item.__class__ is not str:
            return Finding((*path, number), "type", f"{where}[{number}]: is no plain value", "write a list of texts")
        if plain and (item.value is None or item.value.__class__ is str):
            message = f"{where}[{number}]: is empty or not read alike by every YAML version"
            return Finding((*path, number), "not-text", message, "put it in double quotes")
        items.append(item.value if plain else item)
    return items


def _literal_secret(key: str) -> Finding:
    message = f"{make_path(('settings', key))}: a secret stands in the manifest itself"
    fix = f"write {HOW_TO_REFER} and set that variable (or pass --allow-literal-secrets)"
    return Finding(("settings", key), "literal-secret", message, fix)


def judge_references(settings: Mapping[str, Setting | Literal]) -> list[Finding]:
    """References whose path would leave its folder. Where secrets are read they are refused; offline they are told."""
    found = []
    for key, ref in settings.items():
        if isinstance(ref, SecretRef) and ref.scheme in ("file", "exec") and ".." in ref.name.split("/"):
            path = ("settings", key)
            message = f"{make_path(path)}: {ref.reference} holds .., and no reference may leave its folder"
            found.append(Finding(path, "bad-reference", message, "write the path within the folder, without .."))
    return found


def judge_keys(settings: Json, documented: Documented) -> list[Finding]:
    """What is worth a remark of the keys of a manifest's settings, as its provider is known offline."""
    if not isinstance(settings, dict):
        return []
    return _judge_deprecated(settings, documented) + _judge_slips(settings, documented)


def _judge_slips(settings: dict[str, Json], documented: Documented) -> list[Finding]:
    """Keys that may be slips of known ones, of a provider that may define more than is known of it."""
    found = []
    for key in sorted(settings.keys() - documented.keys) if documented.is_open else ():
        meant = find_slip(key, documented.keys - settings.keys())
        if meant is not None:
            path = ("settings", key)
            message = (
                f"{make_path(path)}: is not among the keys that are known of {documented.name}, which may have more"
            )
            found.append(Finding(path, "suspect-setting", message, f'did you mean "{meant}"?', at_key=True))
    return found


def _judge_deprecated(settings: dict[str, Json], documented: Documented) -> list[Finding]:
    """The keys of a manifest that its provider calls deprecated."""
    fix = "take it out once the key that replaces it is written"
    return [
        Finding(
            ("settings", key),
            "deprecated-setting",
            f"{make_path(('settings', key))}: {documented.name} calls this key deprecated",
            fix,
            at_key=True,
        )
        for key in sorted(settings.keys() & documented.deprecated)
    ]


def judge_lifecycle(data: dict[str, Json], documented: Documented | None) -> list[Finding]:
    """Entries of ignore and guard that name a settings key which a closed provider and the manifest do not have."""
    if documented is None or documented.is_open:
        return []
    lifecycle: Json = data.get("lifecycle")
    if lifecycle.__class__ is not dict:
        return []
    settings = data.get("settings")
    known = documented.keys | settings.keys() if isinstance(settings, dict) else documented.keys
    found: list[Finding] = []
    for rule in ("ignore", "guard"):
        entries = lifecycle.get(rule)
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            key = entry.partition("settings.")[2] if isinstance(entry, str) else ""
            if key and entry.startswith("settings.") and key not in known:
                path = ("lifecycle", rule, number)
                message = f"{make_path(path)}: {documented.name} has no such settings key"
                fix = did_you_mean(entry, [f"settings.{name}" for name in known])
                found.append(Finding(path, "unknown-path", message, fix or "remove it"))
    return found


def make_lifecycle(data: dict[str, Json]) -> Lifecycle:
    """The lifecycle of a manifest whose data has been found fine."""
    create = data.get("create")
    return Lifecycle(
        tuple(map(_make_steps, data.get("ignore", ()))),
        tuple(map(_make_steps, data.get("guard", ()))),
        create is not None and create.value is True,
    )


@lru_cache(maxsize=4096)
def _make_steps(entry: str) -> tuple[str, ...]:
    head, dot, rest = entry.partition(".")
    return (head, rest) if dot else (head,)
