"""What differs between manifests and what is live, without a reference resolved."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import AnswerError, RefusedError
from reconciler.model import Lifecycle, Live, Manifest, SecretRef, Setting
from reconciler.planning.differences import Compared, Comparison, compare_all
from reconciler.planning.overview import Unresolved
from tests.planning.build import COMPANY, PLACE, is_secret, make_live, make_manifest, make_provider, make_snapshot

TOKEN = SecretRef("env", "HOOD_TOKEN")
LIVE = make_live({"sid": "AC", "token": "canary", "phone": "+1"}, name="One", status="active")


def compare(manifests: list[Manifest], *objects: Live, company: str | None = COMPANY, **rest: Any) -> Comparison:
    """All manifests against these objects."""
    return compare_all(
        manifests,
        make_snapshot(*objects, **rest),
        Unresolved(is_secret, PLACE),
        account="main",
        company_id=company,
        in_scope=lambda one: one.address != "twilio/out",
    )


def one(manifest: Manifest, *objects: Live, **rest: Any) -> Compared:
    """The one that was compared."""
    (found,) = compare([manifest], *objects, **rest).compared
    return found


def test_what_is_as_declared_has_no_difference() -> None:
    """References are not looked at, whatever is live."""
    found = one(make_manifest({"sid": "AC", "token": TOKEN}, name="One", status="active"), LIVE)
    assert (found.changed, found.hidden, found.problems) == ((), (), ())
    assert found.live is LIVE
    assert found.provider is not None


def test_what_differs_is_told_by_its_path() -> None:
    """Name, status, settings; what the API cannot change (is_default) as well; what is ignored not."""
    declared: dict[str, Setting] = {"sid": "other", "phone": "+2", "token": TOKEN}
    manifest = make_manifest(
        declared, name="Two", status="inactive", is_default=True, lifecycle=Lifecycle(ignore=(("settings", "phone"),))
    )
    found = one(manifest, LIVE)
    assert found.changed == (("name",), ("status",), ("settings", "sid"), ("is_default",))


def test_references_are_never_among_the_differences() -> None:
    """Neither where the live secret is hidden, nor where it is not there."""
    manifest = make_manifest({"sid": "other", "token": TOKEN})
    for token in ("****1234", None):
        live = make_live({"sid": "AC", "token": token})
        found = one(manifest, live, make_live({"token": "shown"}, id="2"))
        assert (found.changed, found.hidden) == ((("settings", "sid"),), ())


def test_what_the_api_hides_and_what_it_does_not_define_is_told_apart() -> None:
    """Neither is a difference."""
    found = one(make_manifest({"sid": "AC", "pohne": "+1"}), make_live({"sid": "****1234"}))
    assert (found.changed, found.hidden, found.undefined) == ((), (("settings", "sid"),), frozenset({"pohne"}))


def test_what_a_plan_would_refuse_has_its_problem() -> None:
    """Another provider, an unknown id, no twin, a wrong type."""
    other = make_provider(id="1001", name="mitto")
    assert codes(one(make_manifest({}), make_live({}, provider=other))) == ["provider-differs"]
    assert codes(one(make_manifest({}), unknown=frozenset({"1"}))) == ["unknown-id"]
    assert codes(one(make_manifest({}, id=None, name="Nobody"), LIVE)) == ["no-twin"]
    assert codes(one(make_manifest({}, type="email"), LIVE)) == ["type-differs"]


def codes(found: Compared) -> list[str]:
    """The codes of its problems."""
    assert found.changed == ()
    return [problem.code for problem in found.problems]


def test_what_is_out_of_scope_is_not_compared() -> None:
    """In the order of addresses."""
    manifests = [
        make_manifest({}, address=f"twilio/{name}", id=id_) for name, id_ in (("b", "2"), ("out", "3"), ("a", "1"))
    ]
    comparison = compare(manifests, LIVE, make_live({}, id="2"), make_live({}, id="3"))
    assert [found.manifest.address for found in comparison.compared] == ["twilio/a", "twilio/b"]
    assert comparison.company_id == COMPANY


def test_what_is_yet_to_be_created_is_left_out() -> None:
    """There is nothing live to compare it with."""
    manifest = make_manifest({}, id=None, name="New", lifecycle=Lifecycle(create=True))
    assert compare([manifest], LIVE).compared == ()


def test_an_answer_that_tells_too_little_ends_the_run() -> None:
    """No definitions, or neither shown nor denied."""
    with pytest.raises(AnswerError, match="no settings definitions of twilio"):
        one(make_manifest({"sid": "AC"}), make_live({}, provider=make_provider(settings=None)))
    with pytest.raises(AnswerError, match="neither shown nor denied"):
        one(make_manifest({}))


def test_another_company_ends_the_run() -> None:
    """Nothing of it goes into these manifests."""
    with pytest.raises(RefusedError, match="company 1"):
        compare([make_manifest({})], LIVE, company="1")
