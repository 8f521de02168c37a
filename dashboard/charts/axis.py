"""What a chart's x means: steps, samples, time since the run began or by the clock, a metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dashboard.metrics.series import Floats, Series
from dashboard.metrics.window import WHOLE, Span

Name = Literal["step", "samples", "relative", "wall", "metric"]
NAMES: tuple[Name, ...] = ("step", "samples", "relative", "wall", "metric")
PLACED: tuple[Name, ...] = ("samples", "metric")  # curves come with x in the place of their times
UNITS = ((2 * 86400, 86400.0, "d"), (2 * 3600, 3600.0, "h"), (300, 60.0, "min"))


@dataclass(frozen=True)
class Axis:
    """x of every chart of a page, so that they can be read one above the other.

    window: (low, high) in steps, in seconds since the start, or in milliseconds on the wall
    longest: seconds of the longest run on the page; decides the unit of "relative"
    offset: minutes that the reader's clock is ahead of UTC; plotly knows no time zones
    metric: for "metric", which; curves then come with its values in the place of their times, and
    for "samples" with the number of samples
    """

    name: Name = "step"
    window: tuple[float, float] | None = None
    longest: float = 0.0
    offset: float = 0.0
    metric: str = ""

    @property
    def unit(self) -> tuple[float, str]:
        """Seconds in one unit of "relative", and its sign."""
        for above, seconds, sign in UNITS:
            if self.longest >= above:
                return seconds, sign
        return 1.0, "s"

    def place(self, series: Series, origin: float) -> Floats:
        """x of each point. origin: when its run began, in seconds since 1970."""
        if self.name == "step":
            return series.steps.astype(float)
        if self.name in PLACED:
            return series.times
        if self.name == "relative":
            return (series.times - origin) / self.unit[0]
        return (series.times + 60 * self.offset) * 1000

    def within(self, series: Series, origin: float) -> Series:
        """The points that the window shows, and all where there is none."""
        if self.window is None:
            return series
        x = self.place(series, origin)
        low, high = self.range
        return series.where((x >= low) & (x <= high))

    @property
    def range(self) -> tuple[float, float]:
        assert self.window is not None
        scale = self.unit[0] if self.name == "relative" else 1.0
        return self.window[0] / scale, self.window[1] / scale

    def span(self, origin: float, samples: float = 1.0) -> Span:
        """The window as the store reads it. origin: when the run began; 0 where nobody knows.

        samples: of one step
        """
        if self.window is None or self.name == "metric":
            return WHOLE
        low, high = self.window
        if self.name == "samples":
            return Span("step", low / samples, high / samples)
        if self.name == "step":
            return Span("step", low, high)
        if self.name == "relative":
            return Span("since", low, high, origin)
        return Span("time", low / 1000 - 60 * self.offset, high / 1000 - 60 * self.offset)

    def layout(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "date" if self.name == "wall" else "linear"}
        if self.name == "relative":
            found |= {"ticksuffix": f" {self.unit[1]}", "hoverformat": ".4~g"}
        if self.name == "metric":
            found |= {"title": {"text": self.metric}}
        if self.window is None:
            return found | {"autorange": True}
        return found | {"range": list(self.range), "autorange": False}
