"""What all comparisons of a run share, taken from a snapshot of the account once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from reconciler.errors import AnswerError, RefusedError
from reconciler.model import Json, Live, Manifest, Path, SecretRef, Snapshot
from reconciler.planning.pages import make_pages
from reconciler.planning.settings import Definitions, Place
from reconciler.values import KNOWN_STATUSES, is_nothing


class Questions(Protocol):
    """What may be asked of the other rooms."""

    @property
    def reveal(self) -> Callable[[SecretRef], str | None]:
        """The value of a secret; None where no secret is read."""
        ...

    @property
    def secret(self) -> Callable[[str], bool]:
        """Whether a settings key is secret."""
        ...

    @property
    def place(self) -> Place:
        """Where things stand."""
        ...


Recall = Callable[[str, Path, Json], bool | None]
"""Whether a value at a path of the object with this id is the one last applied; None where nobody remembers."""


def recall_nothing(_one: str, _path: Path, _value: Json) -> None:
    """What a run without a state file remembers."""


class Account(Struct, frozen=True):
    """definitions: by provider id, where they were told. shown: the account shows secrets. pages: id -> list page.

    resend: whatever is hidden is sent again.
    """

    snapshot: Snapshot
    asked: Questions
    definitions: dict[str, Definitions]
    shown: bool
    statuses: frozenset[str]
    pages: Callable[[str], str | None]
    strict: bool
    when_hidden: Literal["warn", "resend", "fail"]
    resend: bool = False
    recall: Recall = recall_nothing


def make_account(
    snapshot: Snapshot,
    asked: Questions,
    *,
    strict: bool,
    when_hidden: Literal["warn", "resend", "fail"],
    resend: bool = False,
    recall: Recall = recall_nothing,
) -> Account:
    """Prepares what every comparison needs."""
    told = (provider for provider in snapshot.providers.values() if provider.settings)
    return Account(
        snapshot=snapshot,
        asked=asked,
        definitions={provider.id: Definitions.of(provider) for provider in told},
        shown=shows_secrets(snapshot, asked.secret),
        statuses=KNOWN_STATUSES | {live.status for live in snapshot.objects.values() if live.status is not None},
        pages=make_pages(snapshot),
        strict=strict,
        when_hidden=when_hidden,
        resend=resend,
        recall=recall,
    )


def shows_secrets(snapshot: Snapshot, secret: Callable[[str], bool]) -> bool:
    """Whether any secret of the account is shown, in clear or masked: only then a missing one is surely not set."""
    return any(
        secret(key) and not is_nothing(value)
        for live in snapshot.objects.values()
        for key, value in live.settings.items()
    )


def check_company(snapshot: Snapshot, account: str, company: str | None) -> str | None:
    """The one company of all live objects: the configured one, or else the one that they share.

    Raises RefusedError where an object belongs to another, AnswerError where the API does not tell.
    """
    told = {live.company_id for live in snapshot.objects.values()}
    found = sorted(one for one in told if one is not None)
    if company is None:
        if len(found) > 1:
            raise RefusedError(
                f"live objects of {len(found)} companies answer to this token: {', '.join(found)}",
                f"name the right one: accounts.{account}.company_id in reconciler.yaml",
            )
        return found[0] if found else None
    if told and not found:
        raise AnswerError("the API does not tell which company its integrations belong to (no company_id)")
    foreign = [one for one in found if one != company]
    if foreign:
        raise RefusedError(
            f"account {account} is company {company}, and the API shows objects of company {', '.join(foreign)}",
            "use the token of the right account, or correct company_id in reconciler.yaml",
        )
    return company


def check_told(live: Live | None, company: str | None) -> None:
    """Raises AnswerError where nobody can tell whether an object that a manifest describes is the company's own."""
    if live is not None and live.company_id is None and company is not None:
        raise AnswerError(f"the API does not tell which company {live.id} belongs to (no company_id)")


def make_untold(untold: Mapping[str, Sequence[Manifest]], errors: int = 0) -> AnswerError:
    """The error for manifests with settings whose providers, by name, the API tells no definitions of."""
    first = min(one.source for group in untold.values() for one in group)
    count = sum(len(group) for group in untold.values())
    return AnswerError(
        f"the API tells no settings definitions of {', '.join(sorted(untold))}, so no key of {count} manifests can be"
        f" checked (first: {first})" + (f"; besides, {errors} errors in manifests" if errors else ""),
        "plan again later; if it stays so, this API does not tell what its providers define",
    )
