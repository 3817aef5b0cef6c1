"""Plans as people read them."""

from __future__ import annotations

import re

import msgspec
import pytest

from reconciler.model import PlanSummary, Problem, Refusal
from reconciler.reporting.style import Style, cells
from reconciler.reporting.text import UNSEEN_LISTED, render_plan
from tests.reporting.golden import is_as_written
from tests.reporting.samples import SAMPLE, make_change, make_full_plan, make_plan, place

TERMINAL = Style(width=120, tty=True)

CONTRACT = """\
  ~ twilio/main-sms (1161)                                manifests/sms/twilio.yaml:2
      ~ settings.default_phone_number   "+13345550100" -> "+14445550100"                       :9
      ~ settings.auth_token             secret(env:HOOD_TWILIO_AUTH_TOKEN) changes             :8
      ! settings.defualt_phone_number   dropped: twilio does not define it, did you mean "default_phone_number"?  :10

Plan: 0 to create, 1 to update, 41 unchanged, 1 setting dropped; 2 not managed (--show-unmanaged).
Apply needs 4 requests, about 1 s within 8/s and 120/min.
"""


def test_the_contracts_sample_comes_out_to_the_character() -> None:
    """The sample of contract section 7 is what a terminal of 120 columns shows."""
    assert render_plan(SAMPLE, TERMINAL) == CONTRACT


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("tty", [True, False])
@pytest.mark.parametrize("color", [True, False])
def test_every_kind_of_line_is_as_written(*, width: int, tty: bool, color: bool) -> None:
    """The golden texts hold a plan with every kind of line, for both widths, with and without terminal and colour."""
    text = render_plan(make_full_plan(), Style(color, width, tty), show_unmanaged=True, next_step="reconciler apply")
    name = f"plan-{width}-{'terminal' if tty else 'pipe'}{'-color' if color else ''}.txt"
    assert is_as_written(f"tests/golden/{name}", text)


def test_colour_changes_nothing_but_the_colour() -> None:
    """Without its SGR codes the coloured text is the plain one."""
    plain, colored = (render_plan(make_full_plan(), Style(color, 100, True)) for color in (False, True))
    assert colored != plain
    assert re.sub(r"\x1b\[\d+m", "", colored) == plain


def test_outside_a_terminal_every_place_is_whole() -> None:
    """Each line with a place names file, line and column."""
    lines = render_plan(SAMPLE, Style(tty=False)).splitlines()[:4]
    assert [line.rsplit("  ", 1)[1] for line in lines] == [
        "manifests/sms/twilio.yaml:2:1",
        "manifests/sms/twilio.yaml:9:25",
        "manifests/sms/twilio.yaml:8:15",
        "manifests/sms/twilio.yaml:10:3",
    ]


def test_a_place_in_another_file_is_named_on_a_terminal() -> None:
    """`:9` stands only for a line of the file that the head names."""
    change = make_change(source=place(2, 1, "other.yaml"))
    text = render_plan(make_plan(change), Style(width=100, tty=True))
    assert "  manifests/…o.yaml:10\n" in text
    assert "  :10\n" not in text


def test_no_changes_counts_what_was_compared() -> None:
    """A plan without changes says how many manifests were compared and promises no requests."""
    text = render_plan(make_plan(summary=PlanSummary(unchanged=41)), TERMINAL)
    assert text == (
        "No changes. 41 manifests were compared, and all that is declared is live.\n"
        "\n"
        "Plan: 0 to create, 0 to update, 41 unchanged.\n"
    )


def test_no_changes_over_hidden_secrets_is_never_in_sync() -> None:
    """What the API hides is counted, and how to make it comparable is said."""
    plan = make_plan(summary=PlanSummary(unchanged=1, unseen=1), config_file="conf/reconciler.yaml")
    text = render_plan(plan, Style())
    assert "1 manifest was compared, and what could be compared is live as declared." in text
    assert "1 setting could not be compared: the API hides what is live." in text
    assert "To have it compared from the next apply on: --state FILE, with RECONCILER_KEY set." in text
    assert "--resend-secrets, or with each apply secrets.when_hidden: resend in conf/reconciler.yaml." in text
    assert "in sync" not in text
    assert "all that is declared" not in text


