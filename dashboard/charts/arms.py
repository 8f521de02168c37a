"""Arms of runs as a chart: each as its mean with a band, or as its difference from the first.

What a mean hides is drawn: where not all runs of the arm have a value the line is dotted and has no
band, and it never goes on from the one to the other; single runs lie thin behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.curves import heights, layout, nonfinite, thinned_of
from dashboard.charts.figure import Figure, Trace, faint, figure, line
from dashboard.charts.honesty import broken
from dashboard.charts.line import Line, View
from dashboard.charts.packing import packed
from dashboard.charts.smoothing import smoothed
from dashboard.comparison.bands import Band, Difference, Separation
from dashboard.comparison.curve_table import Placed
from dashboard.metrics.buckets import Buckets, of_points, thinned
from dashboard.metrics.series import Floats, Ints, Series
from dashboard.metrics.thinning import thin

WIDTH = 2.2  # of a mean's line
BAND_OPACITY = 0.18
SINGLE, ONE_OF_MANY = 0.45, 0.15  # opacity of the runs behind their mean
TOLD_APART = 8  # single runs that a hover names; more would fill the chart
LEAP = 10  # times the usual distance: over a longer one no line is drawn
LOWEST_SHARE = 0.1  # of the least positive value: where a band ends that a log axis cannot show


@dataclass(frozen=True)
class ArmLines:
    """An arm's part in a chart. band: None where its runs may not be averaged."""

    name: str
    number: int  # of its colour, from 1
    lines: tuple[Line, ...]
    band: Band | None


@dataclass(frozen=True)
class ArmDifference:
    """An arm less the first one."""

    name: str
    number: int
    difference: Difference
    separation: Separation | None


def placed(one: Line, view: View, window: Buckets | None) -> Placed:
    """A run's curve along the view's axis. window: as the store summed it up, if it did."""
    if window is not None:
        return _pieces(window, one, view)
    series = smoothed(one.series, view.smoothing) if view.smoothing > 0 else one.series
    series = view.axis.within(series, one.origin)
    if view.axis.name != "metric" and len(series) > 2 * view.buckets:
        return _pieces(thinned(of_points(series), view.buckets), one, view)
    return Placed.points(view.axis.place(series, one.origin), series.values)


def _pieces(found: Buckets, one: Line, view: View) -> Placed:
    first = view.axis.place(Series(found.first_step, found.first_time, found.first), one.origin)
    last = view.axis.place(Series(found.last_step, found.last_time, found.last), one.origin)
    low, high = np.minimum(first, last), np.maximum(first, last)  # a clock may be set back
    return Placed(low, high, found.mean, found.finite.astype(float), found.finite < found.count)


def chart(arms: Sequence[ArmLines], view: View, *, single: bool) -> Figure:
    """single: whether the runs are drawn behind the means. View: fitted to the runs."""
    lines = [one for arm in arms for one in arm.lines]
    told = len(lines) <= TOLD_APART
    traces = [trace for arm in arms for trace in _bands(arm, view)]
    traces += [trace for arm in arms for trace in _singles(arm, view, told=told, drawn=single)]
    traces += [trace for arm in arms for trace in _means(arm)]
    return figure(
        traces, layout(lines, view, traces, heights([thinned_of(one, view) for one in lines], view))
    )


def difference_chart(arms: Sequence[ArmDifference], view: View) -> Figure:
    """Zero is drawn, and where each arm's band leaves it for good."""
    traces: list[Trace] = []
    for arm in arms:
        found = arm.difference
        drawn = np.isfinite(found.effect)
        traces += _band(arm.name, found, arm.number)
        whole_line = _line(arm.name, found, found.effect, drawn, arm.number)
        traces += [_told(one, found, found.high - found.effect, drawn) for one in whole_line]
    flat = View(view.axis)  # differences may be negative: no logarithm
    whole = layout([], flat, traces, {"autorange": True})
    whole["shapes"] = [_zero(), *(_begin(arm) for arm in arms if arm.separation)]
    return figure(traces, whole)


def cut_by_log(arms: Sequence[ArmLines]) -> int:
    """Places where a band reaches 0 or below, which a logarithmic axis cannot show."""
    return sum(int((arm.band.low <= 0).sum()) for arm in arms if arm.band)


def _bands(arm: ArmLines, view: View) -> list[Trace]:
    if arm.band is None:
        return []
    low = arm.band.low
    if view.log:
        positive = arm.band.mean[arm.band.mean > 0]
        floor = LOWEST_SHARE * float(positive.min()) if len(positive) else np.nan
        low = np.where(low <= 0, floor, low)
    return _band(arm.name, replace(arm.band, low=low), arm.number)


