"""Laws of applying over random worlds, manifests, switches and faults. One thread, virtual time."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from reconciler.applying.apply import Applied, Care
from reconciler.applying.judge import resolve
from reconciler.errors import ReconcilerError
from reconciler.model import Manifest, Plan, Setting
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.world import World
from reconciler.values import is_retyped
from tests.applying.bench import (
    ASK,
    OTHER,
    SECRETS,
    TOKEN,
    make_plan_of,
    make_world,
    manifest,
    row,
    run,
    statuses,
)
from tests.applying.world_api import WorldApi

KEYS = ("default_sender_name", "password", "port", "sending_domain", "username")
VALUES = st.sampled_from(("one", "two", "587", "25", " padded "))
PLAIN = ("one", "two", "587")
OLD_SECRET = "canary-old-5501"

KINDS = (
    "500",
    "502-html",
    "503",
    "504",
    "reset",
    "timeout",
    "429",
    "truncated",
    "not-json",
    "late",
    "silent-drop",
    "lost",
)

SEEN = ("none", "full", "last4")

FAULTS = st.lists(
    st.builds(
        Fault,
        kind=st.sampled_from(KINDS),
        when=st.sampled_from(("before", "after")),
        method=st.sampled_from(("GET", "PATCH", "*")),
        path=st.sampled_from(("", "", "/1$", "/2$", "integrations$")),
        nth=st.integers(1, 4),
        count=st.sampled_from((1, 1, 1, 2, 5, 0)),
        keys=st.sampled_from(((), ("port",), ("password", "username"))),
    ),
    max_size=2,
)

SWITCHES = st.fixed_dictionaries(
    {},
    optional={
        "settings_patch": st.sampled_from(("merge", "replace")),
        "masks": st.sampled_from(("none", "full", "last4", "absent", "null", "empty")),
        "read_lag": st.sampled_from((0.0, 0.5, 2.0, 9.0)),
        "undefined_key": st.sampled_from(("dropped", "stored")),
        "null_in_settings": st.sampled_from(("clears", "stored", "ignored", "refused")),
        "coerce": st.sampled_from(("none", "numbers", "trimmed", "both")),
        "effective_status": st.sampled_from(("same", "falls", "hidden")),
        "envelope": st.sampled_from(("bare", "items")),
        "listing": st.sampled_from(("full", "slim", "absent")),
        "unknown_id": st.sampled_from((400, 404)),
        "error_body": st.sampled_from(("full", "bare")),
    },
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """An integration."""
    held = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(PLAIN), max_size=5))
    if "password" in held:
        held["password"] = OLD_SECRET
    if draw(st.integers(0, 9)) == 0:
        held["legacy"] = "kept"
    return row(held, is_default=draw(st.booleans()), status=draw(st.sampled_from(("active", "paused"))))


@st.composite
def manifests(draw: st.DrawFn, one: str, held: dict[str, Any]) -> Manifest:
    """A manifest of it that names some, or all, of its settings."""
    keys = set(held) & set(KEYS) if draw(st.booleans()) else set()
    keys |= draw(st.sets(st.sampled_from(KEYS), min_size=1, max_size=3))
    wanted: dict[str, Any] = {}
    for key in sorted(keys):
        if key == "password":
            wanted[key] = draw(st.sampled_from((TOKEN, OTHER)))
        else:
            wanted[key] = draw(st.one_of(st.none(), VALUES, VALUES, st.just(held.get(key, "one"))))
    return manifest(
        one,
        wanted,
        name=draw(st.sampled_from((None, "Post", "Mail"))),
        status=draw(st.sampled_from((None, "active", "paused"))),
    )


class Case:
    """One apply, and what there was before and after it."""

    def __init__(self, world: World, plan: Plan, named: list[Manifest], applied: Applied, api: WorldApi) -> None:
        self.world, self.plan, self.named, self.applied, self.api = world, plan, named, applied, api


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, list[Manifest], Plan, dict[str, Any]]:
    """A World, manifests, their plan, and the options of the run."""
    held = draw(st.lists(rows(), min_size=1, max_size=4))
    switches: dict[str, Any] = draw(SWITCHES)
    world = make_world(*held, faults=draw(FAULTS), **switches)
    # What is lost and cannot be seen is beyond any client.
    assume(world.switches.masks in SEEN or all(fault.kind != "lost" for fault in world.faults.script))
    many = draw(st.integers(1, len(held)))
    named = [draw(manifests(str(number), held[number - 1]["settings"])) for number in range(1, many + 1)]
    how = draw(st.sampled_from(("auto", "auto", "whole", "changed")))
    assume(how != "changed" or world.switches.settings_patch == "merge")
    size = draw(st.sampled_from((1, 2, 100)))
    hidden = draw(st.sampled_from(("warn", "resend")))
    try:
        plan = make_plan_of(world, *named, size=size, settings_patch=how, when_hidden=hidden)
    except ReconcilerError:
        assume(False)
    if any(fault.kind == "lost" for fault in world.faults.script):
        assume(all("settings" in change.body for change in plan.changes if change.action == "update"))
    assume(plan.summary.update and not any(change.refused for change in plan.changes))
    return world, named, plan, {"hand": draw(st.booleans()), "when_hidden": hidden, "settings_patch": how}


def _alike(one: Any, other: Any) -> bool:
    """Equal, but for what the World's coercions do to what is sent back as it was."""
    return one == other or (str(one).strip() == str(other).strip() and None not in (one, other))


