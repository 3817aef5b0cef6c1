"""Slugs, words of manifests, and names of files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.names import is_word, make_file_stem, make_slug, make_variable


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
