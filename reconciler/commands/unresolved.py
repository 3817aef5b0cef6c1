"""What is declared, for verbs that resolve no reference; an account without any manifest is as good as one with."""

from __future__ import annotations

from msgspec import Struct

from reconciler.commands.declared import SANDBOX_TOKEN, load_desired
from reconciler.commands.gathered import Gathered
from reconciler.commands.request import Request
from reconciler.configuration import holds
from reconciler.desired.manifests import Desired
from reconciler.desired.places import Places
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError, ReconcilerError
from reconciler.model import Manifest, Problem
from reconciler.options import Options, Token, read_token


class Unresolved(Struct, frozen=True):
    """The manifests of an account with their places, which keys are secret, and the token."""

    manifests: list[Manifest]
    warnings: list[Problem]
    token: Token
    keys: SecretKeys
    places: Places


def load_unresolved(request: Request, options: Options) -> Unresolved:
    """The account's manifests, and those below a PATH elsewhere. Raises InvalidError, UnauthorisedError, or both."""
    keys, places, gathered = SecretKeys(options.secret_keys), Places(), Gathered()
    desired = gathered.attempt(lambda: _load(request, options, keys, places))
    token = Token(SANDBOX_TOKEN) if request.sandbox else gathered.attempt(lambda: read_token(options, request.environ))
    gathered.check()
    if desired is None or token is None:
        raise ReconcilerError("neither manifests nor an error came of reading them")
    return Unresolved(desired.manifests, desired.warnings, token, keys, places)


def _load(request: Request, options: Options, keys: SecretKeys, places: Places) -> Desired:
    if not holds(options.root.exists) and not request.paths:
        return Desired()
    desired = load_desired(
        options, request.paths, request.cwd, keys, places, allow_literals=request.allow_literals, offline=False
    ).desired
    problems = [problem for problem in desired.problems if problem.code != "no-manifests"]
    if problems:
        raise InvalidError(problems, desired.warnings)
    return desired
