"""What a chart is made from: a run's part in it, and how the reader wants it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.charts.axis import Axis
from dashboard.charts.evidence import Evidence
from dashboard.metrics.series import EMPTY, Series
from dashboard.metrics.thinning import Thinned


@dataclass(frozen=True)
class Line:
    """A run's part in a chart. origin: when the run began, in seconds since 1970."""

    label: str
    number: int
    series: Series
    origin: float
    evidence: tuple[Evidence, ...] = ()
    marks: Series = EMPTY  # what happened during the run, told by `mark_texts`
    mark_texts: tuple[str, ...] = ()
    thinned: Thinned | None = None  # of the store's summaries; without, `series` is all there is
    ended: float | None = None  # then: when the whole curve's last point was logged
    superseded: tuple[tuple[int, Series], ...] = ()  # by attempt: what a later one logged anew


@dataclass(frozen=True)
class View:
    """How the reader wants every chart of the page."""

    axis: Axis = field(default_factory=Axis)
    smoothing: float = 0.0
    log: bool = False
    buckets: int = 1000
