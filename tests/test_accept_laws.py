"""Laws of accepting over random manifests, live states and emulator switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.adopting.accept import Choice, Judges, choose
from reconciler.adopting.accept_fields import parse_fields
from reconciler.adopting.rewrite import rewrite
from reconciler.commands.rewriting import YAML
from reconciler.errors import AnswerError, ApiError, InvalidError
from reconciler.planning.differences import compare_all
from reconciler.planning.overview import Unresolved
from reconciler.planning.settings import Place
from reconciler.sandbox.switches import Switches
from tests.pipeline import Bench
from tests.test_laws import CANARY, SECRETS, switches, worlds

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
ODD = st.sampled_from([587, 1.5, True, ["x"], {"x": 1}, "", None, "****1234"])


@st.composite
def drifted(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, str]]:
    """A world in which some live values are of other types than text, or hidden."""
    rows, manifests, environ = draw(worlds())
    for row in rows:
        for key in sorted(row["settings"].keys() - SECRETS):
            if not draw(st.integers(0, 5)):
                row["settings"][key] = draw(ODD)
    return rows, manifests, environ


def accept(bench: Bench, *given: str) -> list[Choice]:
    """Accepts into the bench's manifests; what was chosen, and what is refused. Raises what reading raises."""
    manifests, _, places = bench.declared()
    account = bench.account()
    try:
        snapshot = bench.snapshot(account, manifests)
    finally:
        account.close()
    asked = Unresolved(bench.keys.matches, Place(places.value, places.key))
    found = compare_all(manifests, snapshot, asked, account="main", company_id=None, in_scope=lambda _: True).compared
    assume(not any(one.problems for one in found))
    judges, fields = Judges(bench.keys.matches, places.value), parse_fields(given)
    choices = [choice for one in found if one.live for choice in choose(one, one.live, fields, judges).choices]
    done = rewrite(bench.text, [choice.edit for choice in choices if choice.edit is not None], YAML)
    assert done.refused == []
    bench.text = done.data
    return choices


def pending(bench: Bench) -> set[tuple[str, ...]]:
    """The paths of the fields that a plan would change, but for secrets."""
    return {field.path for change in bench.plan().changes for field in change.fields if not field.secret}


def usable(bench: Bench, *given: str) -> list[Choice] | None:
    """As accept; None where the API gave no usable answer, which the law is not about."""
    try:
        return accept(bench, *given)
    except (AnswerError, ApiError, InvalidError):
        return None


@SLOW
@given(drifted(), switches, st.sampled_from([(), ("username",), ("account_sid", "default_sender_name")]))
def test_after_accepting_the_plan_is_empty_but_for_secrets(world: Any, chosen: Switches, masked: Sequence[str]) -> None:
    """And for what was refused; accepted again nothing is written; no secret is, either."""
    rows, manifests, environ = world
    bench = Bench(rows, manifests, environ=environ, switches=msgspec.structs.replace(chosen, mask_keys=tuple(masked)))
    choices = usable(bench)
    if choices is None:
        return
    refused = {choice.field.path for choice in choices if choice.field.refused is not None}
    assert pending(bench) <= refused
    assert CANARY.encode() not in bench.text
    assert [choice for choice in accept(bench) if choice.edit is not None] == []
    assert bench.bodies == []


@SLOW
@given(drifted(), switches)
def test_all_that_is_live_and_can_be_seen_can_be_added(world: Any, chosen: Switches) -> None:
    """With `settings.*`, name and status: afterwards nothing but secrets and what is refused differs, or is unnamed."""
    rows, manifests, environ = world
    bench = Bench(rows, manifests, environ=environ, switches=chosen)
    choices = usable(bench, "settings.*", "name", "status")
    if choices is None:
        return
    refused = {choice.field.path for choice in choices if choice.field.refused is not None}
    assert pending(bench) <= refused
    assert CANARY.encode() not in bench.text
    for manifest in bench.declared()[0]:
        row = next(one for one in rows if one["id"] == manifest.id)
        assert (manifest.name, manifest.status) == (row["name"], row["status"])
        seen = {key for key, value in row["settings"].items() if value not in (None, "****1234")}
        unnamed = {("settings", key) for key in seen - SECRETS - manifest.settings.keys()}
        assert unnamed <= refused
