"""What `show` tells: every integration in a line, or desired, live and verdict of one side by side."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from reconciler.model.common import Json, Path, Problem, Source

SHOW_FORMAT = "reconciler.show/1"

InSync = Literal["yes", "no", "unseen", "dropped", "missing", "blocked", "invalid"]
"""What can be said of a managed integration without resolving a reference.

    yes      all that is declared is live
    no       something differs, and a plan would change it
    unseen   nothing differs, and something could not be compared: a reference, or what the API hides
    dropped  nothing differs, and the manifest names keys that the provider does not define
    missing  no live integration has this provider and name
    blocked  the API does not know its id
    invalid  a plan would end with an error
"""

Verdict = Literal[
    "same", "differs", "retyped", "not-compared", "hidden", "dropped", "ignored", "fixed", "missing", "not-managed"
]
"""What is said of one field.

    same          equal, as text and with its type
    differs       a plan would change it
    retyped       the same text with another type (587 and "587"): nothing is sent
    not-compared  a reference, which is not resolved here
    hidden        the API hides what is live
    dropped       the provider does not define this key: never sent
    ignored       lifecycle.ignore
    fixed         differs, and the API cannot change it: provider, type, is_default
    missing       there is no live object
    not-managed   the manifest does not name it
"""

LiveState = Literal["value", "secret", "hidden", "not-set", "not-shown"]
"""What can be said of the live side.

    value      `live` is it
    secret     there, and never shown
    hidden     the API shows a mask, or leaves secrets out
    not-set    absent or null; of a secret also empty
    not-shown  of a key that the provider does not define, which may be a misspelt secret
"""


class ShownField(Struct, frozen=True):
    """One field. `desired` and `live` are null where they are not named, not there, or not to be shown.

    desired: a reference stands as {"secret": "env:NAME"}. declared: the manifest names it. source: the place of the
    desired value, in the manifest or the overlay that replaces it. overlay: whether an overlay wrote it. variables:
    those of the account that are part of it.
    """

    path: Path
    desired: Json
    live: Json
    verdict: Verdict
    declared: bool = True
    live_state: LiveState = "value"
    secret: bool = False
    source: Source | None = None
    overlay: bool = False
    variables: tuple[str, ...] = ()


class ShownIntegration(Struct, frozen=True):
    """One integration. address and source None: not managed. id None: there is no live object, and no id is declared.

    fields: only where one integration is asked for. errors, warnings: what a plan would say of it.
    """

    address: str | None
    id: str | None
    provider: str
    name: str | None
    status: str | None
    effective_status: str | None
    type: str | None
    is_default: bool | None
    managed: bool
    in_sync: InSync | None
    source: Source | None = None
    update_time: str | None = None
    fields: tuple[ShownField, ...] = ()
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class ShowSummary(Struct, frozen=True):
    """Counts of what is shown; in_sync: by its words."""

    managed: int = 0
    unmanaged: int = 0
    in_sync: dict[str, int] = {}


class Show(Struct, frozen=True):
    """The answer of `show`. complete: the live list was read whole, so that nothing is missing that was asked for."""

    tool: str
    api: str
    account: str
    company_id: str | None
    summary: ShowSummary
    integrations: tuple[ShownIntegration, ...]
    complete: bool = True
    warnings: tuple[Problem, ...] = ()
    format: str = SHOW_FORMAT
