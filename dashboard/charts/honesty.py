"""What a plain line would hide: gaps it would bridge, and points that a resume logged anew."""

from __future__ import annotations

import numpy as np

from dashboard.charts.figure import FAINT, Trace, line
from dashboard.charts.line import Line, View
from dashboard.metrics.series import Floats
from dashboard.metrics.thinning import Thinned, thin


def broken(x: Floats, thinned: Thinned) -> tuple[Floats, Floats]:
    """x and y with the line broken where the steps leap."""
    at = np.searchsorted(thinned.steps, thinned.gaps[:, 1])
    at = at[(at > 0) & (at < len(x))]
    return np.insert(x, at, x[at]), np.insert(thinned.values, at, np.nan)


def superseded(one: Line, view: View) -> list[Trace]:
    """Each earlier attempt beyond the step at which a later one went on: seen, but not read out."""
    found = []
    for attempt, series in one.superseded:
        thinned = thin(view.axis.within(series, one.origin), view.buckets)
        if not thinned.count:
            continue
        x = view.axis.place(thinned.series, one.origin)
        trace = line(f"{one.label} ({attempt})", *broken(x, thinned), one.number)
        dotted = {**trace["line"], "width": 1, "dash": "dot"}
        meta = {**trace["meta"], "superseded": thinned.count, "attempt": attempt}
        look = {"opacity": FAINT, "hoverinfo": "skip", "hovertemplate": None}
        found.append(trace | look | {"line": dotted, "meta": meta})
    return found
