"""argv -> options -> one command. Prints errors; the only sys.exit. Commands are imported when they run."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from reconciler import __version__
from reconciler.cli_sandbox import sandbox
from reconciler.errors import InvalidError, ReconcilerError, StoppedError, UsageError

if TYPE_CHECKING:
    from reconciler.commands.console import Console
    from reconciler.commands.request import Request

    Command = Callable[[Request, Console], int]

EXIT_CODES = """\b
Exit codes:
  0 done: in sync, applied and verified, or changes planned
  1 a fault of the tool itself       5 stale: live objects moved since the plan
  2 changes are pending              6 incomplete: failed, skipped or unverified
  3 not valid                        7 not authorised
  4 refused                          8 the API cannot be reached or understood
  64 the command line is wrong       130, 143 interrupted"""

GLOBAL = (
    click.option("--config", metavar="FILE", help="The configuration; else the nearest reconciler.yaml."),
    click.option("--api", metavar="URL", help="A server of the same API; the token goes there."),
    click.option("--account", metavar="NAME", help="The account, where several are configured."),
    click.option("--sandbox", is_flag=True, default=None, help="Use the built-in emulator; no account is touched."),
    click.option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours on stdout."),
    click.option("-q", "--quiet", is_flag=True, default=None, help="No progress and no warnings on stderr."),
    click.option("-v", "--verbose", is_flag=True, default=None, help="Log every request on stderr."),
    click.option("--log-format", type=click.Choice(["text", "json"]), help="How stderr is written."),
)
SCOPE = (
    click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
    click.option("--target", "targets", multiple=True, metavar="T", help="An address, id, file or glob; repeatable."),
    click.option("--strict", is_flag=True, default=None, help="A settings key that would be dropped is an error."),
    click.option("--allow-literal-secrets", "allow_literals", is_flag=True, help="Secrets may stand in manifests."),
    click.option("--settings-patch", type=click.Choice(["auto", "changed", "whole"]), help="How settings are sent."),
    click.option("--parallel", type=click.IntRange(1, 64), metavar="N", help="Requests at once."),
    click.option("--show-unmanaged", is_flag=True, help="List what no manifest describes."),
)
FORMAT = click.option("--format", "format_", type=click.Choice(["text", "json"]), help="What stdout carries.")
SWITCHES = ("sandbox", "strict", "quiet", "verbose")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def with_options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Adds options to a command; the global ones work before and after it."""

    def add(function: Any) -> Any:
        for option in reversed((*options, *GLOBAL)):
            function = option(function)
        return function

    return add


@click.group(context_settings=CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="reconciler")
@with_options()
@click.pass_context
def cli(context: click.Context, /, **given: Any) -> None:
    """Keeps the integrations of an Ocamba Hood account as they are declared in Git."""
    context.obj = given


@cli.command()
@with_options(SCOPE[0], SCOPE[2], SCOPE[3], FORMAT)
@click.pass_context
def validate(context: click.Context, /, **given: Any) -> int:
    """Check manifests and configuration. No network, no secret is read.

    Example: reconciler validate manifests --strict
    """
    return run(context, given, _validate, offline=True)


@cli.command()
@with_options(*SCOPE, FORMAT)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan, to apply exactly it.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where changes are pending.")
@click.pass_context
def plan(context: click.Context, /, **given: Any) -> int:
    """Show what an apply would change. Reads only.

    Example: reconciler plan --out plan.json
    """
    return run(context, given, _plan)


@cli.command()
@with_options(*SCOPE, FORMAT)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def apply(context: click.Context, /, **given: Any) -> int:
    """Apply a saved plan as it is, or plan, ask and apply. Reads back what it wrote.

    Example: reconciler apply plan.json
    """
    return run(context, given, _apply)


cli.add_command(sandbox)


def _validate(request: Request, console: Console) -> int:
    from reconciler.commands.validate import run_validate

    return run_validate(request, console)


def _plan(request: Request, console: Console) -> int:
    from reconciler.commands.plan import run_plan
    from reconciler.commands.stopping import Stopping

    stopping = Stopping()
    with stopping.caught():
        return run_plan(request, console, stopping)


