"""One metric of one or several runs as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dashboard.charts.axis import Axis
from dashboard.charts.evidence import Evidence, markers, shapes
from dashboard.charts.figure import Figure, Trace, faint, figure, line, points
from dashboard.charts.smoothing import smoothed
from dashboard.metrics.series import EMPTY, Floats, Series
from dashboard.metrics.thinning import Thinned, thin

SYMBOLS = (  # where no height can be drawn, the chart's edge says that something was there
    ("NaN", "x", 0.97),
    ("+Inf", "triangle-up", 0.97),
    ("-Inf", "triangle-down", 0.03),
)

ROOM_ROUND_A_CONSTANT = 0.5  # of its value, above and below


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


@dataclass(frozen=True)
class View:
    """How the reader wants every chart of the page."""

    axis: Axis = field(default_factory=Axis)
    smoothing: float = 0.0
    log: bool = False
    buckets: int = 1000


@dataclass(frozen=True)
class Drawn:
    """A figure, and what it left out: the words under the chart are made from it."""

    figure: Figure
    points: int
    buckets: int  # 0 where every point was drawn
    nonfinite: int
    unlogged: int  # values <= 0, which a logarithmic axis cannot show


def chart(lines: Sequence[Line], view: View) -> Drawn:
    axis = replace(view.axis, longest=max((_duration(one) for one in lines), default=0.0))
    view = replace(view, axis=axis)
    drawn = [(one, _thinned(one, view)) for one in lines]
    traces = [trace for one, thinned in drawn for trace in _traces(one, thinned, view)]
    return Drawn(
        figure(traces, _layout(lines, view, traces, _heights(drawn, view))),
        points=sum(thinned.count for _, thinned in drawn),
        buckets=max((thinned.buckets for _, thinned in drawn), default=0),
        nonfinite=sum(len(thinned.nonfinite) for _, thinned in drawn),
        unlogged=_unlogged([thinned for _, thinned in drawn], view),
    )


def _thinned(one: Line, view: View) -> Thinned:
    return thin(view.axis.within(one.series, one.origin), view.buckets)


def _traces(one: Line, thinned: Thinned, view: View) -> list[Trace]:
    """Raw curve (faint under its smoothed one), marks for what is not finite, evidence."""
    axis = view.axis
    raw = line(one.label, _x(axis, thinned, one), thinned.values, one.number)
    found = [raw]
    if view.smoothing > 0:
        found = [faint(raw), _smooth(one, view)]
    found += _nonfinite(thinned.nonfinite, one, axis)
    found += _happenings(one, axis)
    rings = (markers(evidence, one.series, axis, one.origin) for evidence in one.evidence)
    return found + [ring for ring in rings if ring is not None]


def _smooth(one: Line, view: View) -> Trace:
    """Smoothed over the whole curve first, so that a zoom shows the same line, only closer."""
    whole = smoothed(one.series, view.smoothing)
    thinned = thin(view.axis.within(whole, one.origin), view.buckets)
    return line(one.label, _x(view.axis, thinned, one), thinned.values, one.number)


def _x(axis: Axis, thinned: Thinned, one: Line) -> Floats:
    return axis.place(Series(thinned.steps, thinned.times, thinned.values), one.origin)


def _nonfinite(series: Series, one: Line, axis: Axis) -> list[Trace]:
    kinds = (np.isnan(series.values), np.isposinf(series.values), np.isneginf(series.values))
    return [
        points(
            f"{one.label}: {name}",
            axis.place(series.where(mask), one.origin),
            np.full(int(mask.sum()), height),
            yaxis="y2",
            marker={"symbol": symbol, "size": 9, "color": "#b3261e"},
            meta={"state": "fail", "nonfinite": name},
            hovertemplate=name,
        )
        for (name, symbol, height), mask in zip(SYMBOLS, kinds, strict=True)
        if mask.any()
    ]


def _happenings(one: Line, axis: Axis) -> list[Trace]:
    """Checkpoints, resumes and what else a trainer marks: small signs at the foot of the chart."""
    if not one.mark_texts:
        return []
    x = axis.place(one.marks, one.origin)
    look = {"symbol": "diamond-tall", "size": 8, "color": "#808080"}
    happened = points(one.label, x, np.full(len(x), 0.02), yaxis="y2", marker=look)
    return [
        happened | {"text": list(one.mark_texts), "hovertemplate": "%{text}", "meta": {"marks": 1}}
    ]


def _layout(
    lines: Sequence[Line], view: View, traces: Sequence[Trace], heights: dict[str, Any]
) -> dict[str, Any]:
    told = [shapes(found, one.series, view.axis) for one in lines for found in one.evidence]
    layout: dict[str, Any] = {
        "xaxis": view.axis.layout(),
        "yaxis": {"type": "log" if view.log else "linear", "fixedrange": True} | heights,
        "hovermode": "x unified",
        "showlegend": False,
        "dragmode": "zoom",
        "shapes": [shape for part in told for shape in part],
        "meta": {"x": view.axis.name, "scale": _scale(view.axis)},
    }
    if any(trace.get("yaxis") == "y2" for trace in traces):
        layout["yaxis2"] = {
            "overlaying": "y",
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
        }
    return layout


def _heights(drawn: Sequence[tuple[Line, Thinned]], view: View) -> dict[str, Any]:
    """The y axis fits itself, but round a constant plotly would show -1 to 1 and read as zero."""
    values = np.concatenate([thinned.values for _, thinned in drawn]) if drawn else np.empty(0)
    evidence = any(one.evidence for one, _ in drawn)
    if view.log or evidence or not len(values) or values.min() < values.max() or not values[0]:
        return {"autorange": True}
    constant = float(values[0])
    room = abs(constant) * ROOM_ROUND_A_CONSTANT
    return {"autorange": False, "range": [constant - room, constant + room]}


def _scale(axis: Axis) -> float:
    """Seconds in one unit of x, for a browser that sends a zoom back."""
    return axis.unit[0] if axis.name == "relative" else 1.0


def _duration(one: Line) -> float:
    return float(one.series.times[-1] - one.origin) if len(one.series) else 0.0


def _unlogged(drawn: Sequence[Thinned], view: View) -> int:
    return sum(int((thinned.values <= 0).sum()) for thinned in drawn) if view.log else 0
