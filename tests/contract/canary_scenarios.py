"""What may happen to a run among canaries: each is made to happen, and what verbs must end with shows that it did."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from tests.contract.canary_desk import CanaryDesk
from tests.contract.stand_in import Fault, Request, StandIn

Environ = Mapping[str, str | None]
SECRET_KEYS = ("auth_token", "password", "api_key")

Strike = Callable[[CanaryDesk, StandIn], Environ | None]


@dataclass(frozen=True)
class Scenario:
    """strike: makes it happen, and gives variables to set or (None) to take away. ends: exit codes by verb, where
    these are sure.
    """

    name: str
    strike: Strike
    ends: Mapping[str, int] = field(default_factory=dict)


READERS = ("plan", "apply", "drift", "show", "accept")
"""Verbs that read the API and the manifests."""


def all_end(code: int, *verbs: str) -> dict[str, int]:
    """The same exit code for many."""
    return dict.fromkeys(verbs or READERS, code)


def in_peace(_desk: CanaryDesk, _api: StandIn) -> None:
    """Nothing happens."""


def mask(kind: str) -> Strike:
    """The API hides secrets."""

    def strike(_desk: CanaryDesk, api: StandIn) -> None:
        api.switches.masks = dict.fromkeys(SECRET_KEYS, kind)  # type: ignore[arg-type]

    return strike


def shape(**switches: object) -> Strike:
    """The API has another form."""

    def strike(_desk: CanaryDesk, api: StandIn) -> None:
        for name, value in switches.items():
            setattr(api.switches, name, value)

    return strike


def make_echo(request: Request) -> tuple[bytes, dict[str, str]]:
    """An answer that repeats all that came: headers, body, each value as a trace id, and a redirect to it."""
    text = f"{request.headers} {request.body}"
    settings = request.body.get("settings", {}) if isinstance(request.body, dict) else {}
    values = [request.headers.get("authorization", "").removeprefix("Bearer ")]
    values += [str(settings[key]) for key in SECRET_KEYS if key in settings]
    echoed = {
        "code": 1,
        "title": text,
        "message": f"{text} {'; '.join(values)}",
        "trace_id": values[-1],
        "errors": values,
    }
    host = "".join(char for char in values[-1] if char.isalnum()) or "x"
    headers = {
        "Location": f"http://{host}.example/{quote(values[-1])}?t={quote(values[0])}",
        "X-Echo": quote(text)[:4000],
    }
    return json.dumps(echoed).encode(), headers


def make_echoed_page(request: Request) -> tuple[bytes, dict[str, str]]:
    """The same as a page for people."""
    return b"<html>" + escape(f"{request.headers} {request.body}").encode(), {"Content-Type": "text/html"}


def make_echoed_list(request: Request) -> tuple[bytes, dict[str, str]]:
    """The same as JSON of another shape, in keys, in values and in place of what belongs there."""
    text = f"{request.headers} {request.body}"
    return json.dumps({"items": [{text: text, "id": text, "settings": text}], "total": text}).encode(), {}


def answer(status: int, *methods: str, echo: Callable[[Request], tuple[bytes, dict[str, str]]] = make_echo) -> Strike:
    """Every request of these methods is answered with what it held."""

    def strike(_desk: CanaryDesk, api: StandIn) -> None:
        api.faults = [Fault(method, status=status, times=999, echo=echo) for method in methods]

    return strike


def cut(_desk: CanaryDesk, api: StandIn) -> None:
    """Answers break off, to reads and to writes."""
    api.faults = [Fault("GET", "truncated", 200, times=2), Fault("PATCH", "reset", times=3, written=True)]


def forget(_desk: CanaryDesk, api: StandIn) -> None:
    """The API does not know some of the ids any more."""
    del api.account.items["1161"], api.account.items["1163"]


def emigrate(_desk: CanaryDesk, api: StandIn) -> None:
    """An object belongs to another company."""
    api.account.items["1163"]["company_id"] = "7"


def move(_desk: CanaryDesk, api: StandIn) -> None:
    """Everything has another name, phone number and secret than when it was planned."""
    for item in api.account.items.values():
        item["name"] += " moved"
        for key in item["settings"]:
            item["settings"][key] += "7"


def settle(desk: CanaryDesk, api: StandIn) -> None:
    """All is as desired already."""
    desk.run("apply", "--yes")
    desk.run("apply", "--yes")


LITERALS = """\
id: "1161"
provider: twilio
nmae: '{secret}'
status: ['{secret}']
settings:
  auth_token: '{secret}'
  api_token: "{secret}"
  Private-Key: {secret}
  pass word: [{secret}, "{secret}"]
  credentials: {{user: {secret}}}
  defualt_phone: '{secret}'
  secret: {{secret: '{secret}'}}
  webhook: {{secret: "env:HOOD {secret}"}}
