"""Where one account of a fleet speaks: its answer is kept for the fleet's own, its remarks go out with its name."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from typing import Literal, TextIO

from msgspec import Struct

from reconciler.commands.console import Console
from reconciler.commands.forms import Writers
from reconciler.errors import ReconcilerError
from reconciler.reporting.progress import ERASE, Progress
from reconciler.reporting.style import Style

_WRITING = threading.Lock()


class Voice(Struct, frozen=True):
    """How the accounts of a fleet speak: as the fleet itself would. documents: their JSON is wanted too. run: the id of
    the run in lines of JSON.
    """

    style: Style
    error_style: Style
    text: bool = True
    documents: bool = False
    quiet: bool = False
    verbose: bool = False
    log_format: Literal["text", "json"] = "text"
    sandbox: bool = False
    run: str = ""


class Named(io.StringIO):
    """A stream that puts a name before each line, and hands whole lines on, so that those of two accounts never mix."""

    def __init__(self, stream: TextIO, prefix: str) -> None:
        super().__init__()
        self._stream, self._prefix, self._rest = stream, prefix, ""

    def write(self, text: str) -> int:
        """Takes text; whole lines go out at once."""
        *lines, self._rest = (self._rest + text).split("\n")
        if lines:
            erase = ERASE if self._stream.isatty() else ""
            with _WRITING:
                self._stream.write(erase + "".join(f"{self._prefix}{line}\n" for line in lines))
                self._stream.flush()
        return len(text)


class AccountConsole(Console):
    """The console of one account. document: its answer as JSON, where that is wanted. failures: what was told."""

    def __init__(self, environ: Mapping[str, str], voice: Voice, stderr: TextIO, name: str) -> None:
        plain = voice.log_format == "json"
        prefix = "" if plain else f"{'SANDBOX ' if voice.sandbox else ''}{name}: "
        self.kept = io.StringIO()
        super().__init__(
            environ,
            quiet=voice.quiet,
            verbose=voice.verbose,
            log_format=voice.log_format,
            form="text" if voice.text else "json",
            stdout=self.kept,
            stderr=Named(stderr, prefix),
        )
        self.run_id = voice.run or self.run_id
        self.style, self.error_style = voice.style, voice.error_style
        self.voice, self.document = voice, ""
        self.failures: list[ReconcilerError] = []

    @property
    def asks(self) -> bool:
        """Nobody is asked: a fleet asks once, for all."""
        return False

    def publish(self, writers: Writers) -> None:
        """The answer, as text and as JSON, as far as these are wanted."""
        if self.voice.text:
            self.answer(writers["text"]())
        if self.voice.documents:
            self.document = writers["json"]()

    def fail(self, error: ReconcilerError) -> None:
        """An error, on stderr and in the row of the account."""
        self.failures.append(error)
        super().fail(error)

    def progress(self) -> Progress:
        """Silent: the fleet shows its own."""
        return Progress(self.stderr, tty=False, clock=lambda: 0.0, quiet=True)
