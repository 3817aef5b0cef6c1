#!/usr/bin/env python3
# mypy: ignore-errors
"""A laboratory for the pace: fixed rate windows in virtual time, no network, no sleeping.

    python tests/benchmarks/pace_lab.py                                      # the reference strategies
    python tests/benchmarks/pace_lab.py reconciler.live.pace:Windows     # yours beside them

A pace is any object with three methods, on a monotonic clock in seconds that starts at 0:
    when(now) -> float | None      the earliest time at which one more request may be sent; None: after the next answer
    sent(now)                      one request leaves now
    answered(sent, now, status, headers)   the answer to the request sent at `sent` arrived; headers is a dict of strings
It is made as Factory(per_second=10, per_minute=150, parallel=N).

The server holds two fixed windows, 1 s and 60 s. `aligned`: on the server's clock. `first`: a window opens with the first
request after the last one ran out. Way there and way back take 15 to 100 ms each, independently; with `tail`, 1% of the ways
there take 0.3 to 1.2 s. Headers: Date (whole seconds), X-RateLimit-Limit/-Remaining/-Reset of the minute, the tightest window or
none; a 429 carries Retry-After alone. The optimum knows the windows and wastes nothing; ratio = time / (optimum + 0.115 s).
"""
import heapq, importlib, math, os, random, statistics, sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

MINUTE, UP, DOWN, MEDIAN_TRIP = 60.0, (0.015, 0.100), (0.015, 0.100), 0.115

