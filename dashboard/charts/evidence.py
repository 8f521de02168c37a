"""What a verdict looked at, drawn on the curve it speaks of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.charts.axis import Axis
from dashboard.charts.figure import Trace, points
from dashboard.metrics.series import Series

COLOURS = {"fail": "#b3261e", "broken": "#b3261e", "warn": "#8a5a00", "pass": "#0b6e63"}
QUIET = "#515b6d"
MANY = 40  # rings run into one another beyond so many


@dataclass(frozen=True)
class Evidence:
    """One verdict's share in a chart; its words are already in the reader's language."""

    state: str
    title: str
    rule: str = ""
    steps: Sequence[int] = ()
    values: Sequence[float] = ()
    level: float | None = None
    level_label: str = ""
    window: tuple[float, float] | None = None  # first and last step that were looked at


def markers(evidence: Evidence, curve: Series, axis: Axis, origin: float) -> Trace | None:
    """Rings around the points of evidence; non-finite ones are drawn by the chart itself."""
    shown = axis.within(_at(evidence, curve).finite, origin)
    if not len(shown):
        return None
    return points(
        evidence.title,
        axis.place(shown, origin),
        shown.values,
        marker=_ring(len(shown)) | {"color": colour(evidence)},
        meta={"state": evidence.state, "rule": evidence.rule},
        hovertemplate="%{y:.5~g}",
    )


def shapes(evidence: Evidence, curve: Series, axis: Axis) -> list[dict[str, Any]]:
    """The level that was expected, across the chart; the steps that were looked at, as a band."""
    found: list[dict[str, Any]] = []
    if evidence.level is not None and math.isfinite(evidence.level):
        found.append(_level(evidence, curve))
    if evidence.window is not None and axis.name == "step":
        found.append(_band(evidence))
    return found


def colour(evidence: Evidence) -> str:
    return COLOURS.get(evidence.state, QUIET)


def _ring(count: int) -> dict[str, Any]:
    if count > MANY:
        return {"symbol": "circle", "size": 4, "opacity": 0.75}
    return {"symbol": "circle-open", "size": 10, "line": {"width": 2}}


def _at(evidence: Evidence, curve: Series) -> Series:
    """The evidence's points with their times taken from the curve."""
    if not len(evidence.steps) or not len(curve):
        return Series.of([], [])
    steps = np.asarray(evidence.steps, dtype=np.int64)
    times = np.interp(steps, curve.steps, curve.times)
    return Series.of(steps, np.asarray(evidence.values, dtype=np.float64), times)


def _level(evidence: Evidence, curve: Series) -> dict[str, Any]:
    """A line with its words on the side where the curve is, for there the chart goes on."""
    values = curve.finite.values
    above = evidence.level is None or not len(values) or evidence.level > np.median(values)
    label = {
        "text": evidence.level_label,
        "textposition": "end",
        "yanchor": "top" if above else "bottom",
        "font": {"size": 11},
    }
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": evidence.level,
        "y1": evidence.level,
        "line": {"color": colour(evidence), "width": 1.2, "dash": "dash"},
        "label": label,
        "name": f"level-{evidence.state} {evidence.rule}",
    }


def _band(evidence: Evidence) -> dict[str, Any]:
    assert evidence.window is not None
    return {
        "type": "rect",
        "yref": "paper",
        "x0": evidence.window[0],
        "x1": evidence.window[1],
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": "rgba(128,128,128,0.10)",
        "name": f"window {evidence.rule}",
    }
