"""What `import` did, as people read it: files, what was left out of them, and the variables to set."""

from __future__ import annotations

import shlex

from reconciler.model import Imported, ImportedFile, NotImported
from reconciler.reporting.fields import path_text
from reconciler.reporting.style import Style, count, escape, paint, wrap
from reconciler.reporting.validation_text import problem_lines


def render_import(imported: Imported, style: Style, *, sandbox: bool) -> str:
    """Files first; then what was skipped, warnings, a line that counts, and `export NAME=` for each variable."""
    lines = [line for file in imported.files for line in _file(file, style)]
    lines += [line for one in imported.skipped for line in _skipped(one, style)]
    lines += problem_lines((), imported.warnings, style)
    lines += ["", *wrap(_total(imported), style, 0)] if lines else wrap(_total(imported), style, 0)
    return "\n".join([*lines, *_variables(imported, style, sandbox=sandbox)]) + "\n"


def _file(file: ImportedFile, style: Style) -> list[str]:
    lines = [f"{paint('+', 'green', style)} {paint(escape(file.file), 'bold', style)} ({escape(file.id)})"]
    for left in file.left_out:
        text = f"! {escape(path_text(left.path))}: left out: {escape(left.reason)}"
        lines += ["    " + line for line in wrap(text, style, 6)]
    return lines


def _skipped(one: NotImported, style: Style) -> list[str]:
    mark = paint(".", "dim", style) if one.reason == "managed" else paint("x", "red", style)
    first, *rest = wrap(f"{escape(one.id)}: {escape(one.message)}", style, 4)
    return [f"{mark} {first}", *rest]


def _total(imported: Imported) -> str:
    managed = sum(one.reason == "managed" for one in imported.skipped)
    others = len(imported.skipped) - managed
    parts = [f"{count(len(imported.files), 'manifest')} written"]
    parts += [f"{managed} managed already"] if managed else []
    parts += [f"{others} not imported"] if others else []
    return f"Import: {', '.join(parts)}."


def _variables(imported: Imported, style: Style, *, sandbox: bool) -> list[str]:
    if not imported.variables:
        return []
    shown = sum(one.shown for one in imported.variables)
    said = f"Before you plan, set {count(len(imported.variables), 'variable')}; their values stand in no manifest:"
    if sandbox:
        said = "A real account wants these variables set; in the sandbox each stands for the emulator's own value:"
    lines = ["", *wrap(said, style, 0), *(f"export {one.name}=" for one in imported.variables)]
    if imported.secrets_file is not None:
        file = imported.secrets_file if "/" in imported.secrets_file else f"./{imported.secrets_file}"
        said = f"{count(shown, 'value')} written, to be read by: set -a; . {escape(shlex.quote(file))}; set +a"
        lines += ["", *wrap(said, style, 0, cut_words=False)]
        hidden = len(imported.variables) - shown
        lines += [f"The API hides {count(hidden, 'value')}."] if hidden else []
    return lines
