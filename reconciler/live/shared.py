"""The pace of one account, shared by all processes of a user on one host: each one knows what all of them send.

The windows (pace.py) are a machine that follows from what happened to it. Every process has them whole, and puts into
them what the others have written into the ledger, in the order in which it happened; so all of them together send as
one would. What one of them learns, all know: where the windows end, how long a 429 holds, who else is there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import TracebackType

from reconciler.live.company import Company
from reconciler.live.headers import read_date, read_wait, read_whole
from reconciler.live.ledger import ANSWERED, FAILED, JOINED, LEFT, SENT, UNTOLD, WANTED, Ledger, LedgerError, Record
from reconciler.live.pace import Windows

UNANSWERED, ABANDONED = 2.0, 120.0
"""Seconds after which the sender of a request is asked for, and after which it is not: no request lasts as long."""
BEGINNING = 2.0
"""Seconds of what is told from the middle on, in which counts of requests that were not told of mean nobody else."""
LIMITS = "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"
NAMES = (*LIMITS, "retry-after", "date")
"""The headers that count, in the order of a record's numbers."""
LARGEST, LATEST = 2**31 - 1, 10**12
"""The largest number that is written down, and the latest date."""


class Shared:
    """Windows and a ledger; within `with`, no other process reads or sends. ledger None: this process is alone.

    lost: called once with why, where the ledger fails; from then on this process is on its own.
    """

    def __init__(
        self,
        windows: Windows,
        ledger: Ledger | None,
        now: Callable[[], float],
        lost: Callable[[str], None] = lambda _: None,
        pid: int | None = None,
    ) -> None:
        self._windows, self._ledger, self._now, self._lost = windows, ledger, now, lost
        self._own = windows.limits
        self._pid = pid or os.getpid()
        self._company = Company(self._pid, self._own)
        self._out: dict[float, list[int]] = {}
        self._asked = float("-inf")
        self._joined = False

    def __enter__(self) -> Shared:
        if self._ledger is not None:
            try:
                self._ledger.lock()
                self._learn(self._ledger, self._now())
                if not self._joined:
                    self._joined = True
                    self._ledger.add(Record(JOINED, 0, self._pid, self._now(), self._now(), *self._own))
            except LedgerError as error:
                self._leave(error)
            except BaseException:
                # Else the others would wait for a lock that nobody gives back.
                self._let_go()
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._ledger is not None:
            try:
                self._ledger.release()
            except LedgerError as fault:
                self._leave(fault)

    def close(self) -> None:
        """Lets go of the ledger."""
        if self._joined:
            with self:
                now = self._now()
                self._add(Record(LEFT, 0, self._pid, now, now))
        self._let_go()

    def _let_go(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def when(self, now: float) -> float | None:
        """As Windows.when; who is ahead of other processes lets them go first."""
        return self._company.when(self._windows.when(now), now)

    def room(self, now: float, requests: int) -> bool:
        """As Windows.room; other processes hold the places until they are taken."""
        if self._company.wants(now, requests):
            self._add(Record(WANTED, 0, self._pid, now, now, requests))
        return self._windows.room(now, requests)

    def sent(self, now: float) -> None:
        """As Windows.sent."""
        self._windows.sent(now)
        self._company.sent(now)
        self._add(Record(SENT, 0, self._pid, now, now, *self._own))

    def answered(self, sent: float, now: float, status: int, headers: Mapping[str, str]) -> None:
        """As Windows.answered."""
        self._find(sent)
        if self._ledger is not None:
            record = Record(ANSWERED, status, self._pid, sent, now, *_shorten(headers))
            self._add(record)
            headers = _lengthen(record)
        self._windows.answered(sent, now, status, headers)

    def failed(self, sent: float, now: float) -> None:
        """As Windows.failed."""
        self._find(sent)
        self._windows.failed(sent, now)
        self._add(Record(FAILED, 0, self._pid, sent, now))

    def _find(self, sent: float) -> None:
        """One that was not seen to leave, or was given up, has left all the same."""
        if not self._windows.is_out(sent):
            self._windows.sent(sent)

    def _add(self, record: Record) -> None:
        if self._ledger is not None:
            try:
                self._ledger.add(record)
            except LedgerError as error:
                self._leave(error)

    def _leave(self, error: LedgerError) -> None:
        """On its own from now on; what others have under way will not be told any more."""
        self._let_go()
        now = self._now()
        for sent in [one for one, pids in self._out.items() for _ in pids]:
            self._windows.failed(sent, now)
        self._out.clear()
        self._company = Company(self._pid, self._own)
        self._windows.hold_to(*self._own)
        self._lost(str(error))

    def _learn(self, ledger: Ledger, now: float) -> None:
        news = ledger.read(now)
        silent = news.records[0].now + BEGINNING if news.cut and news.records else float("-inf")
        for record in news.records:
            self._take_in(record, silent=record.now < silent)
        limits = self._company.limits(now)
        if limits != self._windows.limits:
            self._windows.hold_to(*limits)
        if self._out and now - self._asked >= 1.0:
            self._asked = now
            self._give_up(ledger, now)

    def _take_in(self, record: Record, *, silent: bool) -> None:
        self._company.hear(record)
        if record.kind == SENT:
            self._windows.sent(record.sent)
            self._out.setdefault(record.sent, []).append(record.pid)
        if record.kind not in (ANSWERED, FAILED):
            return
        self._find(record.sent)
        if record.sent in self._out:
            self._end(record.sent, record.pid)
        if record.kind == FAILED:
            self._windows.failed(record.sent, record.now)
        else:
            self._windows.answered(record.sent, record.now, record.status, {} if silent else _lengthen(record))

    def _end(self, sent: float, pid: int) -> None:
        pids = self._out[sent]
        pids.remove(pid if pid in pids else pids[0])
        if not pids:
            del self._out[sent]

    def _give_up(self, ledger: Ledger, now: float) -> None:
        """What a process had under way that was killed."""
        for sent, pid in [(one, pid) for one, pids in self._out.items() for pid in pids]:
            age = now - sent
            if age > ABANDONED or (age > UNANSWERED and not is_alive(pid)):
                self._end(sent, pid)
                self._windows.failed(sent, now)
                ledger.add(Record(FAILED, 0, pid, sent, now))


def is_alive(pid: int) -> bool:
    """Whether the process may still be there."""
    if os.name == "nt":
        # There a signal, even 0, is no question.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _shorten(headers: Mapping[str, str]) -> tuple[int, int, int, int, int]:
    """What the headers tell of the limits, as numbers."""
    told = [read_whole(headers, name) for name in LIMITS]
    told.append(read_wait(headers) if "retry-after" in headers else None)
    limit, left, reset, wait = (UNTOLD if one is None else max(-LARGEST, min(LARGEST, one)) for one in told)
    date = read_date(headers)
    return limit, left, reset, wait, date if date is not None and 0 <= date <= LATEST else UNTOLD


def _lengthen(record: Record) -> dict[str, str]:
    """The headers again."""
    return {name: str(told) for name, told in zip(NAMES, record[5:], strict=True) if told != UNTOLD}
