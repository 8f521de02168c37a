"""The summaries of a run's curves, made anew when a resume made points count no longer."""

from __future__ import annotations

from dashboard.metrics import curves
from dashboard.metrics.buckets import of_points, thinned
from dashboard.metrics.models import Curve
from dashboard.metrics.series import EMPTY
from dashboard.metrics.window import Span
from dashboard.metrics.windows import read_windows


def recount(run_id: str) -> None:
    """Costs about one drawing of each curve; runs inside the writer's transaction."""
    windows = read_windows({run_id: Span()}, most=1)[run_id]
    rows = list(Curve.objects.filter(run_id=run_id))
    for curve in rows:
        found = windows.get(curve.name)
        whole = thinned(found.buckets, 1) if found else of_points(EMPTY)
        curves.resummarise(curve, whole)
    curves.keep(rows)
