"""What the comparisons of a run share."""

from __future__ import annotations

import pytest

from reconciler.errors import AnswerError, RefusedError
from reconciler.model import Json, Provider
from reconciler.planning.account import check_company, check_told, make_account, shows_secrets
from tests.planning.build import COMPANY, is_secret, make_asked, make_live, make_snapshot


@pytest.mark.parametrize(("value", "shown"), [("clear", True), ("****", True), (7, True), (None, False), ("", False)])
def test_one_secret_seen_shows_that_the_account_shows_secrets(value: Json, shown: bool) -> None:
    """In clear or masked, on any object; absent, null and empty show nothing."""
    snapshot = make_snapshot(make_live({"sid": "AC"}), make_live({"sid": "AC", "token": value}, id="2"))
    assert shows_secrets(snapshot, is_secret) is shown


def test_only_told_definitions_count() -> None:
    """Empty definitions are no better than absent ones."""
    told = {one.id: one for one in (Provider("1", "a"), Provider("2", "b", settings=()))}
    snapshot = make_snapshot(make_live(), providers={**told, "1000": make_live().provider})
    account = make_account(snapshot, make_asked(), strict=False, when_hidden="warn")
    assert account.definitions.keys() == {"1000"}


def test_live_status_words_are_known() -> None:
    """What the account uses is no misspelling."""
    snapshot = make_snapshot(make_live(status="sleeping"), make_live(id="2", status=None))
    account = make_account(snapshot, make_asked(), strict=False, when_hidden="warn")
    assert {"active", "sleeping"} < account.statuses
    assert None not in account.statuses


def test_the_configured_company_is_the_only_one() -> None:
    """Objects of the company, or none at all, are fine."""
    assert check_company(make_snapshot(make_live()), "main", COMPANY) == COMPANY
    assert check_company(make_snapshot(), "main", COMPANY) == COMPANY


def test_an_object_of_another_company_is_refused() -> None:
    """Both companies are named, before anything is planned."""
    snapshot = make_snapshot(make_live(), make_live(id="2", company_id="999"))
    with pytest.raises(RefusedError, match=f"account main is company {COMPANY}.*company 999"):
        check_company(snapshot, "main", COMPANY)


def test_a_company_that_is_not_told_cannot_be_checked() -> None:
    """Where the configuration names one."""
    with pytest.raises(AnswerError, match="company_id"):
        check_company(make_snapshot(make_live(company_id=None)), "main", COMPANY)


def test_without_a_configured_company_the_shared_one_is_taken() -> None:
    """It is written into the plan, so that apply is bound to it."""
    assert check_company(make_snapshot(make_live(), make_live(id="2", company_id=None)), "main", None) == COMPANY
    assert check_company(make_snapshot(), "main", None) is None


def test_two_companies_and_none_configured_are_refused() -> None:
    """Nobody knows which one is meant."""
    snapshot = make_snapshot(make_live(), make_live(id="2", company_id="999"))
    with pytest.raises(RefusedError, match="2 companies") as caught:
        check_company(snapshot, "main", None)
    assert caught.value.fix == "name the right one: accounts.main.company_id in reconciler.yaml"


def test_an_object_without_company_is_no_concern_unless_it_is_described() -> None:
    """A slim list may leave the company out; what a manifest describes must tell it where one is to be held to."""
    silent = make_live(id="2", company_id=None)
    assert check_company(make_snapshot(make_live(), silent), "main", COMPANY) == COMPANY
    check_told(make_live(), COMPANY)
    check_told(silent, None)
    check_told(None, COMPANY)
    with pytest.raises(AnswerError, match="which company 2 belongs to"):
        check_told(silent, COMPANY)
