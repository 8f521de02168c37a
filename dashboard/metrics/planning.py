"""Which of a curve's chunks are drawn from their summaries, and which must be opened.

A chunk is opened where only a part of it is wanted (at the ends of a window, or where a later
attempt went on in its middle), and where others lie among its steps: points that came out of order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.metrics.chunks import COARSE, FINE
from dashboard.metrics.holdings import Heading, Holding
from dashboard.metrics.series import EMPTY, Series, joined
from dashboard.metrics.window import Span

Interval = tuple[int, int, int]  # first step, last step, the chunk's number; 0: of the tail


@dataclass(frozen=True)
class Plan:
    """What to read of a curve for one window of it. began, ended: of the whole curve, if any."""

    holding: Holding
    span: Span
    whole: list[Heading]  # may be read as their summaries
    opened: list[Heading]
    began: float
    ended: float

    def width(self, buckets: int) -> int:
        """Points a bucket of the coarsest summary that gives so many buckets; 1: the points."""
        points = sum(chunk.points for chunk in self.whole)
        return next((width for width in (COARSE, FINE) if points >= width * buckets), 1)


def plan(holding: Holding, span: Span) -> Plan | None:
    """None where the curve has no point that counts."""
    chunks = [c for c in holding.chunks if c.first_step <= holding.end_of(c.attempt)]
    tails = list(tail_that_counts(holding))
    if not chunks and not tails:
        return None
    began = min([c.first_time for c in chunks] + [float(s.times.min()) for s in tails])
    ended = max([c.last_time for c in chunks] + [float(s.times.max()) for s in tails])
    span = span.beginning(began)
    alone = _alone(_intervals(holding, chunks, tails))
    wanted = [c for c in chunks if _touches(c, span)]
    whole = [c for c in wanted if c.pk in alone and _within(c, span, holding)]
    kept = {c.pk for c in whole}
    return Plan(holding, span, whole, [c for c in wanted if c.pk not in kept], began, ended)


def tail_that_counts(holding: Holding) -> Iterable[Series]:
    """The tail's points, attempt by attempt, without those that a later attempt logged anew."""
    for attempt, series in holding.tail:
        counts = series.steps <= holding.end_of(attempt)
        if counts.any():
            yield series if counts.all() else series.where(counts)


def points(plan: Plan, chunks: Iterable[Heading], read: Mapping[int, Series]) -> Series:
    """The points that count, of these chunks and of the tail, within the span, by step."""
    parts = []
    for chunk in chunks:
        series = read[chunk.pk]
        end = plan.holding.end_of(chunk.attempt)
        parts.append(series if chunk.last_step <= end else series.where(series.steps <= end))
    series = joined([*parts, *tail_that_counts(plan.holding)]).by_step()
    return within(series, plan.span) if len(series) else EMPTY


def within(series: Series, span: Span) -> Series:
    """The points of a span that is told in steps or by the clock."""
    x = series.steps if span.by == "step" else series.times
    wanted = (x >= span.low) & (x <= span.high)
    return series if wanted.all() else series.where(wanted)


def _intervals(
    holding: Holding, chunks: Iterable[Heading], tails: Iterable[Series]
) -> list[Interval]:
    found = [(c.first_step, min(c.last_step, holding.end_of(c.attempt)), c.pk) for c in chunks]
    return found + [(int(s.steps.min()), int(s.steps.max()), 0) for s in tails]


def _alone(intervals: Iterable[Interval]) -> set[int]:
    """The chunks among whose steps no other's lie."""
    groups: list[list[int]] = []
    reached = -1
    for first, last, number in sorted(intervals):
        if not groups or first >= reached:
            groups.append([])
        groups[-1].append(number)
        reached = max(reached, last)
    return {group[0] for group in groups if len(group) == 1}


def _touches(chunk: Heading, span: Span) -> bool:
    first, last = _reach(chunk, span)
    return first <= span.high and last >= span.low


def _within(chunk: Heading, span: Span, holding: Holding) -> bool:
    first, last = _reach(chunk, span)
    counts = chunk.last_step <= holding.end_of(chunk.attempt)
    return counts and span.low <= first and last <= span.high


def _reach(chunk: Heading, span: Span) -> tuple[float, float]:
    if span.by == "step":
        return chunk.first_step, chunk.last_step
    return chunk.first_time, chunk.last_time
