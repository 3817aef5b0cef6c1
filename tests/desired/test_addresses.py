"""Addresses are stable, tell manifests apart, and twins are refused."""

from __future__ import annotations

import pytest

from tests.desired.placing import make_desired


def make_text(*parts: str) -> str:
    """Documents of one provider, each with its keys on one line."""
    return "\n---\n".join(f"provider: p\n{part.replace('; ', chr(10))}" for part in parts)


@pytest.mark.parametrize(
    ("parts", "addresses"),
    [
        (["name: A; key: k"], ["p/k"]),
        (["id: '7'"], ["p/7"]),
        (["id: '7'; name: '!'"], ["p/7"]),
        (["id: '7'; name: A", "id: '8'; name: a"], ["p/a.7", "p/a.8"]),
        (["id: '7'; name: A", "name: a"], ["p/a", "p/a.7"]),
        (["id: '7'; name: A", "name: x; key: a"], ["p/a", "p/a.7"]),
        (["id: '7'; name: A", "id: '8'; name: '7'", "id: '9'; key: z"], ["p/7", "p/a", "p/z"]),
        (["id: '7'", "id: '8'; name: '7'"], ["p/7.7", "p/7.8"]),
        (["id: '7'; key: k", "id: '8'; key: k"], ["p/k.7", "p/k.8"]),
        (["name: A; key: k", "id: '1'; key: k"], ["p/k", "p/k.1"]),
        (["id: '7'; key: a", "id: '8'; name: A"], ["p/a.7", "p/a.8"]),
        (["key: a.7; name: x", "name: a; id: '7'", "name: a"], ["p/a", "p/a.7", "p/a.7.7"]),
        (["key: a.7; id: '9'", "name: a; id: '7'", "name: a"], ["p/a", "p/a.7.7", "p/a.7.9"]),
    ],
)
def test_addresses(parts: list[str], addresses: list[str]) -> None:
    """provider/key, else the slug, else provider/ID; .ID for those with an id that share one, of whatever kind."""
    desired = make_desired(make_text(*parts))
    assert desired.problems == []
    assert [one.address for one in desired.manifests] == addresses


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        (["name: A", "name: a"], {"name": "duplicate-address"}),
        (["name: A; key: k", "name: B; key: k"], {"key": "duplicate-address"}),
        (["name: x; key: a", "name: a"], {"key": "duplicate-address", "name": "duplicate-address"}),
        (["name: A", "id: '7'; name: A", "name: a"], {"name": "duplicate-address"}),
    ],
)
def test_twins_are_refused_at_both_places(parts: list[str], codes: dict[str, str]) -> None:
    """Manifests without an id that share an address are a problem at each of them, which names the other."""
    desired = make_desired(make_text(*parts))
    assert len(desired.problems) == 2
    assert {one.source.file: one.code for one in desired.problems if one.source} == codes
    first, second = sorted(one.source.line for one in desired.problems if one.source)
    assert f"m.yaml:{second}:1" in desired.problems[0].message + desired.problems[1].message
    assert f"m.yaml:{first}:1" in desired.problems[0].message + desired.problems[1].message


def test_a_name_without_letters_needs_a_key() -> None:
    """Without id, key and slug there is no address."""
    (problem,) = make_desired(make_text("name: '!!!'")).problems
    assert (problem.code, problem.fix) == ("no-address", "add key:")


@pytest.mark.parametrize(
    ("parts", "account", "place"),
    [
        (["id: '7'; name: A", "id: '7'; name: B"], "main", "id"),
        (["id: '7'; name: A", "id: '7'; name: A"], "main", "id"),
        (["id: '7'; name: A", "id: '7'"], None, "id"),
        (["id: '7'; name: A", "id: {main: '7'}"], "main", "id.main"),
        (["id: {a: '7', b: '1'}", "id: {b: '7', a: '2'}; name: A", "id: {a: '7'}; name: B"], None, "id.a"),
    ],
)
def test_an_id_belongs_to_one_manifest(parts: list[str], account: str | None, place: str) -> None:
    """Two manifests with one id of an account are one problem, at the later, which names the earlier."""
    (problem,) = make_desired(make_text(*parts), account=account).problems
    assert problem.code == "duplicate-id"
    assert problem.source is not None
    assert problem.source.file == place
    assert problem.message == 'id: "7" is also the id of m.yaml:1:1'


def test_ids_of_different_accounts_do_not_clash() -> None:
    """The same id in two accounts are two objects."""
    text = make_text("id: {a: '7', b: '1'}; name: A", "id: {a: '1', b: '7'}; name: B", "name: C")
    for account in ("a", "b", None):
        assert make_desired(text, account=account).problems == []
