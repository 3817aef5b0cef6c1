"""Non-interference: two runs whose secrets differ, and nothing else, leave the same bytes in every stream and file.

What secrets may decide is only whether one equals another (in sync or not), so both runs have them equal or different
alike. Left out are the times, the ids of runs, and what RECONCILER_KEY seals: keyed, they tell nothing without the key.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.values import is_mask
from tests.contract.canaries import CANARIES, Canaries
from tests.contract.canary_desk import SECRETS, planted
from tests.contract.canary_rows import LOGS, ROWS, Line, add_form, forms_of
from tests.contract.canary_scenarios import SCENARIOS, Scenario
from tests.contract.test_canary import DRIVEN, Scene, begin

VARYING = re.compile(
    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"
    rb'|"(?:seconds|time|run|duration)": ?"?[0-9a-f.:TZ-]+"?'
    rb"|\b[0-9]+ ms\b"
    rb"|hmac-sha256:[0-9a-f]{64}"
    rb"|(?m:^reconciler_\w*(?:seconds|timestamp)\w*(?:\{[^}]*\})? [0-9.e+]+$)"
    rb'|run="[0-9a-f]{16}"|\b[0-9a-f]{16}\b'
    rb'|"ended":[0-9.]+|"pid":[0-9]+'
    rb'|"file": "[^"]*",\s*"digest": "sha256:[0-9a-f]{64}"'
)
"""What differs from run to run whatever the secrets are; digests of saved plans, which hold their times, too."""

Seen = dict[str, bytes]
"""The streams and files of a run, by name."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One desk for all: each run begins with it as it was."""
    with planted(tmp_path_factory.mktemp("twins") / "desk") as made:
        yield made


def plant(scene: Scene, canaries: Canaries) -> None:
    """Other secrets, at the same places."""
    desk, api, forge = scene
    desk.canaries, api.token = canaries, canaries.token
    desk.plant(forge.url)
    desk.environ["RECONCILER_PARALLEL"] = "1"  # else the stand-in's clock goes by the order of threads


def observe(scene: Scene, canaries: Canaries, scenario: Scenario, verb: str, words: Line) -> Seen:
    """All that a run with these secrets leaves behind."""
    plant(scene, canaries)
    desk, api, _forge = scene
    begin(scene, verb)
    kept = dict(desk.written)
    try:
        ran = desk.run(*words, env=scenario.strike(desk, api) or {})
        files = {
            path: path.read_bytes() for path in (*desk.folder.rglob("*"), *desk.runtime.rglob("*")) if path.is_file()
        }
        seen = {
            path.name: data for path, data in files.items() if path.name != SECRETS and desk.written.get(path) != data
        }
        seen |= {"exit code": str(ran.code).encode(), "stdout": ran.out.encode(), "stderr": ran.err.encode()}
        return {name: VARYING.sub(b"-", data) for name, data in seen.items()}
    finally:
        for path in desk.written.keys() - kept.keys():
            path.unlink()
        desk.written = kept
        desk.renew()


def turn(text: str) -> str:
    """The text with every ASCII letter and digit replaced by the next one of its kind."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    return text.translate({ord(kind[i]): kind[(i + 1) % len(kind)] for kind in kinds for i in range(len(kind))})


TWINS = Canaries(**{name: turn(secret) for name, secret in CANARIES.values().items() if name != "undefined"})
"""Other secrets of the same lengths and kinds; what is no secret stays as it is."""

ORDINARY = frozenset({
    "success", "masked", "hidden", "replacing", "ignoring", "coercing", "degrading", "writes-400", "reads-500", "stale",
    "unknown-id", "literals", "no-yaml", "refused-references", "lost-secrets", "spoiled-config", "refusing-proxy",
})  # fmt: skip


def compare(scene: Scene, one: Canaries, other: Canaries, scenario: Scenario, verb: str, words: Line) -> None:
    """Holds two runs to the same bytes."""
    first, second = (observe(scene, each, scenario, verb, words) for each in (one, other))
    assert first.keys() == second.keys()
    for name, data in first.items():
        assert data == second[name], (words, name)


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if one.name in ORDINARY], ids=lambda one: one.name)
def test_secrets_of_equal_length_leave_the_same_bytes(scene: Scene, scenario: Scenario) -> None:
    """Every verb, formats and log levels in turn."""
    for number, verb in enumerate(DRIVEN):
        line = ROWS[verb].lines[0]
        forms = forms_of(line[0])
        words = (*LOGS[number % len(LOGS)], *add_form(line, forms[number % len(forms)]))
        compare(scene, CANARIES, TWINS, scenario, verb, words)


@pytest.mark.nightly
@pytest.mark.parametrize("verb", DRIVEN)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_they_do_so_in_every_scenario_and_format(scene: Scene, scenario: Scenario, verb: str) -> None:
    """The whole cross product but for log levels."""
    for number, line in enumerate(ROWS[verb].lines):
        for form in forms_of(line[0]):
            compare(scene, CANARIES, TWINS, scenario, verb, (*LOGS[number % len(LOGS)], *add_form(line, form)))


COMMON = [
    ("plan", ("plan", "--out", "saved.json", "--format", "json")),
    ("apply", ("apply", "--yes", "--report", "a.json")),
]


def letters(length: int) -> st.SearchStrategy[str]:
    """Secrets of a length, of any characters that a variable and YAML can hold, that look like no mask."""
    kinds = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
    return st.text(kinds, min_size=length, max_size=length).filter(lambda text: not is_mask(text, secret=True))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Canaries, Canaries]:
    """Two sets of secrets, all of one length, in each of which no two are equal."""
    length = draw(st.integers(1, 12))
    names = [name for name in CANARIES.values() if name.startswith(("new_", "old_")) or name in {"same", "unmanaged"}]
    made = []
    for _ in range(2):
        secrets = draw(st.lists(letters(length), min_size=len(names), max_size=len(names), unique_by=str.upper))
        made.append(replace(CANARIES, **dict(zip(names, secrets, strict=True))))
    return made[0], made[1]


def hold(scene: Scene, names: tuple[str, ...], examples: int) -> None:
    """The law, for so many pairs of random secrets, in scenarios of these names."""
    scenarios = {one.name: one for one in SCENARIOS if one.name in names}

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs(), st.sampled_from(names))
    def law(pair: tuple[Canaries, Canaries], name: str) -> None:
        for verb, words in COMMON:
            compare(scene, *pair, scenarios[name], verb, words)

    scene[0].searches = False
    try:
        law()
    finally:
        scene[0].searches = True


MASKED = ("success", "masked", "starred", "hidden", "replacing", "ignoring", "lagging")


def test_any_secrets_do_so(scene: Scene) -> None:
    """Of one character too, of any script, with quotes and brackets."""
    hold(scene, MASKED, 15)


@pytest.mark.nightly
def test_very_many_secrets_do_so(scene: Scene) -> None:
    """The same, long."""
    hold(scene, (*MASKED, "in-sync", "slim", "degrading", "stale", "unknown-id", "other-company"), 600)
