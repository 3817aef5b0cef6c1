"""The canary law where the tool itself is at fault: no crash, wherever it comes, tells a secret."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.contract.canaries import find_canaries
from tests.contract.canary_desk import planted
from tests.contract.canary_rows import LOGS, ROWS, Line
from tests.contract.crashing import FAULTS, Crash, crashing, watching
from tests.contract.test_canary import DRIVEN, Scene, begin


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One desk for all: each run begins with it as it was."""
    with planted(tmp_path_factory.mktemp("crash") / "desk") as made:
        yield made


def count_calls(scene: Scene, verb: str, line: Line) -> int:
    """The calls of a run in peace."""
    begin(scene, verb)
    crash = Crash()
    with crashing(crash):
        scene[0].run(*line)
    return crash.calls


def crash_at(scene: Scene, verb: str, line: Line, at: int, fault: BaseException) -> tuple[Crash, int]:
    """A run that crashes at one of its calls; no value of the tool's own types shows a secret as text either."""
    desk, crash = scene[0], Crash(at, fault)
    begin(scene, verb)

    def look(value: object) -> None:
        found = set(find_canaries(repr(value).encode(), desk.canaries)) - {"undefined"}
        assert not found, f"the repr of {type(value)} shows {found}: {repr(value)[:500]}"

    with watching(look), crashing(crash):
        code = desk.run(*LOGS[at % len(LOGS)], *line).code
    return crash, code


def crash_often(scene: Scene, verb: str, line: Line, times: int) -> None:
    """Crashes a command line at so many of its calls, with one fault after the other."""
    secrets = " ".join(scene[0].canaries.values().values())
    calls = count_calls(scene, verb, line)
    assert calls > 20
    step = max(1, calls // times)
    first = Random(" ".join(line)).randrange(step) + 1
    codes = set()
    for number, at in enumerate(range(first, calls, step)):
        crash, code = crash_at(scene, verb, line, at, FAULTS[number % len(FAULTS)](secrets))
        codes.add(code)
        assert code in {0, 1, 2, 3, 4, 5, 6, 7, 8, 64}, crash.struck
    assert 1 in codes


@pytest.mark.parametrize("verb", DRIVEN)
def test_no_crash_shows_a_secret(scene: Scene, verb: str) -> None:
    """At some of the calls of each verb."""
    crash_often(scene, verb, ROWS[verb].lines[0], 12)


@pytest.mark.nightly
@pytest.mark.parametrize("verb", DRIVEN)
def test_no_crash_anywhere_shows_one(scene: Scene, verb: str) -> None:
    """At many more of them, and with other flags."""
    for line in ROWS[verb].lines:
        crash_often(scene, verb, line, 200)
