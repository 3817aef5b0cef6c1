"""Where a run speaks: the answer on stdout and nothing else there; progress, warnings and logs on stderr."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Literal, TextIO

from reconciler.errors import InvalidError, ReconcilerError, RefusedError
from reconciler.model import Problem, Validation
from reconciler.reporting.documents import validation_document
from reconciler.reporting.progress import Progress
from reconciler.reporting.style import ColorChoice, Style, prefix_lines, use_color
from reconciler.reporting.validation_text import render_error, render_problems

PREFIX = "SANDBOX "


class Console:
    """The two streams of a run. `document`: stdout carries JSON, so that nothing is put before its lines."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        color: ColorChoice | None = None,
        quiet: bool = False,
        verbose: bool = False,
        log_format: Literal["text", "json"] = "text",
        sandbox: bool = False,
        document: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.stdout, self.stderr = stdout or sys.stdout, stderr or sys.stderr
        self.quiet, self.verbose, self.log_format = quiet, verbose, log_format
        self.sandbox, self.document = sandbox, document
        width = shutil.get_terminal_size((100, 24)).columns
        taken = len(PREFIX) if sandbox else 0
        self.style = _style(self.stdout, color, environ, max(40, width - taken))
        self.error_style = _style(self.stderr, color, environ, max(40, width - taken))

    @property
    def asks(self) -> bool:
        """Whether somebody sits there to answer a question."""
        return sys.stdin is not None and sys.stdin.isatty() and self.stderr.isatty()

    def answer(self, text: str) -> None:
        """The answer, on stdout."""
        self._write(self.stdout, text, plain=self.document)

    def tell(self, text: str) -> None:
        """A remark, on stderr."""
        if not text:
            return
        if self.log_format == "json":
            for line in text.splitlines():
                self.log("message", text=line)
        else:
            self._write(self.stderr, text, plain=False)

    def log(self, event: str, **fields: str | int | float | None) -> None:
        """One line of the log, with -v or as JSON."""
        if self.log_format == "json":
            row = {"time": _now(), "level": "info", "event": event, **fields}
            self._write(self.stderr, json.dumps(row), plain=True)
        elif self.verbose:
            words = " ".join(f"{key}={value}" for key, value in fields.items() if value is not None)
            self._write(self.stderr, f"{event} {words}".rstrip(), plain=False)

    def warn(self, warnings: Sequence[Problem]) -> None:
        """Warnings that stand in no answer."""
        if warnings and not self.quiet:
            self.tell(render_problems([], warnings, self.error_style))

    def progress(self) -> Progress:
        """Progress of long work, on stderr."""
        silent = self.quiet or self.log_format == "json"
        return Progress(
            self.stderr,
            tty=self.stderr.isatty(),
            clock=time.monotonic,
            quiet=silent,
            width=self.error_style.width,
            prefix=PREFIX if self.sandbox else "",
        )

    def fail(self, error: ReconcilerError) -> None:
        """An error, on stderr; where it ends 3 and the answer is JSON, the same as a document on stdout."""
        problems = error.problems if isinstance(error, InvalidError | RefusedError) else ()
        if self.log_format == "json":
            rows: Sequence[Problem] = problems or (Problem("error", error.message, None, error.fix),)
            for row in rows:
                place = str(row.source) if row.source else None
                self._write(
                    self.stderr,
                    json.dumps(
                        {"time": _now(), "level": "error", "event": row.code, "text": row.message}
                        | {"source": place, "fix": row.fix, "exit": error.exit_code}
                    ),
                    plain=True,
                )
        else:
            self._write(self.stderr, render_error(error, self.error_style), plain=False)

    def fail_document(self, errors: Sequence[InvalidError]) -> None:
        """The validate document of a verb that ends 3."""
        problems = tuple(problem for error in errors for problem in error.problems)
        warnings = tuple(problem for error in errors for problem in error.warnings)
        self.answer(validation_document(Validation(errors=problems, warnings=warnings)))

    def _write(self, stream: TextIO, text: str, *, plain: bool) -> None:
        text = text if text.endswith("\n") else text + "\n"
        stream.write(prefix_lines(text, PREFIX) if self.sandbox and not plain else text)
        stream.flush()


def _style(stream: TextIO, color: ColorChoice | None, environ: Mapping[str, str], width: int) -> Style:
    tty = stream.isatty()
    return Style(color=use_color(color, stream_isatty=tty, environ=environ), width=width, tty=tty)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
