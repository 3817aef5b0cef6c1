"""Flags beat environment beats file; what a repository may not decide is refused; the token is shown nowhere."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import InvalidError, RefusedError, UnauthorisedError, UsageError
from reconciler.options import Flags, Options, Token, load_options, read_token

CONTRACT = """
version: 1
api: https://api.ocamba.com/v1/hood
accounts:
  main:
    company_id: "6197120"       # a live object of any other company stops the run before any write
    token: {secret: "env:OCAMBA_TOKEN"}
    path: .
limits: {per_second: 10, per_minute: 150, parallel: 4, share: 0.8}   # the account's own messages draw on them
settings_patch: auto            # auto · changed · whole: see section 6
plan: {expires: 7d}
guard: {max_changes: 100, max_percent: 30}     # percent counts from 10 objects on
secrets:
  env: ["HOOD_TWILIO_*"]        # narrows what a manifest may read: HOOD_* by default
  files: ["twilio/*"]
  exec: ["op/twilio/*"]
  keys: ["account_sid"]         # adds to the settings whose values are never shown
  when_hidden: warn             # warn, resend or fail where a live secret cannot be seen
"""


def load(
    folder: Path, text: str | None = None, environ: dict[str, str] | None = None, flags: Flags | None = None
) -> Options:
    """The options of a folder with this reconciler.yaml."""
    if text is not None:
        (folder / "reconciler.yaml").write_text(text, encoding="utf-8")
    return load_options(flags=flags or Flags(), environ=environ or {}, cwd=folder, paths=[])


def test_the_contracts_configuration(tmp_path: Path) -> None:
    """Every line of the contract's example arrives, and of what was added to it."""
    options = load(tmp_path, CONTRACT)
    assert msgspec.structs.replace(options, config_digest=None) == Options(
        api="https://api.ocamba.com/v1/hood",
        account="main",
        root=tmp_path,
        company_id="6197120",
        token_env="OCAMBA_TOKEN",
        per_second=10,
        per_minute=150,
        parallel=4,
        share=0.8,
        settings_patch="auto",
        expires=7 * 86400,
        guard_max_changes=100,
        guard_max_percent=30,
        secret_env=("HOOD_TWILIO_*",),
        secret_files=("twilio/*",),
        secret_exec=("op/twilio/*",),
        secret_keys=("account_sid",),
        when_hidden="warn",
        config_file="reconciler.yaml",
        accounts=("main",),
    )
    assert str(options.config_digest).startswith("sha256:")
    assert (options.run_per_second, options.run_per_minute) == (8, 120)


def test_without_a_file(tmp_path: Path) -> None:
    """One account, the documented API, manifests/ and the documented limits."""
    assert load(tmp_path) == Options(
        api="https://api.ocamba.com/v1/hood", account="default", root=tmp_path / "manifests"
    )


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """An account's folder is found from the configuration, not from the working directory."""
    (tmp_path / "manifests").mkdir()
    text = "version: 1\naccounts: {a: {path: ../x/./y}}\nexclude: [drafts/*]\n"
    (tmp_path / "manifests" / "reconciler.yaml").write_text(text, encoding="utf-8")
    options = load(tmp_path)
    assert options.root == tmp_path / "x" / "y"
    assert options.exclude == ("drafts/*",)
    assert options.config_file == "manifests/reconciler.yaml"
    assert (options.guard_max_changes, options.guard_max_percent, options.guard_max_creates) == (None, None, None)
    assert (options.company_id, options.secret_env) == (None, None)


@pytest.mark.parametrize(
    ("limit", "share", "taken"), [(10, 0.8, 8), (1, 0.1, 1), (100, 0.29, 29), (0.5, 1, 1), (150, 0.33, 49)]
)
def test_a_run_takes_its_share(tmp_path: Path, limit: float, share: float, taken: int) -> None:
    """The share is rounded down, without the noise of fractions, and is never less than one."""
    options = msgspec.structs.replace(load(tmp_path), per_second=limit, per_minute=limit, share=share)
    assert (options.run_per_second, options.run_per_minute) == (taken, taken)


