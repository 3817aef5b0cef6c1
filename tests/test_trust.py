"""What a repository may not decide: tricks with addresses and names of variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.configuration import Configuration, read_config
from reconciler.configured import ConfigFile
from reconciler.trust import judge_api, judge_folders, make_globs, may_hold_token


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.ocamba.com/v1/hood", "https://api.ocamba.com/v1/hood"),
        ("https://api.ocamba.com", "https://api.ocamba.com"),
        ("https://api.ocamba.com/any/path/", "https://api.ocamba.com/any/path"),
        ("HTTPS://API.OCAMBA.COM/v1", "https://api.ocamba.com/v1"),
        ("https://api.ocamba.com:443/v1", "https://api.ocamba.com:443/v1"),
        ("http://127.0.0.1:8000/v1/hood", "http://127.0.0.1:8000/v1/hood"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:1", "http://localhost:1"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
    ],
)
def test_a_file_may_name_the_api_and_loopback(text: str, url: str) -> None:
    """The API's own host on its own port, and loopback by any scheme; the URL is normalised."""
    address = judge_api(text, from_file=True)
    assert (address.url, address.wrong, address.refused) == (url, None, None)


OTHERS = [
    "https://api.ocamba.com.evil.com/v1/hood",
    "https://evil.com/api.ocamba.com",
    "https://evil.com/https://api.ocamba.com",
    "https://api.ocamba.com.",
    "https://api.ocamba.com:8443",
    "https://api.ocamba.com:80",
    "https://api-ocamba.com",
    "https://ocamba.com",
    "https://x.api.ocamba.com",
    "https://localhost.evil.com",
    "https://localhost.",
    "https://127.0.0.1.evil.com",
    "https://127.1",
    "https://2130706433",
    "https://0x7f.0.0.1",
    "https://0.0.0.0",
    "https://128.0.0.1",
    "https://[::ffff:127.0.0.1]",
    "https://[::2]",
]


@pytest.mark.parametrize("text", OTHERS)
def test_a_file_may_name_no_other_host(text: str) -> None:
    """Whatever looks like the API or like loopback, and is not, is refused, or is no URL at all."""
    address = judge_api(text, from_file=True)
    assert address.url == ""
    assert address.refused or address.wrong


@pytest.mark.parametrize(
    "text",
    [
        "https://api.ocamba.com@evil.com",
        "https://api.ocamba.com:x@evil.com/",
        "https://user:hunter2@api.ocamba.com/v1/hood",
        "https://@api.ocamba.com",
        "http://user@127.0.0.1",
    ],
)
@pytest.mark.parametrize("from_file", [True, False])
def test_nobody_puts_credentials_into_an_address(text: str, from_file: bool) -> None:
    """Credentials in an address are refused from anywhere, and not shown."""
    address = judge_api(text, from_file=from_file)
    assert address.refused == "holds credentials"
    assert "hunter2" not in str(address)


@pytest.mark.parametrize(
    "text", ["http://api.ocamba.com/v1", "http://example.com", "http://192.168.0.1", "http://[::2]"]
)
@pytest.mark.parametrize("from_file", [True, False])
def test_plain_http_stays_on_loopback(text: str, from_file: bool) -> None:
    """Beyond loopback the token never travels in the open, whoever asks for it."""
    assert judge_api(text, from_file=from_file).refused == "sends the token over plain http beyond loopback"


@pytest.mark.parametrize(
    "text",
    [
        "api.ocamba.com",
        "//api.ocamba.com",
        "https:api.ocamba.com",
        "https:///v1",
        "ftp://api.ocamba.com",
        "file:///etc/passwd",
        "https://api.ocamba.com?x=1",
        "https://api.ocamba.com?",
        "https://api.ocamba.com#",
        "https://api.ocamba.com#@evil.com",
        "https://api.ocamba.com\\@evil.com",
        "https://api.ocamba.com\\.evil.com",
        "https://api.ocamba.com\n.evil.com",
        "https://api.ocamba.com\t",
        " https://api.ocamba.com",
        "https://api.ocamba.com ",
        "https://аpi.ocamba.com",
        "https://api.ocamba.com%2eevil.com",
        "https://api.ocamba.com;evil.com",
        "https://a..b",
        "https://-a",
        "https://api.ocamba.com:port",
        "https://api.ocamba.com:99999",
        "https://[::1",
        "https://[fe80::1%25eth0]",
        "https://[x:y]",
        "https://[v1.x:y]",
        "",
    ],
)
@pytest.mark.parametrize("from_file", [True, False])
def test_what_is_no_address_is_said_to_be_none(text: str, from_file: bool) -> None:
    """Text that parsers read differently is no address, wherever it comes from."""
    address = judge_api(text, from_file=from_file)
    assert address.wrong
    assert address.url == ""


