"""A saved plan where it is applied: configuration, account, what a forged one may not do."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.commands.request import Request
from reconciler.commands.saved import find_options, resolve_plan
from reconciler.errors import InvalidError, RefusedError
from reconciler.model import Change, Json, Plan, PlanSummary, Source
from reconciler.options import Flags, Options
from tests.commands.stage import Stage

BOUND = 'version: 1\naccounts:\n  main: {company_id: "999999999", path: manifests}\n'
TWO = BOUND + '  staging: {company_id: "7", path: manifests}\n'
CHANGE = Change("update", "twilio/a", "1", "twilio", None, Source("a.yaml", 1, 1))


def make_saved(**fields: Json) -> Plan:
    """A plan of the account `main`."""
    plan = Plan("0", "https://api.ocamba.com/v1/hood", "main", "5", "", "", None, PlanSummary(), (), (), ())
    return msgspec.structs.replace(plan, **fields)


def ask(stage: Stage, *, flags: Flags | None = None, sandbox: bool = False, **environ: str) -> Request:
    """A request in the stage's folder."""
    return Request(flags=flags or Flags(), environ=environ, cwd=stage.folder, sandbox=sandbox)


def test_the_recorded_configuration_serves(stage: Stage) -> None:
    """Wherever it lies, with the account of the plan; a named one beats it; a named account beats the plan's."""
    stage.write("conf/reconciler.yaml", TWO)
    stage.write("other.yaml", BOUND)
    plan = make_saved(config_file="conf/reconciler.yaml", account="staging")
    assert find_options(plan, ask(stage)).company_id == "7"
    assert find_options(plan, ask(stage, flags=Flags(account="main"))).company_id == "999999999"
    assert find_options(plan, ask(stage, RECONCILER_ACCOUNT="main")).account == "main"
    with pytest.raises(RefusedError, match="made for account 'staging'"):
        find_options(plan, ask(stage, RECONCILER_CONFIG="other.yaml"))


def test_where_the_recorded_one_is_gone_the_nearest_serves(stage: Stage) -> None:
    """With the account of the plan."""
    stage.write("reconciler.yaml", TWO)
    options = find_options(make_saved(config_file="conf/reconciler.yaml", account="staging"), ask(stage))
    assert (options.config_file, options.account) == ("reconciler.yaml", "staging")


def test_a_plan_made_without_a_configuration_says_nothing_about_one(stage: Stage) -> None:
    """Its account `default` is not looked for in a configuration."""
    stage.write("reconciler.yaml", BOUND)
    assert find_options(make_saved(account="default"), ask(stage)).account == "main"


def test_without_any_configuration_the_plan_tells(stage: Stage) -> None:
    """API, account and company; a named account is kept, so that the binding can be checked."""
    options = find_options(make_saved(config_file="gone.yaml"), ask(stage))
    assert (options.api, options.account, options.company_id) == ("https://api.ocamba.com/v1/hood", "main", "5")
    assert find_options(make_saved(), ask(stage, flags=Flags(account="other"))).account == "other"
    assert find_options(make_saved(), ask(stage, RECONCILER_ACCOUNT="other")).account == "other"


@pytest.mark.parametrize("api", ["https://elsewhere.example.com/v1", "http://api.ocamba.com/v1", "no url", "ftp://x"])
def test_a_plan_may_say_no_more_than_a_configuration_may(stage: Stage, api: str) -> None:
    """Another host, plain http, no address at all: refused, unless the operator names the server."""
    with pytest.raises(RefusedError):
        find_options(make_saved(api=api), ask(stage))
    named = "https://named.example.com/v1"
    assert find_options(make_saved(api=api), ask(stage, RECONCILER_API=named)).api == named
    assert find_options(make_saved(api=api), ask(stage, flags=Flags(api=named))).api == named
    find_options(make_saved(api=api), ask(stage, sandbox=True))


def test_a_plan_of_the_sandbox_names_no_address(stage: Stage) -> None:
    """The binding refuses it later, in plain words."""
    assert find_options(make_saved(api="sandbox"), ask(stage)).api == "https://api.ocamba.com/v1/hood"


OPTIONS = Options(api="https://api.ocamba.com/v1/hood", account="main", root=None)  # type: ignore[arg-type]


def test_references_of_body_and_along_are_read(stage: Stage) -> None:
    """What is not sent is not read: plain values, and changes that change nothing."""
    change = msgspec.structs.replace(
        CHANGE,
        body={"settings": {"auth_token": {"secret": "env:HOOD_A"}, "port": "1", "map": {"x": 1}}},
        along={"other_token": {"secret": "env:HOOD_B"}},
    )
    idle = msgspec.structs.replace(CHANGE, action="none", along={"token": {"secret": "env:HOOD_C"}})
    secrets = resolve_plan(make_saved(changes=(change, idle)), OPTIONS, ask(stage, HOOD_A="1", HOOD_B="2"))
    assert repr(secrets) == "Secrets(2 hidden)"


@pytest.mark.parametrize("value", ["literal:twilio/a", "env:", "env", 5, None])
def test_a_forged_reference_is_not_valid(stage: Stage, value: Json) -> None:
    """A seal without a key can be made by anyone: no crash, and nothing but env is read."""
    change = msgspec.structs.replace(CHANGE, body={"settings": {"auth_token": {"secret": value}}})
    with pytest.raises(InvalidError) as caught:
        resolve_plan(make_saved(changes=(change,)), OPTIONS, ask(stage))
    assert caught.value.problems[0].message.startswith("twilio/a: settings.auth_token: ")


def test_a_forged_body_is_not_valid(stage: Stage) -> None:
    """Settings that are no mapping."""
    change = msgspec.structs.replace(CHANGE, body={"settings": ["x"]})
    with pytest.raises(InvalidError):
        resolve_plan(make_saved(changes=(change,)), OPTIONS, ask(stage))


def test_a_forged_plan_reads_no_other_variable(stage: Stage) -> None:
    """Only what manifests may read."""
    change = msgspec.structs.replace(CHANGE, body={"settings": {"auth_token": {"secret": "env:OCAMBA_TOKEN"}}})
    with pytest.raises(RefusedError):
        resolve_plan(make_saved(changes=(change,)), OPTIONS, ask(stage, OCAMBA_TOKEN="x"))
