"""Texts that try to become markup, commands or control codes wherever they are written."""

from __future__ import annotations

import msgspec

from reconciler.model import Change, Plan, Problem, Unmanaged
from tests.reporting.samples import make_change, make_plan, place

INJECTIONS = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details></code><b>x",
    "| a | b |",
    "`code` ``` ````",
    "~~~",
    "@team please",
    "#123 and GH-7",
    "[link](javascript:alert(1))",
    "![img](https://evil.example/x.png)",
    "https://evil.example www.evil.example a@evil.example",
    "*bold* _em_ **x** ~~y~~ $x^2$",
    "::error::owned",
    "\n::error file=x::owned",
    "##vso[task.setvariable]x",
    "\x1b[31mred\x1b]0;t\x07",
    "\u202eexe.gnp\u2066",
    "zero\u200bwidth\ufeff",
    "line\nbreak\r\nand\u2028more",
    "\ud800",
    '" onclick="x',
    "' &lt;b&gt; &#64;",
    "{{ template }} ${{ github.token }}",
    "x" * (1 << 20),
)


def make_nasty_change(text: str) -> Change:
    """A change that holds the text wherever one may stand."""
    sample = make_change()
    field = sample.fields[0]
    return make_change(
        address=f"twilio/{text}",
        id=text[:64] or None,
        provider=text,
        name=text,
        fields=(
            msgspec.structs.replace(field, path=("settings", text), before=text, after=[text]),
            msgspec.structs.replace(sample.fields[1], reference=f"env:{text}"),
        ),
        dropped=(msgspec.structs.replace(sample.dropped[0], path=("settings", text), suggestion=text),),
        unseen=(("settings", text),),
    )


def make_nasty_plan(text: str) -> Plan:
    """A plan that holds the text wherever one may stand."""
    problem = Problem("odd", text, place(1), text)
    return make_plan(
        make_nasty_change(text),
        account=text[:64],
        unmanaged=(Unmanaged(text, text, text),),
        warnings=(problem,),
        errors=(problem,),
    )