@pytest.mark.parametrize("text", ["https://example.com:8443/x", "https://10.0.0.1", "https://[fe80::1]/v1"])
def test_the_operator_may_name_any_host_over_tls(text: str) -> None:
    """What --api or RECONCILER_API names is the operator's own word."""
    assert judge_api(text, from_file=False).url == text


@settings(deadline=None)
@given(st.text(alphabet="htps:/.@\\#?%[]-1270apiocmblevd ", max_size=40))
def test_no_text_of_a_file_leads_anywhere_else(rest: str) -> None:
    """Whatever is put behind https://api.ocamba.com or loopback, the host stays one of these."""
    for start in ("https://api.ocamba.com", "http://127.0.0.1", "https://"):
        url = judge_api(start + rest, from_file=True).url
        host = url.partition("://")[2].partition("/")[0]
        assert (
            not url or host.partition(":")[0] in {"api.ocamba.com", "localhost"} or host.startswith(("127.", "[::1]"))
        )


@pytest.mark.parametrize(
    ("name", "granted", "allowed"),
    [
        ("OCAMBA_TOKEN", (), True),
        ("OCAMBA_", (), True),
        ("ocamba_token", (), False),
        ("AWS_SECRET_ACCESS_KEY", (), False),
        ("GITHUB_TOKEN", ("HOOD_*", "GITHUB_*"), True),
        ("MY_OCAMBA_TOKEN", (), False),
    ],
)
def test_the_token_has_its_own_names(name: str, granted: tuple[str, ...], allowed: bool) -> None:
    """OCAMBA_* and what RECONCILER_TOKEN_ENV grants, letter for letter."""
    assert may_hold_token(name, granted) is allowed


def test_globs_are_separated_by_commas() -> None:
    """Blanks and empty parts are left out."""
    assert make_globs(" A_*, B ,,") == ("A_*", "B")
    assert make_globs(None) == ()


def judge(config: Configuration, cwd: Path, *folders: Path) -> list[str]:
    """Which folders lead out of the repository."""
    steps = ("accounts", "main", "path")
    return [one.message for one in judge_folders([(steps, folder) for folder in folders], config, cwd)]


def test_folders_stay_within_the_work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one below the working directory, or below the configuration's folder; links are what they lead to."""
    (tmp_path / "work" / "deploy").mkdir(parents=True)
    (tmp_path / "work" / "manifests").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "work" / "link").symlink_to(tmp_path / "outside")
    deploy, manifests = tmp_path / "work" / "deploy", tmp_path / "work" / "manifests"
    (deploy / "reconciler.yaml").write_text("version: 1\naccounts: {main: {path: ../manifests}}\n")
    config = read_config(deploy / "reconciler.yaml", deploy)
    bare = Configuration(ConfigFile(version=1))
    assert judge(config, tmp_path / "work", deploy, manifests) == []
    assert judge(config, deploy, manifests) == ["accounts.main.path: leads out of the repository"]
    (tmp_path / "work" / ".git").mkdir()
    assert judge(config, deploy, manifests) == []
    assert judge(bare, manifests, deploy) == []
    for outside in (tmp_path / "outside", tmp_path / "work" / "link", tmp_path, Path("/")):
        assert len(judge(config, deploy, outside)) == 1
    monkeypatch.chdir(deploy)
    (problem,) = judge_folders([(("accounts", "main", "path"), Path("/"))], config, deploy)
    assert (problem.source and problem.source.line) == 2
    (problem,) = judge_folders([((), tmp_path / "work" / "link")], bare, tmp_path / "work")
    assert problem.message == "link: leads out of the repository"
