"""What reconciler.yaml may hold, as types; config.schema.json says the same, and explains what is wrong."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(min_length=1)]
_Reference = Annotated[str, Meta(pattern=r"^env:[A-Za-z_][A-Za-z0-9_]*$(?!\n)")]
_VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$(?!\n)")]
_VariableText = Annotated[str, Meta(pattern=r"^(?![\s\S]*\$\{var:)")]
_Count = Annotated[int, Meta(ge=0)]


class TokenFile(Struct, frozen=True, forbid_unknown_fields=True):
    """accounts.NAME.token: {secret: "env:NAME"}."""

    secret: _Reference

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return self.secret.partition(":")[2]


class AccountFile(Struct, frozen=True, forbid_unknown_fields=True):
    """accounts.NAME."""

    company_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")] | msgspec.UnsetType = msgspec.UNSET
    token: TokenFile = TokenFile("env:OCAMBA_TOKEN")
    path: Text = "."
    overlay: Text | msgspec.UnsetType = msgspec.UNSET
    variables: dict[_VariableName, _VariableText] = {}


class LimitsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """limits: the account's, before `share`. Hood's: 10 a second, 150 a minute (docs.ocamba.com, rate limits)."""

    per_second: Annotated[float, Meta(gt=0, le=10000)] = 10.0
    per_minute: Annotated[float, Meta(gt=0, le=100000)] = 150.0
    parallel: Annotated[int, Meta(ge=1, le=64)] = 4
    share: Annotated[float, Meta(gt=0, le=1)] = 0.8


class PlanFile(Struct, frozen=True, forbid_unknown_fields=True):
    """plan."""

    expires: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,4}[dhm]$(?!\n)")] = "7d"


class GuardFile(Struct, frozen=True, forbid_unknown_fields=True):
    """guard: UNSET where the file does not name it."""

    max_changes: _Count | msgspec.UnsetType = msgspec.UNSET
    max_percent: Annotated[float, Meta(ge=0, le=100)] | msgspec.UnsetType = msgspec.UNSET
    max_creates: _Count | msgspec.UnsetType = msgspec.UNSET


class SecretsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """secrets."""

    env: tuple[Text, ...] | msgspec.UnsetType = msgspec.UNSET
    files: tuple[Text, ...] | msgspec.UnsetType = msgspec.UNSET
    exec: tuple[Text, ...] | msgspec.UnsetType = msgspec.UNSET
    keys: tuple[Text, ...] = ()
    when_hidden: Literal["warn", "resend", "fail"] = "warn"


_AccountName = Annotated[str, Meta(pattern=r"^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$(?!\n)")]


class ConfigFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of reconciler.yaml, version 1."""

    version: Literal[1]
    api: Text | msgspec.UnsetType = msgspec.UNSET
    accounts_from: Text | msgspec.UnsetType = msgspec.UNSET
    accounts: Annotated[dict[_AccountName, AccountFile], Meta(min_length=1)] = field(
        default_factory=lambda: {"default": AccountFile()}
    )
    exclude: tuple[Text, ...] = ()
    limits: LimitsFile = LimitsFile()
    settings_patch: Literal["auto", "changed", "whole"] = "auto"
    plan: PlanFile = PlanFile()
    guard: GuardFile = GuardFile()
    secrets: SecretsFile = SecretsFile()
