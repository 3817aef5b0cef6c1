"""The canary law: no verb, in any format, at any log level, whatever happens, shows or leaves a secret anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.verbs import VERBS
from tests.commands.forge import ForgeServer
from tests.contract.account import Account
from tests.contract.canaries import CANARIES, find_canaries, find_forms
from tests.contract.canary_desk import CanaryDesk, make_items, planted
from tests.contract.canary_rows import LOGS, ROWS, Line, add_form, forms_of
from tests.contract.canary_scenarios import SCENARIOS, Scenario
from tests.contract.stand_in import StandIn

Scene = tuple[CanaryDesk, StandIn, ForgeServer]

DRIVEN = tuple(verb for verb in VERBS if verb in ROWS and not ROWS[verb].endless)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One desk for all: each run begins with it as it was."""
    with planted(tmp_path_factory.mktemp("canary") / "desk") as made:
        yield made


def begin(scene: Scene, verb: str) -> None:
    """Everything as it was, and what must have run in peace."""
    desk, api, forge = scene
    api.account = Account(make_items(desk.canaries))
    api.switches, api.faults = api.account.switches, []
    api.requests.clear()
    forge.comments.clear()
    forge.answer.clear()
    forge.next = 1
    desk.tidy()
    for each in ROWS[verb].before:
        assert desk.run(*each).code == 0, each


def drive(scene: Scene, scenario: Scenario, verb: str, line: Line, form: str, log: Line) -> int:
    """Runs one command line after it was struck; the exit code."""
    desk, api, _forge = scene
    begin(scene, verb)
    kept = dict(desk.written)
    try:
        environ = scenario.strike(desk, api) or {}
        return desk.run(*log, *add_form(line, form), env=environ).code
    finally:
        for path in desk.written.keys() - kept.keys():
            path.unlink()
        desk.written = kept
        desk.renew()


def test_every_verb_has_a_row() -> None:
    """A new verb is driven past the canaries too: write how in canary_rows.py."""
    assert sorted(set(VERBS) - ROWS.keys()) == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_no_verb_shows_a_secret(scene: Scene, scenario: Scenario) -> None:
    """Formats, log levels and further flags take turns; a copy in every other format is written besides."""
    turn = SCENARIOS.index(scenario)
    for verb in DRIVEN:
        lines = ROWS[verb].lines
        for line in dict.fromkeys((lines[0], lines[turn % len(lines)])):
            forms = forms_of(line[0])
            turn += 1
            code = drive(scene, scenario, verb, line, forms[turn % len(forms)], LOGS[turn % len(LOGS)])
            assert code != 1, (verb, line, scene[0].ran[-1])
            if line == ROWS[verb].lines[0] and verb in scenario.ends:
                assert code == scenario.ends[verb], (verb, scene[0].ran[-1])


@pytest.mark.nightly
@pytest.mark.parametrize("verb", DRIVEN)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_no_format_and_no_log_level_shows_one(scene: Scene, scenario: Scenario, verb: str) -> None:
    """The whole cross product."""
    for line in ROWS[verb].lines:
        for form in forms_of(line[0]):
            for log in LOGS:
                assert drive(scene, scenario, verb, line, form, log) != 1


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """In each form of each canary; and nothing in what is written here or by the tool itself."""
    for name, secret in CANARIES.values().items():
        for form in find_forms(secret):
            assert name in find_canaries(b"before " + form + b" after")
    root = Path(__file__).parents[2]
    for path in (root / "README.md", *(root / "schemas").rglob("*.json"), *(root / "reconciler").rglob("*.py")):
        assert find_canaries(path.read_bytes()) == []
