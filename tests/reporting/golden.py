"""Texts on disk that outputs are held to. RECONCILER_WRITE=1 writes them anew, to be looked at in the diff."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def is_as_written(path: str, text: str) -> bool:
    """Whether a file below the repository's root holds exactly this text; an ESC is written as a backslash and e."""
    file = ROOT / path
    shown = text.replace("\x1b", "\\e")
    if os.environ.get("RECONCILER_WRITE"):
        file.write_text(shown, encoding="utf-8")
    return file.read_text(encoding="utf-8") == shown