def test_flags_beat_environment_beats_file(tmp_path: Path) -> None:
    """For each thing that all three may name."""
    text = "version: 1\naccounts: {a: {}, b: {}, c: {}}\nlimits: {parallel: 2}\nsettings_patch: whole\n"
    environ = {
        "RECONCILER_ACCOUNT": "b",
        "RECONCILER_PARALLEL": "3",
        "RECONCILER_SETTINGS_PATCH": "changed",
        "RECONCILER_API": "https://b.example",
        "RECONCILER_PER_SECOND": "5",
        "RECONCILER_PER_MINUTE": "75.5",
        "RECONCILER_SHARE": "0.5",
    }
    flags = Flags(account="c", parallel=4, settings_patch="auto", api="https://c.example/")
    first = load(tmp_path, text, {"RECONCILER_ACCOUNT": "a"})
    second = load(tmp_path, None, environ)
    third = load(tmp_path, None, environ, flags)
    assert [(one.account, one.parallel, one.settings_patch, one.api) for one in (first, second, third)] == [
        ("a", 2, "whole", "https://api.ocamba.com/v1/hood"),
        ("b", 3, "changed", "https://b.example"),
        ("c", 4, "auto", "https://c.example"),
    ]
    assert (second.per_second, second.per_minute, second.share) == (5, 75.5, 0.5)
    assert (second.run_per_second, second.run_per_minute) == (2, 37)
    assert load(tmp_path, None, {**dict.fromkeys(environ, ""), "RECONCILER_ACCOUNT": "a"}) == first


@pytest.mark.parametrize(("expires", "seconds"), [("7d", 604800), ("12h", 43200), ("30m", 1800)])
def test_plans_expire(tmp_path: Path, expires: str, seconds: int) -> None:
    """Days, hours and minutes become seconds."""
    assert load(tmp_path, f"version: 1\nplan: {{expires: {expires}}}\n").expires == seconds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECONCILER_PARALLEL", "0"),
        ("RECONCILER_PARALLEL", "65"),
        ("RECONCILER_PARALLEL", "four"),
        ("RECONCILER_PARALLEL", "1.5"),
        ("RECONCILER_PER_SECOND", "-1"),
        ("RECONCILER_PER_SECOND", "nan"),
        ("RECONCILER_PER_SECOND", "inf"),
        ("RECONCILER_PER_MINUTE", "1_0"),
        ("RECONCILER_PER_MINUTE", "１"),
        ("RECONCILER_SHARE", "1.1"),
        ("RECONCILER_SETTINGS_PATCH", "all"),
        ("RECONCILER_API", "example.com"),
        ("RECONCILER_ACCOUNT", "mian"),
        ("RECONCILER_CONFIG", "none.yaml"),
    ],
)
def test_a_wrong_variable_is_a_wrong_command_line(tmp_path: Path, name: str, value: str) -> None:
    """Exit 64, and the message or its fix tells what is wrong."""
    with pytest.raises(UsageError) as caught:
        load(tmp_path, CONTRACT, {name: value})
    assert caught.value.exit_code == 64
    assert name in caught.value.message or value in caught.value.message
    assert caught.value.fix


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (Flags(parallel=0), "--parallel is not a whole number above 0 and up to 64"),
        (Flags(settings_patch="x"), "--settings-patch is not known"),
        (Flags(api="nowhere"), "--api is not an http or https URL without query and fragment"),
        (Flags(config="x.yaml"), "--config: there is no file x.yaml"),
    ],
)
def test_a_wrong_flag_is_named(tmp_path: Path, flags: Flags, message: str) -> None:
    """The message names the flag."""
    with pytest.raises(UsageError) as caught:
        load(tmp_path, CONTRACT, flags=flags)
    assert caught.value.message == message


def test_accounts_are_chosen(tmp_path: Path) -> None:
    """Several accounts need a choice, a misspelt one gets a suggestion."""
    text = "version: 1\naccounts: {main: {}, staging: {}}\n"
    with pytest.raises(UsageError, match="several accounts are configured: main, staging") as several:
        load(tmp_path, text)
    assert several.value.fix == "choose one: --account main; or --all-accounts"
    with pytest.raises(UsageError, match="there is no account 'stagin'") as misspelt:
        load(tmp_path, text, flags=Flags(account="stagin"))
    assert misspelt.value.fix == "did you mean --account staging?"
    with pytest.raises(UsageError) as unknown:
        load(tmp_path, text, flags=Flags(account="qqq"))
    assert unknown.value.fix == "accounts here: main, staging"
    assert load(tmp_path, text, flags=Flags(account="staging")).accounts == ("main", "staging")