def test_nothing_compared_is_not_called_compared() -> None:
    """Where all is blocked the line says that nothing was compared."""
    text = render_plan(make_plan(summary=PlanSummary(blocked=1)), Style())
    assert text.startswith("No changes. Nothing was compared; 1 object is blocked and was not compared.\n")
    many = render_plan(make_plan(summary=PlanSummary(unchanged=2, blocked=2)), Style())
    assert "; 2 objects are blocked and were not compared." in many


@pytest.mark.parametrize(
    ("summary", "complete", "expected"),
    [
        (PlanSummary(unchanged=1), True, "1 unchanged."),
        (PlanSummary(unmanaged=1), True, "0 unchanged; 1 not managed (--show-unmanaged)."),
        (PlanSummary(dropped=2, unseen=1), True, "0 unchanged, 2 settings dropped, 1 setting not compared."),
        (PlanSummary(blocked=1, out_of_scope=3), True, "0 unchanged, 1 blocked, 3 out of scope."),
        (
            PlanSummary(unmanaged=2),
            False,
            "0 unchanged; at least 2 not managed (--show-unmanaged), since the list of live objects was not read"
            " whole.",
        ),
        (
            PlanSummary(),
            False,
            "0 unchanged; what is not managed was not counted, since the list of live objects was not read whole.",
        ),
    ],
)
def test_the_last_line_counts_only_what_there_is(*, summary: PlanSummary, complete: bool, expected: str) -> None:
    """Zero counts are left out, numbers agree with their nouns, and an incomplete list is said."""
    text = render_plan(make_plan(summary=summary, complete=complete), Style())
    assert text.splitlines()[-1] == "Plan: 0 to create, 0 to update, " + expected


def test_one_request_is_singular() -> None:
    """The forecast agrees in number, and takes the limits that are handed in."""
    plan = make_plan(summary=PlanSummary(create=1, requests=1, seconds=125))
    text = render_plan(plan, Style(), limits=(3, 60))
    assert text.splitlines()[-1] == "Apply needs 1 request, about 2 min 5 s within 3/s and 60/min."


def test_unmanaged_objects_are_listed_when_asked() -> None:
    """`--show-unmanaged` lists them, drops the hint, and says nothing where there are none."""
    text = render_plan(make_full_plan(), Style(), show_unmanaged=True)
    assert '  . mitto "Old \\u009b31m" (1170)\n  . telegram - (1171)\n' in text
    assert "--show-unmanaged" not in text
    assert "Not managed" not in render_plan(SAMPLE, Style(), show_unmanaged=True)


def test_a_refusal_of_the_whole_plan_is_said_once() -> None:
    """A rule that refuses every change for the same reason takes one line, not one a change."""
    rule = Refusal("max_changes", "2 changes, 1 allowed", "--target")
    changes = [make_change(address=f"twilio/{name}", refused=(rule,)) for name in "ab"]
    text = render_plan(make_plan(*changes), Style())
    assert text.count("refused by max_changes") == 1
    assert "  x refused by max_changes: 2 changes, 1 allowed\n    -> --target\n" in text


def test_a_refusal_of_one_change_stands_below_it_with_its_override() -> None:
    """It names the rule, and on the next line what lets it through."""
    rule = Refusal("lifecycle.guard", "name is guarded", "take name out", place(3, 7))
    text = render_plan(make_plan(make_change(refused=(rule,))), Style())
    assert (
        "      x refused by lifecycle.guard: name is guarded  manifests/sms/twilio.yaml:3:7\n        -> take name out\n"
    ) in text


def test_many_objects_with_only_hidden_secrets_are_folded() -> None:
    """A few are listed, the rest is one line with a count."""
    quiet = [
        make_change(action="none", address=f"twilio/{n}", fields=(), dropped=(), unseen=(("settings", "auth_token"),))
        for n in range(UNSEEN_LISTED + 2)
    ]
    text = render_plan(make_plan(*quiet), Style())
    assert text.count("not compared: the API hides it") == UNSEEN_LISTED
    assert "  ? 2 more objects with settings that could not be compared\n" in text


