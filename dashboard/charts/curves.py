"""One metric of one or several runs as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboard.charts.axis import Axis
from dashboard.charts.evidence import markers, shapes
from dashboard.charts.figure import Figure, Trace, faint, figure, line, points
from dashboard.charts.honesty import broken, superseded
from dashboard.charts.line import Line, View
from dashboard.charts.smoothing import smoothed
from dashboard.metrics.series import Floats
from dashboard.metrics.thinning import Thinned, thin

SYMBOLS = (  # where no height can be drawn, the chart's edge says that something was there
    ("NaN", "x", 0.97),
    ("+Inf", "triangle-up", 0.97),
    ("-Inf", "triangle-down", 0.03),
)

ROOM_ROUND_A_CONSTANT = 0.5  # of its value, above and below


@dataclass(frozen=True)
class Drawn:
    """A figure, and what it left out: the words under the chart are made from it."""

    figure: Figure
    points: int
    buckets: int  # 0 where every point was drawn
    nonfinite: int
    unlogged: int  # values <= 0, which a logarithmic axis cannot show
    gaps: int = 0  # places where the steps leap
    superseded: int = 0  # points that a resumed attempt logged anew, drawn faint


def chart(lines: Sequence[Line], view: View) -> Drawn:
    view = fitted(lines, view)
    thinned = [(one, thinned_of(one, view)) for one in lines]
    stale = [trace for one in lines for trace in superseded(one, view)]
    traces = [trace for one, found in thinned for trace in _traces(one, found, view)]
    return Drawn(
        figure(
            stale + traces,
            layout(
                lines,
                view,
                traces,
                heights(
                    [found for _, found in thinned], view, told=any(one.evidence for one in lines)
                ),
            ),
        ),
        points=sum(found.count for _, found in thinned),
        buckets=max((found.buckets for _, found in thinned), default=0),
        nonfinite=sum(int(found.odd.sum()) for _, found in thinned),
        unlogged=_unlogged([found for _, found in thinned], view),
        gaps=sum(len(found.gaps) for _, found in thinned),
        superseded=sum(trace["meta"]["superseded"] for trace in stale),
    )


def fitted(lines: Sequence[Line], view: View) -> View:
    """The view with the unit of relative time that fits the longest of the runs."""
    longest = max((_duration(one) for one in lines), default=0.0)
    return replace(view, axis=replace(view.axis, longest=longest))


def thinned_of(one: Line, view: View) -> Thinned:
    """What is drawn of it."""
    if one.thinned is not None:
        return one.thinned
    return thin(view.axis.within(one.series, one.origin), view.buckets)


def _traces(one: Line, thinned: Thinned, view: View) -> list[Trace]:
    """Raw curve (faint under its smoothed one), marks for what is not finite, evidence."""
    axis = view.axis
    raw = line(one.label, *broken(_x(axis, thinned, one), thinned), one.number)
    found = [raw]
    if view.smoothing > 0:
        found = [faint(raw), _smooth(one, view)]
    found += nonfinite(thinned, one, axis)
    found += _happenings(one, axis)
    rings = (markers(evidence, one.series, axis, one.origin) for evidence in one.evidence)
    return found + [ring for ring in rings if ring is not None]


def _smooth(one: Line, view: View) -> Trace:
    """Smoothed over the whole curve first, so that a zoom shows the same line, only closer."""
    whole = smoothed(one.series, view.smoothing)
    thinned = thin(view.axis.within(whole, one.origin), view.buckets)
    return line(one.label, *broken(_x(view.axis, thinned, one), thinned), one.number)


def _x(axis: Axis, thinned: Thinned, one: Line) -> Floats:
    return axis.place(thinned.series, one.origin)


def nonfinite(thinned: Thinned, one: Line, axis: Axis) -> list[Trace]:
    """A mark at the chart's edge for each point that has no height."""
    series = thinned.nonfinite
    kinds = (np.isnan(series.values), np.isposinf(series.values), np.isneginf(series.values))
    return [
        points(
            f"{one.label}: {name}",
            axis.place(series.where(mask), one.origin),
            np.full(int(mask.sum()), height),
            yaxis="y2",
            marker={"symbol": symbol, "size": 9, "color": "#b3261e"},
            meta={"state": "fail", "nonfinite": name},
            text=[f"{name} × {many}" if many > 1 else name for many in thinned.odd[mask].tolist()],
            hovertemplate="%{text}",
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


def layout(
    lines: Sequence[Line], view: View, traces: Sequence[Trace], upright: dict[str, Any]
) -> dict[str, Any]:
    """Axes, and what is drawn across the chart. upright: of the y axis."""
    told = [shapes(found, one.series, view.axis) for one in lines for found in one.evidence]
    found: dict[str, Any] = {
        "xaxis": view.axis.layout(),
        "yaxis": {"type": "log" if view.log else "linear", "fixedrange": True} | upright,
        "hovermode": "x unified",
        "showlegend": False,
        "dragmode": "zoom",
        "shapes": [shape for part in told for shape in part],
        "meta": {"x": view.axis.name, "scale": _scale(view.axis)},
    }
    if any(trace.get("yaxis") == "y2" for trace in traces):
        found["yaxis2"] = {
            "overlaying": "y",
            "range": [0, 1],
            "visible": False,
            "fixedrange": True,
        }
    return found


def heights(drawn: Sequence[Thinned], view: View, *, told: bool = False) -> dict[str, Any]:
    """The y axis fits itself, but round a constant plotly would show -1 to 1 and read as zero.

    told: whether evidence is drawn, which may lie elsewhere
    """
    values = np.concatenate([thinned.values for thinned in drawn]) if drawn else np.empty(0)
    if view.log or told or not len(values) or values.min() < values.max() or not values[0]:
        return {"autorange": True}
    constant = float(values[0])
    room = abs(constant) * ROOM_ROUND_A_CONSTANT
    return {"autorange": False, "range": [constant - room, constant + room]}


def _scale(axis: Axis) -> float:
    """Seconds in one unit of x, for a browser that sends a zoom back."""
    return axis.unit[0] if axis.name == "relative" else 1.0


def _duration(one: Line) -> float:
    if one.ended is not None:
        return one.ended - one.origin
    return float(one.series.times[-1] - one.origin) if len(one.series) else 0.0


def _unlogged(drawn: Sequence[Thinned], view: View) -> int:
    return sum(int((thinned.values <= 0).sum()) for thinned in drawn) if view.log else 0
