"""Keys that a PATCH erased are put back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reconciler.errors import StoppedError, UnauthorisedError
from reconciler.sandbox.faults import Fault
from tests.applying.bench import (
    OTHER,
    SECRETS,
    SOLD,
    TOKEN,
    make_world,
    row,
    settings,
    verdicts,
)
from tests.applying.reading import NEW, Bench


def test_lost_keys_are_put_back_at_once() -> None:
    """The PATCH of changed keys replaced the settings: they are all sent, and the run goes on with whole ones."""
    bench = Bench(make_world(row(), settings_patch="replace"), NEW)
    (item,) = bench.read()
    assert settings(bench.world) == {**SOLD, "username": "new"}
    assert (item.status, item.attempts) == ("applied", 2)
    assert bench.api.trail() == ["PATCH 1", "GET 1", "PATCH 1", "GET 1"]
    assert bench.merging.merges is False
    assert bench.merging.notes[0].endswith("settings_patch: whole")


def test_lost_keys_are_seen_only_when_the_read_no_longer_lags() -> None:
    """And what was put back may lag in its turn before it is called lost."""
    bench = Bench(make_world(row(), settings_patch="replace", read_lag=3.0), NEW)
    (item,) = bench.read()
    assert item.status == "applied"
    assert settings(bench.world) == {**SOLD, "username": "new"}
    assert bench.api.waits == [1.0, 3.0, 1.0, 3.0]


def test_what_travels_along_is_put_back_too() -> None:
    """A managed secret that the API hides was erased with the rest."""
    world = make_world(row(), settings_patch="replace", masks="absent")
    bench = Bench(world, {"username": "new", "password": TOKEN})
    bench.items[0].change = msgspec.structs.replace(
        bench.items[0].change, along={"password": {"secret": OTHER.reference}}, body={"settings": dict(NEW)},
        fields=bench.items[0].change.fields[1:],
    )  # fmt: skip
    (item,) = bench.read()
    assert item.status == "applied"
    assert settings(world)["password"] == SECRETS[OTHER]


@pytest.mark.parametrize("masks", ["full", "last4", "absent", "null", "empty"])
def test_a_hidden_key_that_was_erased_is_lost(masks: str) -> None:
    """Nobody knows its value: it cannot be put back, and the report says so."""
    bench = Bench(make_world(row(), settings_patch="replace", masks=masks), NEW)
    (item,) = bench.read()
    assert item.status == "failed"
    assert verdicts(item.outcome("")) == {"username": "applied", "password": "lost"}
    assert settings(bench.world) == {"username": "new", "sending_domain": "one.example"}


def test_a_hidden_key_beside_one_lost_key_may_be_there_still() -> None:
    """Where a mask shows it, it was not erased."""
    world = make_world(row(), masks="full", faults=[Fault("lost")])
    bench = Bench(world, {"username": "new"})
    world.set_setting("1", "password", SOLD["password"])
    (item,) = bench.read()
    assert item.status == "applied"
    assert settings(world)["sending_domain"] == SOLD["sending_domain"]


def test_keys_that_do_not_come_back_are_lost() -> None:
    """The API refuses the repair: told, with what to do."""
    bench = Bench(make_world(row(), settings_patch="replace", faults=[Fault("500", method="PATCH", nth=9)]), NEW)
    bench.world.switches = msgspec.structs.replace(bench.world.switches, statuses=("none",))
    bench.api.dead = lambda method, _: method == "PATCH"
    (item,) = bench.read()
    assert item.status == "failed"
    assert verdicts(item.outcome("")) == {"username": "applied", "password": "lost", "sending_domain": "lost"}
    assert "set it again in the console" in (item.error or "")


@pytest.mark.parametrize(("when", "patches"), [("before", 3), ("after", 2)])
def test_a_repair_of_unknown_outcome_is_read_before_it_is_sent_again(when: Any, patches: int) -> None:
    """As every write."""
    fault = Fault("timeout", when, "PATCH", nth=2)
    bench = Bench(make_world(row(), settings_patch="replace", faults=[fault]), NEW)
    (item,) = bench.read()
    assert (item.status, item.attempts, bench.api.count("PATCH")) == ("applied", patches, patches)
    assert settings(bench.world) == {**SOLD, "username": "new"}
    assert "PATCH 1 PATCH 1" not in " ".join(bench.api.trail())


def test_a_repair_that_is_never_answered_gives_up() -> None:
    """After as many attempts as any request."""
    bench = Bench(
        make_world(row(), settings_patch="replace", faults=[Fault("timeout", method="PATCH", nth=2, count=0)]), NEW
    )
    (item,) = bench.read()
    assert (item.status, bench.api.count("PATCH")) == ("failed", 5)


def test_a_signal_waits_for_the_repair() -> None:
    """It comes while the loss is read: all keys are put back and read, and only then the run ends."""
    bench = Bench(make_world(row(), row(), settings_patch="replace"), NEW, NEW, stop_at=3)
    bench.read()
    assert bench.api.trail() == ["PATCH 1", "PATCH 2", "GET 1,100", "PATCH 1", "GET 1", "PATCH 2", "GET 2"]
    assert settings(bench.world, "1") == settings(bench.world, "2") == {**SOLD, "username": "new"}
    with pytest.raises(StoppedError):
        bench.api.ready()


def test_a_token_that_is_refused_during_the_repair_leaves_the_keys_lost() -> None:
    """The run ends, and the report tells of the loss."""
    bench = Bench(make_world(row(), settings_patch="replace"), NEW)
    bench.api.meanwhile = lambda number: setattr(bench.api, "token", "revoked") if number == 3 else None
    with pytest.raises(UnauthorisedError):
        bench.read()
    assert bench.items[0].status == "failed"
    assert verdicts(bench.items[0].outcome("")) == {"password": "lost", "sending_domain": "lost"}


def test_a_whole_patch_that_loses_a_key_teaches_nothing_of_merging() -> None:
    """The API does not take back a key that it holds: lost, and told."""
    world = make_world(row({**SOLD, "legacy": "kept"}), settings_patch="replace")
    bench = Bench(world, NEW, asked="auto", whole=True)
    (item,) = bench.read()
    assert (item.status, verdicts(item.outcome(""))) == ("failed", {"username": "applied", "legacy": "lost"})
    assert bench.merging.merges is None
