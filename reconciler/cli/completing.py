"""Completion: click's own protocol, with what the files at hand tell. Nothing is said of what goes wrong: a shell that
completes has nowhere to show it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.commands.completion import Typed

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_RECONCILER_COMPLETE"
"""Asks the program to complete instead of running; click derives it from the program's name."""

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def complete_addresses(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The addresses of the manifests at hand."""
    from reconciler.commands.completion import list_addresses

    return _complete(list_addresses, context, incomplete)


def complete_providers(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of the providers that are known offline."""
    from reconciler.commands.completion import list_providers

    return _complete(list_providers, context, incomplete)


def complete_accounts(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The accounts of the configuration."""
    from reconciler.commands.completion import list_accounts

    return _complete(list_accounts, context, incomplete)


def _complete(
    read: Callable[[Typed, os._Environ[str]], Sequence[str]], context: click.Context, incomplete: str
) -> list[str]:
    typed = {**context.find_root().params, **{key: value for key, value in context.params.items() if value}}
    with suppress(Exception):
        return [word for word in read(typed, os.environ) if word.startswith(incomplete)]
    return []


def make_script(command: click.Command, shell: str) -> str:
    """The script that teaches a shell to complete."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise ReconcilerError(f"click completes no {shell}")
    complete = made(command, {}, "reconciler", VARIABLE)
    return complete.source_template % complete.source_vars()
