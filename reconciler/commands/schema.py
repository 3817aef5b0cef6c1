"""`schema`: the JSON Schemas of an account's providers, for editors and for `validate`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from reconciler.commands.catalogue import load_catalogue
from reconciler.commands.console import Console
from reconciler.commands.files import make_refusal, save_file
from reconciler.commands.request import Request, retype
from reconciler.commands.stopping import Stopping
from reconciler.configuration import holds
from reconciler.desired.files import make_file_name
from reconciler.desired.secrets import SecretKeys
from reconciler.errors import UsageError
from reconciler.model import Provider
from reconciler.options import Options, load_options
from reconciler.provider_schemas import (
    MARK,
    Described,
    describe,
    lay_over,
    make_manifest_schema,
    make_overlay_schema,
    make_schema,
)
from reconciler.reporting.style import Style, count, escape, paint
from reconciler.schema_files import (
    CONFIG,
    FOLDER,
    MANIFEST,
    OVERLAY,
    PROVIDERS,
    SETTING,
    find_schemas,
    find_written,
    make_homes,
    read_shipped,
)
from reconciler.values import json_text

PENDING = 2
"""The exit code of --check where files are out of date."""


class Asked(Struct, frozen=True):
    """What the verb was asked for."""

    to: Path | None
    check: bool


class Differences(Struct, frozen=True):
    """Files by their paths below the folder: those to write, those of no provider any more, and those as they are."""

    missing: list[str]
    differing: list[str]
    stale: list[str]
    same: list[str]


def run_schema(asked: Asked, request: Request, console: Console, stopping: Stopping) -> int:
    """Writes the files, or with --check tells which are out of date. Returns the exit code."""
    options = load_options(flags=request.flags, environ=request.environ, cwd=request.cwd)
    console.warn(options.warnings)
    folder = choose_folder(asked, request, options)
    catalogue = load_catalogue(request, options, console, stopping)
    files = load_files(catalogue, SecretKeys(options.secret_keys).matches)
    found = compare_files(folder, files)
    if not asked.check:
        write_files(folder, files, found)
    again = retype(request, "schema", *([f"--to {shlex.quote(str(asked.to))}"] if asked.to is not None else []))
    console.answer(_render(folder, found, console.style, again=again if asked.check else None))
    return PENDING if asked.check and found.missing + found.differing + found.stale else 0


def choose_folder(asked: Asked, request: Request, options: Options) -> Path:
    """--to; else where such schemas are already; else beside the configuration's file, or in the working directory.

    Raises UsageError for the folder of the tool's own schemas, and for what is no folder.
    """
    config = request.cwd / options.config_file if options.config_file else None
    homes = make_homes(config, options.root)
    beside = (config.parent if config is not None else request.cwd) / FOLDER
    folder = request.cwd / asked.to if asked.to is not None else find_written(homes) or beside
    if holds(lambda: folder.exists() and not folder.is_dir()):
        raise UsageError(f"{make_file_name(folder)}: is no folder", "name a folder: --to DIR")
    if holds(lambda: folder.samefile(find_schemas())):
        raise UsageError(f"{make_file_name(folder)}: holds the schemas of the tool itself", "name another: --to DIR")
    return folder


def load_files(catalogue: Iterable[Provider], secret: Callable[[str], bool]) -> dict[str, str]:
    """The text of each file by its path below the folder: the account's providers over the shipped ones."""
    shipped = find_schemas()
    own = [one for one in (describe_provider(provider, secret) for provider in catalogue) if one is not None]
    providers = lay_over(read_shipped(), own)
    texts = {name: (shipped / name).read_text(encoding="utf-8") for name in (CONFIG, SETTING)}
    skeleton = msgspec.json.decode((shipped / MANIFEST).read_bytes())
    manifests = make_manifest_schema(skeleton, providers)
    texts |= {MANIFEST: json_text(manifests), OVERLAY: json_text(make_overlay_schema(manifests))}
    texts |= {f"{PROVIDERS}/{name}": json_text(make_schema(one)) for name, one in providers.items()}
    return dict(sorted(texts.items()))


def describe_provider(provider: Provider, secret: Callable[[str], bool]) -> Described | None:
    """The provider as a schema tells it, with the documentation's sentences where it is documented.

    None where the API tells no definitions of a provider that is documented.
    """
    words = {provider.name, provider.id}
    known = next((one for one in read_shipped().values() if not words.isdisjoint(one.words)), None)
    if not provider.settings:
        about = "The API does not tell which settings it has, so that every key is allowed here."
        return describe(provider, secret, {}, about) if known is None else None
    notes = known.notes if known is not None else {}
    said = {key: note for key, note in notes.items() if known and secret(key) == (key in known.secrets)}
    return describe(provider, secret, said, "The settings that the API defines for it; written by reconciler schema.")


def compare_files(folder: Path, files: Mapping[str, str]) -> Differences:
    """What is on disk, against what should be. Files of others are nobody's business."""
    found = Differences([], [], [], [])
    for name, text in files.items():
        path = folder / name
        have = path.read_bytes() if holds(path.is_file) else None
        row = found.missing if have is None else found.same if have == text.encode() else found.differing
        row.append(name)
    for path in sorted((folder / PROVIDERS).glob("*.json")):
        name = f"{PROVIDERS}/{path.name}"
        if name not in files and _is_ours(path):
            found.stale.append(name)
    return found


def _is_ours(path: Path) -> bool:
    try:
        data = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and MARK in data


def write_files(folder: Path, files: Mapping[str, str], found: Differences) -> None:
    """Writes what is missing or differs, each file in one step; removes what is of no provider any more."""
    try:
        (folder / PROVIDERS).mkdir(parents=True, exist_ok=True)
        for name in [*found.missing, *found.differing]:
            save_file(folder / name, files[name].encode(), private=False)
        for name in found.stale:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        message = f"{make_file_name(folder)}: cannot be written"
        raise make_refusal(message, error, "name another folder: --to DIR") from None


def _render(folder: Path, found: Differences, style: Style, *, again: str | None) -> str:
    """A line for each file that is not as it should be, or was not, and a last one that counts.

    again: what to type to write them, where they were only looked at.
    """
    check = again is not None
    words = ("is missing", "is out of date", "is of no provider") if check else ("written", "written anew", "removed")
    lines = []
    for word, names in zip(words, (found.missing, found.differing, found.stale), strict=True):
        lines += [f"{escape(make_file_name(folder / name))}: {word}" for name in names]
    there = f"{count(len(found.same), 'schema')} up to date"
    if not lines:
        total = f"{escape(make_file_name(folder))}: {there}."
    elif check:
        total = f"{count(len(lines), 'schema')} out of date, {there}. To write them: {again}"
    else:
        total = f"{count(len(lines), 'schema')} written or removed, {there}."
    tone = "red" if check and lines else "green"
    return "\n".join([*lines, *([""] if lines else []), paint(total, tone, style)]) + "\n"
