"""What a plan is bound to, and what the planner may ask of the other rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from reconciler.model import SecretRef
from reconciler.planning.account import Recall, recall_nothing
from reconciler.planning.forecast import Limits
from reconciler.planning.guard import Guards
from reconciler.planning.settings import Place


class Context(Struct, frozen=True):
    """What a plan is bound to, and how it is made. created and expires: RFC 3339 UTC.

    resend: whatever the API hides is sent again. no_secrets: the plan says that no reference was resolved.
    managed: manifests of the account where these are not all of them.
    """

    tool: str
    api: str
    account: str
    company_id: str | None
    created: str
    expires: str
    config: str | None = None
    config_file: str | None = None
    settings_patch: Literal["auto", "changed", "whole"] = "auto"
    when_hidden: Literal["warn", "resend", "fail"] = "warn"
    resend: bool = False
    no_secrets: bool = False
    strict: bool = False
    limits: Limits = Limits()
    guards: Guards = Guards()
    managed: int = 0


class Asked(Struct, frozen=True):
    """What the planner may ask: secrets by reference, which keys are secret, where things stand; and, for a company,
    what is remembered of the last apply.
    """

    reveal: Callable[[SecretRef], str | None]
    secret: Callable[[str], bool]
    place: Place
    recall: Callable[[str | None], Recall] = lambda _: recall_nothing
