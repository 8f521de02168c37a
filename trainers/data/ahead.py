"""The next batch, made while the last one is learnt from.

A batch is a function of its number, so one made ahead of time is the one that would have been made
on time: only the waiting changes. What goes wrong while a batch is made is raised when it is asked
for.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")

DEPTH = 2  # batches kept ready: one to take, one in the making


class Ahead(Generic[T]):
    """Batches by their number. stride: between two numbers that one process asks for."""

    def __init__(self, make: Callable[[int], T], stride: int = 1) -> None:
        self._make = make
        self._stride = stride
        self._ready: dict[int, Future[T]] = {}
        self._maker: ThreadPoolExecutor | None = None

    def __getitem__(self, number: int) -> T:
        wanted = [number + step * self._stride for step in range(DEPTH + 1)]
        ready = {n: future for n, future in self._ready.items() if n in wanted}
        for n in wanted:
            if n not in ready:
                ready[n] = self._start(n)
        self._ready = ready
        return self._ready.pop(number).result()

    def _start(self, number: int) -> Future[T]:
        if self._maker is None:
            self._maker = ThreadPoolExecutor(1, thread_name_prefix="batches")
        return self._maker.submit(self._make, number)
