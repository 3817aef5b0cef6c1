"""`validate --fix` as a whole command line."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from tests.commands.stage import Stage

TWO = "version: 1\naccounts:\n  main: {company_id: 6197120, path: manifests}\n  other: {path: PATH}\n"
MAIL = """\
# kept
id: 1170
provider: custom_email
settings: {port: 587 , sending_domain: ex.example.com}   # behind
x-since: 2024-05-23
"""
FIXED = MAIL.replace("1170", '"1170"').replace("587", '"587"')


def test_what_must_be_quoted_is_quoted_and_nothing_else(stage: Stage) -> None:
    """It says what it did, at its places; the second run does nothing."""
    path = stage.write("manifests/mail.yaml", MAIL)
    ran = stage.run("validate", "--fix")
    assert path.read_text() == FIXED
    assert ran.out.splitlines() == [
        "manifests/mail.yaml:2:5: id: is in quotes now",
        "manifests/mail.yaml:4:18: settings.port: is in quotes now",
        "",
        "Checked 2 manifests in 2 files: valid, 2 values put into quotes.",
    ]
    before = path.stat().st_mtime_ns
    assert stage.run("validate", "--fix").out == "Checked 2 manifests in 2 files: valid.\n"
    assert path.stat().st_mtime_ns == before


def test_it_is_told_as_json(stage: Stage) -> None:
    """What is left is told as without the flag."""
    stage.write("manifests/mail.yaml", MAIL + "nonsense: 1\n")
    document = stage.run("validate", "--fix", "--format", "json", code=3).document
    assert [one["code"] for one in document["errors"]] == ["unknown-key"]
    assert [one["message"] for one in document["fixed"]] == ["id: is in quotes now", "settings.port: is in quotes now"]
    assert document["fixed"][0]["source"] == {"file": "manifests/mail.yaml", "line": 2, "column": 5}


def test_without_the_flag_nothing_is_written(stage: Stage) -> None:
    """It is an error."""
    path = stage.write("manifests/mail.yaml", MAIL)
    stage.run("validate", code=3)
    assert path.read_text() == MAIL


def test_the_configuration_is_mended_too(stage: Stage) -> None:
    """Before it is read for good; files that accounts share are mended once."""
    config = stage.write("reconciler.yaml", TWO.replace("PATH", "manifests"))
    stage.write("manifests/mail.yaml", MAIL)
    ran = stage.run("validate", "--fix")
    assert 'company_id: "6197120"' in config.read_text()
    assert "accounts.main.company_id: is in quotes now" in ran.out
    assert ran.out.count("is in quotes now") == 3


def test_what_was_mended_is_told_even_where_the_configuration_is_wrong(stage: Stage) -> None:
    """On stderr, before what is wrong."""
    stage.write("reconciler.yaml", TWO + "nonsense: 1\n")
    ran = stage.run("validate", "--fix", code=3)
    assert "is in quotes now" in ran.err
    assert "nonsense" in ran.err
    stage.write("reconciler.yaml", "version: [\n")
    assert "is in quotes now" not in stage.run("validate", "--fix", code=3).err


def test_paths_narrow_what_is_mended(stage: Stage) -> None:
    """As a hook before a commit gives the files that it is about; the configuration is none of them."""
    config = stage.write("reconciler.yaml", TWO.replace("PATH", "manifests").replace("6197120", '"6197120"'))
    mail, other = (
        stage.write("manifests/mail.yaml", MAIL),
        stage.write("manifests/sub/more.yaml", "id: 5\nprovider: p\n"),
    )
    stage.run("validate", "--fix", "manifests/sub", code=3)
    assert (mail.read_text(), other.read_text()) == (MAIL, 'id: "5"\nprovider: p\n')
    assert "6197120" in config.read_text()
    stage.run("validate", "--fix", "manifests/mail.yaml")
    assert mail.read_text() == FIXED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id: &one 5\nprovider: custom_email\nsettings:\n  port: *one\nx-more: *one\n", "line 5 uses its anchor"),
        ("id: 5\nprovider: custom_email\nsettings:\n  port: .nan\n", "the file is not valid any more"),
    ],
)
def test_what_cannot_be_mended_is_told_with_its_reason(stage: Stage, text: str, reason: str) -> None:
    """The file stays as it is there, and the error stands."""
    stage.write("manifests/mail.yaml", text)
    ran = stage.run("validate", "--fix", code=3)
    assert f"could not be put into quotes: {reason}" in ran.out
    assert "write the quotes by hand" in ran.out


def test_a_secret_line_is_never_touched(stage: Stage) -> None:
    """A literal is an error of its own; with the flag that allows it, it is put into quotes unseen."""
    text = "id: 1170\nprovider: custom_email\nsettings:\n  password: 12345\n"
    path = stage.write("manifests/mail.yaml", text)
    ran = stage.run("validate", "--fix", code=3)
    assert path.read_text() == text.replace("1170", '"1170"')
    assert "12345" not in ran.out + ran.err
    ran = stage.run("validate", "--fix", "--allow-literal-secrets")
    assert path.read_text().endswith('  password: "12345"\n')
    assert "12345" not in ran.out + ran.err


def test_a_file_that_may_only_be_read_is_told(stage: Stage) -> None:
    """Nothing is lost."""
    path = stage.write("manifests/mail.yaml", MAIL)
    stage.patch.setattr("reconciler.commands.files.os.access", lambda *_: False)
    ran = stage.run("validate", "--fix", code=3)
    assert "may only be read" in ran.out
    assert path.read_text() == MAIL


LAYOUTS = {
    "block": "id: {}\nprovider: custom_email\nsettings:\n    port:   {}   # behind\n    username: me\n",
    "flow": "{{id: {}, provider: custom_email, settings: {{port: {}}}, x-a: [{{}}]}}\n",
    "narrow": "id:   {}\nprovider: custom_email\nsettings: {{\n  port: {},\n  username: me}}\n",
    "crlf": "id: {}\r\nprovider: custom_email\r\nsettings:\r\n  port: {}\r\n",
    "bom": "\ufeffid: {}\nprovider: custom_email\nsettings:\n  port: {}\n",
    "no end": "id: {}\nprovider: custom_email\nsettings:\n  port: {}",
    "document marks": "--- # one\nid: {}\nprovider: custom_email\nsettings:\n  port: {}\n...\n",
    "anchor": "id: &a {}\nprovider: custom_email\nsettings:\n  port: &b {}\n",
    "own line": "id:\n  {}\nprovider: custom_email\nsettings:\n  port:\n    # before\n    {}\n",
    "odd signs": "# ünïcödé \U0001f600\nid: {}\nprovider: custom_email\nsettings:\n  port: {}\nx-ä: 日本\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("port", ["587", "+1334", "00123", "yes", "2024-05-23", "1:30"])
def test_only_quotes_are_added(stage: Stage, layout: str, port: str) -> None:
    """Whatever surrounds the scalars: the bytes differ in pairs of quotes around them, and the next run adds none."""
    before = LAYOUTS[layout].format("1170", port).encode()
    path = stage.write("manifests/mail.yaml", "")
    path.write_bytes(before)
    stage.run("validate", "--fix")
    after = path.read_bytes()
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    added = [(kind, after[start:end]) for kind, _, _, start, end in steps if kind != "equal"]
    assert added == [("insert", b'"')] * 4
    assert f'"{port}"'.encode() in after
    assert stage.run("validate", "--fix").out.endswith("valid.\n")
    assert path.read_bytes() == after


def test_what_an_overlay_says_is_mended_there(stage: Stage) -> None:
    """Each value where it is written, whatever accounts it serves."""
    config = "version: 1\naccounts:\n  main: {path: manifests}\n  more: {path: manifests, overlay: manifests/over}\n"
    stage.write("reconciler.yaml", config)
    base = stage.write("manifests/mail.yaml", 'key: mail\nid: "1"\nprovider: custom_email\nsettings: {port: "25"}\n')
    over = stage.write("manifests/over/mail.yaml", "key: mail\nprovider: custom_email\nid: 2\nsettings: {port: 587}\n")
    before = base.read_bytes()
    ran = stage.run("validate", "--fix")
    assert base.read_bytes() == before
    assert over.read_text() == 'key: mail\nprovider: custom_email\nid: "2"\nsettings: {port: "587"}\n'
    assert "manifests/over/mail.yaml:4:18: settings.port: is in quotes now" in ran.out
