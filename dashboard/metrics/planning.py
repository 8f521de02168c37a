"""Which of a curve's chunks are drawn from their summaries, and which must be opened.

A chunk is opened where only a part of it is wanted (at the ends of a window, or where a later
attempt went on in its middle), and where others lie among its steps: points that came out of order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

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
    ends = {attempt: holding.end_of(attempt) for attempt in {c.attempt for c in holding.chunks}}
    chunks = [c for c in holding.chunks if c.first_step <= ends[c.attempt]]
    tails = [series for _, series in tail_that_counts(holding)]
    if not chunks and not tails:
        return None
    began = min([c.first_time for c in chunks] + [float(s.times.min()) for s in tails])
    ended = max([c.last_time for c in chunks] + [float(s.times.max()) for s in tails])
    span = span.beginning(began)
    alone = _alone(_intervals(chunks, ends, tails))
    whole: list[Heading] = []
    opened: list[Heading] = []
    for chunk, (first, last) in zip(chunks, _reaches(chunks, span), strict=True):
        if first > span.high or last < span.low:
            continue
        within = span.low <= first and last <= span.high and chunk.last_step <= ends[chunk.attempt]
        (whole if within and chunk.pk in alone else opened).append(chunk)
    return Plan(holding, span, whole, opened, began, ended)


def tail_that_counts(holding: Holding) -> Iterable[tuple[int, Series]]:
    """By attempt: the tail's points, without those that a later attempt logged anew."""
    for attempt, series in holding.tail:
        counts = series.steps <= holding.end_of(attempt)
        if counts.any():
            yield attempt, series if counts.all() else series.where(counts)


def points(plan: Plan, chunks: Iterable[Heading], read: Mapping[int, Series]) -> Series:
    """The points that count, of these chunks and of the tail, within the span, by step.

    At one step a later attempt's come after an earlier one's, though they may be sealed before.
    """
    parts: list[tuple[int, Series]] = []
    for chunk in chunks:
        series = read[chunk.pk]
        end = plan.holding.end_of(chunk.attempt)
        counting = series if chunk.last_step <= end else series.where(series.steps <= end)
        parts.append((chunk.attempt, counting))
    parts += tail_that_counts(plan.holding)
    parts.sort(key=itemgetter(0))
    series = joined([series for _, series in parts]).by_step()
    return within(series, plan.span) if len(series) else EMPTY


def within(series: Series, span: Span) -> Series:
    """The points of a span that is told in steps or by the clock."""
    x = series.steps if span.by == "step" else series.times
    wanted = (x >= span.low) & (x <= span.high)
    return series if wanted.all() else series.where(wanted)


def _intervals(
    chunks: Iterable[Heading], ends: Mapping[int, int], tails: Iterable[Series]
) -> list[Interval]:
    found = [(c.first_step, min(c.last_step, ends[c.attempt]), c.pk) for c in chunks]
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


def _reaches(chunks: Iterable[Heading], span: Span) -> Iterable[tuple[float, float]]:
    """From where to where each goes, in what the span is told in."""
    if span.by == "step":
        return [(c.first_step, c.last_step) for c in chunks]
    return [(c.first_time, c.last_time) for c in chunks]
