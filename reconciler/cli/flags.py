"""The flags that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reconciler.cli.completing import complete_accounts, complete_addresses

EXIT_CODES = """\b
Exit codes:
  0 done: in sync, applied and verified, or changes planned
  1 a fault of the tool itself       5 stale: live objects moved since the plan
  2 changes are pending              6 incomplete: failed, skipped or unverified
  3 not valid                        7 not authorised
  4 refused                          8 the API cannot be reached or understood
  64 the command line is wrong       130, 143 interrupted"""

Option = Callable[[Any], Any]

GLOBAL: tuple[Option, ...] = (
    click.option("--config", metavar="FILE", help="The configuration; else the nearest reconciler.yaml."),
    click.option("--api", metavar="URL", help="A server of the same API; the token goes there."),
    click.option(
        "--account",
        metavar="NAME",
        multiple=True,
        shell_complete=complete_accounts,
        help="The account, where several are configured; globs and several make a fleet.",
    ),
    click.option("--all-accounts", is_flag=True, default=None, help="Run in every account that is configured."),
    click.option("--jobs", type=click.IntRange(1, 1024), metavar="N", help="Accounts at once, 16 by default."),
    click.option("--executor", metavar="URL", help="Where accounts run: dask://HOST:PORT; else threads here."),
    click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the accounts."),
    click.option("--sandbox", is_flag=True, default=None, help="Use the built-in emulator; no account is touched."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours on stdout."),
    click.option("-q", "--quiet", is_flag=True, default=None, help="No progress and no warnings on stderr."),
    click.option("-v", "--verbose", is_flag=True, default=None, help="Log every request on stderr."),
    click.option("--log-format", type=click.Choice(["text", "json"]), help="How stderr is written."),
)
PATHS: Option = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
TARGET: Option = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="T",
    shell_complete=complete_addresses,
    help="An address, id, file or glob; repeatable.",
)
LITERALS: Option = click.option(
    "--allow-literal-secrets", "allow_literals", is_flag=True, help="Secrets may stand in manifests."
)
CHECKS: tuple[Option, ...] = (
    click.option("--strict", is_flag=True, default=None, help="A settings key that would be dropped is an error."),
    LITERALS,
)
SENDING: tuple[Option, ...] = (
    click.option("--settings-patch", type=click.Choice(["auto", "changed", "whole"]), help="How settings are sent."),
    click.option("--parallel", type=click.IntRange(1, 64), metavar="N", help="Requests at once."),
)
SCOPE: tuple[Option, ...] = (
    PATHS,
    TARGET,
    *CHECKS,
    *SENDING,
    click.option("--show-unmanaged", is_flag=True, help="List what no manifest describes."),
)

APPLYING: tuple[Option, ...] = (
    click.option("--yes", is_flag=True, help="Do not ask."),
    click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Keep the report here, for `undo`."),
    click.option("--all-or-nothing", is_flag=True, help="Look at all objects first; one that moved leaves all alone."),
    click.option(
        "--first", type=click.IntRange(min=1), metavar="N", help="Apply and verify N changes before the others."
    ),
)
HISTORY: tuple[Option, ...] = (
    click.option("--base", metavar="REV", help="Tell of each change who moved since this Git revision."),
    click.option("--changed-since", metavar="REV", help="Only what the commits since this Git revision touch."),
)
WRITE_IDS: Option = click.option(
    "--write-ids", is_flag=True, help="Put the id of what was created into its manifest, and change no other byte."
)
STATE: Option = click.option(
    "--state", type=click.Path(path_type=Path), metavar="FILE", help="Fingerprints of what was applied; RECONCILER_KEY."
)
RESEND: Option = click.option(
    "--resend-secrets", is_flag=True, help="Send again what the API hides, whatever is known of it."
)
NO_SECRETS: Option = click.option("--no-secrets", is_flag=True, help="Resolve no reference, and compare none.")
OVERRIDE: Option = click.option(
    "--override", "overrides", multiple=True, metavar="RULE", help="Let this guard pass; repeatable, kept in the plan."
)


LIVE: Option = click.option(
    "--live", type=click.Path(path_type=Path), metavar="FILE", help="Compare with this snapshot: no token, no request."
)
METRICS: Option = click.option(
    "--metrics", type=click.Path(path_type=Path), metavar="FILE", help="Write a Prometheus text file of the run."
)


def format_option(*forms: str) -> Option:
    """`--format` of a verb that writes its answer in these formats."""
    return click.option("--format", "format_", type=click.Choice(forms), help="What stdout carries.")


def format_options(*forms: str) -> tuple[Option, ...]:
    """`--format` and `--write FORMAT=FILE`."""

    def read(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> object:
        from reconciler.commands.forms import parse_writes

        return parse_writes(given, forms)

    write = click.option(
        "--write",
        "writes",
        multiple=True,
        metavar="FORMAT=FILE",
        callback=read,
        help="One more copy of the answer; repeatable.",
    )
    return format_option(*forms), write


def with_options(*options: Option) -> Option:
    """Adds options to a command, and the global ones, which work before and after it."""

    def add(function: Any) -> Any:
        for option in reversed((*options, *GLOBAL)):
            function = option(function)
        return function

    return add
