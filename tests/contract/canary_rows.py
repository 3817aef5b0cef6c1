"""How each verb is driven past the canaries. A verb without a row fails the law."""

from __future__ import annotations

from dataclasses import dataclass

import click

from reconciler.cli.verbs import load_verb
from tests.contract.canary_desk import SECRETS

Line = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """lines: command lines, each driven by itself. before: what must have run in peace, so that these make sense.

    endless: it serves until a signal ends it, so that it is driven as a process.
    """

    lines: tuple[Line, ...]
    before: tuple[Line, ...] = ()
    endless: bool = False


APPLIED = (("plan", "--out", "plan.json"), ("apply", "--yes", "--report", "before.json", "--write", "json=report.json"))

ROWS: dict[str, Row] = {
    "init": Row((("init", "new", "--company", "6197120", "--account", "main"),)),
    "validate": Row((("validate",), ("validate", "--strict"), ("validate", "--allow-literal-secrets", "manifests"))),
    "plan": Row(
        (
            ("plan", "--out", "saved.json", "--show-unmanaged", "--metrics", "run.prom"),
            ("plan", "--settings-patch", "whole", "--detailed-exitcode"),
            ("plan", "--allow-literal-secrets", "--strict"),
            ("plan", "--no-secrets", "--out", "saved.json"),
            ("plan", "--state", "state.json", "--resend-secrets"),
        )
    ),
    "apply": Row(
        (
            ("apply", "--yes", "--report", "kept.json", "--metrics", "run.prom"),
            ("apply", "--yes", "--settings-patch", "whole", "--parallel", "1"),
            ("apply", "--yes", "--settings-patch", "changed", "--allow-literal-secrets"),
            ("apply", "plan.json", "--report", "kept.json"),
            ("apply", "--yes", "--state", "state.json", "--first", "1"),
            ("apply", "--yes", "--resend-secrets", "--all-or-nothing"),
        ),
        before=(("plan", "--out", "plan.json"),),
    ),
    "undo": Row((("undo", "before.json", "--yes"), ("undo", "before.json", "--out", "back.json")), before=APPLIED),
    "drift": Row((("drift", "--show-unmanaged"), ("drift", "--no-secrets"))),
    "show": Row((("show",), ("show", "1161"), ("show", "mitto/quoted"), ("show", "1170"))),
    "accept": Row((("accept", "--yes"), ("accept", "--yes", "--field", "settings.*"))),
    "import": Row(
        (
            ("import", "--all", "--to", "imported"),
            ("import", "1170", "1161", "9999"),
            ("import", "--all", "--to", "imported", "--secrets-to", SECRETS),
        )
    ),
    "new": Row((("new", "twilio", "--to", "imported"), ("new", "mitto"))),
    "send-test": Row(
        (
            ("send-test", "mitto/quoted", "--recipient", "+14445550199", "--yes"),
            ("send-test", "1161", "--recipient", "a@example.com", "--yes", "--allow-literal-secrets"),
        )
    ),
    "schema": Row((("schema", "--to", "schemas"), ("schema", "--to", "schemas", "--check"))),
    "providers": Row((("providers",),)),
    "snapshot": Row(
        (("snapshot", "--out", "live.json"), ("plan", "--live", "live.json"), ("drift", "--live", "live.json")),
        before=(("snapshot", "--out", "live.json"),),
    ),
    "report": Row(
        (
            ("report", "merge", "plan.json", "--metrics", "run.prom"),
            ("report", "merge", "before.json"),
            ("report", "merge", "fleet.json"),
            ("report", "merge", "plans"),
        ),
        before=(*APPLIED, ("plan", "--all-accounts", "--out", "plans", "--write", "json=fleet.json")),
    ),
    "comment": Row((("comment", "plan.json"), ("comment", "report.json", "--section", "report")), before=APPLIED),
    "doctor": Row((("doctor",),)),
    "completion": Row((("completion", "bash"), ("completion", "fish"))),
    "sandbox": Row((("sandbox", "--state", "state.json", "--masks", "last4"),), endless=True),
}

LOGS: tuple[Line, ...] = ((), ("-q",), ("-v",), ("--log-format", "json"), ("-v", "--log-format", "json"))


def forms_of(verb: str) -> tuple[str, ...]:
    """The formats of a verb, by its own word; one empty name where it has none."""
    options = [one for one in load_verb(verb).params if one.name == "format_"]
    return tuple(options[0].type.choices) if options and isinstance(options[0].type, click.Choice) else ("",)


def add_form(line: Line, form: str) -> Line:
    """The command line with stdout in a format, and with a copy in every other one where the verb writes copies."""
    if not form:
        return line
    writes = any(one.name == "writes" for one in load_verb(line[0]).params)
    copies = [f"{other}=copy.{other}" for other in forms_of(line[0]) if other != form] if writes else []
    return (*line, "--format", form, *(word for copy in copies for word in ("--write", copy)))
