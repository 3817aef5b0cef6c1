"""Whatever an account holds, no verb shows what a terminal obeys: escapes, bidi, line breaks, zero-width characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from reconciler.sandbox.server import SandboxServer, serve
from reconciler.sandbox.switches import Switches
from reconciler.sandbox.world import World
from tests.commands.stage import Ran, Stage

EVIL = "\x1b[31mred\x07\u202eevil\u200b\r\nforged: line\x9b\u2028"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]|^forged", re.MULTILINE)
ROWS = [
    {"name": "k" + EVIL, "title": "Title" + EVIL, "required": True},
    {"name": "api_key", "title": EVIL},
    {"name": "old" + EVIL, "deprecated": True},
    {"name": "n" + EVIL, "type": "num" + EVIL},
]
SEED = {
    "providers": [{"id": "7", "name": "p" + EVIL, "type": "t" + EVIL, "settings": ROWS}],
    "integrations": [
        {
            "id": one,
            "name": f"Name {one}{EVIL}",
            "provider_id": "7",
            "status": "s" + EVIL,
            "settings": {
                "k" + EVIL: "v" + EVIL,
                "api_key": "key" + EVIL,
                "old" + EVIL: EVIL,
                "n" + EVIL: 5,
                "u" + EVIL: EVIL,
            },
        }
        for one in ("1", "2", "3")
    ],
}


@pytest.fixture
def hostile() -> Iterator[SandboxServer]:
    """An account in which every text is hostile."""
    with serve(World(switches=Switches(per_second=0, per_minute=0), seed=SEED)) as server:
        yield server


def test_no_verb_shows_what_a_terminal_obeys(stage: Stage, hostile: SandboxServer) -> None:
    """Every verb that speaks of live objects, in text, on both streams."""
    stage.patch.setenv("RECONCILER_API", hostile.url)
    stage.patch.setenv("OCAMBA_TOKEN", hostile.world.token)
    (stage.folder / "manifests/main.yaml").unlink()
    check(stage, "providers")
    check(stage, "schema")
    check(stage, "new", "7")
    check(stage, "new", "p\x1bq", code=64)
    check(stage, "import", "1", "2", "--secrets-to", "secrets.env")
    for path in (stage.folder / "manifests").rglob("*.yaml"):
        assert not UNSAFE.search(path.read_text()), path.read_text()
    check(stage, "import", "--all", "--secrets-to", "more.env")
    check(stage, "import", "1", "9\x1b", code=6)
    check(stage, "validate")
    for name in re.findall(r"^(HOOD_\w+)=", read_all(stage), re.MULTILINE):
        stage.patch.setenv(name, "other" + EVIL)
    for one in hostile.world.account.items.values():
        one["settings"]["k" + EVIL] = "w" + EVIL
        one["status"] = "t" + EVIL
    check(stage, "show")
    check(stage, "show", "1")
    check(stage, "plan", "--show-unmanaged")
    check(stage, "drift", code=2)
    check(stage, "accept", "--yes", "--field", "status", code=None)
    check(stage, "apply", "--yes", "--report", "report.json", code=None)
    check(stage, "undo", "report.json", "--yes", code=None)
    check(stage, "doctor", code=None)


def check(stage: Stage, *argv: str, code: int | None = 0) -> None:
    """Runs a command line and looks through both streams."""
    ran = run_any(stage, argv) if code is None else stage.run(*argv, code=code)
    found = UNSAFE.search(ran.out) or UNSAFE.search(ran.err)
    assert found is None, (argv, ran.out, ran.err)


def read_all(stage: Stage) -> str:
    """Both files of secrets."""
    return "\n".join(path.read_text() for path in sorted(stage.folder.glob("*.env")))


def run_any(stage: Stage, argv: Sequence[str]) -> Ran:
    """A command line whose exit code is not what this is about."""
    try:
        return stage.run(*argv)
    except AssertionError as error:
        (text,) = error.args
        return Ran(1, text, "")