class Server:
    def __init__(self, kind, per_second=10, per_minute=150):
        self.kind, self.limits = kind, [(per_second, 1.0), (per_minute, MINUTE)]
        self.start, self.count = [None, None], [0, 0]

    def hit(self, t, headers):
        """(status, headers) of a request that lands at server time t."""
        for i, (_, length) in enumerate(self.limits):
            if self.kind == "aligned":
                begin = math.floor(t / length) * length
                fresh = begin != self.start[i]
            else:
                begin, fresh = t, self.start[i] is None or t >= self.start[i] + length
            if fresh:
                self.start[i], self.count[i] = begin, 0
        date = {"date": str(math.floor(t))}
        late = [self.start[i] + length - t for i, (limit, length) in enumerate(self.limits) if self.count[i] >= limit]
        if late:
            return 429, {**date, "retry-after": str(math.ceil(max(late)))}
        rows = []
        for i, (limit, length) in enumerate(self.limits):
            self.count[i] += 1
            rows.append((limit, limit - self.count[i], self.start[i] + length - t))
        if headers == "off":
            return 200, date
        limit, left, reset = rows[1] if headers == "minute" else min(rows, key=lambda r: r[1] / r[0])
        return 200, {**date, "x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(left), "x-ratelimit-reset": str(math.ceil(reset))}

def optimum(n, phase, kind):
    """Seconds until the nth request can land, for one who knows the windows."""
    if kind == "first":
        return MINUTE * ((n - 1) // 150) + ((n - 1) % 150) // 10
    second, got, used = int(phase), 0, {}
    if second + 1 - phase < UP[1]:
        second += 1
    while True:
        minute = int(second // MINUTE)
        room = min(10, 150 - used.get(minute, 0))
        used[minute] = used.get(minute, 0) + room
        got += room
        if got >= n:
            return max(0.0, second - phase)
        second += 1

def simulate(make, n, phase, kind, headers, rng, tail=False, others=(), parallel=64):
    """(seconds, our 429s, the other client's 429s) until n requests were answered 200."""
    pace, server = make(per_second=10, per_minute=150, parallel=parallel), Server(kind)
    events, order, now, todo, done, refused, hurt, flying = [], 0, 0.0, n, 0, 0, 0, 0
    for x in others:
        if x >= phase:
            order += 1
            heapq.heappush(events, (x - phase, order, "other", None))
    while done < n:
        if now > 7200:
            return math.inf, refused, hurt
        t = pace.when(now) if todo and flying < parallel else None
        if t is not None and t <= now + 1e-9:
            pace.sent(now)
            todo, flying, order = todo - 1, flying + 1, order + 1
            way = rng.uniform(0.3, 1.2) if tail and rng.random() < 0.01 else rng.uniform(*UP)
            heapq.heappush(events, (now + way, order, "lands", now))
        elif events and (t is None or events[0][0] <= t):
            now, _, what, data = heapq.heappop(events)
            if what == "other":
                hurt += server.hit(now + phase, headers)[0] == 429
            elif what == "lands":
                order += 1
                heapq.heappush(events, (now + rng.uniform(*DOWN), order, "answer", (data, *server.hit(now + phase, headers))))
            else:
                sent, status, fields = data
                flying -= 1
                done, refused, todo = done + (status == 200), refused + (status == 429), todo + (status == 429)
                pace.answered(sent, now, status, fields)
        elif t is not None:
            now = t
        else:
            raise RuntimeError("the pace waits for an answer, and none is under way")
    return now, refused, hurt

class Reference:
    """What every strategy here shares: it stops for as long as a 429 asks."""
    def __init__(self, per_second, per_minute, parallel):
        self.per_second, self.per_minute, self.hold, self.log = per_second, per_minute, 0.0, []

    def sent(self, now): self.log.append(now)

    def answered(self, sent, now, status, headers):
        if status == 429:
            self.hold = max(self.hold, now + max(0, int(headers.get("retry-after", 1))))

class Leaky(Reference):
    """2.5/s, evenly: what a single limiter set to the steady rate does."""
    def when(self, now): return max(self.hold, self.log[-1] + MINUTE / self.per_minute if self.log else now)

class Naive(Reference):
    """Fire, and sleep when told."""
    def when(self, now): return max(now, self.hold)

class SlidingLog(Reference):
    """At most 10 sends in any second and 150 in any minute, both stretched by the trips' jitter: needs no knowledge."""
    def when(self, now):
        jitter, at = UP[1] - UP[0], max(now, self.hold)
        for limit, length in ((self.per_second, 1.0), (self.per_minute, MINUTE)):
            if len(self.log) >= limit:
                at = max(at, self.log[-limit] + length + jitter + 1e-6)
        return at

def others(rng, phase, seconds):
    """Another client at 45 requests a minute, never more than 3 in a second."""
    out, t, seen = [], phase, {}
    while t < phase + seconds:
        t += rng.expovariate(0.75)
        if seen.get(int(t), 0) < 3:
            seen[int(t)] = seen.get(int(t), 0) + 1
            out.append(t)
    return out

def table(makers, sizes=(10, 100, 150, 300, 600), phases=19, seed="lab", crowd=False, tail=False):
    """Rows (name, kind, headers, n, median ratio, 95th percentile, mean 429s, mean 429s of the other client)."""
    for kind in ("aligned", "first"):
        for headers in ("minute", "tightest", "off"):
            for name, make in makers.items():
                for n in sizes:
                    ratios, refused, hurt = [], [], []
                    for i in range(phases):
                        phase, rng = i * MINUTE / phases + 0.013, random.Random(f"{seed} {n} {i}")
                        company = others(rng, phase, 900) if crowd else ()
                        took, r, h = simulate(make, n, phase, kind, headers, rng, tail, company)
                        ratios.append(took / (optimum(n, phase, kind) + MEDIAN_TRIP))
                        refused.append(r)
                        hurt.append(h)
                    ratios.sort()
                    yield name, kind, headers, n, statistics.median(ratios), ratios[int(0.95 * (len(ratios) - 1))], statistics.mean(refused), statistics.mean(hurt)

def main():
    makers = {"leaky 2.5/s": Leaky, "naive": Naive, "sliding log": SlidingLog}
    if len(sys.argv) > 1:
        module, _, name = sys.argv[1].partition(":")
        makers = {sys.argv[1]: getattr(importlib.import_module(module), name), "sliding log": SlidingLog}
    for crowd in (False, True):
        print("with another client at 45 requests a minute" if crowd else "alone")
        for row in table(makers, crowd=crowd):
            print("  {:34s} {:8s} headers {:9s} n {:4d}  median {:6.3f}  95% {:6.3f}  429s {:6.1f}  other's {:5.1f}".format(*row), flush=True)

if __name__ == "__main__":
    main()
