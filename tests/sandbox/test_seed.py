"""Seeds: the demo's, files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import InvalidError, UsageError
from reconciler.sandbox.seed import COMPANY, DEMO, Seed, load_seed, make_seed
from reconciler.sandbox.world import World
from tests.sandbox.asking import ask


def test_the_demo_has_twelve_integrations_of_the_sandbox_company() -> None:
    """Every provider of the documentation is there, and no value looks real."""
    world = World()
    assert len(world.objects()) == 12
    assert {item["company_id"] for item in world.objects().values()} == {COMPANY}
    assert {item["provider_id"] for item in world.objects().values()} == set(world.account.providers)
    secrets = [
        value
        for item in world.objects().values()
        for key, value in item["settings"].items()
        if key in ("auth_token", "api_key", "password", "bot_token")
    ]
    assert len(secrets) == 11
    assert all(value.startswith("fake-") for value in secrets)


def test_a_seed_file_may_name_other_companies() -> None:
    """The seed's company, an integration's own, and the World's argument, which wins over the seed's."""
    seed = make_seed(
        {
            "company_id": "5",
            "integrations": [
                {"id": "1", "name": "a", "provider_id": "1006"},
                {"id": "2", "name": "b", "provider_id": "1006", "company_id": "6"},
            ],
        }
    )
    assert [item["company_id"] for item in World(seed=seed).objects().values()] == ["5", "6"]
    assert [item["company_id"] for item in World(seed=seed, company_id="7").objects().values()] == ["7", "6"]


def test_a_seed_file_may_script_faults() -> None:
    """Each World has a memory of its own for them."""
    seed = make_seed({"faults": [{"kind": "503", "method": "GET", "nth": 2}]})
    for _ in range(2):
        world = World(seed=seed)
        assert [ask(world).status for _ in range(3)] == [200, 503, 200]


def test_a_seed_file_is_read(tmp_path: Path) -> None:
    """The same shape as the package's."""
    path = tmp_path / "seed.json"
    path.write_bytes(DEMO.read_bytes())
    assert load_seed(path) == load_seed()


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", '{"integratons": []}', '{"integrations": [{"id": 1, "name": "a", "provider_id": "1000"}]}',
        '{"integrations": [{"id": "1", "name": "a", "provider_id": "9"}]}',
        '{"integrations": [%s, %s]}' % (('{"id": "1", "name": "a", "provider_id": "1000"}',) * 2),
        "[" * 100_000, '{"faults": [{"kind": "500", "path": "("}]}',
    ],
)  # fmt: skip
def test_a_seed_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    """Unknown fields, wrong types, unknown providers, ids that come twice: the file is named."""
    path = tmp_path / "seed.json"
    path.write_text(text)
    with pytest.raises(InvalidError) as caught:
        load_seed(path)
    [problem] = caught.value.problems
    assert problem.message.startswith("not a seed")
    assert problem.source is not None
    assert problem.source.file == str(path)
    assert problem.fix


def test_a_seed_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """The reason is told."""
    with pytest.raises(UsageError, match="No such file"):
        load_seed(tmp_path / "none.json")


def test_an_empty_seed_is_an_empty_account() -> None:
    """Ids begin as in the documentation's sample."""
    world = World(seed=Seed())
    assert world.objects() == {}
    assert world.add("mitto", "a", {}) == "1161"