def test_a_wrong_file_is_invalid(tmp_path: Path) -> None:
    """Exit 3, with all faults."""
    with pytest.raises(InvalidError) as caught:
        load(tmp_path, "version: 2\nlimits: {share: 0}\n")
    assert caught.value.exit_code == 3
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("lines", "environ", "code"),
    [
        ("api: https://api.ocamba.com.evil.com", {}, "api-refused"),
        ("api: https://user:hunter2@api.ocamba.com", {}, "api-refused"),
        ("api: http://example.com", {}, "api-refused"),
        ("api: nothing", {}, "api-refused"),
        ("", {"RECONCILER_API": "http://example.com"}, "api-refused"),
        ("", {"RECONCILER_API": "https://user:hunter2@example.com"}, "api-refused"),
        ("accounts: {a: {token: {secret: 'env:AWS_KEY'}}}", {}, "token-refused"),
        ("accounts: {a: {token: {secret: 'env:AWS_KEY'}}}", {"RECONCILER_TOKEN_ENV": "GITHUB_*"}, "token-refused"),
    ],
)
def test_what_a_repository_may_not_decide_is_refused(
    tmp_path: Path, lines: str, environ: dict[str, str], code: str
) -> None:
    """Exit 4 with the knob; where nothing is sent (offline) it is a warning, and the address is the documented one."""
    with pytest.raises(RefusedError) as caught:
        load(tmp_path, f"version: 1\n{lines}\n", environ)
    assert caught.value.exit_code == 4
    assert [one.code for one in caught.value.problems] == [code]
    assert caught.value.fix
    assert "hunter2" not in str(caught.value.problems)
    offline = load(tmp_path, None, environ, Flags(offline=True))
    assert offline.warnings == caught.value.problems
    assert offline.api == "https://api.ocamba.com/v1/hood"


def test_both_refusals_are_told(tmp_path: Path) -> None:
    """The address and the token's variable are refused together."""
    with pytest.raises(RefusedError) as caught:
        load(tmp_path, "version: 1\napi: https://x.example\naccounts: {a: {token: {secret: 'env:X'}}}\n")
    assert [(one.code, one.source is not None) for one in caught.value.problems] == [
        ("api-refused", True),
        ("token-refused", True),
    ]


def test_the_operator_may_allow(tmp_path: Path) -> None:
    """RECONCILER_API beats a file's address, RECONCILER_TOKEN_ENV allows another variable."""
    text = "version: 1\napi: https://x.example\naccounts: {a: {token: {secret: 'env:X_TOKEN'}}}\n"
    options = load(tmp_path, text, {"RECONCILER_API": "https://y.example", "RECONCILER_TOKEN_ENV": "Z, X_*"})
    assert (options.api, options.token_env) == ("https://y.example", "X_TOKEN")


def test_the_token_is_read_from_its_variable(tmp_path: Path) -> None:
    """It is revealed to whoever sends it and shown by nothing else."""
    token = read_token(load(tmp_path), {"OCAMBA_TOKEN": "t0ken"})
    assert isinstance(token, Token)
    assert token.reveal() == "t0ken"
    assert repr(token) == str(token) == f"{token}" == "Token(hidden)"
    with pytest.raises(TypeError):
        vars(token)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled or copied"):
            leak(token)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "OCAMBA_TOKEN is not set: there is no API token"),
        ({"OCAMBA_TOKEN": ""}, "OCAMBA_TOKEN is empty: there is no API token"),
        *(
            ({"OCAMBA_TOKEN": value}, "OCAMBA_TOKEN holds spaces, line breaks or other characters that no token has")
            for value in ("t0ken\n", "t0 ken", "t0ken\r\nX: y", "t0ken€", "\x00t0ken", "t0ken\x7f", "t0ken\xa0")
        ),
    ],
)
def test_a_token_that_cannot_be_one_is_not_sent(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    """Exit 7, the variable named, its value not shown."""
    with pytest.raises(UnauthorisedError) as caught:
        read_token(load(tmp_path), environ)
    assert caught.value.exit_code == 7
    assert caught.value.message == message
    assert "t0" not in f"{caught.value} {caught.value.fix}"
