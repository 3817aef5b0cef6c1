"""Misspelt settings keys are found without a network, at their place, with what was meant."""

from __future__ import annotations

import json
import random
from string import ascii_lowercase

import pytest

from reconciler.desired.documented import DOCUMENTED
from reconciler.desired.secrets import SecretKeys
from reconciler.model import Provider, SettingDefinition
from reconciler.provider_schemas import describe, make_schema
from reconciler.sandbox.providers import PROVIDERS
from tests.commands.stage import Stage

TYPOS = 50
RIGHT = 45


def misspell(word: str, rng: random.Random) -> str:
    """A slip of the hand: letters swapped, left out, doubled, mistaken, or another way to write a name."""
    at = rng.randrange(len(word) - 1)
    head, tail = word[:at], word[at:]
    slips = [
        head + tail[1] + tail[0] + tail[2:],
        head + tail[1:],
        head + tail[0] + tail,
        head + rng.choice(ascii_lowercase) + tail[1:],
        head + rng.choice(ascii_lowercase) + tail,
        word.upper(),
        word.replace("_", "-"),
        "".join(part.capitalize() for part in word.split("_")),
    ]
    return rng.choice(slips)


def make_typos(keys: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """Seeded (provider, key, misspelt key)."""
    typos: list[tuple[str, str, str]] = []
    for seed in range(10 * TYPOS):
        rng = random.Random(seed)
        provider = rng.choice(sorted(keys))
        key = rng.choice(keys[provider])
        typo = misspell(key, rng)
        if typo not in keys[provider] and len(typos) < TYPOS:
            typos.append((provider, key, typo))
    return typos


@pytest.mark.parametrize("written", [False, True])
def test_typos_are_found_and_what_was_meant_is_suggested(stage: Stage, written: bool) -> None:
    """By the shipped schemas, one of which lists not all keys, and by those that `reconciler schema` wrote."""
    keys = {one.name: sorted(one.keys) for one in DOCUMENTED.values()}
    if written:
        keys = {seed.name: sorted(row.name for row in seed.settings) for seed in PROVIDERS}
        for seed in PROVIDERS:
            rows = tuple(SettingDefinition(row.name, row.title, required=row.required) for row in seed.settings)
            provider = Provider(seed.id, seed.name, seed.type, rows)
            schema = make_schema(describe(provider, SecretKeys().matches, {}, ""))
            stage.write(f"schemas/providers/{seed.name}.json", json.dumps(schema))
    (stage.folder / "manifests/main.yaml").unlink()
    typos = make_typos(keys)
    assert len(typos) == TYPOS
    for number, (word, _, typo) in enumerate(typos):
        value = '{secret: "env:HOOD_X"}' if SecretKeys().matches(typo) else '"x"'
        stage.write(f"manifests/{number:02}.yaml", f'id: "{number}"\nprovider: {word}\nsettings:\n  {typo}: {value}\n')
    document = stage.run("validate", "--format", "json").document
    told = {
        one["source"]["file"]: one
        for one in document["warnings"]
        if (one["source"]["line"], one["source"]["column"]) == (4, 3)
    }
    assert len(told) == TYPOS, "every one is found at its place"
    right = sum(f'"{key}"' in told[f"manifests/{number:02}.yaml"]["fix"] for number, (_, key, _) in enumerate(typos))
    assert right >= RIGHT, f"{right} of {TYPOS} suggestions are right"


def test_a_misspelt_secret_is_found_though_nobody_takes_it_for_one(stage: Stage) -> None:
    """A reference would be readable under such a key; the remark tells what was meant, and no value is shown."""
    head = 'id: "1"\nprovider: custom_email\nsettings:\n'
    stage.write("manifests/main.yaml", f'{head}  pasword: {{secret: "env:HOOD_X"}}\n')
    document = stage.run("validate", "--format", "json", code=3).document
    assert [one["code"] for one in document["errors"]] == ["reference-not-secret"]
    assert [one["fix"] for one in document["warnings"]] == ['did you mean "password"?']
    stage.write("manifests/main.yaml", f"{head}  pasword: hunter2\n")
    ran = stage.run("validate")
    assert 'did you mean "password"?' in ran.out
    assert "hunter2" not in ran.out + ran.err
