"""What `doctor` prints for people."""

from __future__ import annotations

from reconciler.model import Check, Diagnosis
from reconciler.reporting.doctor_text import render_diagnosis
from reconciler.reporting.style import Style, cells

CHECKS = (
    Check("configuration", "ok", "reconciler.yaml", "not shown"),
    Check("clock", "warning", "95 s behind\x1b", "set it"),
    Check("token", "failure", "is not set", "export it", 7),
)


def test_each_check_is_a_line_with_what_to_do() -> None:
    """Lined up; of what is well nothing is to be done."""
    assert render_diagnosis(Diagnosis("0", "a", "main", CHECKS), Style()) == (
        "  ok       configuration  reconciler.yaml\n"
        "  warning  clock          95 s behind\\u001b\n"
        "                          -> set it\n"
        "  failure  token          is not set\n"
        "                          -> export it\n"
        "\n"
        "3 checks: 1 ok, 1 warning, 1 failure.\n"
    )


def test_a_terminal_is_not_left() -> None:
    """Long messages are wrapped below where they began."""
    long = (Check("list", "warning", "word " * 40, "do " * 60),)
    text = render_diagnosis(Diagnosis("0", "a", "main", long), Style(width=60, tty=True, color=True))
    assert "\x1b[33mwarning\x1b[0m" in text
    plain = render_diagnosis(Diagnosis("0", "a", "main", long), Style(width=60, tty=True))
    assert all(cells(line) <= 60 for line in plain.splitlines())


def test_the_last_line_counts_by_level() -> None:
    """Green, yellow or red by the worst."""
    for number, tone in ((0, "32"), (1, "33"), (2, "31")):
        text = render_diagnosis(Diagnosis("0", "a", "main", CHECKS[number : number + 1]), Style(color=True))
        assert f"\x1b[{tone}m1 check: " in text