def _band(name: str, found: Band | Difference, number: int) -> list[Trace]:
    """One shape for each stretch without a break."""
    low, high = found.low, found.high
    there = np.isfinite(low) & np.isfinite(high)
    parts = [part for part in _stretches(found, there) if len(part) > 1]
    if not parts:
        return []
    places = np.concatenate([np.concatenate([p, p[::-1], p[:1]]) for p in parts])
    heights = [np.concatenate([high[p], low[p][::-1], [np.nan]]) for p in parts]
    trace = line(name, found.x[places], np.concatenate(heights), number)
    look = {"mode": "none", "fill": "toself", "hoverinfo": "skip", "hovertemplate": None}
    return [trace | look | {"meta": {**trace["meta"], "band": BAND_OPACITY}}]


def _singles(arm: ArmLines, view: View, *, told: bool, drawn: bool) -> list[Trace]:
    """Its runs, thin; marks for what is not finite also where the runs are hidden."""
    found: list[Trace] = []
    for one in arm.lines:
        kept = thinned_of(one, view)
        if drawn:
            shown = _smooth(one, view) if view.smoothing > 0 else kept
            x, y = broken(view.axis.place(shown.series, one.origin), shown)
            trace = faint(line(one.label, x, y, arm.number))
            seen = {"hoverinfo": "all", "hovertemplate": "%{y:.5~g}"} if told else {}
            trace |= seen | {"opacity": SINGLE if told else ONE_OF_MANY}
            trace["line"] = {**trace["line"], "dash": "solid"}
            found.append(trace)
        found += nonfinite(kept, one, view.axis)
    return found


def _smooth(one: Line, view: View) -> Any:
    whole = smoothed(one.series, view.smoothing)
    return thin(view.axis.within(whole, one.origin), view.buckets)


def _means(arm: ArmLines) -> list[Trace]:
    """Solid where it is of all runs, dotted where it is of fewer."""
    band = arm.band
    if band is None:
        return []
    drawn = np.isfinite(band.mean)
    half = band.high - band.mean
    name = f"{arm.name} (n={band.of})"
    found = _line(name, band, band.mean, drawn & band.full, arm.number)
    found = [_told(trace, band, half, drawn & band.full) for trace in found]
    for trace in _line(arm.name, band, band.mean, drawn & ~band.full, arm.number):
        trace["line"] = {**trace["line"], "dash": "dot"}
        counts = _values(band, band.n.astype(float), drawn & ~band.full)
        told = {"customdata": packed(counts), "hovertemplate": "%{y:.5~g} (n=%{customdata})"}
        found.append(trace | told)
    return found


def _line(
    name: str, found: Band | Difference, y: Floats, drawn: NDArray[np.bool_], number: int
) -> list[Trace]:
    """Broken wherever a place that is of other runs lies between."""
    places = _with_breaks(found, drawn)
    if not len(places):
        return []
    across = np.where(places >= 0, found.x[places], found.x[np.roll(places, -1)])
    trace = line(name, across, _values(found, y, drawn), number)
    trace["line"] = {**trace["line"], "width": WIDTH, "dash": "solid"}
    return [trace]


def _told(trace: Trace, found: Band | Difference, half: Floats, drawn: NDArray[np.bool_]) -> Trace:
    """With the half width of its band, for the hover."""
    if not np.isfinite(half[drawn]).any():
        return trace
    told = {"customdata": packed(_values(found, half, drawn))}
    return trace | told | {"hovertemplate": "%{y:.5~g} ± %{customdata:.3~g}"}


def _values(found: Band | Difference, values: Floats, drawn: NDArray[np.bool_]) -> Floats:
    places = _with_breaks(found, drawn)
    return np.where(places >= 0, values[places], np.nan)


def _with_breaks(found: Band | Difference, drawn: NDArray[np.bool_]) -> Ints:
    """The places that are drawn; -1 before each stretch but the first."""
    parts = _stretches(found, drawn)
    joined = [np.concatenate([[-1], part]) if i else part for i, part in enumerate(parts)]
    return np.concatenate(joined).astype(np.int64) if joined else np.empty(0, np.int64)


def _stretches(found: Band | Difference, there: NDArray[np.bool_]) -> list[Ints]:
    """Neighbouring places, cut where others lie between or x leaps."""
    places = np.flatnonzero(there)
    if not len(places):
        return []
    distances = np.diff(found.x[places])
    usual = float(np.median(distances)) if len(distances) else 0.0
    others = np.cumsum(~there & ~found.apart)[places]
    return np.split(places, np.flatnonzero((np.diff(others) > 0) | (distances > LEAP * usual)) + 1)


def _zero() -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"color": "#808080", "width": 1, "dash": "dash"},
        "name": "zero",
    }


def _begin(arm: ArmDifference) -> dict[str, Any]:
    assert arm.separation is not None
    trace = line(arm.name, np.empty(0), np.empty(0), arm.number)
    return {
        "type": "line",
        "yref": "paper",
        "x0": arm.separation.begin,
        "x1": arm.separation.begin,
        "y0": 0,
        "y1": 1,
        "line": {"color": trace["line"]["color"], "width": 1.2, "dash": "dot"},
        "name": f"ink-{trace['meta']['ink']}",
    }