def check_unnamed(before: dict[str, Any], case: Case) -> None:
    """(b) What no manifest names has not changed, unless a `lost` verdict says so."""
    told = {
        (outcome.id, field.path[1])
        for outcome in case.applied.outcomes
        for field in outcome.fields
        if field.verdict == "lost"
    }
    after = case.world.objects()
    by_id = {one.id: one for one in case.named}
    for one, item in before.items():
        manifest = by_id.get(one)
        for field in ("name", "status"):
            if manifest is None or getattr(manifest, field) is None:
                assert after[one][field] == item[field]
        for key in {*item["settings"], *after[one]["settings"]} - set(manifest.settings if manifest else ()):
            if key == "legacy" and case.world.switches.read_lag:
                # An API that does not take back a key that it holds, hides what was sent, and lags: no read tells.
                continue
            was, now = item["settings"].get(key), after[one]["settings"].get(key)
            if (one, key) in told or _sent_and_lost(case, one, key):
                assert case.applied.code != 0
            else:
                assert _alike(was, now), (one, key, was, now)


def _sent_and_lost(case: Case, one: str, key: str) -> bool:
    """An outcome that is not known may hide a loss; it says so by its status."""
    struck = any(entry.fault for entry in case.world.log)
    return struck and any(outcome.id == one and outcome.status == "unverified" for outcome in case.applied.outcomes)


def check_truth(case: Case) -> None:
    """(c) What is called applied is there."""
    after = case.world.objects()
    changes = {change.id: change for change in case.plan.changes}
    for outcome in case.applied.outcomes:
        if outcome.status != "applied":
            continue
        assert outcome.fields
        change, item = changes[outcome.id], after[str(outcome.id)]
        for field in outcome.fields:
            if field.verdict == "degraded":
                assert item["effective_status"] == "error"
                continue
            value = change.body[field.path[0]]
            value = resolve(value[field.path[1]], ASK) if field.path[0] == "settings" else value
            there = item[field.path[0]]
            there = there.get(field.path[1]) if field.path[0] == "settings" else there
            if field.verdict == "applied":
                assert there == value
            elif field.verdict == "coerced":
                assert is_retyped(value, there)
            else:
                assert field.verdict == "masked"


def check_bodies(before: dict[str, Any], case: Case) -> None:
    """(f) Nothing leaves that neither the plan nor the live object holds: no mask among it."""
    changes = {change.id: change for change in case.plan.changes}
    for sent in case.api.sent:
        if sent.body is None:
            continue
        change, item = changes[sent.what], before[sent.what]
        assert sent.body.keys() <= change.body.keys()
        assert all(sent.body[key] == change.body[key] for key in sent.body if key != "settings")
        planned = {**change.along, **change.body.get("settings", {})}
        for key, value in sent.body.get("settings", {}).items():
            allowed = [resolve(planned[key], ASK)] if key in planned else [item["settings"].get(key)]
            assert any(_alike(value, one) for one in allowed), (key, value, allowed)


def check_twice(case: Case) -> None:
    """(e) A second PATCH has a reason: an answer that left it open, a 429, lost keys, a proof that shows nothing."""
    struck = {"": 0}
    for entry in case.world.log:
        if entry.method == "PATCH" and entry.fault:
            one = entry.path.rpartition("/")[2]
            struck[one] = struck.get(one, 0) + 1
    lost = any(fault.kind == "lost" for fault in case.world.faults.script)
    repair = lost or case.world.switches.settings_patch == "replace"
    changes = {change.id: change for change in case.plan.changes}
    for outcome in case.applied.outcomes:
        one = str(outcome.id)
        patches = len(case.api.patches(one))
        proof = case.plan.settings_patch == "auto" and changes[outcome.id].can_prove
        assert patches <= 1 + struck.get(one, 0) + repair + proof
        assert outcome.attempts <= patches
        if outcome.status in ("skipped", "unchanged"):
            assert not patches


