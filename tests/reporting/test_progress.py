"""Progress on a terminal and elsewhere; time is handed in."""

from __future__ import annotations

import io
import threading

import pytest

from reconciler.reporting.progress import ERASE, Progress, time_left


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """The time now."""
        return self.now


class Broken(io.StringIO):
    """A stream whose reader has gone; counts the attempts."""

    attempts = 0

    def write(self, text: str) -> int:
        """Fails as a closed pipe does."""
        self.attempts += 1
        raise BrokenPipeError


def make_progress(*, tty: bool = False, quiet: bool = False, width: int = 80) -> tuple[Progress, io.StringIO, Clock]:
    """A progress, its stream and its clock."""
    stream, clock = io.StringIO(), Clock()
    return Progress(stream, tty=tty, clock=clock, quiet=quiet, width=width), stream, clock


def test_what_is_quick_says_nothing_outside_a_terminal() -> None:
    """Work of under three seconds leaves no line."""
    progress, stream, clock = make_progress()
    progress.start("Reading", 10)
    clock.now += 2.9
    progress.advance(5)
    progress.done()
    assert stream.getvalue() == ""


def test_a_line_every_few_seconds_outside_a_terminal() -> None:
    """The first after 3 s, the next 5 s later, with the time left and no control characters."""
    progress, stream, clock = make_progress()
    progress.start("Reading", 100)
    for _ in range(9):
        clock.now += 1
        progress.advance(10)
    progress.done()
    assert stream.getvalue() == "Reading: 30 of 100, about 7 s left\nReading: 80 of 100, about 2 s left\n"


def test_work_that_stands_still_is_told_too() -> None:
    """Waiting for a minute's window is silent otherwise; nothing is told any more once it is done."""
    lines = threading.Semaphore(0)

    class Stream(io.StringIO):
        """Counts what is written."""

        def write(self, text: str) -> int:
            """Lets the test go on."""
            lines.release()
            return super().write(text)

    seconds = iter(range(100, 10_000, 5))
    stream = Stream()
    progress = Progress(stream, tty=False, clock=lambda: next(seconds), pulse=0.001)
    progress.start("Reading", 10)
    assert all(lines.acquire(timeout=10) for _ in range(3))
    progress.done()
    told = stream.getvalue()
    assert told.splitlines()[:2] == ["Reading: 0 of 10", "Reading: 0 of 10"]
    assert not lines.acquire(timeout=0.05) or stream.getvalue() == told


def test_another_piece_of_the_same_work_keeps_the_line() -> None:
    """A total that grows resets nothing; fewer steps than before begin to count the time anew."""
    progress, stream, clock = make_progress()
    progress.start("Reading", 0)
    for number in range(1, 9):
        clock.now += 1
        progress.update(number, number + 1)
    clock.now += 3
    progress.update(1, 4)
    clock.now += 5
    progress.update(2, 4)
    progress.done()
    assert stream.getvalue() == (
        "Reading: 3 of 4, about 1 s left\nReading: 8 of 9, about 2 s left\nReading: 2 of 4, about 5 s left\n"
    )


def test_one_line_is_rewritten_on_a_terminal() -> None:
    """Each drawing begins by erasing the line, drawings are not closer than a tenth of a second, and the end erases."""
    progress, stream, clock = make_progress(tty=True)
    progress.start("Applying", 4, seconds=8)
    clock.now += 0.0625
    progress.advance()
    clock.now += 0.0625
    progress.advance()
    progress.done()
    progress.done()
    assert stream.getvalue() == (
        f"{ERASE}Applying: 0 of 4, about 8 s left{ERASE}Applying: 2 of 4, about 4 s left{ERASE}"
    )


def test_a_note_stays_above_the_line() -> None:
    """The line is erased, the note written, the line drawn again."""
    progress, stream, _ = make_progress(tty=True)
    progress.note("first")
    progress.start("Applying", 2)
    progress.note("waits\x1b[2J")
    assert stream.getvalue() == f"first\n{ERASE}Applying: 0 of 2{ERASE}waits\\u001b[2J\n{ERASE}Applying: 0 of 2"


