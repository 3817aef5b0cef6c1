"""Laws of the way back, over random manifests, live states, emulator switches and faults of the way forth."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.applying.apply import Applied
from reconciler.errors import ApiError, InvalidError, RefusedError
from reconciler.model import Json, Path
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.switches import Switches
from tests.pipeline import Bench
from tests.test_laws import SECRETS, faults, run, switches, worlds

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def stored(bench: Bench, one: str, path: Path) -> Json:
    """What the server holds; text, since a server that coerces may store 587 for "587"."""
    item = bench.world.objects()[one]
    value = item["settings"].get(path[1]) if path[0] == "settings" else item[path[0]]
    return None if value is None else str(value).strip()


def everything(bench: Bench) -> dict[tuple[str, Path], Json]:
    """All fields of all objects that are not secret."""
    return {
        (one, path): stored(bench, one, path)
        for one, item in bench.world.objects().items()
        for path in [("name",), ("status",), *(("settings", key) for key in item["settings"] if key not in SECRETS)]
    }


def undo(bench: Bench, applied: Applied) -> Any:
    """What an undo left and what became of the rest; None where a rule or the API stood in its way."""
    bench.clock.time += 60
    bench.world.faults = Faults()
    try:
        return bench.undo(applied)
    except (ApiError, RefusedError, InvalidError):
        return None


@SLOW
@given(worlds(), switches, faults, st.sampled_from(["auto", "changed", "whole"]))
def test_what_an_undo_ends_well_is_as_it_was(world: Any, chosen: Switches, struck: Faults, mode: str) -> None:
    """Whatever became of the apply: where the undo ends 0 each field that was sent is what it was, or is told."""
    rows, manifests, environ = world
    bench = Bench(rows, manifests, environ=environ, switches=chosen, faults=struck, settings_patch=mode)
    before = everything(bench)
    applied = run(bench)
    told = undo(bench, applied) if applied is not None else None
    if told is None or told[1].code != 0:
        return
    back, _ = told
    left = " ".join(problem.message for problem in back.left)
    sent = {(str(one.id), path) for one in applied.outcomes for path, _ in one.before}
    for (one, path), value in before.items():
        if (one, path) in sent and f"{'.'.join(path)}: not undone" not in left:
            assert stored(bench, one, path) in ({value} if value else {None, "", value}), (one, path)


@SLOW
@given(worlds(), switches)
def test_what_was_not_sent_is_not_touched(world: Any, chosen: Switches) -> None:
    """An undo writes the fields of the report and no others; and no secret anywhere."""
    rows, manifests, environ = world
    bench = Bench(rows, manifests, environ=environ, switches=chosen)
    applied = run(bench)
    if applied is None:
        return
    held = {one: dict(item["settings"]) for one, item in bench.world.objects().items()}
    bench.bodies.clear()
    told = undo(bench, applied)
    sent = {(str(one.id), path[-1]) for one in applied.outcomes for path, _ in one.before}
    for one, body in bench.bodies:
        assert all((one, key) in sent for key in body if key != "settings")
        for key, value in body.get("settings", {}).items():
            assert (one, key) in sent or str(held[one].get(key)) == str(value)
    if told is not None and told[1].code == 0:
        after = {one: dict(item["settings"]) for one, item in bench.world.objects().items()}
        for one, there in held.items():
            assert {key: there.get(key) for key in SECRETS} == {key: after[one].get(key) for key in SECRETS}


def texts(bench: Bench) -> dict[str, Any]:
    """Names, statuses and settings, as stored."""
    return {
        one: (
            item["name"],
            item["status"],
            {key: value for key, value in item["settings"].items() if value is not None},
        )
        for one, item in bench.world.objects().items()
    }


@SLOW
@given(worlds(), st.sampled_from(["merge", "replace"]), st.sampled_from(["clears", "stored"]))
def test_an_undo_of_an_undo_is_the_apply(world: Any, mode: Any, nulls: Any) -> None:
    """Where nothing is hidden: there, back, and there again; back is as it was but for secrets."""
    rows, manifests, environ = world
    bench = Bench(rows, manifests, environ=environ, switches=Switches(settings_patch=mode, null_in_settings=nulls))
    before = texts(bench)
    applied = run(bench)
    if applied is None or applied.code != 0:
        return
    after = texts(bench)
    back = undo(bench, applied)
    if back is None:
        return
    assert back[1].code == 0
    assert back[0].moved == []
    again = undo(bench, back[1])
    assert again is not None
    assert again[1].code == 0
    if not back[0].left:
        assert {path for one in applied.outcomes for path in one.unkept} == set()
    assert texts(bench) == after or back[0].left
    undone = undo(bench, again[1])
    assert undone is not None
    for one, (name, status, there) in texts(bench).items():
        assert (name, status) == before[one][:2]
        kept = {key: value for key, value in there.items() if key not in SECRETS}
        assert kept == {key: value for key, value in before[one][2].items() if key not in SECRETS}


@pytest.mark.parametrize("mode", ["merge", "replace"])
@pytest.mark.parametrize("coerce", ["none", "numbers", "trimmed"])
def test_the_way_back_is_seen_to_be_gone(mode: Any, coerce: Any) -> None:
    """Something is changed, added and cleared, and all of it comes back."""
    live = {"default_sender_name": "Old", "port": "25", "username": "u", "password": "canary"}
    rows = [{"id": "1", "name": "One", "provider_id": "1001", "settings": live, "status": "inactive"}]
    wanted = {"default_sender_name": "New", "port": None, "default_sender_email": "a@b.example"}
    manifests = [{"provider": "custom_email", "id": "1", "name": "Two", "status": "active", "settings": wanted}]
    bench = Bench(rows, manifests, switches=Switches(settings_patch=mode, coerce=coerce))
    before = everything(bench)
    applied = bench.apply()
    assert applied.code == 0
    assert len({key for key, value in everything(bench).items() if before.get(key) != value}) == 5 - ("port" in live)
    back, undone = bench.undo(applied)
    assert (back.left, back.moved, undone.code) == ([], [], 0)
    assert {key: value for key, value in everything(bench).items() if value is not None} == before
