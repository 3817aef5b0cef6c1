"""New keys stand where and as the file's own keys do."""

from __future__ import annotations

import pytest

from tests.adopting.reading import reasons, rewritten

Z = ("z",)
ID = (("id",), "1161", "key")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: b\n", 'a: b\nz: "1"\n'),
        ("a: b", 'a: b\nz: "1"'),
        ("a: b # why", 'a: b # why\nz: "1"'),
        ("a: b\r\n\r\n# end\r\n", 'a: b\r\nz: "1"\r\n\r\n# end\r\n'),
        ("a: 'b'\n", "a: 'b'\nz: '1'\n"),
        ("'a': b\n", "'a': b\n'z': \"1\"\n"),
        ("  a: b\n  c:\n  - d # last\n", '  a: b\n  c:\n  - d # last\n  z: "1"\n'),
        ("a: {b: c}\n...\n", 'a: {b: c}\nz: "1"\n...\n'),
        ("a:\n", 'a:\nz: "1"\n'),
        ("a: |\n  b\n\n# end\n", 'a: |\n  b\nz: "1"\n\n# end\n'),
        ("a: |+\n  b\n\n# end\n", 'a: |+\n  b\n\nz: "1"\n# end\n'),
        ("a: |-\n  b", 'a: |-\n  b\nz: "1"'),
        ("? a\n: b\n", '? a\n: b\nz: "1"\n'),
        ("a: b\n---\nc: d\n", 'a: b\nz: "1"\n---\nc: d\n'),
        ("\ufeffa: b", '\ufeffa: b\nz: "1"'),
        ("{a: b}\n", '{a: b, z: "1"}\n'),
        ("{a: b,} # why\n", '{a: b, z: "1",} # why\n'),
        ("{}\n", '{z: "1"}\n'),
        ("{\n  a: b # why\n}\n", '{\n  a: b, # why\n  z: "1"\n}\n'),
        ("{\n\ta: b,\n\tc: d, # why\n}\n", '{\n\ta: b,\n\tc: d, # why\n\tz: "1",\n}\n'),
        ("{a: b,\n c: d}\n", '{a: b,\n c: d, z: "1"}\n'),
        ("{\n a: b # why\n , c: d\n , }\n", '{\n a: b # why\n , c: d, z: "1"\n , }\n'),
        ('{"a":"b"}', '{"a":"b", "z": "1"}'),
    ],
)
def test_at_the_end_of_the_document(before: str, after: str) -> None:
    """Behind the last value and its comment, with the file's own line breaks, indentation and quotes."""
    assert rewritten(before, (Z, "1")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("key: a # why\nprovider: b\n", 'key: a # why\nid: "1161"\nprovider: b\n'),
        ("# mode\n\nprovider: b\nname: c", '# mode\n\nid: "1161"\nprovider: b\nname: c'),
        ("---\r\nprovider: b\r\n", '---\r\nid: "1161"\r\nprovider: b\r\n'),
        ("name: c\nkey: a", 'name: c\nkey: a\nid: "1161"'),
        ("{key: a, provider: b}\n", '{key: a, id: "1161", provider: b}\n'),
        ("--- {provider: b}\n", '--- {id: "1161", provider: b}\n'),
        ("{\n  provider: b\n}\n", '{\n  id: "1161",\n  provider: b\n}\n'),
        ("{\n  key: a, # why\n  provider: b\n}\n", '{\n  key: a, # why\n  id: "1161",\n  provider: b\n}\n'),
        ("{}\n", '{id: "1161"}\n'),
        ("&all\n&k key: a\nname: b\n", '&all\n&k key: a\nid: "1161"\nname: b\n'),
        ("--- &all\n&k name: b\n", '--- &all\nid: "1161"\n&k name: b\n'),
        ("? key\n: a\nname: b\n", '? key\n: a\nid: "1161"\nname: b\n'),
    ],
)
def test_an_id_stands_behind_the_key_or_at_the_top(before: str, after: str) -> None:
    """Where people look for it."""
    assert rewritten(before, ID) == after


