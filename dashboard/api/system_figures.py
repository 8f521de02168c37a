"""The charts of a run's host in one answer: GET /api/system-figures/?runs=ID&x=relative."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from dashboard.api.figure_query import TEXTS, read_query
from dashboard.charts.curves import Drawn, chart
from dashboard.charts.line import Line, View
from dashboard.charts.system import Drawing, drawings
from dashboard.metrics import store
from dashboard.metrics.series import Series
from dashboard.runs.models import Run

ASKED = ("window", "smooth", "buckets", "tz")
PARAMETERS = [
    OpenApiParameter("runs", required=True, description="one run's id"),
    OpenApiParameter("x", description="relative (default) or wall: there are no steps"),
    *(OpenApiParameter(name, description=TEXTS[name]) for name in ASKED),
]


@extend_schema(
    operation_id="system_figures",
    parameters=PARAMETERS,
    responses={200: OpenApiTypes.OBJECT, 304: None},
)
@api_view(["GET"])
def read(request: Request) -> Response:
    """Figures of what the host did while the run was there; 304 where the ETag is current."""
    asked = read_query(request)
    run = get_object_or_404(Run, pk=asked.runs[0] if asked.runs else "")
    version = _version(request, run)
    etag = f'"{version}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return Response(status=304, headers={"ETag": etag})
    view = _timed(asked.view)
    found = drawings(store.system(run.pk).curves)
    figures = [_figure(drawing, run, view) for drawing in found]
    body = {"version": version, "live": run.is_live, "figures": figures}
    return Response(body, headers={"ETag": etag, "Cache-Control": "no-cache"})


def _timed(view: View) -> View:
    """Over time: a reading has no step, and a window of steps means nothing here."""
    if view.axis.name in ("relative", "wall"):
        return view
    return replace(view, axis=replace(view.axis, name="relative", window=None, metric=""))


def _version(request: Request, run: Run) -> str:
    parts = [store.version([run.pk]), request.META.get("QUERY_STRING", ""), get_language() or ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _figure(drawing: Drawing, run: Run, view: View) -> dict[str, Any]:
    lines = [
        _line(label, number, series, run) for number, (label, series) in enumerate(drawing.lines, 1)
    ]
    drawn = chart(lines, view)
    layout = drawn.figure["layout"]
    looks = {
        "showlegend": len(lines) > 1,
        "legend": {"orientation": "h", "y": 1.16, "x": 0},
        "yaxis": layout["yaxis"] | {"rangemode": "tozero"},
    }
    figure = drawn.figure | {"layout": layout | looks}
    unit = f" ({drawing.chart.unit})" if drawing.chart.unit else ""
    return {
        "name": drawing.chart.name,
        "group": drawing.chart.name.partition("/")[0],
        "title": _(drawing.chart.title) + unit,
        "figure": figure,
        "note": _note(drawn),
    }


def _line(label: str, number: int, series: Series, run: Run) -> Line:
    origin = run.started_at.timestamp() if run.started_at else float(series.times[0])
    return Line(_(label), number, series, origin)


def _note(drawn: Drawn) -> str:
    counts = {"points": number_format(drawn.points, force_grouping=True)}
    if drawn.buckets:
        counts["buckets"] = number_format(drawn.buckets, force_grouping=True)
        return _("%(points)s points drawn as %(buckets)s buckets, extremes kept") % counts
    return ngettext("%(points)s point", "%(points)s points", drawn.points) % counts
