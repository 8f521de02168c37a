"""A part of a curve, as it is to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.metrics.buckets import Buckets

EVERYTHING = float("-inf"), float("inf")


@dataclass(frozen=True)
class Span:
    """What part of a curve is wanted: low <= x <= high.

    by: "step"; "time", seconds since 1970; "since", seconds since `origin`, or since the curve's
    first point where that is earlier or no origin is known (0)
    """

    by: Literal["step", "time", "since"] = "step"
    low: float = EVERYTHING[0]
    high: float = EVERYTHING[1]
    origin: float = 0.0

    def beginning(self, began: float) -> Span:
        """The same by steps or by the clock, for a curve that began at `began`."""
        if self.by != "since":
            return self
        begin = min(self.origin or began, began)
        return Span("time", begin + self.low, begin + self.high)


WHOLE = Span()


@dataclass(frozen=True, eq=False)
class Window:
    """The buckets of a span. began, ended: when the whole curve's first and last point was logged.

    buckets: every point by itself where there are no more than twice as many as were wanted,
    since the extremes of so many buckets would be as many numbers
    """

    buckets: Buckets
    began: float
    ended: float

    @property
    def points(self) -> int:
        """Points in the span, drawn or not."""
        return self.buckets.points

    @property
    def drawn_as(self) -> int:
        """How many buckets stand for the points; 0 where each point stands for itself."""
        return len(self.buckets) if self.points > len(self.buckets) else 0
