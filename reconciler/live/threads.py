"""Several requests at once, their answers in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def run_all(read: Callable[[A], B], each: Iterable[A], parallel: int) -> list[B]:
    """read(x) of each on threads, in the order of `each`; the first error in that order is raised, the rest dropped."""
    inputs = list(each)
    if parallel < 2 or len(inputs) < 2:
        return [read(one) for one in inputs]
    pool = ThreadPoolExecutor(min(parallel, len(inputs)))
    try:
        return list(pool.map(read, inputs))
    finally:
        pool.shutdown(cancel_futures=True)