def _apply(request: Request, console: Console) -> int:
    from reconciler.commands.apply import run_apply
    from reconciler.commands.stopping import Stopping

    stopping = Stopping()
    with stopping.caught():
        return run_apply(request, console, stopping)


def run(context: click.Context, given: dict[str, Any], command: Command, *, offline: bool = False) -> int:
    """Runs a command with what was given before and after it; errors become text and an exit code."""
    from reconciler.commands.console import Console

    merged = merge(context.obj or {}, given, os.environ)
    as_json = merged.get("format_") == "json"
    console = Console(
        os.environ,
        color=merged.get("color"),
        quiet=bool(merged.get("quiet")),
        verbose=bool(merged.get("verbose")),
        log_format=merged.get("log_format") or "text",
        sandbox=bool(merged.get("sandbox")),
        document=as_json,
    )
    try:
        return command(make_request(merged, offline=offline), console)
    except ReconcilerError as error:
        return tell(error, console, as_json=as_json)


def merge(before: Mapping[str, Any], after: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Flags after the command beat those before it, and both beat RECONCILER_* variables."""
    merged = dict(before)
    merged.update({key: value for key, value in after.items() if value is not None or key not in merged})
    for key, allowed in (
        ("color", ("auto", "always", "never")),
        ("log_format", ("text", "json")),
        ("format_", ("text", "json")),
    ):
        value = environ.get("RECONCILER_" + key.rstrip("_").upper())
        if merged.get(key) is None and value:
            if value not in allowed:
                raise UsageError(f"RECONCILER_{key.rstrip('_').upper()} is {value!r}", "write " + " or ".join(allowed))
            merged[key] = value
    for key in SWITCHES:
        if merged.get(key) is None:
            merged[key] = environ.get("RECONCILER_" + key.upper(), "").lower() in {"1", "true", "yes"}
    return merged


def make_request(merged: Mapping[str, Any], *, offline: bool) -> Request:
    """The command line as one value."""
    from reconciler.commands.request import Request
    from reconciler.options import Flags

    flags = Flags(
        config=merged.get("config"),
        api=merged.get("api"),
        account=merged.get("account"),
        parallel=merged.get("parallel"),
        settings_patch=merged.get("settings_patch"),
        offline=offline or bool(merged.get("sandbox")),
    )
    names = {"targets", "strict", "allow_literals", "sandbox", "out", "detailed_exitcode", "show_unmanaged", "yes"}
    return Request(
        flags=flags,
        environ=os.environ,
        cwd=Path.cwd(),
        paths=tuple(merged.get("paths") or ()),
        format=merged.get("format_") or "text",
        **{name: merged[name] for name in names if merged.get(name) is not None},
    )


def tell(error: ReconcilerError, console: Console, *, as_json: bool) -> int:
    """Prints an error, or several, where they belong; returns the exit code."""
    errors = getattr(error, "errors", (error,))
    for one in errors:
        console.fail(one)
    invalid = [one for one in errors if isinstance(one, InvalidError)]
    if as_json and error.exit_code == InvalidError.exit_code and invalid:
        console.fail_document(invalid)
    return error.exit_code


def main(argv: list[str] | None = None) -> NoReturn:
    """The entry point. Usage errors exit 64; a fault of the tool itself says where, without any value."""
    sys.exit(guarded(argv))


def guarded(argv: list[str] | None) -> int:
    """The exit code of a command line; no traceback reaches a user."""
    try:
        code = cli.main(argv, prog_name="reconciler", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code
    except click.Abort:
        return 130
    except StoppedError as error:
        return error.exit_code
    except UsageError as error:
        sys.stderr.write(f"{error.message}\n  -> {error.fix}\n")
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the answer has gone; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _say(f"cannot write the answer: {error.strerror}")
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return _say(f"a fault of reconciler itself: {type(error).__name__} at {place}; please report it with this line")
    return code if isinstance(code, int) else 0


def _say(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 1
