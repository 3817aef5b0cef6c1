"""Where a run speaks: the answer on stdout and nothing else there; progress, warnings and logs on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, TextIO

from reconciler.commands.forms import Write, Writers, save_writes
from reconciler.commands.streams import LostError, fit_document, make_lost, silence
from reconciler.errors import InvalidError, ReconcilerError, RefusedError
from reconciler.model import Problem
from reconciler.reporting.metrics import Measured
from reconciler.reporting.style import ColorChoice, Style, prefix_lines, use_color

if TYPE_CHECKING:
    from reconciler.reporting.progress import Progress

PREFIX = "SANDBOX "


class Console:
    """The two streams of a run.

    form: the format of stdout; in any but text nothing is put before its lines. writes: further copies of the answer.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        color: ColorChoice | None = None,
        quiet: bool = False,
        verbose: bool = False,
        log_format: Literal["text", "json"] = "text",
        sandbox: bool = False,
        form: str = "text",
        writes: tuple[Write, ...] = (),
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.stdout, self.stderr = stdout or sys.stdout, stderr or sys.stderr
        self.quiet, self.verbose, self.log_format = quiet, verbose, log_format
        self.sandbox, self.form, self.writes = sandbox, form, writes
        self.run_id = environ.get("RECONCILER_RUN_ID") or os.urandom(8).hex()
        self.measured = Measured()
        width = find_width(environ)
        taken = len(PREFIX) if sandbox else 0
        self.style = _style(self.stdout, color, environ, max(40, width - taken))
        self.error_style = _style(self.stderr, color, environ, max(40, width - taken))

    @property
    def asks(self) -> bool:
        """Whether somebody sits there to answer a question."""
        return sys.stdin is not None and sys.stdin.isatty() and self.stderr.isatty()

    def answer(self, text: str) -> None:
        """The answer, on stdout. Raises LostError where it cannot be written."""
        try:
            document = self.form != "text"
            _write(self.stdout, fit_document(text, self.stdout) if document else self._mark(text))
        except OSError as error:
            raise make_lost(error, self.stdout) from None

    def publish(self, writers: Writers) -> None:
        """The answer in the format of stdout, and its further copies, which are written whatever becomes of stdout."""
        try:
            self.answer(writers[self.form]())
        finally:
            save_writes(self.writes, writers)

    def hand_out(self, text: str) -> None:
        """The answer that is a file: nothing is put before its lines, in the sandbox neither."""
        try:
            _write(self.stdout, text)
        except OSError as error:
            raise make_lost(error, self.stdout) from None

    def tell(self, text: str) -> None:
        """A remark, on stderr."""
        if not text:
            return
        if self.log_format == "json":
            for line in text.splitlines():
                self.log("message", text=line)
        else:
            self._remark(self._mark(text))

    def hear(self, text: str) -> None:
        """What somebody else has said for stderr, as it is."""
        if text:
            self._remark(text)

    def log(self, event: str, **fields: str | int | float | None) -> None:
        """One line of the log, with -v or as JSON."""
        import json

        if self.quiet:
            return
        if self.log_format == "json":
            self._remark(json.dumps({**self._stamp("info"), "event": event, **fields}))
        elif self.verbose:
            words = " ".join(f"{key}={value}" for key, value in fields.items() if value is not None)
            self._remark(self._mark(f"{event} {words}".rstrip()))

    def warn(self, warnings: Sequence[Problem]) -> None:
        """Warnings that stand in no answer."""
        if warnings and not self.quiet:
            from reconciler.reporting.validation_text import render_problems

            self.tell(render_problems([], warnings, self.error_style))

    def progress(self) -> Progress:
        """Progress of long work, on stderr."""
        from reconciler.reporting.progress import Progress

        silent = self.quiet or self.log_format == "json"
        return Progress(
            self.stderr,
            tty=self.stderr.isatty(),
            clock=time.monotonic,
            quiet=silent,
            width=self.error_style.width,
            prefix=PREFIX if self.sandbox else "",
            pulse=1.0,
        )

    def prompt(self, text: str) -> None:
        """A question, on stderr, without a line break at its end."""
        with suppress(OSError, ValueError):
            self.stderr.write((PREFIX if self.sandbox else "") + text)
            self.stderr.flush()

    def end(self, error: ReconcilerError) -> int:
        """Prints what ended a run; where it ends 3, as a validation in the format asked for. Returns the exit code."""
        errors: Sequence[ReconcilerError] = getattr(error, "errors", (error,))
        for one in errors:
            self.fail(one)
        invalid = [one for one in errors if isinstance(one, InvalidError)]
        if error.exit_code == InvalidError.exit_code and invalid:
            try:
                self._fail_document(invalid)
            except ReconcilerError as lost:
                self.fail(lost)
                return lost.exit_code
        return error.exit_code

    def fail(self, error: ReconcilerError) -> None:
        """An error, on stderr."""
        import json

        if isinstance(error, LostError) and not error.message:
            return
        if self.log_format == "text":
            from reconciler.reporting.validation_text import render_error

            self._remark(self._mark(render_error(error, self.error_style)))
            return
        problems = error.problems if isinstance(error, InvalidError | RefusedError) else ()
        for row in problems or (Problem("error", error.message, None, error.fix),):
            place = str(row.source) if row.source else None
            line = {**self._stamp("error"), "event": row.code, "text": row.message}
            trace = {"trace_id": error.trace_id} if error.trace_id else {}
            self._remark(json.dumps({**line, "source": place, "fix": row.fix, "exit": error.exit_code, **trace}))

    def _stamp(self, level: str) -> dict[str, str]:
        """What every line of the JSON log begins with: when, how bad, and whose it is."""
        account = {"account": self.measured.account} if self.measured.account else {}
        return {"time": _now(), "level": level, "run": self.run_id, **account}

    def _fail_document(self, errors: Sequence[InvalidError]) -> None:
        from reconciler.model import Validation
        from reconciler.reporting.documents import validation_document
        from reconciler.reporting.formats import validation_writers

        problems = tuple(problem for error in errors for problem in error.problems)
        warnings = tuple(problem for error in errors for problem in error.warnings)
        validation = Validation(errors=problems, warnings=warnings)
        writers = validation_writers(validation, text=lambda: "", json=lambda: validation_document(validation))
        if self.form == "terraform-json":
            # Terraform has no document for what is not valid.
            self.answer(writers["json"]())
            save_writes(self.writes, writers)
        elif self.form != "text" and self.form in writers:
            self.publish(writers)
        else:
            save_writes(self.writes, writers)

    def _mark(self, text: str) -> str:
        return prefix_lines(_ended(text), PREFIX) if self.sandbox else text

    def _remark(self, text: str) -> None:
        """What stands on stderr never ends a run."""
        try:
            _write(self.stderr, text)
        except (OSError, ValueError):
            silence(self.stderr)


def find_width(environ: Mapping[str, str]) -> int:
    """The columns of the terminal: COLUMNS, else what the system says of stdout, else 100.

    As shutil does, whose import takes longer than a whole `--version`'s own work.
    """
    named = environ.get("COLUMNS", "")
    if named.isascii() and named.isdigit() and int(named) > 0:
        return int(named)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else -1).columns or 100
    except (OSError, ValueError, AttributeError):
        return 100


def make_console(given: Mapping[str, Any], environ: Mapping[str, str]) -> Console:
    """The console that the command line and the environment ask for."""
    return Console(
        environ,
        color=given.get("color"),
        quiet=bool(given.get("quiet")),
        verbose=bool(given.get("verbose")),
        log_format=given.get("log_format") or "text",
        sandbox=bool(given.get("sandbox")),
        form=given.get("format_") or "text",
        writes=tuple(given.get("writes") or ()),
    )


def _write(stream: TextIO, text: str) -> None:
    stream.write(_ended(text))
    stream.flush()


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _style(stream: TextIO, color: ColorChoice | None, environ: Mapping[str, str], width: int) -> Style:
    tty = stream.isatty()
    return Style(color=use_color(color, stream_isatty=tty, environ=environ), width=width, tty=tty)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