def test_a_warning_is_not_said_twice() -> None:
    """Drops and hidden settings have lines of their own; every other warning stands in the list, at its place."""
    text = render_plan(make_full_plan(), Style())
    assert "settings.smtp_host: dropped" not in text
    assert "the API hides its live value" not in text
    assert "manifests/sms/twilio.yaml:70:3: warning: is_default: is true, live it is false\n" in text
    assert text.count("id 9999 is not known") == 1


def test_a_warning_without_a_line_of_its_own_is_said() -> None:
    """A drop or a hidden setting that no change mentions is in the list, and so is an error."""
    warnings = (Problem("dropped-setting", "one", place(1)), Problem("unseen-setting", "two"))
    text = render_plan(make_plan(warnings=warnings, errors=(Problem("x", "three"),)), Style())
    assert text.startswith("error: three\nmanifests/sms/twilio.yaml:1:3: warning: one\nwarning: two\n\n")


def test_sandbox_prefixes_every_line_within_the_width() -> None:
    """Every line begins with SANDBOX, and none is wider than the terminal."""
    text = render_plan(make_full_plan(), Style(width=100, tty=True), sandbox=True)
    assert all(line.startswith("SANDBOX") for line in text.splitlines())
    assert max(cells(line) for line in text.splitlines()) <= 100


def test_no_secret_shows_through_along_or_body() -> None:
    """Values that only travel along are never shown, not even those of settings that are no secret."""
    text = render_plan(make_full_plan(), Style())
    assert "someone@example.com" not in text
    assert "secret(env:HOOD_TOKEN) is sent along, so that it is kept" in text
    assert "it is sent along, so that it is kept" in text


def test_what_is_sent_again_is_not_called_a_change() -> None:
    """Under `when_hidden: resend` the text says that the live value is not known."""
    change = make_change(unseen=(("settings", "auth_token"),))
    plan = make_plan(change, summary=PlanSummary(update=1, unseen=1))
    text = render_plan(plan, Style())
    assert "secret(env:HOOD_TWILIO_AUTH_TOKEN) is sent again, the API hides what it is now" in text
    assert "the API hides what is live. 1 is sent again." in text
    assert "secrets.when_hidden" not in text


def test_what_is_known_of_hidden_settings_is_said() -> None:
    """As last applied, changed since, sent again, and the rest with the ways out."""
    token, password, key, pin = (("settings", one) for one in ("auth_token", "password", "api_key", "pin"))
    change = make_change(unseen=(token, password, key, pin), rotated=(token,), remembered=(password, key))
    text = render_plan(make_plan(change, summary=PlanSummary(update=1, unseen=4)), Style())
    assert "secret(env:HOOD_TWILIO_AUTH_TOKEN) changes: it is not what was last applied" in text
    assert text.count("as last applied; the API hides what is live") == 2
    flat = " ".join(text.split())
    assert "4 settings could not be compared: the API hides what is live. 2 are as last applied." in flat
    assert "1 changed since the last apply, and is sent. To have it compared from the next apply on" in flat


def test_a_plan_without_secrets_says_so() -> None:
    """What was not compared, and that it was asked for; the warning is said once."""
    token = ("settings", "auth_token")
    change = make_change(action="none", fields=(), dropped=(), unseen=(token,), unread=(token,))
    warnings = (Problem("secrets-not-compared", "as asked"),)
    plan = make_plan(change, summary=PlanSummary(unchanged=1, unseen=1), no_secrets=True, warnings=warnings)
    text = render_plan(plan, Style())
    assert "not compared, as asked (--no-secrets)" in text
    assert "1 setting was not compared, as asked: --no-secrets." in text
    assert "all that is declared is live" not in text
    assert "secrets-not-compared" not in text


def test_the_text_does_not_depend_on_when_the_plan_was_made() -> None:
    """Created, expires and seal do not show."""
    later = msgspec.structs.replace(SAMPLE, created="2030", expires="2031", seal="sha256:ff")
    assert render_plan(later, TERMINAL) == CONTRACT
