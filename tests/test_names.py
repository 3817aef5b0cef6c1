"""Slugs, words of manifests, and names of files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.names import (
    count_slips,
    find_meant,
    find_slip,
    is_loopback,
    is_word,
    make_file_stem,
    make_slug,
    make_variable,
)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Example Integration", "example-integration"),
        ("  A__b--C!  ", "a-b-c"),
        ("SMS 2 (EU)", "sms-2-eu"),
        ("Größe Übung", "größe-übung"),
        ("Gro\u0308ße", "größe"),
        ("Привет, мир", "привет-мир"),
        ("日本語 ２", "日本語-２"),
        ("हिन्दी", "हिन्दी"),
        ("İstanbul", "i̇stanbul"),
        ("❤\ufe0f!", ""),
        ("a❤\ufe0fb", "a-b"),
        ("!!!", ""),
        ("", ""),
    ],
)
def test_slugs_keep_letters_and_digits_of_any_script(name: str, slug: str) -> None:
    """Lower case, NFC, one dash for all else, none at the ends."""
    assert make_slug(name) == slug


@settings(deadline=None)
@given(st.text(max_size=100))
def test_slugs_fit_an_address(name: str) -> None:
    """Whatever the name, a slug holds no slash, blank or dot, and its own slug is itself."""
    slug = make_slug(name)
    assert not set("/ .*?[]") & set(slug)
    assert slug == slug.strip("-")
    assert make_slug(slug) == slug or not name.isascii()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("twilio", "twilio"),
        ("custom_email", "custom_email"),
        ("Custom Email", "custom-email"),
        ("a/b", "a-b"),
        ("..", "7"),
        ("", "7"),
        ("con", "con-7"),
        ("COM1", "com1-7"),
        ("x" * 120, "x" * 100),
        ("x" * 99 + " y", "x" * 99),
        ("語" * 40, "語" * 33),
    ],
)
def test_every_name_makes_a_file(name: str, stem: str) -> None:
    """Plain names stay; what no system would take becomes the slug or the id, cut at a hundred bytes."""
    assert make_file_stem(name, "7") == stem


@settings(deadline=None)
@given(st.text(max_size=300), st.text(min_size=1, max_size=10))
def test_no_name_leaves_its_folder(name: str, otherwise: str) -> None:
    """Whatever the names, the stem is one part of a path that no system finds odd."""
    stem = make_file_stem(name, otherwise)
    assert stem
    assert not set('/\\:*?"<>|. \0\n') & set(stem)
    assert len(stem.encode()) <= 115


def test_words_are_what_a_manifest_may_call_a_provider() -> None:
    """The same as the pattern of the schema says, which another test holds."""
    assert is_word("twilio")
    assert is_word("1000")
    assert is_word("ü" * 100)
    assert not any(map(is_word, ["", "a b", "a/b", "a*", "a\n", "x" * 101]))


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("HOOD", "twilio", "Example Integration", "auth_token"), "HOOD_TWILIO_EXAMPLE_INTEGRATION_AUTH_TOKEN"),
        (("HOOD", "a", "  x -- y ", "k"), "HOOD_A_X_Y_K"),
        (("HOOD", "p", "語ü", "k"), "HOOD_P_K"),
    ],
)
def test_variables_have_names_that_every_shell_takes(parts: tuple[str, ...], name: str) -> None:
    """Upper case, single underscores."""
    assert make_variable(*parts) == name


KEYS = ("account_sid", "auth_token", "default_phone_number", "default_sender_email", "default_sender_name", "port")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("acount_sid", "account_sid"),
        ("accuont_sid", "account_sid"),
        ("account_sidd", "account_sid"),
        ("ACCOUNT_SID", "account_sid"),
        ("accountSid", "account_sid"),
        ("account-sid", "account_sid"),
        ("account.sid", "account_sid"),
        ("defualt_phone_numbre", "default_phone_number"),
        ("default_sender_emial", "default_sender_email"),
        ("default_sendr_name", "default_sender_name"),
        ("prot", "port"),
        ("phone_number", "default_phone_number"),
        ("Phone_Number", "default_phone_number"),
        ("phone", "default_phone_number"),
        ("sid", "account_sid"),
        ("token-auth", "auth_token"),
        ("sender_name", "default_sender_name"),
        ("sender", None),
        ("s", None),
        ("smtp_host", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_misspelt_word_means_the_nearest(word: str, meant: str | None) -> None:
    """Slips of the hand, another case, other signs between words, parts that no other has; else nothing."""
    assert find_meant(word, KEYS) == meant


def test_a_slip_is_at_most_two_letters_away() -> None:
    """One in a short word; of two that are as near the one that shares more, else the first by letters."""
    assert find_slip("phone_number", KEYS) is None
    assert find_slip("prt", KEYS) == "port"
    assert find_slip("prto", KEYS) is None
    assert find_slip("ab", ["ax", "ay"]) == "ax"
    assert find_slip("default_sender_namel", KEYS) == "default_sender_name"
    assert find_slip("anything", []) is None


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 3))
def test_slips_are_counted_alike_from_either_side(one: str, other: str, most: int) -> None:
    """No more than the longer word has, none for the same word, and never more than was asked for plus one."""
    count = count_slips(one, other, 9)
    assert count == count_slips(other, one, 9)
    assert (count == 0) is (one == other)
    assert abs(len(one) - len(other)) <= count <= max(len(one), len(other))
    assert count_slips(one, other, most) == min(count, most + 1)
    if len(one) > 1:
        assert count_slips(one, one[1] + one[0] + one[2:], 9) <= 1


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.example", False),
        ("128.0.0.1", False),
        ("::2", False),
        ("::ffff:127.0.0.1", False),
        ("api.ocamba.com", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, here: bool) -> None:
    """By name and by number, of both kinds."""
    assert is_loopback(host) is here
