"""The World in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import InvalidError, ReconcilerError
from reconciler.sandbox.state import load_world, save_world
from reconciler.sandbox.switches import Switches
from tests.sandbox.asking import make_world, patch


def test_a_state_file_begins_with_the_seed_and_goes_on_from_the_last_write(tmp_path: Path) -> None:
    """No file: the demo; then what was saved, with its switches or those given."""
    state = tmp_path / "deep" / "state.json"
    assert len(load_world(state).objects()) == 12
    world = make_world(1, total="string")
    patch(world, {"name": "saved"})
    save_world(world, state)
    assert state.stat().st_mode & 0o777 == 0o600
    assert list(state.parent.iterdir()) == [state]
    assert load_world(state).objects()["1161"]["name"] == "saved"
    assert load_world(state).switches.total == "string"
    assert load_world(state, switches=Switches()).switches.total == "number"


def test_the_account_can_be_given_to_another_company(tmp_path: Path) -> None:
    """Fresh or from a file: its own objects move along, another company's does not."""
    state = tmp_path / "state.json"
    first = load_world(state, company_id="5")
    first.edit("1161", company_id="66")
    save_world(first, state)
    world = load_world(state, company_id="7")
    assert world.account.company_id == "7"
    assert {item["company_id"] for item in first.objects().values()} == {"5", "66"}
    assert {item["company_id"] for item in world.objects().values()} == {"7", "66"}


def test_without_a_state_file_seed_and_switches_hold(tmp_path: Path) -> None:
    """A seed file and switches of one's own."""
    seed = tmp_path / "seed.json"
    seed.write_text('{"integrations": []}')
    world = load_world(None, seed, Switches(total="string"))
    assert (world.objects(), world.switches.total) == ({}, "string")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"{}", b"null", b'{"format": "x"}', b'{"format": "reconciler.sandbox/1"}', b"\xff\x00",
        b"[" * 99_999,
    ],
)  # fmt: skip
def test_a_damaged_state_says_what_to_delete(tmp_path: Path, data: bytes) -> None:
    """Cut off, another format, no JSON: never a traceback."""
    state = tmp_path / "state.json"
    state.write_bytes(data)
    with pytest.raises(InvalidError) as caught:
        load_world(state)
    [problem] = caught.value.problems
    assert (problem.code, problem.fix) == ("damaged-state", f"delete {state} to begin anew from the seed")


def test_every_cut_of_a_state_file_is_found(tmp_path: Path) -> None:
    """A file that ends early is damaged, wherever it ends."""
    state = tmp_path / "state.json"
    save_world(make_world(1), state)
    whole = state.read_bytes()
    for end in range(0, len(whole), 97):
        state.write_bytes(whole[:end])
        with pytest.raises(InvalidError):
            load_world(state)


def test_a_state_that_cannot_be_read_or_written_is_refused(tmp_path: Path) -> None:
    """A folder in its place; a file in place of its folder."""
    with pytest.raises(ReconcilerError, match="cannot read"):
        load_world(tmp_path)
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ReconcilerError, match="cannot write"):
        save_world(make_world(), file / "state.json")
    (tmp_path / "full").mkdir()
    with pytest.raises(ReconcilerError, match="cannot write"):
        save_world(make_world(), tmp_path / "full")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]