def check_settled(case: Case, again: Plan) -> None:
    """(a) Nothing is left to do, but for secrets that the first plan already said it could not see."""
    unseen = {(change.id, path) for change in case.plan.changes for path in change.unseen}
    left = {(change.id, field.path) for change in again.changes for field in change.fields}
    assert left <= unseen


@settings(max_examples=250, deadline=None)
@given(cases())
def test_applying_keeps_its_promises(
    case: tuple[World, list[Manifest], Plan, dict[str, Any]],
) -> None:
    """An apply tells the truth, changes what is named only, sends nothing else, and code 0 leaves nothing to do."""
    world, named, plan, options = case
    before = world.objects()
    applied, api = run(world, plan, hand=options["hand"])
    done = Case(world, plan, named, applied, api)
    event(f"code {applied.code}")
    check_unnamed(before, done)
    check_truth(done)
    check_bodies(before, done)
    check_twice(done)
    told = repr(applied) + str(applied.fatal)
    assert not any(secret in told for secret in (*SECRETS.values(), OLD_SECRET))
    assert all(outcome.error for outcome in applied.outcomes if outcome.status not in ("applied", "unchanged"))
    if applied.code == 0:
        check_settled(done, make_plan_of(world, *named, settings_patch=options["settings_patch"]))


@st.composite
def moved_worlds(draw: st.DrawFn) -> tuple[World, Plan, set[str], set[str]]:
    """A World, the plan for all of its objects, the ids that moved since, and those that are as desired already."""
    count = draw(st.integers(1, 8))
    rest: dict[str, Setting] = {"sending_domain": "one", "port": "25", "password": TOKEN}
    held = {"username": "old", "sending_domain": "one", "port": "25", "password": SECRETS[TOKEN]}
    world = make_world(*[row(held)] * count)
    named = []
    for one in map(str, range(1, count + 1)):
        beside: dict[str, Setting] = draw(st.sampled_from(({}, {"sending_domain": "one"}, rest, rest)))
        named.append(manifest(one, {"username": "new", **beside}, name=draw(st.sampled_from((None, "Post", "Mail")))))
    how = draw(st.sampled_from(("auto", "whole", "changed")))
    plan = make_plan_of(world, *named, size=draw(st.sampled_from((1, 3, 100))), settings_patch=how)
    moved, done = set(), set()
    for change in plan.changes:
        one, what = str(change.id), draw(st.sampled_from(("nothing", "unmanaged", "field", "beside", "desired")))
        managed = [path for path in change.seen.paths if path[0] == "settings"] if change.seen else []
        if what == "field":
            world.set_setting(one, draw(st.sampled_from(managed))[1], "theirs", now=0.0)
            moved.add(one)
        elif what == "beside" and ("settings", "port") in managed:
            world.remove_setting(one, "port", now=0.0)
            moved.add(one)
        elif what == "desired":
            world.set_setting(one, "username", "new", now=0.0)
            world.edit(one, name=change.body.get("name", "Post"), now=0.0)
            done.add(one)
        elif what == "unmanaged":
            world.set_setting(one, "default_sender_name", "theirs", now=0.0)
    return world, plan, moved, done


@settings(max_examples=120, deadline=None)
@given(moved_worlds(), st.booleans())
def test_exactly_what_moved_is_stale(case: tuple[World, Plan, set[str], set[str]], all_or_nothing: bool) -> None:
    """K of n: k stale and the rest applied, exit 5; with --all-or-nothing the rest is skipped, and nothing written."""
    world, plan, moved, done = case
    before = world.objects()
    applied, api = run(world, plan, care=Care(all_or_nothing=all_or_nothing))
    held = "skipped" if all_or_nothing and moved else "applied"
    expected = {one: "stale" if one in moved else "unchanged" if one in done else held for one in before}
    assert statuses(applied) == expected
    assert applied.code == (5 if moved else 0)
    assert {outcome.id for outcome in applied.outcomes if outcome.moved} == moved
    for one, item in world.objects().items():
        if expected[one] == "applied":
            assert item["settings"] == {**before[one]["settings"], "username": "new"}
        else:
            assert item == before[one]
    assert api.count("PATCH") == sum(status == "applied" for status in expected.values())
