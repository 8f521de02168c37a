"""The parts a Plotly figure is made of. Colours of the page itself are the browser's matter."""

from __future__ import annotations

from typing import Any

from dashboard.charts import colours
from dashboard.charts.packing import packed
from dashboard.metrics.series import Floats

Trace = dict[str, Any]
Figure = dict[str, Any]

# The vendored bundle draws any type it does not know as scatter, silently.
TRACE_TYPES = frozenset({"scatter"})
FAINT = 0.28


def line(name: str, x: Floats, y: Floats, number: int) -> Trace:
    """A curve. `meta.ink` lets the browser take the same run's colour on a dark page."""
    return {
        "type": "scatter",
        "mode": "lines" if len(x) > 1 else "markers",
        "name": name,
        "x": packed(x),
        "y": packed(y),
        "line": {"color": _colour(number), "width": 1.6, "dash": colours.dash(number)},
        "marker": {"color": _colour(number), "size": 5},
        "meta": {"ink": colours.ink(number)},
        "hovertemplate": "%{y:.5~g}",
    }


def faint(trace: Trace) -> Trace:
    """The raw curve behind its smoothed one: seen, but not read out."""
    quiet = {"opacity": FAINT, "hoverinfo": "skip", "hovertemplate": None}
    return trace | quiet | {"line": {**trace["line"], "width": 1}}


def points(name: str, x: Floats, y: Floats, **look: Any) -> Trace:
    """Marks on a curve."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": packed(x),
        "y": packed(y),
        **look,
    }


def figure(traces: list[Trace], layout: dict[str, Any]) -> Figure:
    """ValueError for a trace type that the vendored bundle would draw as something else."""
    for trace in traces:
        if trace["type"] not in TRACE_TYPES:
            raise ValueError(f"{trace['type']!r} charts are not in the vendored Plotly bundle")
    return {"data": traces, "layout": layout}


def _colour(number: int) -> str:
    return colours.PALETTE[colours.ink(number)]