def test_a_note_outside_a_terminal_is_a_line() -> None:
    """It does not bring the next line of progress forward."""
    progress, stream, _ = make_progress()
    progress.start("Applying", 2)
    progress.note("waits")
    assert stream.getvalue() == "waits\n"


def test_the_line_keeps_within_the_terminal() -> None:
    """One column stays free, so that no terminal scrolls."""
    progress, stream, _ = make_progress(tty=True, width=12)
    progress.start("Reading a long list", 1000)
    assert stream.getvalue() == f"{ERASE}Readi… 1000"


def test_work_without_a_known_end_shows_only_its_name() -> None:
    """No total, no count and no time left."""
    progress, stream, _ = make_progress(tty=True)
    progress.start("Reading", 0, seconds=3)
    assert stream.getvalue() == f"{ERASE}Reading …"


def test_quiet_says_nothing() -> None:
    """Neither lines nor notes."""
    progress, stream, _ = make_progress(tty=True, quiet=True)
    progress.start("Reading", 3)
    progress.note("x")
    progress.done()
    assert stream.getvalue() == ""


def test_a_broken_stream_never_ends_the_run() -> None:
    """It is tried once and then left alone."""
    stream = Broken()
    progress = Progress(stream, tty=True, clock=Clock())
    progress.start("Applying", 3)
    progress.note("x")
    progress.done()
    assert stream.attempts == 1


def test_every_line_has_the_prefix() -> None:
    """In the sandbox progress and notes begin with SANDBOX too."""
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, tty=False, clock=clock, prefix="SANDBOX ")
    progress.start("Reading", 2)
    clock.now += 3
    progress.advance()
    progress.note("done soon")
    assert stream.getvalue() == "SANDBOX Reading: 1 of 2, about 3 s left\nSANDBOX done soon\n"


def test_threads_lose_no_step() -> None:
    """Steps told from several threads add up."""
    progress, stream, clock = make_progress()
    progress.start("Applying", 4000)

    def work() -> None:
        for _ in range(1000):
            progress.advance()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.now += 10
    progress.advance(0)
    assert stream.getvalue() == "Applying: 4000 of 4000\n"


@pytest.mark.parametrize(
    ("count", "total", "elapsed", "forecast", "left"),
    [
        (0, 0, 5, 10, None),
        (0, 10, 5, 0, None),
        (0, 10, 5, 100, 100),
        (5, 10, 0.5, 100, 50),
        (5, 10, 20, 0, 20),
        (5, 10, 20, 100, 35),
        (10, 10, 20, 100, 0),
        (11, 10, 20, 0, 0),
    ],
)
def test_time_left_goes_from_the_forecast_to_the_pace(
    count: int, total: int, elapsed: float, forecast: float, left: float | None
) -> None:
    """The further the work is, the more its own pace counts; without anything to go by there is no number."""
    assert time_left(count, total, elapsed, forecast) == left


def test_a_line_is_lifted_for_what_else_is_written() -> None:
    """It comes back as soon as it is drawn anew; elsewhere than on a terminal nothing is erased."""
    now = 0.0
    screen = io.StringIO()
    progress = Progress(screen, tty=True, clock=lambda: now)
    progress.start("planning", 4)
    progress.lift()
    assert screen.getvalue().endswith(ERASE)
    written = screen.getvalue()
    progress.lift()
    assert screen.getvalue() == written
    now = 1.0
    progress.advance(1)
    assert screen.getvalue().endswith("planning: 1 of 4, about 3 s left")


@pytest.mark.parametrize("tty", [False, True])
def test_what_comes_after_the_last_step_is_told_too(tty: bool) -> None:
    """Reading back what lags takes seconds in which nothing is counted: no line is said twice as if nothing went on."""
    progress, stream, clock = make_progress(tty=tty)
    progress.start("applying", 2)
    for number in (1, 1, 0, 0):
        clock.now += 5
        progress.advance(number)
    progress.update(1, 2)
    clock.now += 5
    progress.update(2, 2)
    said = [line for line in stream.getvalue().replace(ERASE, "\n").splitlines() if "2 of 2" in line]
    ended, after = "applying: 2 of 2", "applying: 2 of 2, finishing …"
    assert said == [ended, after, after, ended]
