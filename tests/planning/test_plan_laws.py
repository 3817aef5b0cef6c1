"""Laws of planning, over random manifests and live states."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.errors import ReconcilerError
from reconciler.model import Change, Json, Lifecycle, Live, Manifest, Path, Plan, SecretRef, Snapshot, Source
from reconciler.planning.codec import seal_plan
from reconciler.planning.diff import diff_live, make_wanted
from tests.planning.build import is_secret, make_live, make_manifest, make_provider, make_snapshot, plan_of

CANARY = "canary"
"""Stands in every secret value, wanted or live, and in nothing else."""

REFS = {SecretRef("env", f"HOOD_{n}"): f"{CANARY}-{n}" for n in range(3)}
REFS[SecretRef("literal", "twilio/one#settings.token")] = f"{CANARY}-literal"
PROVIDER = make_provider(("sid", "phone", "port", "token", "password", "__odd.key"))

texts = st.sampled_from(["AC", "+1", "+2", "587", "", "a***b"])
secrets = st.sampled_from(sorted(REFS)) | st.none()
live_secrets = st.sampled_from([*REFS.values(), f"{CANARY}-live", "****", "", None])
wanted_settings = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("sid", "phone", "port", "__odd.key", "zzz"), texts | st.none()),
        "token": secrets,
        "password": secrets,
    },
)
live_settings = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("sid", "phone", "port", "__odd.key", "other"), texts | st.sampled_from([None, 587, True])),
        "token": live_secrets,
        "password": live_secrets,
    },
)
ignores = st.sampled_from([(), (("status",),), (("settings", "sid"), ("settings", "token"))])


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Manifest], Snapshot]:
    """Some manifests, each with its live object, and a few that nobody manages."""
    count = draw(st.integers(1, 4))
    manifests, objects = [], []
    for number in range(1, count + 1):
        named = draw(st.booleans())
        manifests.append(
            make_manifest(
                draw(wanted_settings),
                address=f"twilio/{number}",
                id=None if named else str(number),
                name=f"Name {number}" if named else draw(st.sampled_from([None, "New"])),
                status=draw(st.sampled_from([None, "active", "paused"])),
                lifecycle=Lifecycle(ignore=draw(ignores)),
                source=Source(f"{number % 2}.yaml", number, 1),
            )
        )
        objects.append(make_live(draw(live_settings), id=str(number), name=f"Name {number}", provider=PROVIDER))
    rest = [
        make_live(id=str(number), name="Rest", provider=PROVIDER) for number in range(10, draw(st.integers(10, 13)))
    ]
    return manifests, make_snapshot(*objects, *rest, page_size=2)


def merge(live: Live, body: dict[str, Json]) -> Live:
    """The live object after a PATCH that merges; null clears a key."""
    settings = dict(live.settings)
    for key, value in body.get("settings", {}).items():
        plain = REFS[ref_of(value["secret"])] if isinstance(value, dict) else value
        settings[key] = plain
        if plain is None:
            del settings[key]
    return replace(live, name=body.get("name", live.name), status=body.get("status", live.status), settings=settings)


def ref_of(reference: str) -> SecretRef:
    """The reference that a body holds."""
    scheme, _, name = reference.partition(":")
    return SecretRef(scheme, name)


def differs(manifest: Manifest, live: Live, *, shown: bool) -> bool:
    """Whether something of the manifest would still change."""
    wanted = make_wanted(manifest, frozenset({"zzz"}))
    return bool(diff_live(wanted, live, REFS.__getitem__, secret=is_secret, shown=shown).changed)


def without(body: dict[str, Json]) -> list[dict[str, Json]]:
    """The body less one key, for each of its keys."""
    top = [{key: value for key, value in body.items() if key != out} for out in body if out != "settings"]
    settings = body.get("settings", {})
    deep = [{**body, "settings": {k: v for k, v in settings.items() if k != out}} for out in settings]
    return top + deep


def updates(plan: Plan) -> list[Change]:
    """The changes that send something."""
    return [change for change in plan.changes if change.action == "update"]


@settings(deadline=None)
@given(accounts(), st.sampled_from(["auto", "changed", "whole"]), st.randoms(use_true_random=False))
def test_the_order_of_files_and_objects_changes_no_byte(account: Any, mode: str, random: Any) -> None:
    """Manifests, objects, providers and the keys of settings come in any order."""
    manifests, snapshot = account
    _, data = seal_plan(plan_of(manifests, snapshot, secrets=REFS, settings_patch=mode))
    mixed = [replace(one, settings=shuffled(one.settings, random)) for one in manifests]
    random.shuffle(mixed)
    objects = {key: replace(one, settings=shuffled(one.settings, random)) for key, one in snapshot.objects.items()}
    again = replace(snapshot, objects=shuffled(objects, random), ids_in_order=random.choice(["number", None]))
    assert seal_plan(plan_of(mixed, again, secrets=REFS, settings_patch=mode))[1] == data


def shuffled(mapping: dict[str, Any], random: Any) -> dict[str, Any]:
    """The same mapping in another order."""
    keys = list(mapping)
    random.shuffle(keys)
    return {key: mapping[key] for key in keys}


@settings(deadline=None)
@given(accounts())
def test_a_body_reaches_the_desired_state_and_no_key_of_it_is_idle(account: Any) -> None:
    """Merged into the live object it leaves no difference; less any key it leaves one."""
    manifests, snapshot = account
    plan = plan_of(manifests, snapshot, secrets=REFS)
    shown = any(is_secret(key) and value for live in snapshot.objects.values() for key, value in live.settings.items())
    of = {manifest.address: manifest for manifest in manifests}
    for change in updates(plan):
        manifest, live = of[change.address], snapshot.objects[change.id or ""]
        assert differs(manifest, live, shown=shown)
        assert not differs(manifest, merge(live, change.body), shown=shown)
        for less in without(change.body):
            assert differs(manifest, merge(live, less), shown=shown)


@settings(deadline=None)
@given(accounts())
def test_after_an_apply_the_next_plan_is_empty(account: Any) -> None:
    """A plan that is not empty is followed, once applied, by one that changes nothing; keys not named never change."""
    manifests, snapshot = account
    plan = plan_of(manifests, snapshot, secrets=REFS)
    objects = dict(snapshot.objects)
    for change in updates(plan):
        before = objects[change.id or ""]
        after = objects[before.id] = merge(before, change.body)
        changed = {
            key for key in {**before.settings, **after.settings} if before.settings.get(key) != after.settings.get(key)
        }
        assert changed <= {field.path[1] for field in change.fields if field.path[0] == "settings"}
    assert bool(updates(plan)) == (objects != snapshot.objects)
    named = [replace(one, id=one.id or one.address.partition("/")[2]) for one in manifests]
    assert updates(plan_of(named, replace(snapshot, objects=objects), secrets=REFS)) == []


@settings(deadline=None)
@given(accounts(), wanted_settings, ignores, st.sampled_from([None, "active", "paused"]))
def test_what_is_created_leaves_nothing_to_do(account: Any, wanted: Any, ignore: Any, status: str | None) -> None:
    """What was sent makes the object that the manifest declares; what is ignored was not sent."""
    manifests, snapshot = account
    lifecycle = Lifecycle(create=True, ignore=ignore)
    new = make_manifest(wanted, address="twilio/new", id=None, name="Launch", status=status, lifecycle=lifecycle)
    plan, data = seal_plan(plan_of([*manifests, new], snapshot, secrets=REFS))
    (change,) = [one for one in plan.changes if one.action == "create"]
    assert seal_plan(plan_of([new, *reversed(manifests)], snapshot, secrets=REFS))[1] == data
    assert CANARY.encode() not in data
    there = merge(make_live(id="99", name=None, status="active", provider=PROVIDER), change.body)
    live = {**snapshot.objects, "99": there}
    again = plan_of([*manifests, new], replace(snapshot, objects=live), secrets=REFS)
    assert again.summary.create == 0
    assert [one.fields for one in again.changes if one.address == "twilio/new" and one.action != "none"] == []
    assert {item.path for item in change.fields}.isdisjoint(set(ignore) - {("name",)})


@settings(deadline=None)
@given(accounts(), st.sampled_from(["warn", "resend", "fail"]), st.booleans())
def test_a_plan_never_contains_a_secret(account: Any, when_hidden: str, strict: bool) -> None:
    """Not from a reference, a literal or a live object; nor does an error."""
    manifests, snapshot = account
    try:
        plan, data = seal_plan(plan_of(manifests, snapshot, secrets=REFS, when_hidden=when_hidden, strict=strict))
    except ReconcilerError as error:
        told = repr((error.args, getattr(error, "problems", ()), getattr(error, "warnings", ())))
        assert CANARY not in told
        return
    assert CANARY.encode() not in data
    assert CANARY not in repr(plan)


@settings(deadline=None)
@given(accounts())
def test_bodies_hold_fields_and_nothing_else(account: Any) -> None:
    """What is sent is what is shown; a mask is never sent, and what travels along is unseen."""
    manifests, snapshot = account
    for change in plan_of(manifests, snapshot, secrets=REFS).changes:
        told = {field.path for field in change.fields}
        sent: set[Path] = {(key,) for key in change.body if key != "settings"}
        sent |= {("settings", key) for key in change.body.get("settings", {})}
        assert told == sent
        assert {("settings", key) for key in change.along} <= set(change.unseen) - told
        assert not told & set(change.unseen)
        assert (change.action == "update") == bool(sent)