def test_ids_of_several_accounts_stand_in_one_mapping() -> None:
    """The second joins the first."""
    once = rewritten("key: a\nname: b\n", (("id",), {"main": "1161"}, "key"))
    assert once == 'key: a\nid: {main: "1161"}\nname: b\n'
    assert rewritten(once, (("id", "staging"), "88")) == 'key: a\nid: {main: "1161", staging: "88"}\nname: b\n'
    assert rewritten("id:\n    main: '1'\nname: b\n", (("id", "staging"), "88")) == (
        "id:\n    main: '1'\n    staging: '88'\nname: b\n"
    )
    assert rewritten('{"key": "a"}', (("id",), {"main": "1161"}, "key")) == '{"key": "a", "id": {"main": "1161"}}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: b\nsettings:\n    c: d # why\n    # end\ne: f\n",
         'a: b\nsettings:\n    c: d # why\n    k: "v"\n    l: "w"\n    # end\ne: f\n'),
        ("settings:\n  c: d", 'settings:\n  c: d\n  k: "v"\n  l: "w"'),
        ("settings: {c: 'd'}\n", "settings: {c: 'd', k: 'v', l: 'w'}\n"),
        ("a: b\n", 'a: b\nsettings:\n  k: "v"\n  l: "w"\n'),
        ("a:\n    b: c", 'a:\n    b: c\nsettings:\n    k: "v"\n    l: "w"'),
        ("a:\n  - b: c\n", 'a:\n  - b: c\nsettings:\n  k: "v"\n  l: "w"\n'),
        ("{a: b}\n", '{a: b, settings: {k: "v", l: "w"}}\n'),
        ('{"a": "b"}\n', '{"a": "b", "settings": {"k": "v", "l": "w"}}\n'),
    ],
)  # fmt: skip
def test_several_keys_stand_in_their_order(before: str, after: str) -> None:
    """In the settings that are there, or in new ones at the end."""
    assert rewritten(before, (("settings", "k"), "v"), (("settings", "l"), "w")) == after


def test_the_inner_mapping_ends_before_the_outer_one() -> None:
    """Both end on the last line of the file, whichever is asked for first."""
    after = 'settings:\n  c: d\n  k: "v"\nz: "1"'
    assert rewritten("settings:\n  c: d", (("settings", "k"), "v"), (Z, "1")) == after
    assert rewritten("settings:\n  c: d", (Z, "1"), (("settings", "k"), "v")) == after


def test_values_and_keys_are_written_in_one_pass() -> None:
    """A value that is changed right where a key is added."""
    assert rewritten("{a: b}", (("a",), "c"), (Z, "1")) == '{a: c, z: "1"}'
    assert rewritten("a:", (("a",), "c"), (Z, "1")) == 'a: c\nz: "1"'


def test_a_key_that_yaml_reads_as_another_thing_is_quoted() -> None:
    """And one with a colon."""
    assert rewritten("s: {}\n", (("s", "no"), "1"), (("s", "x:y"), "2")) == 's: {"no": "1", "x:y": "2"}\n'


@pytest.mark.parametrize("header", ["|", "|+", ">", "|2"])
def test_a_text_that_the_end_of_the_file_cuts_off_takes_no_line_behind_it(header: str) -> None:
    """Its value would gain a line break."""
    reason = "the file ends within the text before it, without a line break"
    assert reasons(f"s:\n  a: {header}\n    b", (("z",), "1"), (("s", "k"), "v")) == [reason, reason]


def test_a_mapping_that_begins_behind_another_thing_takes_no_key_at_its_top() -> None:
    """But at its end, in the column of its keys."""
    text = "x-list:\n  - a: b\n"
    assert reasons(text, (("x-list", 0, "id"), "1", "key")) == ["its mapping begins in the middle of a line"]
    assert rewritten(text, (("x-list", 0, "c"), "1")) == 'x-list:\n  - a: b\n    c: "1"\n'
