"""`new`: a manifest with every key of a provider, to be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from reconciler.adopting.judging import LONGEST_NAME
from reconciler.adopting.template import Template, list_variables, make_name, make_template
from reconciler.commands.catalogue import load_catalogue
from reconciler.commands.console import Console
from reconciler.commands.declared import load_schemas
from reconciler.commands.files import create_file
from reconciler.commands.request import Request
from reconciler.commands.schema import describe_provider
from reconciler.commands.shelf import find_home, make_modeline
from reconciler.commands.stopping import Stopping
from reconciler.desired.files import make_file_name
from reconciler.desired.scalars import reads_as_text
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import InvalidError, UnreachableError, UsageError
from reconciler.model import Provider
from reconciler.names import make_file_stem, make_slug
from reconciler.options import Options, load_options
from reconciler.provider_schemas import Described
from reconciler.reporting.style import escape
from reconciler.values import printable


class Asked(Struct, frozen=True):
    """What the verb was asked for. provider: a name or id. to: the folder, None to print."""

    provider: str
    name: str | None
    to: Path | None
    create: bool


def run_new(asked: Asked, request: Request, console: Console, stopping: Stopping) -> int:
    """Prints the manifest, or writes it where nothing is yet."""
    if asked.name is not None and not 1 <= len(asked.name) <= LONGEST_NAME:
        raise UsageError(f"--name: a name has 1 to {LONGEST_NAME} characters", 'write --name "Main SMS"')
    paths = (asked.to,) if asked.to is not None else ()
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd, paths=paths)
    described = find_described(asked.provider, load_known(request, options, console, stopping))
    provider = described.provider
    name = asked.name if asked.name is not None else make_name(provider)
    folder = request.cwd / asked.to if asked.to is not None else options.root
    folder_name = make_file_stem(provider.name, provider.id or "provider")
    path = folder / folder_name / f"{make_file_stem(make_slug(name), 'new')}.yaml"
    home = find_home(request, options, folder)
    template = Template(provider, name, described.secrets, asked.create, make_modeline(path, home))
    text = make_template(template, reads_as_text)
    if asked.to is None:
        console.hand_out(text)
        return 0
    if not create_file(path, text.encode()):
        raise UsageError(f"{make_file_name(path)}: is there already, and stays", "choose another --name")
    lines = [f"+ {escape(make_file_name(path))}", *(f"export {variable}=" for variable in list_variables(template))]
    console.answer("\n".join(lines) + "\n")
    return 0


def load_known(request: Request, options: Options, console: Console, stopping: Stopping) -> list[Described]:
    """The providers of the API, where there is a token or with the sandbox; else those of schemas.

    Where the API cannot be reached, the schemas serve too, which is said.
    """
    keys = SecretKeys(options.secret_keys)
    schemas, damaged = load_schemas(options, request.cwd, keys)
    offline = list(schemas.providers.values())
    if request.sandbox or request.environ.get(options.token_env):
        try:
            told = load_catalogue(request, options, console, stopping)
        except UnreachableError as error:
            console.tell(f"{error.message}: made from schemas instead")
        else:
            return [_describe(provider, keys, offline) for provider in told]
    if damaged:
        raise InvalidError(damaged)
    return offline


def _describe(provider: Provider, keys: SecretKeys, offline: Sequence[Described]) -> Described:
    """As the API tells it; as schemas do where it tells nothing."""
    told = describe_provider(provider, keys.matches)
    if told is not None and provider.settings:
        return told
    words = {provider.name, provider.id}
    known = (one for one in offline if not words.isdisjoint(one.words))
    return next(known, Described(provider))


def find_described(word: str, known: list[Described]) -> Described:
    """The provider of that name or id. Raises UsageError that names the nearest, or that nobody tells its settings."""
    found = next((one for one in known if word and word in (one.provider.name, one.provider.id)), None)
    if found is None:
        names = sorted(one.provider.name for one in known)
        folded = {name.casefold(): name for name in names}
        near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.5)
        listed = ", ".join(map(printable, names))
        fix = f"did you mean {printable(folded[near[0]])}?" if near else f"known here: {listed} (others with a token)"
        raise UsageError(f"there is no provider {printable(word)}", fix)
    if not found.provider.settings:
        message = f"nobody tells which settings {printable(found.provider.name)} has"
        raise UsageError(message, "write the manifest by hand, with the keys that a plan shows")
    return found
