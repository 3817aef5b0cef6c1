"""The providers of an account: GET /providers, and what live objects tell where that is missing or says nothing."""

from __future__ import annotations

from reconciler.commands.connect import open_account
from reconciler.commands.console import Console
from reconciler.commands.declared import SANDBOX_TOKEN
from reconciler.commands.request import Request
from reconciler.commands.stopping import Stopping
from reconciler.errors import AnswerError
from reconciler.live.account import Account
from reconciler.live.catalogue import merge_providers
from reconciler.model import Provider
from reconciler.options import Options, Token, read_token
from reconciler.values import id_order


def load_catalogue(request: Request, options: Options, console: Console, stopping: Stopping) -> list[Provider]:
    """Opens the account and reads its catalogue. Raises UnauthorisedError without a token, and what reading raises."""
    token = Token(SANDBOX_TOKEN) if request.sandbox else read_token(options, request.environ)
    with open_account(request, options, token, console, stopping) as account:
        catalogue = read_catalogue(account, console)
    stopping.check()
    return catalogue


def read_catalogue(account: Account, console: Console) -> list[Provider]:
    """All providers by id. Raises AnswerError where the API tells neither its providers nor its integrations."""
    progress = console.progress()
    progress.start("reading", 0)
    try:
        told = account.read_providers()
        providers = dict(told or {})
        if not all(provider.settings for provider in providers.values()) or not told:
            snapshot = account.read_snapshot(ids=frozenset(), by_name=True, need=None)
            if told is None and not snapshot.listed:
                raise AnswerError(
                    "this API tells neither its providers nor its integrations",
                    "check the API's address (--api): it ends with /v1/hood",
                )
            providers = merge_providers([*providers.values(), *snapshot.providers.values()])
    finally:
        progress.done()
    return sorted(providers.values(), key=lambda provider: id_order(provider.id))
