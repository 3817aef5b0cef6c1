"""A stand-in of the API and a desk that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.account import mitto_item, twilio_item
from tests.contract.desk import MAIN, Desk
from tests.contract.stand_in import StandIn, serving


@pytest.fixture
def api() -> Iterator[StandIn]:
    """The documented Twilio integration and one that no manifest describes."""
    with serving([twilio_item(), mitto_item()]) as stand_in:
        yield stand_in


@pytest.fixture
def desk(api: StandIn, tmp_path: Path) -> Desk:
    """A folder with one manifest, main.yaml, that changes the phone number of 1161."""
    made = Desk(tmp_path, api.url)
    made.write("manifests/main.yaml", MAIN)
    return made
