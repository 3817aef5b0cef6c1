"""Contract, section 2: what a repository may not decide; and where the token goes."""

from __future__ import annotations

import json

import pytest

from tests.contract.account import TOKEN, mitto_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import Fault, StandIn, serving

CONFIG = 'version: 1\napi: {api}\naccounts:\n  main:\n    path: manifests\n    token: {{secret: "env:{variable}"}}\n'
OFFICIAL = "https://api.ocamba.com/v1/hood"


@pytest.mark.parametrize(
    "named",
    [
        "https://evil.example/v1/hood",
        "http://api.ocamba.com/v1/hood",
        "https://api.ocamba.com.evil.example/v1/hood",
        "https://api.ocamba.com@evil.example/v1/hood",
        "https://evil.example/?https://api.ocamba.com",
        "https://api.ocamba.com:8443/v1/hood",
        "http://127.0.0.1.evil.example/v1/hood",
        "file:///etc/passwd",
    ],
)
def test_a_file_may_not_name_another_host(desk: Desk, api_address: str, named: str) -> None:
    """The token goes to the official host and to loopback alone: 4, without a request, by plan and apply."""
    desk.write("reconciler.yaml", CONFIG.format(api=named, variable="OCAMBA_TOKEN"))
    for verb in (("plan",), ("apply", "--yes")):
        ran = desk.run(
            *verb, code=4, env={"RECONCILER_API": None, "HTTPS_PROXY": api_address, "HTTP_PROXY": api_address}
        )
        assert "reconciler.yaml:2:6" in ran.err


@pytest.fixture
def api_address(api: StandIn) -> str:
    """Every request of the test, proxied ones too, would arrive here."""
    return api.url.removesuffix("/v1/hood")


def test_a_file_may_name_loopback(desk: Desk, api: StandIn) -> None:
    """As the emulator is served."""
    desk.write("reconciler.yaml", CONFIG.format(api=api.url, variable="OCAMBA_TOKEN"))
    assert desk.plan(env={"RECONCILER_API": None})["api"] == api.url


@pytest.mark.parametrize(
    "named", ["http://evil.example/v1/hood", "http://10.0.0.1/v1/hood", "http://localhost.evil.example/x"]
)
def test_no_plain_http_beyond_loopback(desk: Desk, api: StandIn, named: str) -> None:
    """Also where --api and RECONCILER_API name it."""
    desk.run("plan", "--api", named, code=4)
    desk.run("apply", "--yes", code=4, env={"RECONCILER_API": named})
    assert api.requests == []


@pytest.mark.parametrize("variable", ["HOME", "OCAMBA", "HOOD_TWILIO_AUTH_TOKEN", "XOCAMBA_TOKEN"])
def test_the_tokens_variable_matches_ocamba(desk: Desk, api: StandIn, variable: str) -> None:
    """Any other needs RECONCILER_TOKEN_ENV; and only that one."""
    desk.write("reconciler.yaml", CONFIG.format(api=OFFICIAL, variable=variable))
    ran = desk.run("plan", code=4, env={variable: TOKEN})
    assert "reconciler.yaml:6:" in ran.err
    assert api.requests == []
    desk.run(
        "plan", code=0, env={variable: TOKEN, "RECONCILER_TOKEN_ENV": "A*, HOME,*OCAMBA*,HOOD_TWILIO*", "HOME": TOKEN}
    )


def test_manifests_read_hood_variables_alone(desk: Desk, api: StandIn) -> None:
    """PATH or the token itself are refused; RECONCILER_SECRET_ENV widens, secrets.env narrows and never widens."""
    for name in ("PATH", "OCAMBA_TOKEN", "MY_SECRET", "XHOOD_A"):
        desk.write("manifests/main.yaml", MAIN + f'  auth_token: {{secret: "env:{name}"}}\n')
        ran = desk.run("plan", code=4, env={"MY_SECRET": "value", "XHOOD_A": "value"})
        assert "manifests/main.yaml:9:" in ran.err
        assert name in ran.err
    desk.write(
        "reconciler.yaml", 'version: 1\nsecrets: {env: ["MY_*", "XHOOD_*"]}\naccounts: {main: {path: manifests}}\n'
    )
    desk.run("apply", "--yes", code=4, env={"XHOOD_A": "value"})
    assert api.requests == []
    desk.run("plan", code=0, env={"XHOOD_A": "value", "RECONCILER_SECRET_ENV": "A_*,XHOOD_*"})
    desk.write("manifests/main.yaml", MAIN + '  auth_token: {secret: "env:HOOD_A"}\n')
    desk.run("plan", code=4, env={"HOOD_A": "value"})


def test_what_is_refused_beats_what_is_invalid(desk: Desk, api: StandIn) -> None:
    """4 before 3, and both are told."""
    desk.write("manifests/main.yaml", MAIN + '  auth_token: {secret: "env:PATH"}\n')
    desk.write("manifests/bad.yaml", "nonsense: 1\n")
    ran = desk.run("plan", code=4)
    assert "manifests/main.yaml:9:" in ran.all
    assert "manifests/bad.yaml:1:1" in ran.all
    assert api.requests == []


@pytest.mark.parametrize("status", [302, 308])
def test_redirects_are_never_followed(desk: Desk, api: StandIn, status: int) -> None:
    """Neither of reads nor of writes: another host sees no request and no token."""
    with serving([mitto_item()]) as other:
        headers = {"Location": f"http://localhost:{other.port}/v1/hood/integrations"}
        api.faults = [Fault("GET", status=status, headers=headers, times=9)]
        desk.run("plan", code=8)
        api.faults = [Fault("PATCH", status=status, headers=headers, times=9)]
        ran = desk.run("apply", "--yes")
        assert ran.code in {6, 8}
        assert str(status) in ran.all
        assert other.requests == []
        assert len(api.sent("PATCH")) == 1


def test_the_token_goes_in_its_header_and_nowhere_else(desk: Desk, api: StandIn) -> None:
    """Every request is authorised as documented; no query, path or body holds the token."""
    desk.run("apply", "--yes", "-v", code=0)
    assert len(api.requests) >= 3
    for one in api.requests:
        assert one.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in str((one.path, one.query, one.body))
    patch = api.sent("PATCH")[0]
    assert patch.headers["content-type"].startswith("application/json")


def test_answers_that_repeat_the_token_or_a_secret_are_not_repeated(desk: Desk, api: StandIn) -> None:
    """An error body with canaries in it comes to no stream, verbose and as JSON too."""
    said = {"code": 400, "title": f"Bearer {TOKEN}", "message": f"token {TOKEN}", "trace_id": "t-1"}
    body = json.dumps(said).encode()
    api.faults = [Fault("PATCH", status=400, raw=body, times=9)]
    report = desk.run("-v", "--log-format", "json", "apply", "--yes", "--format", "json", code=6).document
    assert report["outcomes"][0]["status"] == "failed"
    api.faults = [Fault("GET", status=401, raw=body, times=9)]
    desk.run("plan", "-v", code=7)
