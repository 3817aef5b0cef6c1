"""Every account is in exactly one shard, the same one everywhere; what a pipeline says about its jobs is understood."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.model.fleet import Shard
from reconciler.shards import find_shard, is_mine, shard_of

NAMES = st.text(min_size=1, max_size=40)
TOTALS = st.integers(1, 50)


@given(name=NAMES, of=TOTALS)
def test_every_account_is_in_exactly_one_shard(name: str, of: int) -> None:
    """However many shards there are, and whatever an account is called."""
    assert [index for index in range(1, of + 1) if is_mine(name, Shard(index, of))] == [shard_of(name, of)]


@given(names=st.sets(NAMES, max_size=20), more=st.sets(NAMES, max_size=20), of=TOTALS)
def test_an_account_that_comes_moves_no_other(names: set[str], more: set[str], of: int) -> None:
    """A name's shard knows of no other name, so that a fleet may grow between two runs."""
    before = {name: shard_of(name, of) for name in names}
    after = {name: shard_of(name, of) for name in sorted(names | more)}
    assert before.items() <= after.items()


@pytest.mark.parametrize("of", [2, 3, 8, 16])
def test_shards_are_about_as_large_as_each_other(of: int) -> None:
    """10,000 names that differ in their numbers alone: no shard is 15% off."""
    counts = Counter(shard_of(f"account-{number:05}", of) for number in range(10_000))
    assert len(counts) == of
    assert all(abs(count * of / 10_000 - 1) < 0.15 for count in counts.values())


@pytest.mark.parametrize(
    ("name", "of", "index"),
    [("main", 2, 2), ("main", 8, 4), ("main", 1000, 52), ("staging", 8, 5), ("zürich", 8, 1), ("", 8, 5)],
)
def test_the_hash_never_changes(name: str, of: int, index: int) -> None:
    """Golden values: pieces of one run may be made by several versions, and merged by yet another."""
    assert shard_of(name, of) == index


def test_without_a_shard_all_accounts_are_mine() -> None:
    """A run that shares with nobody."""
    assert is_mine("main", None)


FOUND = [
    (None, {}, None),
    ("2/8", {}, Shard(2, 8)),
    ("1/1", {}, Shard(1, 1)),
    (None, {"RECONCILER_SHARD": "8/8"}, Shard(8, 8)),
    (None, {"RECONCILER_SHARD": ""}, None),
    ("1/2", {"RECONCILER_SHARD": "2/2", "CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "9"}, Shard(1, 2)),
    (None, {"RECONCILER_SHARD": "1/2", "CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "9"}, Shard(1, 2)),
    (None, {"CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "9"}, Shard(5, 9)),
    (None, {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "1"}, None),
    (None, {"CI_NODE_TOTAL": "1"}, None),
    (None, {"CI_NODE_TOTAL": "9"}, None),
    (None, {"JOB_COMPLETION_INDEX": "0", "CI_NODE_TOTAL": "9"}, Shard(1, 9)),
    (None, {"JOB_COMPLETION_INDEX": "8", "CI_NODE_TOTAL": "9"}, Shard(9, 9)),
    (None, {"JOB_COMPLETION_INDEX": "0", "CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"}, Shard(1, 2)),
    ("/4", {"JOB_COMPLETION_INDEX": "3"}, Shard(4, 4)),
    ("/4", {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "4"}, Shard(3, 4)),
    (None, {"RECONCILER_SHARD": "/4", "JOB_COMPLETION_INDEX": "3"}, Shard(4, 4)),
]


@pytest.mark.parametrize(("flag", "environ", "shard"), FOUND)
def test_where_a_shard_comes_from(flag: str | None, environ: dict[str, str], shard: Shard | None) -> None:
    """The flag beats RECONCILER_SHARD, and this beats what GitLab and Kubernetes tell."""
    assert find_shard(flag, environ) == shard


WRONG = [
    *((text, {}, "--shard is not i/n") for text in ("", "2", "0/4", "a/4", "1/0", "1/-4", "1/4/4", "1/²", "1/1000000")),
    ("9/8", {}, "--shard is past the last of 8 shards"),
    (None, {"RECONCILER_SHARD": "x"}, "RECONCILER_SHARD is not i/n"),
    ("/4", {}, "--shard /4 leaves out which shard this is"),
    ("/4", {"JOB_COMPLETION_INDEX": "4"}, "JOB_COMPLETION_INDEX is past the last of 4 shards"),
    ("/4", {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "8"}, "--shard and CI_NODE_TOTAL name different totals"),
    ("/4", {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "x"}, "CI_NODE_TOTAL is not a whole number from 1"),
    (None, {"JOB_COMPLETION_INDEX": "3"}, "JOB_COMPLETION_INDEX is set, but nothing tells how many"),
    (None, {"CI_NODE_INDEX": "3"}, "CI_NODE_INDEX is set, but nothing tells how many"),
    (None, {"JOB_COMPLETION_INDEX": "-1", "CI_NODE_TOTAL": "2"}, "JOB_COMPLETION_INDEX is not a whole number from 0"),
    (None, {"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "2"}, "CI_NODE_INDEX is not a whole number from 1"),
    (None, {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "two"}, "CI_NODE_TOTAL is not a whole number from 1"),
    (None, {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "2"}, "CI_NODE_INDEX is past the last of 2 shards"),
    (
        None,
        {"JOB_COMPLETION_INDEX": "1", "CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"},
        "JOB_COMPLETION_INDEX and CI_NODE_INDEX name different shards",
    ),
]


@pytest.mark.parametrize(("flag", "environ", "message"), WRONG)
def test_what_cannot_be_right_is_told_by_its_name(flag: str | None, environ: dict[str, str], message: str) -> None:
    """A run that guessed would leave accounts out, or do them twice; each error says what to type."""
    with pytest.raises(UsageError) as caught:
        find_shard(flag, environ)
    assert caught.value.message.startswith(message)
    assert caught.value.fix is not None
    assert "i/" in caught.value.fix or "--shard" in caught.value.fix or "2/8" in caught.value.fix
