"""Which of the configured accounts a run is for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.accounts import choose_account, choose_accounts, is_glob, list_names, split_accounts
from reconciler.errors import UnknownAccountError, UsageError

NAMES = ("main", "shop-berlin", "shop-rome", "staging")


def test_a_name_alone_is_no_glob() -> None:
    """No account's name holds a sign of one."""
    assert [is_glob(text) for text in ("main", "shop.a_b-c", "shop*", "s?", "[ab]")] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((), NAMES),
        (("*",), NAMES),
        (("shop-*",), NAMES[1:3]),
        (("staging", "main"), ("main", "staging")),
        (("shop-*", "shop-rome"), NAMES[1:3]),
        (("[ms]*",), NAMES),
        (("shop-????",), ("shop-rome",)),
    ],
)
def test_names_and_globs_choose_by_name(chosen: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Each once, in the order of the names, whatever the order of the words."""
    assert choose_accounts(chosen, reversed(NAMES)) == expected


@given(st.sets(st.from_regex(r"[A-Za-z0-9_.-]{1,8}", fullmatch=True), min_size=1), st.data())
def test_every_account_is_chosen_by_its_own_name(names: set[str], data: st.DataObject) -> None:
    """And by nothing else."""
    one = data.draw(st.sampled_from(sorted(names)))
    assert choose_accounts((one,), names) == (one,)


@pytest.mark.parametrize(("chosen", "said"), [("shop-x*", "no account matches"), ("stagin", "no account 'stagin'")])
def test_what_means_nothing_is_an_error(chosen: str, said: str) -> None:
    """Also where other words mean something: whoever is asked for is not left out in silence."""
    with pytest.raises(UnknownAccountError, match=said):
        choose_accounts(("main", chosen), NAMES)


def test_the_only_account_needs_no_name() -> None:
    """Several do."""
    assert choose_account(None, {"main": 1}) == "main"
    assert choose_account("main", NAMES) == "main"
    with pytest.raises(UsageError, match="several accounts") as several:
        choose_account(None, NAMES)
    assert several.value.fix == "choose one: --account main; or --all-accounts"
    with pytest.raises(UnknownAccountError) as unknown:
        choose_account("stagin", NAMES)
    assert unknown.value.fix == "did you mean --account staging?"


def test_a_message_lists_no_thousands() -> None:
    """The first twenty, and how many more."""
    assert list_names(NAMES) == "main, shop-berlin, shop-rome, staging"
    assert list_names([f"a{at}" for at in range(3000)]).endswith("a19 and 2,980 more")


def test_the_variable_holds_several() -> None:
    """With commas between them; empty parts say nothing."""
    assert split_accounts({"RECONCILER_ACCOUNT": " main, shop-*,,"}) == ("main", "shop-*")
    assert split_accounts({}) == ()