"""


def write_literals(desk: CanaryDesk, _api: StandIn) -> None:
    """Secrets stand in a manifest that is wrong besides."""
    desk.write("manifests/literal.yaml", LITERALS.format(secret=desk.canaries.literal))


BROKEN = (
    "'{secret}",
    '"{secret}',
    '"{secret}\\q"',
    "{secret}: {secret}: x",
    "@{secret}",
    "`{secret}",
    "%{secret}",
    "&{secret} *{secret}",
    "*{secret}",
    "!{secret} x",
    "![{secret}",
    "[{secret}",
    "{{{secret}",
    "{{secret: env:{secret}",
    "|{secret}",
    "\t{secret}",
    "x\n {secret}: y\n  - {secret}",
    "- {secret}\n- {secret}",
    "{secret} # \x00",
    "<<: *{secret}",
)


def break_yaml(desk: CanaryDesk, _api: StandIn) -> None:
    """What is no YAML, in the middle of a secret, in many ways."""
    for number, text in enumerate(BROKEN):
        value = text.format(secret=desk.canaries.literal)
        document = f'id: "{2000 + number}"\nprovider: twilio\nname: X\nsettings:\n  auth_token: {value}\n'
        desk.write(f"manifests/broken{number}.yaml", document)


def break_references(desk: CanaryDesk, _api: StandIn) -> Environ:
    """References that may not or cannot be read, of each kind."""
    names = (
        "env:PATH",
        "env:OCAMBA_TOKEN",
        "env:RECONCILER_KEY",
        "file:../etc/passwd",
        "file:/etc/passwd",
        "exec:rm/x",
    )
    for number, name in enumerate(names):
        document = f'id: "{2100 + number}"\nprovider: twilio\nname: X\nsettings: {{auth_token: {{secret: "{name}"}}}}\n'
        desk.write(f"manifests/refused{number}.yaml", document)
    return {"HOOD_PLAIN": None}


def lose_secrets(desk: CanaryDesk, _api: StandIn) -> Environ:
    """A variable is empty, a mounted file is no text, and a command fails and tells a secret on stderr."""
    (desk.operator / "mail" / "key").write_bytes(desk.canaries.new_file.encode() + b"\xff")
    (desk.operator / "answer").unlink()
    return {"HOOD_PLAIN": "", "HOOD_REGEX": desk.canaries.new_regex + "\udcff"}


def spoil_config(desk: CanaryDesk, _api: StandIn) -> None:
    """Secrets stand in the configuration."""
    secret = desk.canaries.literal
    desk.write(
        "reconciler.yaml",
        f"version: 1\napi: https://bot:{secret}@evil.example/\nkey: '{secret}'\nlimits: {{share: '{secret}'}}\n"
        f"accounts:\n  main: {{path: manifests, token: '{secret}'}}\n  b: {{token: {{secret: 'env:{secret}'}}}}\n",
    )


def redirect_api(desk: CanaryDesk, _api: StandIn) -> Environ:
    """The address holds a secret, as in a pull request that wants to see where the token goes."""
    desk.write(
        "reconciler.yaml",
        f"version: 1\napi: https://{desk.canaries.literal}.example/v1\naccounts: {{main: {{path: manifests}}}}\n",
    )
    return {"RECONCILER_API": None}


def misuse_variables(desk: CanaryDesk, _api: StandIn) -> Environ:
    """Secrets stand in variables that hold something else."""
    secret = desk.canaries.literal
    return {"RECONCILER_API": f"https://bot:{secret}@example.com", "RECONCILER_PER_SECOND": secret}


def misuse_token(desk: CanaryDesk, _api: StandIn) -> Environ:
    """The token has a line break at its end, as from a file."""
    return {"OCAMBA_TOKEN": desk.canaries.token + "\n"}


def ask_proxy(_desk: CanaryDesk, api: StandIn) -> Environ:
    """The way out is a proxy that is not there; its address holds a password."""
    return {"RECONCILER_API": None}


def tell_proxy(desk: CanaryDesk, api: StandIn) -> Environ:
    """A proxy refuses, and repeats what it was told."""
    proxy = f"http://bot:{desk.canaries.proxy}@127.0.0.1:{api.port}"
    return {"RECONCILER_API": None, "HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}


def misspell_proxy(desk: CanaryDesk, _api: StandIn) -> Environ:
    """The address of the proxy is none."""
    return {"RECONCILER_API": None, "HTTPS_PROXY": f"gopher://bot:{desk.canaries.proxy}@[::1"}


def tamper(desk: CanaryDesk, _api: StandIn) -> None:
    """Every saved file is changed; the plan holds a secret in clear."""
    for name, old, new in (
        ("plan.json", "+14445550100", desk.canaries.literal),
        ("before.json", '"1161"', '"1162"'),
        ("report.json", '"applied"', desk.canaries.literal),
    ):
        path = desk.folder / name
        if path.exists():
            desk.write(name, path.read_text().replace(old, new))


def spoil_files(desk: CanaryDesk, _api: StandIn) -> None:
    """Saved files are no JSON at all."""
    for name in ("plan.json", "before.json", "report.json"):
        if (desk.folder / name).exists():
            desk.write(name, '{"format": "reconciler.plan/1", "seal": "x", "' + desk.canaries.literal)


def write_nonsense(_desk: CanaryDesk, api: StandIn) -> None:
    """The API holds values of other kinds than text where secrets are."""
    for one, value in zip(
        api.account.items.values(), (7, None, ["x"], {"secret": "env:HOOD_PLAIN"}, True, 1.5, ""), strict=False
    ):
        for key in SECRET_KEYS:
            if key in one["settings"]:
                one["settings"][key] = value


SCENARIOS = (
    Scenario("success", in_peace, {**all_end(0, "plan", "apply", "show", "send-test"), "drift": 2}),
    Scenario("masked", mask("tail"), all_end(0, "plan", "apply")),
    Scenario("starred", mask("stars"), all_end(0, "plan", "apply")),
    Scenario("hidden", mask("hidden"), all_end(0, "plan")),
    Scenario("in-sync", settle, all_end(0, "plan", "drift")),
    Scenario("slim", shape(listing="slim", definitions="absent", envelope="items"), all_end(0, "plan", "apply")),
    Scenario("replacing", shape(merges=False), all_end(0, "plan")),
    Scenario("lagging", shape(lag=2), all_end(0, "plan")),
    Scenario("ignoring", shape(ignored=set(SECRET_KEYS)), all_end(6, "apply")),
    Scenario("coercing", shape(coerced=dict.fromkeys(SECRET_KEYS, str.upper)), all_end(6, "apply")),
    Scenario("degrading", shape(degrades=True), all_end(6, "apply")),
    Scenario("nonsense", write_nonsense, all_end(0, "plan")),
    Scenario("writes-400", answer(400, "PATCH", "POST", "PUT"), all_end(6, "apply")),
    Scenario("writes-409", answer(409, "PATCH", "POST", "PUT"), all_end(6, "apply")),
    Scenario("writes-500", answer(500, "PATCH", "POST", "PUT"), all_end(6, "apply")),
    Scenario("writes-302", answer(302, "PATCH", "POST", "PUT"), {}),
    Scenario("writes-401", answer(401, "PATCH", "POST", "PUT"), all_end(7, "apply")),
    Scenario("writes-429", answer(429, "PATCH", "POST", "PUT"), {}),
    Scenario("reads-400", answer(400, "GET"), all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("reads-403", answer(403, "GET"), all_end(7, *READERS, "providers")),
    Scenario("reads-500", answer(500, "GET", "PATCH"), all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("reads-429", answer(429, "GET"), all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("reads-302", answer(302, "GET"), all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("reads-418", answer(418, "GET"), all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("pages", answer(200, "GET", echo=make_echoed_page), all_end(8, "plan", "drift", "show", "providers")),
    Scenario("other-json", answer(200, "GET", echo=make_echoed_list), all_end(8, "plan", "drift", "show", "providers")),
    Scenario("page-for-write", answer(502, "PATCH", "POST", "PUT", echo=make_echoed_page), all_end(6, "apply")),
    Scenario("cut", cut, all_end(0, "plan")),
    Scenario("unknown-id", forget, {**all_end(3, "plan", "drift")}),
    Scenario("other-company", emigrate, all_end(4, "plan", "apply", "drift")),
    Scenario("stale", move, {}),
    Scenario("literals", write_literals, all_end(3, "validate", "plan", "drift", "show", "accept")),
    Scenario("no-yaml", break_yaml, all_end(3, "validate", "plan", "drift", "show", "accept")),
    Scenario("refused-references", break_references, all_end(4, "plan", "drift")),
    Scenario("lost-secrets", lose_secrets, all_end(3, "plan", "drift")),
    Scenario("spoiled-config", spoil_config, all_end(3, "validate", "plan", "drift", "show", "accept", "providers")),
    Scenario("redirected", redirect_api, all_end(4, *READERS, "providers")),
    Scenario("misused-variables", misuse_variables, all_end(4, *READERS, "providers")),
    Scenario("misused-token", misuse_token, all_end(7, *READERS, "providers")),
    Scenario("no-proxy", ask_proxy, all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("refusing-proxy", tell_proxy, all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("misspelt-proxy", misspell_proxy, all_end(8, "plan", "drift", "show", "accept", "providers")),
    Scenario("tampered", tamper, {}),
    Scenario("spoiled-files", spoil_files, {}),
)  # fmt: skip
