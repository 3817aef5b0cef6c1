"""Colour, widths, escapes and cutting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.reporting.style import (
    ColorChoice,
    Style,
    cells,
    count,
    cut,
    duration,
    escape,
    paint,
    prefix_lines,
    take,
    take_last,
    use_color,
    wrap,
)


@pytest.mark.parametrize(
    ("choice", "isatty", "environ", "expected"),
    [
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
        ("auto", True, {}, True),
        (None, True, {}, True),
        (None, False, {}, False),
        (None, True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (None, True, {"NO_COLOR": ""}, True),
        (None, False, {"FORCE_COLOR": "1"}, True),
        (None, False, {"FORCE_COLOR": ""}, False),
        (None, True, {"FORCE_COLOR": "0", "GITHUB_ACTIONS": "true"}, False),
        (None, True, {"FORCE_COLOR": "False"}, False),
        (None, False, {"GITHUB_ACTIONS": "true"}, True),
        (None, False, {"GITLAB_CI": "true", "TERM": "dumb"}, True),
        (None, False, {"GITLAB_CI": "true", "NO_COLOR": "1"}, False),
        (None, False, {"CI": "true"}, False),
        (None, True, {"TERM": "dumb"}, False),
        (None, True, {"TERM": "xterm"}, True),
    ],
)
def test_colour_is_decided_in_a_fixed_order(
    *, choice: ColorChoice | None, isatty: bool, environ: dict[str, str], expected: bool
) -> None:
    """The flag, NO_COLOR, FORCE_COLOR, a CI that shows ANSI, the terminal: the first that speaks decides."""
    assert use_color(choice, stream_isatty=isatty, environ=environ) is expected


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("Zürich 東京 é", "Zürich 東京 é"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x1b[31m", "\\u001b[31m"),
        ("\x9b31m\x7f\x00", "\\u009b31m\\u007f\\u0000"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u00a0b\u3000", "a\\u00a0b\\u3000"),
        ("\u3164\u2800\ufe0f", "\\u3164\\u2800\\ufe0f"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_cannot_be_seen_is_escaped(raw: str, shown: str) -> None:
    """Letters of all scripts stay; what moves, hides or colours text is written as JSON would write it in ASCII."""
    assert escape(raw) == shown


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("東京", 4), ("cafe\u0301", 4), ("ｱ", 1), ("…", 1), ("", 0)])
def test_widths_are_those_of_a_terminal(text: str, width: int) -> None:
    """East Asian wide characters take two columns, combining marks none."""
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("abcdef", 6, "abcdef"), ("abcdefgh", 6, "abc…gh"), ("東京都庁", 6, "東…庁"), ("abc", 1, "…"), ("abc", 2, "a…")],
)
def test_long_texts_are_cut_in_the_middle(text: str, width: int, expected: str) -> None:
    """Beginning and end stay; a wide character is not halved."""
    assert cut(text, width) == expected


def test_the_beginning_and_the_end_of_a_text_are_taken_by_columns() -> None:
    """As many characters as fit, all of them where they do."""
    assert (take("東京都", 3), take_last("東京都", 3)) == ("東", "都")
    assert (take("東京", 4), take_last("ab", 9)) == ("東京", "ab")


@settings(deadline=None)
@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_cut_text_fits(text: str, width: int) -> None:
    """Whatever the text, it takes no more columns than it may, and is left alone where it fits."""
    shown = escape(text)
    assert cells(cut(shown, width)) <= width
    assert cut(shown, width) == shown or cells(shown) > width


@settings(deadline=None)
@given(st.text(), st.integers(min_value=1, max_value=100), st.integers(min_value=0, max_value=8))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int, indent: int) -> None:
    """On a terminal no line is too wide, and words that fit are all there, in order."""
    shown = escape(text)
    lines = wrap(shown, Style(width=width, tty=True), indent)
    assert all(cells(line) <= max(width, 40) for line in lines)
    words = [cut(word, max(width, 40) - indent) for word in shown.split()]
    assert " ".join(lines).split() == words


def test_outside_a_terminal_nothing_is_wrapped() -> None:
    """Lines are there to be searched."""
    assert wrap("word " * 100, Style(width=40), 4) == ["word " * 100]


def test_words_to_type_are_not_cut() -> None:
    """A command is wider than the terminal rather than wrong."""
    command = "x" * 50
    assert wrap(f"run {command}", Style(width=40, tty=True), 2, cut_words=False) == ["run", "  " + command]


def test_without_colour_nothing_is_painted() -> None:
    """No tone, no text or no colour: no escape sequences."""
    assert paint("a", "red", Style(color=True)) == "\x1b[31ma\x1b[0m"
    assert paint("a", "", Style(color=True)) == "a"
    assert paint("", "red", Style(color=True)) == ""
    assert paint("a", "red", Style()) == "a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n", "SANDBOX a\nSANDBOX b\n"),
        ("a\n\nb", "SANDBOX a\nSANDBOX\nSANDBOX b"),
        ("", ""),
        ("a\x0bb\n", "SANDBOX a\x0bb\n"),
    ],
)
def test_every_line_is_prefixed_once(text: str, expected: str) -> None:
    """Empty lines too, and doing it twice changes nothing."""
    assert prefix_lines(text, "SANDBOX ") == expected
    assert prefix_lines(expected, "SANDBOX ").replace("SANDBOX SANDBOX", "SANDBOX") == expected


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 s"),
        (0.4, "1 s"),
        (1.2, "2 s"),
        (59.5, "1 min"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3599.5, "1 h"),
        (3601, "1 h 1 min"),
        (7320, "2 h 2 min"),
    ],
)
def test_durations_are_whole_and_rounded_up(seconds: float, text: str) -> None:
    """Nobody waits longer than was said."""
    assert duration(seconds) == text


def test_numbers_agree_with_their_nouns() -> None:
    """One is singular, none and many are plural, irregular ones are told."""
    assert [count(n, "request") for n in (0, 1, 2)] == ["0 requests", "1 request", "2 requests"]
    assert count(2, "object is", "objects are") == "2 objects are"
