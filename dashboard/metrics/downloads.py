"""Every stored point of a run, a piece at a time: memory does not grow with the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.chunks import CHUNK
from dashboard.metrics.holdings import Heading, Holding, holdings, opened, snapshot
from dashboard.metrics.series import Series, joined


@dataclass(frozen=True, eq=False)
class Piece:
    """Points of one attempt of a curve by step. superseded: (n,), a later attempt went on before"""

    name: str
    attempt: int
    series: Series
    superseded: NDArray[np.bool_]

    def counting(self) -> Piece:
        """Without the superseded points."""
        kept = ~self.superseded
        return Piece(self.name, self.attempt, self.series.where(kept), self.superseded[kept])


def pieces(run_id: str, names: Iterable[str]) -> Iterator[Piece]:
    """By name, then by attempt, then by step; each curve as of the moment in which it begins."""
    for name in names:
        with snapshot():
            holding = holdings([run_id], [name])[run_id].get(name)
            # whole chunks stay for good; short ones may be joined with others while we read
            short = opened([c for c in holding.chunks if c.points < CHUNK]) if holding else {}
        if holding:
            yield from _of_curve(name, holding, short)


def _of_curve(name: str, holding: Holding, short: dict[int, Series]) -> Iterator[Piece]:
    attempts = {chunk.attempt for chunk in holding.chunks} | {number for number, _ in holding.tail}
    for attempt in sorted(attempts):
        end = holding.end_of(attempt)
        for series in _by_step(holding, attempt, short):
            yield Piece(name, attempt, series, series.steps > end)


def _by_step(holding: Holding, attempt: int, short: dict[int, Series]) -> Iterator[Series]:
    """Chunks that lie apart one by one; those among whose steps others lie together."""
    tail = joined([series for number, series in holding.tail if number == attempt])
    groups = _groups([c for c in holding.chunks if c.attempt == attempt])
    last: list[Heading] = []
    while len(tail) and groups and _reach(groups[-1]) > tail.steps.min():
        last += groups.pop()
    for group in groups:
        yield _opened(group, short).by_step()
    if len(tail):
        yield joined([_opened(last, short), tail]).by_step()


def _groups(chunks: list[Heading]) -> list[list[Heading]]:
    groups: list[list[Heading]] = []
    for chunk in sorted(chunks, key=lambda chunk: (chunk.first_step, chunk.last_step)):
        if not groups or chunk.first_step >= _reach(groups[-1]):
            groups.append([])
        groups[-1].append(chunk)
    return groups


def _reach(group: list[Heading]) -> int:
    return max(chunk.last_step for chunk in group)


def _opened(group: list[Heading], short: dict[int, Series]) -> Series:
    """In the order in which the points came."""
    read = short | opened([chunk for chunk in group if chunk.pk not in short])
    return joined([read[chunk.pk] for chunk in sorted(group, key=lambda chunk: chunk.pk)])
